package m365graph_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestTheBearerGoesToGraph(t *testing.T) {
	t.Parallel()
	w := tap(t, fine)
	if _, err := setup(t, w).Do(t.Context(), requestNamed("GET")); err != nil {
		t.Fatal(err)
	}
	req := w.requests()[0]
	if got := req.URL.String(); got != "https://graph.microsoft.com/v1.0/me/thing" {
		t.Errorf("URL = %s", got)
	}
	if got := req.Header.Get("Authorization"); got != "Bearer "+bearer {
		t.Errorf("Authorization is not the token's")
	}
	if id := req.Header.Get("client-request-id"); len(id) != 36 {
		t.Errorf("client-request-id = %q, want a GUID", id)
	}
}

func TestNothingLeadsTheBearerAway(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for name, link := range map[string]string{
		"another host": "https://evil.example/v1.0/me", "a lookalike": "https://graph.microsoft.com.evil.example/v1.0/me",
		"plain http": "http://graph.microsoft.com/v1.0/me", "another port": "https://graph.microsoft.com:8443/v1.0/me",
		"user info": "https://graph.microsoft.com@evil.example/v1.0/me", "a relative link": "/v1.0/me", "not a link": "::",
	} {
		w := tap(t, lasting(replying(200, fmt.Sprintf(`{"value":[{"id":"1"}],"@odata.nextLink":%q}`, link))))
		items, err := collect(m365graph.All[item](ctx, setup(t, w), m365graph.P("me", "messages"), nil))
		if len(items) != 1 || err == nil || len(w.requests()) != 1 {
			t.Errorf("a next link to %s: %d items, %v, %d requests, want 1, an error and 1", name, len(items), err, len(w.requests()))
		}
		if link != "::" && !errors.Is(err, m365graph.ErrHostNotAllowed) {
			t.Errorf("a next link to %s: %v, want ErrHostNotAllowed", name, err)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	w := tap(t, lasting(replying(302, "", "Location", "https://evil.example/")))
	for _, name := range []string{"GET", "send"} {
		_, err := setup(t, w).Do(t.Context(), requestNamed(name))
		var no *m365graph.Error
		if !errors.As(err, &no) || no.Status != 302 {
			t.Errorf("%s answered with a redirect = %v, want an *Error of 302", name, err)
		}
	}
	if n := len(w.requests()); n != 2 {
		t.Errorf("%d requests were sent, want 2", n)
	}
}

func TestARefusedTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	claims := `{"access_token":{"nbf":{"essential":true,"value":"??>>~~"}}}` // the two alphabets differ in these
	challenge := func(enc *base64.Encoding) string {
		return fmt.Sprintf(`Bearer realm="", error="insufficient_claims", claims="%s"`, enc.EncodeToString([]byte(claims)))
	}
	for name, tt := range map[string]struct {
		refusal graphtest.Fault
		want    m365auth.TokenRequest
	}{
		"expired":                      {refusing(401, "InvalidAuthenticationToken"), m365auth.TokenRequest{ForceRefresh: true}},
		"claims":                       {refusing(401, "x", "WWW-Authenticate", challenge(base64.StdEncoding)), m365auth.TokenRequest{Claims: claims}},
		"claims raw url":               {refusing(401, "x", "WWW-Authenticate", challenge(base64.RawURLEncoding)), m365auth.TokenRequest{Claims: claims}},
		"claims 403":                   {refusing(403, "x", "WWW-Authenticate", challenge(base64.StdEncoding)), m365auth.TokenRequest{Claims: claims}},
		"claims in the last challenge": {withChallenges(`Basic realm="x"`, `Bearer realm="", authorization_uri="https://login.example", Claims = "`+base64.RawStdEncoding.EncodeToString([]byte(claims))+`", error="insufficient_claims"`), m365auth.TokenRequest{Claims: claims}},
		"claims are no object":         {refusing(401, "x", "WWW-Authenticate", `Bearer claims="W10"`), m365auth.TokenRequest{ForceRefresh: true}},
		"claims of another name":       {refusing(401, "x", "WWW-Authenticate", `Bearer xclaims="e30"`), m365auth.TokenRequest{ForceRefresh: true}},
		"claims without an end":        {refusing(401, "x", "WWW-Authenticate", `Bearer claims="e30`), m365auth.TokenRequest{ForceRefresh: true}},
		"expired_token":                {refusing(401, "x", "WWW-Authenticate", `Bearer error="expired_token"`), m365auth.TokenRequest{ForceRefresh: true}},
		"Unable to initialize RPS":     {replying(401, `{"error":{"code":"unauthenticated","message":"Unable to initialize RPS"}}`), m365auth.TokenRequest{ForceRefresh: true}},
		"no body":                      {replying(401, ""), m365auth.TokenRequest{ForceRefresh: true}},
		"broken claims":                {refusing(401, "x", "WWW-Authenticate", `Bearer claims="%%%"`), m365auth.TokenRequest{ForceRefresh: true}},
	} {
		tokens := &counting{}
		w := tap(t, tt.refusal, lasting(replying(202, "")))
		c := newClient(t, tokens, &m365graph.Options{HTTPClient: &http.Client{Transport: w}})
		if _, err := c.Do(t.Context(), requestNamed("send")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var authorizations []string
		for _, req := range w.requests() {
			authorizations = append(authorizations, req.Header.Get("Authorization"))
		}
		if diff := cmp.Diff([]m365auth.TokenRequest{{}, tt.want}, tokens.asks); diff != "" {
			t.Errorf("%s: token requests (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff([]string{"Bearer token-1", "Bearer token-2"}, authorizations); diff != "" {
			t.Errorf("%s: authorizations (-want +got):\n%s", name, diff)
		}
	}
}

func withChallenges(challenges ...string) graphtest.Fault {
	f := refusing(401, "x")
	f.Header["Www-Authenticate"] = challenges
	return f
}

// A 403 without claims is a permission that is missing, which no token mends.
func TestAPlain403AsksForNoToken(t *testing.T) {
	t.Parallel()
	tokens := &counting{}
	w := tap(t, lasting(refusing(403, "accessDenied")))
	c := newClient(t, tokens, &m365graph.Options{HTTPClient: &http.Client{Transport: w}})
	if _, err := c.Do(t.Context(), requestNamed("GET")); !errors.Is(err, m365graph.ErrForbidden) || len(tokens.asks) != 1 || len(w.requests()) != 1 {
		t.Errorf("Do = %v after %d tokens and %d requests, want ErrForbidden after one each", err, len(tokens.asks), len(w.requests()))
	}
}

func TestASecondRefusalStands(t *testing.T) {
	t.Parallel()
	w := tap(t, lasting(refusing(401, "InvalidAuthenticationToken")))
	c := newClient(t, &counting{}, &m365graph.Options{HTTPClient: &http.Client{Transport: w}})
	_, err := c.Do(t.Context(), requestNamed("GET"))
	if !errors.Is(err, m365graph.ErrUnauthenticated) || len(w.requests()) != 2 {
		t.Errorf("Do = %v after %d requests, want ErrUnauthenticated after 2", err, len(w.requests()))
	}
}

func TestAStaticTokenThatIsRefusedTellsBothReasons(t *testing.T) {
	t.Parallel()
	w := tap(t, lasting(refusing(401, "InvalidAuthenticationToken")))
	_, err := setup(t, w).Do(t.Context(), requestNamed("GET"))
	if !errors.Is(err, m365auth.ErrLoginRequired) || !errors.Is(err, m365graph.ErrUnauthenticated) || len(w.requests()) != 1 {
		t.Errorf("Do = %v after %d requests, want ErrLoginRequired and ErrUnauthenticated after 1", err, len(w.requests()))
	}
}

func TestALongWaitEndsWithAFreshToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := tap(t, refusing(429, "tooManyRequests", "Retry-After", "30"), fine)
		c := newClient(t, &counting{}, &m365graph.Options{HTTPClient: &http.Client{Transport: w}})
		if _, err := c.Do(t.Context(), requestNamed("GET")); err != nil {
			t.Fatal(err)
		}
		first, second := w.requests()[0].Header.Get("Authorization"), w.requests()[1].Header.Get("Authorization")
		if first != "Bearer token-1" || second != "Bearer token-2" {
			t.Errorf("authorizations = %q, %q, want another token after the wait", first, second)
		}
	})
}

