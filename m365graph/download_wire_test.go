package m365graph_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

// Over real connections of both kinds, cut by a server that gives up in the
// middle, all of the file comes.
func TestADownloadOutlivesItsConnections(t *testing.T) {
	t.Parallel()
	data := make([]byte, 700_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
	for _, h2 := range []bool{false, true} {
		var asked atomic.Int32
		c := serve(t, h2, nil, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/d" {
				w.Header().Set("Location", "/d") // relative, as a server may
				w.WriteHeader(http.StatusFound)
				return
			}
			w.Header().Set("ETag", `"1"`)
			if asked.Add(1)%2 == 1 {
				w = &failing{ResponseWriter: w, left: 200_000}
			}
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		})
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
	}
}

// failing gives up after so many bytes.
type failing struct {
	http.ResponseWriter
	left int
}

func (w *failing) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		panic(http.ErrAbortHandler)
	}
	return w.ResponseWriter.Write(p)
}

// A part that has been read to its end gives its connection to the next.
func TestPartsShareConnections(t *testing.T) {
	t.Parallel()
	var conns atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/d" {
			http.Redirect(w, r, "/d", http.StatusFound)
			return
		}
		w.Header().Set("ETag", `"1"`)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(digits(100_000)))
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	c := newClient(t, m365auth.Static(canary), &m365graph.Options{Cloud: cloudAt(strings.TrimPrefix(s.URL, "https://")), HTTPClient: s.Client()})
	var w sheet
	if _, err := c.DownloadTo(t.Context(), filePath, &w, &m365graph.DownloadOptions{PartSize: 5_000, Parallel: 2}); err != nil || string(w.bytes) != digits(100_000) {
		t.Errorf("DownloadTo = %d bytes, %v", len(w.bytes), err)
	}
	if n := conns.Load(); n >= 15 {
		t.Errorf("20 parts took %d connections, want them shared", n)
	}
}
