package m365graph

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/m365go/sdk/m365auth"
)

func (s *scriptedWire) RoundTrip(req *http.Request) (*http.Response, error) {
	status, header := s.answer(s.n)
	s.n++
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(`{}`)), Request: req}, nil
}

type scriptedWire struct {
	answer func(n int) (status int, header http.Header)
	n      int
}

// Graph wants whoever was answered 503 to come back on another connection. Those
// of a caller's transport are the caller's.
func TestA503ClosesOurOwnConnections(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]int{503: 1, 500: 0, 429: 0} {
		synctest.Test(t, func(t *testing.T) {
			c, err := New(m365auth.Static("token"), nil)
			if err != nil {
				t.Fatal(err)
			}
			closed := 0
			c.fresh = func() { closed++ }
			c.http.Transport = gate{&scriptedWire{answer: func(n int) (int, http.Header) {
				if n == 0 {
					return status, http.Header{"Retry-After": {"1"}}
				}
				return 200, http.Header{}
			}}}
			if _, err := c.Do(t.Context(), &Request{Path: P("me")}); err != nil || closed != want {
				t.Errorf("after %d: %v, connections closed %d times, want %d", status, err, closed, want)
			}
		})
	}
	c, err := New(m365auth.Static("token"), &Options{HTTPClient: &http.Client{Jar: emptyJar{}}})
	if err != nil {
		t.Fatal(err)
	}
	if c.http.Jar == nil || c.content.Jar != nil {
		t.Error("the cookies of the caller go to Graph, and to no content host")
	}
}

type emptyJar struct{ http.CookieJar }