func TestHeadersOfOurOwnAreRefused(t *testing.T) {
	t.Parallel()
	w := tap(t, fine)
	for _, name := range []string{"Authorization", "authorization", "Host", "If-Match", "prefer", "User-Agent", "Content-Type", "Content-Length"} {
		_, err := setup(t, w).Do(t.Context(), &m365graph.Request{Path: m365graph.P("me"), Header: http.Header{name: {"x"}}})
		if err == nil || !strings.Contains(err.Error(), http.CanonicalHeaderKey(name)) {
			t.Errorf("Do with the header %s: %v, want an error that names it", name, err)
		}
	}
	if n := len(w.requests()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}

func TestTheCallersClientIsNotChanged(t *testing.T) {
	t.Parallel()
	w := tap(t, fine)
	hc := &http.Client{Transport: w}
	c := newClient(t, m365auth.Static(bearer), &m365graph.Options{HTTPClient: hc})
	if _, err := c.Do(t.Context(), requestNamed("GET")); err != nil {
		t.Fatal(err)
	}
	if hc.CheckRedirect != nil || hc.Timeout != 0 || hc.Transport != http.RoundTripper(w) || hc.Jar != nil {
		t.Errorf("the caller's client was changed: %+v", hc)
	}
}

// No token stands in a log line or an error, in whatever way it is printed.
func TestNoTokenIsPrinted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		for _, f := range []graphtest.Fault{
			refusing(429, "tooManyRequests", "Retry-After", "1"), refusing(401, "InvalidAuthenticationToken"),
			{Cut: graphtest.CutReset}, {Status: 502, HTML: "<html>gateway</html>"},
		} {
			c := setup(t, tap(t, lasting(f)), func(o *m365graph.Options) { o.Logger = log })
			_, err := c.Do(context.Background(), requestNamed("POST"))
			if err == nil {
				t.Fatal("Do succeeded, want an error")
			}
			doc, _ := json.Marshal(err)
			fmt.Fprintf(&out, "%v %+v %#v %s\n", err, err, err, doc)
			for e := err; e != nil; e = errors.Unwrap(e) {
				fmt.Fprintf(&out, "%+v %#v\n", e, e)
			}
		}
		if !strings.Contains(out.String(), "graph request") {
			t.Error("nothing was logged, so nothing was tested")
		}
		if strings.Contains(out.String(), bearer) {
			t.Errorf("the token was printed:\n%s", out.String())
		}
	})
}

