package entratest_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
)

const (
	clientID = "22223333-cccc-4444-dddd-5555eeee6666"
	admin    = "admin@contoso.example"
	sales    = "sales@contoso.example"
)

// start returns a running server, which ends with the test.
func start(t testing.TB, opts *entratest.Options) *entratest.Server {
	t.Helper()
	s, err := entratest.New(opts)
	if err != nil {
		t.Fatalf("New() error: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close() error: %v", err)
		}
	})
	return s
}

// clock is a clock that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Now().Truncate(time.Second)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// answer is a decoded JSON answer.
type answer struct {
	status int
	header http.Header
	json   map[string]any
	text   string
}

func (a answer) str(name string) string { s, _ := a.json[name].(string); return s }

func (a answer) number(name string) float64 { n, _ := a.json[name].(float64); return n }

// code is the only entry of error_codes, 0 where there is none.
func (a answer) code() int {
	codes, _ := a.json["error_codes"].([]any)
	if len(codes) != 1 {
		return 0
	}
	n, _ := codes[0].(float64)
	return int(n)
}

func read(t testing.TB, res *http.Response, err error) answer {
	t.Helper()
	if err != nil {
		t.Fatalf("request: %v", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("read the answer: %v", err)
	}
	a := answer{status: res.StatusCode, header: res.Header, text: string(body)}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") && len(body) > 0 {
		if err := json.Unmarshal(body, &a.json); err != nil {
			t.Fatalf("answer %q is not JSON: %v", body, err)
		}
	}
	return a
}

func get(t testing.TB, s *entratest.Server, path string) answer {
	t.Helper()
	res, err := s.Client().Get(s.URL() + path)
	return read(t, res, err)
}

// post sends a form, written "name=value&…", to an OAuth endpoint of the tenant.
func post(t testing.TB, s *entratest.Server, endpoint string, form url.Values) answer {
	t.Helper()
	res, err := s.Client().PostForm(s.URL()+"/"+s.TenantID()+"/oauth2/v2.0/"+endpoint, form)
	return read(t, res, err)
}

func form(pairs ...string) url.Values {
	f := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

const fullScope = "Mail.Read openid profile offline_access"

// begin asks for a device code.
func begin(t testing.TB, s *entratest.Server, scope string) answer {
	t.Helper()
	a := post(t, s, "devicecode", form("client_id", clientID, "scope", scope))
	if a.status != http.StatusOK {
		t.Fatalf("devicecode answered %d %s, want 200", a.status, a.text)
	}
	return a
}

// poll redeems a device code.
func poll(t testing.TB, s *entratest.Server, device answer, more ...string) answer {
	t.Helper()
	return post(t, s, "token", form(append([]string{
		"client_id", clientID, "grant_type", "urn:ietf:params:oauth:grant-type:device_code", "device_code", device.str("device_code"),
	}, more...)...))
}

func refresh(t testing.TB, s *entratest.Server, token string, more ...string) answer {
	t.Helper()
	return post(t, s, "token", form(append([]string{
		"client_id", clientID, "grant_type", "refresh_token", "refresh_token", token,
	}, more...)...))
}

// claims decodes the payload of a JWT without verifying it.
func claims(t testing.TB, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("token has %d parts, want 3", len(parts))
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var c map[string]any
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	return c
}
