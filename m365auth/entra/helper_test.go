package entra_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

const (
	clientID = "11112222-bbbb-3333-cccc-4444dddd5555"
	sales    = "sales@contoso.example"
	support  = "support@contoso.example"
)

// bed is an Entra tenant and what a provider needs to use it.
type bed struct {
	server *entratest.Server
	cfg    m365auth.Config
	opts   entra.Options
	log    *syncBuffer
}

func newBed(t testing.TB, o entratest.Options) *bed {
	t.Helper()
	if o.Users == nil {
		o.Users = []entratest.User{{UPN: sales, DisplayName: "Sales Desk"}, {UPN: support, DisplayName: "Support Desk"}}
	}
	if o.Interval == 0 {
		o.Interval = -1 // none
	}
	server, err := entratest.New(&o)
	if err != nil {
		t.Fatalf("entratest.New() error: %v", err)
	}
	t.Cleanup(func() { _ = server.Close() })
	log := &syncBuffer{}
	cache := filepath.Join(t.TempDir(), "cache")
	return &bed{
		server: server, log: log,
		cfg: m365auth.Config{
			ClientID: clientID, TenantID: server.TenantID(),
			CachePath: cache, CacheKeyFile: filepath.Join(cache, "token_cache.key"), // not the developer's keyring
			Cloud: m365auth.Cloud{Name: "test", LoginHost: server.Host(), GraphHost: "graph.contoso.example"},
		},
		opts: entra.Options{
			HTTPClient: server.Client(),
			Logger:     slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		},
	}
}

// inBubble is newBed without ports or files, for a bubble of testing/synctest:
// times are exact. Interval and lifetimes are Entra's own unless told.
func inBubble(t testing.TB, o entratest.Options) *bed {
	t.Helper()
	o.InMemory = true
	if o.Interval == 0 {
		o.Interval = 5 * time.Second
	}
	b := newBed(t, o)
	b.opts.Store = tokencache.NewMemoryStore()
	return b
}

// polls are the times of the requests to the token endpoint, since the first.
func (b *bed) polls() (at []time.Duration) {
	var first time.Time
	for _, r := range b.server.Requests() {
		if r.GrantType == "" {
			continue
		}
		if first.IsZero() {
			first = r.Time
		}
		at = append(at, r.Time.Sub(first))
	}
	return at
}

func (b *bed) provider(t testing.TB) *entra.Provider {
	t.Helper()
	p, err := entra.New(b.cfg, &b.opts)
	if err != nil {
		t.Fatalf("New() error: %v", err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// signIn signs upn in and returns the token.
func (b *bed) signIn(t testing.TB, p *entra.Provider, upn string, scopes ...string) m365auth.Token {
	t.Helper()
	login, err := p.StartDeviceCode(t.Context(), entra.LoginRequest{Scopes: scopes})
	if err != nil {
		t.Fatalf("StartDeviceCode() error: %v", err)
	}
	if err := b.server.Approve(login.Prompt().UserCode, upn); err != nil {
		t.Fatalf("Approve(%q) error: %v", upn, err)
	}
	token, err := login.Wait(t.Context())
	if err != nil {
		t.Fatalf("Wait() error: %v", err)
	}
	return token
}

// grants counts the token requests of one kind that reached the server.
func (b *bed) grants(kind string) int {
	n := 0
	for _, r := range b.server.Requests() {
		if r.GrantType == kind {
			n++
		}
	}
	return n
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// tripFunc is a transport made of a function.
type tripFunc func(*http.Request) (*http.Response, error)

func (f tripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answer is a token endpoint's JSON, to be changed by a test.
type answer map[string]any

// edit passes the answers of the token endpoint through f.
func (b *bed) edit(f func(form url.Values, a answer)) {
	b.opts.HTTPClient = &http.Client{Transport: tripFunc(func(r *http.Request) (*http.Response, error) {
		form := formOf(r)
		resp, err := b.server.Client().Transport.RoundTrip(r)
		if err != nil || !form.Has("grant_type") {
			return resp, err
		}
		defer func() { _ = resp.Body.Close() }()
		a := answer{}
		if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
			return nil, err
		}
		f(form, a)
		return respond(r, resp.StatusCode, a)
	})}
}

func formOf(r *http.Request) url.Values {
	if r.GetBody == nil {
		return nil
	}
	body, err := r.GetBody()
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return nil
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return nil
	}
	return form
}

func respond(r *http.Request, status int, body any) (*http.Response, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(text)), Request: r,
	}, nil
}

// due makes the first token one with little time left, so that the next request
// for it is due, and leaves those of refreshes as they are.
func (b *bed) due(left time.Duration) {
	b.edit(func(form url.Values, a answer) {
		if form.Get("grant_type") == "device_code" && a["access_token"] != nil {
			a["expires_in"] = int(left.Seconds())
		}
	})
}

// idToken is an ID token without a signature, which a client that got it from
// the token endpoint need not check.
func idToken(username string) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"none"}`)) + "." + enc([]byte(`{"preferred_username":"`+username+`","tid":"tenant"}`)) + "."
}

func kindOf(err error) m365auth.Kind {
	if e := (*m365auth.Error)(nil); errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// gate holds up the answers to a grant's requests: each sends on arrived, and
// goes on once release is closed.
func (b *bed) gate(grant string) (arrived <-chan struct{}, release chan struct{}) {
	came := make(chan struct{}, 100)
	release = make(chan struct{})
	b.opts.HTTPClient = &http.Client{Transport: tripFunc(func(r *http.Request) (*http.Response, error) {
		resp, err := b.server.Client().Transport.RoundTrip(r)
		if formOf(r).Get("grant_type") == grant {
			came <- struct{}{}
			<-release
		}
		return resp, err
	})}
	return came, release
}
