package m365graph_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// BenchmarkDownload reads 64 MiB from memory, and the same with net/http alone:
// what lies between is what the reader itself costs.
func BenchmarkDownload(b *testing.B) {
	const size = 64 << 20
	file := &graphtest.DriveItem{ID: "1", Name: fileName, Content: make([]byte, size)}
	x := testtenant.InMemory(b, testtenant.Issuer(b), &graphtest.User{Drive: &graphtest.Drive{Items: []*graphtest.DriveItem{file}}})
	buf := make([]byte, 32<<10)
	drain := func(b *testing.B, body io.ReadCloser) {
		for {
			if _, err := body.Read(buf); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
		if err := body.Close(); err != nil {
			b.Fatal(err)
		}
	}
	var link string
	seen := roundTrip(func(r *http.Request) (*http.Response, error) {
		if x.Graph.ContentHost() == r.URL.Host {
			link = r.URL.String()
		}
		return x.HTTP.Transport.RoundTrip(r)
	})
	c := (&drive{Tenant: x}).through(b, seen)
	b.Run("m365graph", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			d, err := c.Download(b.Context(), filePath, nil)
			if err != nil {
				b.Fatal(err)
			}
			drain(b, d)
		}
	})
	b.Run("net-http", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, link, nil)
			if err != nil {
				b.Fatal(err)
			}
			resp, err := x.HTTP.Do(req)
			if err != nil {
				b.Fatal(err)
			}
			drain(b, resp.Body)
		}
	})
}
