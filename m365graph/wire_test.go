package m365graph_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// https://learn.microsoft.com/graph/best-practices-concept
func TestACallIsKnownByOneIDOnAllItsAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy, done := refusing(503, "x"), replying(200, "{}")
		w := tap(t, busy, busy, done, busy, busy, done)
		c := setup(t, w, func(o *m365graph.Options) { o.UserAgent = "NONISV|Contoso|Desk/1.0" })
		for range 2 {
			if _, err := c.Do(t.Context(), requestNamed("GET")); err != nil {
				t.Fatal(err)
			}
		}
		seen := w.requests()
		id := func(i int) string { return seen[i].Header.Get("client-request-id") }
		if id(0) != id(1) || id(1) != id(2) || id(3) != id(5) || id(0) == id(3) || len(id(0)) != 36 {
			t.Errorf("ids = %s %s %s, then %s: want one GUID a call", id(0), id(1), id(2), id(3))
		}
		for i, req := range seen {
			if req.Header.Get("return-client-request-id") != "true" {
				t.Errorf("request %d does not ask for its id back", i)
			}
			if got := req.Header.Get("User-Agent"); !strings.HasPrefix(got, "NONISV|Contoso|Desk/1.0 m365graph-go/") {
				t.Errorf("User-Agent = %q, want the caller's decoration first", got)
			}
		}
	})
}

// The policy is the call's own, though all calls share a client.
func TestCallsOfOneClientKeepTheirPolicies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := tap(t, lasting(refusing(504, "x")))
		c := setup(t, w)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := c.Do(t.Context(), requestNamed("GET")); errors.Is(err, m365graph.ErrAmbiguous) {
					t.Errorf("GET = %v, want nothing ambiguous", err)
				}
			})
			wg.Go(func() {
				if _, err := c.Do(t.Context(), requestNamed("send")); !errors.Is(err, m365graph.ErrAmbiguous) {
					t.Errorf("send = %v, want ErrAmbiguous", err)
				}
			})
		}
		wg.Wait()
		sent := map[string]int{}
		for _, r := range w.requests() {
			sent[r.Method]++
		}
		if sent["GET"] != 250 || sent["POST"] != 50 {
			t.Errorf("sent %v, want 250 GETs and 50 mails", sent)
		}
	})
}

// A file has no Len, and Graph takes nothing chunked; each attempt begins where
// Open does, which need not be the file's beginning.
func TestAFileIsSentWithItsLengthOnEachAttempt(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(name, []byte("head and body"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var got []string
	c := serve(t, false, nil, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, fmt.Sprint(r.ContentLength, r.TransferEncoding, r.Header.Get("Content-Type"), " ", string(body)))
		if len(got) == 1 {
			w.Header().Set("Retry-After", "0.01")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	_, err = c.Do(t.Context(), &m365graph.Request{
		Method: http.MethodPut, Path: m365graph.P("me", "photo", "$value"),
		Content: &m365graph.Content{Length: 4, Type: "text/plain", Open: func() (io.Reader, error) { return io.NewSectionReader(f, 9, 4), nil }},
	})
	want := "4 []text/plain body"
	if err != nil || len(got) != 2 || got[0] != want || got[1] != want {
		t.Errorf("PUT = %v, sent %q, want twice %q", err, got, want)
	}
}

// A query may hold what nobody else should read, and a link Graph's own state.
func TestNoQueryIsPrinted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const secret = "confidential"
		var out bytes.Buffer
		for name, faults := range map[string][]graphtest.Fault{
			"refused":   {lasting(refusing(404, "x"))},
			"throttled": {lasting(refusing(429, "x"))},
			"reset":     {lasting(graphtest.Fault{Cut: graphtest.CutBefore})},
			"redirect":  {lasting(replying(302, "", "Location", "https://%zz/"+secret))},
			"next": {
				replying(200, `{"value":[],"@odata.nextLink":"https://graph.microsoft.com/v1.0/me/messages?$skiptoken=`+secret+`"}`),
				lasting(refusing(400, "x")),
			},
			"foreign": {lasting(replying(200, `{"value":[],"@odata.nextLink":"https://evil.example/?`+secret+`"}`))},
		} {
			log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
			c := setup(t, tap(t, faults...), func(o *m365graph.Options) { o.Logger = log })
			q := &m365graph.Query{Filter: m365graph.Where("subject eq ?", secret), Search: secret, Params: map[string]string{"a": secret}}
			_, err := collect(m365graph.All[item](t.Context(), c, m365graph.P("me", "messages"), q))
			if err == nil {
				t.Errorf("%s: no error, want one", name)
			}
			fmt.Fprintf(&out, "%s: %v %+v %#v\n", name, err, err, err)
		}
		if text := out.String(); strings.Contains(text, secret) || !strings.Contains(text, "graph request") {
			t.Errorf("the query was printed, or nothing was:\n%s", text)
		}
	})
}

// A server that is busy closes its doors to the connections that it has, so
// after a 503 a new one is made, where the connections are our own.
// https://learn.microsoft.com/graph/best-practices-concept
func TestABusyServerIsAskedAgainOverANewConnection(t *testing.T) {
	// Not parallel: it changes the transport that new clients copy.
	for _, status := range []int{503, 504} {
		var from []string
		s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if from = append(from, r.RemoteAddr); len(from) == 1 {
				w.Header().Set("Retry-After", "0.01")
				w.WriteHeader(status)
			}
			_, _ = io.WriteString(w, "{}")
		}))
		trust := s.Client().Transport.(*http.Transport).TLSClientConfig
		before := http.DefaultTransport
		ours := before.(*http.Transport).Clone()
		ours.TLSClientConfig = trust
		http.DefaultTransport = ours
		c := newClient(t, m365auth.Static(canary), &m365graph.Options{Cloud: cloudAt(strings.TrimPrefix(s.URL, "https://"))})
		http.DefaultTransport = before
		_, err := c.Do(t.Context(), requestNamed("GET"))
		s.Close()
		if err != nil || len(from) != 2 || (from[0] != from[1]) != (status == 503) {
			t.Errorf("GET answered %d = %v, asked from %v, want another connection after 503 alone", status, err, from)
		}
	}
}
