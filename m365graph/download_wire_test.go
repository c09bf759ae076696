package m365graph_test

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// overTLS is a drive with one file, and a client over real connections.
func overTLS(t *testing.T, content []byte, h2 bool, change func(*http.Transport)) (*testtenant.Tenant, *m365graph.Client) {
	t.Helper()
	x := testtenant.Start(t, &graphtest.User{Drive: &graphtest.Drive{Items: []*graphtest.DriveItem{{ID: "1", Name: fileName, Content: content}}}})
	transport := x.HTTP.Transport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	transport.TLSClientConfig.NextProtos, transport.TLSNextProto = nil, nil // what x.HTTP made of them
	transport.Protocols = new(http.Protocols)
	transport.Protocols.SetHTTP1(!h2)
	transport.Protocols.SetHTTP2(h2)
	if change != nil {
		change(transport)
	}
	return x, newClient(t, x.Tokens(), &m365graph.Options{Cloud: x.Cloud, HTTPClient: &http.Client{Transport: transport}})
}

// Over real connections of both kinds, cut by a server that gives up in the
// middle, all of the file comes.
func TestADownloadOutlivesItsConnections(t *testing.T) {
	t.Parallel()
	data := make([]byte, 700_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
	for _, h2 := range []bool{false, true} {
		x, c := overTLS(t, data, h2, nil)
		for i := range 10 { // each second answer
			if err := x.Graph.Fail(graphtest.Fault{Route: downloadRoute, Skip: min(i, 1), Cut: graphtest.CutBody, CutAfter: 200_000}); err != nil {
				t.Fatal(err)
			}
		}
		d, err := c.Download(t.Context(), filePath, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(d)
		if err != nil || !bytes.Equal(got, data) || d.Close() != nil {
			t.Errorf("HTTP/2 %v: Download = %d bytes, %v", h2, len(got), err)
		}
		var s sheet
		if _, err := c.DownloadTo(t.Context(), filePath, &s, &m365graph.DownloadOptions{PartSize: 300_000}); err != nil || !bytes.Equal(s.bytes, data) {
			t.Errorf("HTTP/2 %v: DownloadTo = %d bytes, %v", h2, len(s.bytes), err)
		}
		x.Graph.AssertNoBearerOutside(t)
	}
}

// A part that has been read to its end gives its connection to the next.
func TestPartsShareConnections(t *testing.T) {
	t.Parallel()
	var conns atomic.Int32
	_, c := overTLS(t, []byte(digits(100_000)), false, func(tr *http.Transport) {
		dial := tr.DialContext
		tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			conns.Add(1)
			return dial(ctx, network, addr)
		}
	})
	var w sheet
	if _, err := c.DownloadTo(t.Context(), filePath, &w, &m365graph.DownloadOptions{PartSize: 5_000, Parallel: 2}); err != nil || string(w.bytes) != digits(100_000) {
		t.Errorf("DownloadTo = %d bytes, %v", len(w.bytes), err)
	}
	if n := conns.Load(); n >= 15 {
		t.Errorf("20 parts took %d connections, want them shared", n)
	}
}
