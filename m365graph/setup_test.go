package m365graph_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

const canary = "canary-token-that-must-not-be-seen"

// wire is a Graph that answers from a function and remembers what it was sent.
type wire struct {
	answer func(n int, req *http.Request) (*http.Response, error)

	mu   sync.Mutex
	seen []*http.Request
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	n := len(w.seen)
	w.seen = append(w.seen, req)
	w.mu.Unlock()
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(strings.NewReader(string(body)))
	}
	// As with many a fake, the answer does not know its request.
	return w.answer(n, req)
}

func (w *wire) requests() []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]*http.Request(nil), w.seen...)
}

// reply makes an answer; headers are given as names and values in turn.
func reply(status int, body string, headers ...string) *http.Response {
	h := http.Header{"Request-Id": {"request-1"}}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{
		StatusCode: status, Header: h, ContentLength: int64(len(body)),
		Body: io.NopCloser(strings.NewReader(body)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
}

func graphError(status int, code string, headers ...string) *http.Response {
	return reply(status, fmt.Sprintf(`{"error":{"code":%q,"message":"it said no"}}`, code), headers...)
}

// setup returns a client whose every request w answers.
func setup(t *testing.T, w http.RoundTripper, change ...func(*m365graph.Options)) *m365graph.Client {
	t.Helper()
	opts := &m365graph.Options{HTTPClient: &http.Client{Transport: w}}
	for _, f := range change {
		f(opts)
	}
	token := bearer
	if _, ok := w.(*wire); ok {
		token = canary
	}
	return newClient(t, m365auth.Static(token), opts)
}

func newClient(t *testing.T, tokens m365auth.TokenProvider, opts *m365graph.Options) *m365graph.Client {
	t.Helper()
	c, err := m365graph.New(tokens, opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// counting is a provider that mints a new token each time it is asked to.
type counting struct {
	mu   sync.Mutex
	asks []m365auth.TokenRequest
}

func (p *counting) Token(_ context.Context, req m365auth.TokenRequest) (m365auth.Token, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asks = append(p.asks, req)
	return m365auth.Token{Access: m365auth.NewSecret(fmt.Sprintf("token-%d", len(p.asks)))}, nil
}
