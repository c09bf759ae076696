package m365graph_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

const canary = "canary-token-that-must-not-be-seen"

// unreachable is a network without anybody on it, which notes what was sent.
type unreachable struct {
	then func() // with each request; nil: nothing

	mu   sync.Mutex
	seen []*http.Request
}

func (u *unreachable) RoundTrip(req *http.Request) (*http.Response, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.seen = append(u.seen, req)
	if u.then != nil {
		u.then()
	}
	return nil, errReset
}

func (u *unreachable) requests() []*http.Request {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.seen)
}

// setup returns a client whose every request goes to w.
func setup(t *testing.T, w http.RoundTripper, change ...func(*m365graph.Options)) *m365graph.Client {
	t.Helper()
	opts := &m365graph.Options{HTTPClient: &http.Client{Transport: w}}
	for _, f := range change {
		f(opts)
	}
	return newClient(t, m365auth.Static(bearer), opts)
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
