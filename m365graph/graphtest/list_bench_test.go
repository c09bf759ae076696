package graphtest_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// BenchmarkList compares a list with $select to a handler that serves the same
// bytes over the same transport, one request each in turn, and reports the part
// of that handler's rate that the list has.
func BenchmarkList(b *testing.B) {
	s, err := graphtest.New(&graphtest.Options{
		Keys: keys, Issuer: issuer, Tenant: archive(1000), Now: func() time.Time { return now }, KeepRequests: 100,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	token := mint(b, nil)
	request := func(client *http.Client, url string) (body []byte, took time.Duration) {
		start := time.Now()
		req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := client.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		defer res.Body.Close()
		if body, err = io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK {
			b.Fatal(res.Status, err)
		}
		return body, time.Since(start)
	}
	list := s.URL() + "/v1.0/me/mailFolders/inbox/messages?$select=subject,from,receivedDateTime,isRead&$top=50"
	page, _ := request(s.Client(), list)

	static := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(page)
	}))
	static.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	static.EnableHTTP2 = true
	static.StartTLS()
	b.Cleanup(static.Close)
	request(static.Client(), static.URL)

	var listing, serving time.Duration
	for b.Loop() {
		_, took := request(s.Client(), list)
		listing += took
		_, took = request(static.Client(), static.URL)
		serving += took
	}
	b.ReportMetric(serving.Seconds()/listing.Seconds(), "of-static-rate")
	b.SetBytes(int64(2 * len(page)))
}