// A challenge belongs to a refusal. On any other answer it is no leave to send a
// write again that may have happened.
func TestOnlyARefusalAsksForAnotherToken(t *testing.T) {
	t.Parallel()
	const challenge = `Bearer error="insufficient_claims", claims="eyJhIjoxfQ=="`
	for _, status := range []int{429, 500, 502, 503, 504} {
		for _, batched := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				f := refusing(status, "x", "WWW-Authenticate", challenge)
				f.Route = "POST /me/sendMail" // of a batch, or by itself
				w := tap(t, f)
				c := newClient(t, sameToken, &m365graph.Options{HTTPClient: &http.Client{Transport: w}, MaxRetries: -1})
				req := &m365graph.Request{Body: map[string]any{}, Method: "POST", Path: m365graph.P("me", "sendMail"), Safety: m365graph.SafetySend}
				var err error
				if batched {
					results, whole := c.Batch(t.Context(), []*m365graph.BatchItem{{Request: *req}}, nil)
					if whole != nil {
						t.Fatal(whole)
					}
					err = results[0].Err
				} else {
					_, err = c.Do(t.Context(), req)
				}
				if n := len(w.requests()); n != 1 || errors.Is(err, m365graph.ErrAmbiguous) != (status >= 500) || errors.Is(err, m365graph.ErrClaims) {
					t.Errorf("batched %v, a mail answered %d with a challenge was sent %d times: %v, want once", batched, status, n, err)
				}
			})
		}
	}
}

// Why there is no token decides what a program does next.
func TestAFailedSignInKeepsItsReason(t *testing.T) {
	t.Parallel()
	cause := &url.Error{Op: "Post", URL: "https://login.example/token", Err: io.ErrUnexpectedEOF}
	tokens := m365auth.ProviderFunc(func(context.Context, m365auth.TokenRequest) (m365auth.Token, error) {
		return m365auth.Token{}, fmt.Errorf("%w: %w", m365auth.ErrLoginRequired, cause)
	})
	_, err := newClient(t, tokens, nil).Do(t.Context(), requestNamed("GET"))
	if !errors.Is(err, m365auth.ErrLoginRequired) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Do = %v, want ErrLoginRequired and its cause", err)
	}
}
