package graphtest_test

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// asked sends a request with an Accept-Encoding of its own, and gives what came
// over the wire.
func (f *fixture) asked(t *testing.T, accept, path string) (*answer, error) {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(f.Certificate())
	wire := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableCompression: true}
	defer wire.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), "GET", f.URL()+"/v1.0"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+f.token)
	if accept != "" {
		req.Header.Set("Accept-Encoding", accept)
	}
	return roundTrip(&http.Client{Transport: wire}, req)
}

func inflate(t *testing.T, small []byte) ([]byte, error) {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(small))
	if err != nil {
		t.Fatal(err)
	}
	return io.ReadAll(r)
}

func TestAnswersAreCompressedForWhomItHelps(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(400))
	const long = "/me/messages?$top=20"
	plain, err := f.asked(t, "", long)
	if err != nil {
		t.Fatal(err)
	}
	for accept, want := range map[string]bool{
		"gzip": true, "GZIP": true, "deflate, gzip;q=0.5": true, "br, *": true, "gzip;q=0, *": false, "identity": false, "br": false, "gzip; q=0.0": false, "*;q=0": false, ";;,": false,
	} {
		a, err := f.asked(t, accept, long)
		if err != nil {
			t.Fatal(err)
		}
		body := a.body
		if got := a.header.Get("Content-Encoding") == "gzip"; got != want || a.header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: Content-Encoding %q, Vary %q, want gzip: %v", accept, a.header.Get("Content-Encoding"), a.header.Get("Vary"), want)
		}
		if want {
			if len(body) > len(plain.body)/2 {
				t.Errorf("%d bytes were made %d, want half of it at most", len(plain.body), len(body))
			}
			if body, err = inflate(t, body); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(body, plain.body) {
			t.Errorf("Accept-Encoding %q: another document than without", accept)
		}
	}
	for path, why := range map[string]string{"/me": "short", "/me/messages?$top=400": "long", "/me/messages/$count": "text"} {
		if a, err := f.asked(t, "gzip", path); err != nil || a.header.Get("Content-Encoding") != "" {
			t.Errorf("GET %s = %v, %v, want it as it is: it is %s", path, a.header, err, why)
		}
	}
}

func TestABatchIsCompressedAsAWhole(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(50))
	a := f.do(t, "POST", "/$batch", `{"requests":[{"id":"1","method":"GET","url":"/me/messages?$top=20","headers":{"Accept-Encoding":"gzip"}}]}`)
	r := a.json(t)["responses"].([]any)[0].(map[string]any)
	if _, is := r["body"].(map[string]any); !is {
		t.Errorf("body of an item = %.60v, want JSON", r["body"])
	}
	for name := range r["headers"].(map[string]any) {
		if strings.EqualFold(name, "Content-Encoding") || strings.EqualFold(name, "Vary") {
			t.Errorf("an item has a header %s", name)
		}
	}
}

// A fault spoils a document or the way to it, whichever coding it is in.
func TestACompressedAnswerCanBeSpoiled(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(50))
	const list = "/me/messages?$top=20"
	for _, fault := range []graphtest.Fault{{JSON: graphtest.JSONTruncated}, {Cut: graphtest.CutBody}} {
		whole, err := f.asked(t, "gzip", list)
		if err != nil {
			t.Fatal(err)
		}
		fault.Route = "GET /me/messages"
		if err := f.Fail(fault); err != nil {
			t.Fatal(err)
		}
		a, err := f.asked(t, "gzip", list)
		switch {
		case fault.Cut == graphtest.CutBody:
			if err == nil || a == nil || len(a.body) != len(whole.body)/2 {
				t.Errorf("a cut answer = %d bytes, %v, want half of %d and an error", len(a.body), err, len(whole.body))
			}
		case err != nil:
			t.Fatal(err)
		default:
			if doc, err := inflate(t, a.body); err != nil || doc[len(doc)-1] == '}' {
				t.Errorf("a truncated document ends %q, %v, want it whole in its coding and half as JSON", doc[len(doc)-10:], err)
			}
		}
	}
}
