package m365graph_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

// weightless is a body that costs nothing, in pieces as large as a TLS record.
type weightless struct{ left int64 }

func (e *weightless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), 16<<10, e.left)
	e.left -= n
	return int(n), nil
}

func (e *weightless) Close() error { return nil }

// BenchmarkDownload is what the reader itself costs, of a wire that costs
// nothing.
func BenchmarkDownload(b *testing.B) {
	const size = 64 << 20
	w := &wire{answer: func(_ int, r *http.Request) (*http.Response, error) {
		if r.URL.Host == "graph.microsoft.com" {
			return reply(302, "", "Location", "https://contoso.sharepoint.com/d"), nil
		}
		resp := reply(200, "", "ETag", `"1"`)
		resp.Body, resp.ContentLength = &weightless{size}, size
		return resp, nil
	}}
	c, err := m365graph.New(m365auth.Static(canary), &m365graph.Options{HTTPClient: &http.Client{Transport: w}})
	if err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 32<<10)
	b.SetBytes(size)
	for b.Loop() {
		d, err := c.Download(b.Context(), filePath, nil)
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = d.Read(buf)
		}
		if err := d.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
