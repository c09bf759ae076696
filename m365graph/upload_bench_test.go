package m365graph_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

// benchHost takes slices of one file and forgets them, so that both ways of sending
// are measured and not how an emulator keeps 64 MiB.
func benchHost(b *testing.B, h2 bool, size int64) (*httptest.Server, *http.Client) {
	b.Helper()
	host := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		var from int64
		_, _ = fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-", &from)
		if from+n == size {
			w.WriteHeader(201)
			_, _ = io.WriteString(w, `{"id":"1"}`)
			return
		}
		if r.Method == http.MethodPut {
			w.WriteHeader(202)
		}
		_, _ = fmt.Fprintf(w, `{"nextExpectedRanges":["%d-"]}`, from+n)
	}))
	host.EnableHTTP2 = h2
	host.StartTLS()
	b.Cleanup(host.Close)
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	t.TLSClientConfig.RootCAs.AddCert(host.Certificate())
	t.ForceAttemptHTTP2 = h2
	if !h2 {
		t.Protocols = new(http.Protocols)
		t.Protocols.SetHTTP1(true)
	}
	b.Cleanup(t.CloseIdleConnections)
	return host, &http.Client{Transport: t}
}

// BenchmarkUpload sends 64 MiB over TLS, and the same slices with net/http alone.
func BenchmarkUpload(b *testing.B) {
	const size, slice = 64 << 20, 32 * unit
	file := bytes.NewReader(make([]byte, size))
	for name, h2 := range map[string]bool{"h1": false, "h2": true} {
		host, hc := benchHost(b, h2, size)
		b.Run(name+"/m365graph", func(b *testing.B) {
			client, err := m365graph.New(m365auth.Static("token"), &m365graph.Options{Cloud: cloudAt(host.Listener.Addr().String()), HTTPClient: hc})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				s := &m365graph.UploadSession{URL: m365auth.NewSecret(host.URL + "/up")}
				if _, err := client.Upload(b.Context(), s, file, size, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/net-http", func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				for at := int64(0); at < size; at += slice {
					n := min(slice, size-at)
					req, err := http.NewRequestWithContext(b.Context(), http.MethodPut, host.URL+"/up", io.NewSectionReader(file, at, n))
					if err != nil {
						b.Fatal(err)
					}
					req.ContentLength = n
					req.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", at, at+n-1, size))
					resp, err := hc.Do(req)
					if err != nil {
						b.Fatal(err)
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
			}
		})
	}
}
