package graphtest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// inMemory is setup without ports, by the clock of the bubble around.
func inMemory(t *testing.T, tenant *graphtest.Tenant) *fixture {
	t.Helper()
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: tenant, InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &fixture{s, mint(t, map[string]any{"nbf": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()})}
}

func TestInMemoryTimeIsTheTestsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t, office())
		if err := f.Fail(graphtest.Fault{Route: "GET /me", Delay: 10 * time.Hour}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL()+"/v1.0/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+f.token)
		start := time.Now()
		resp, err := f.Client().Do(req)
		if err == nil {
			resp.Body.Close()
		}
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Minute {
			t.Errorf("a delayed answer ended after %v with %v", time.Since(start), err)
		}
		if got := f.get(t, "/me")["displayName"]; got != "Sales Desk" {
			t.Errorf("displayName = %v", got)
		}
	})
}

func TestInMemoryLinksLeadToTheRealHosts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t, office())
		content := strings.Repeat("0123456789", 100_000)
		if a := f.do(t, "PUT", "/me/drive/root:/a.txt:/content", content); a.status != http.StatusCreated {
			t.Fatalf("PUT = %d %s", a.status, a.body)
		}
		url := f.do(t, "GET", "/me/drive/root:/a.txt:/content", "").header.Get("Location")
		if !strings.HasPrefix(url, "https://contoso-my.sharepoint.com/") {
			t.Fatalf("Location = %q", url)
		}
		if a := f.do(t, "GET", url, "", "Authorization", "-"); a.status != http.StatusOK || string(a.body) != content {
			t.Errorf("download = %d, %d bytes, want all %d", a.status, len(a.body), len(content))
		}
		if a := f.do(t, "GET", url, ""); a.status != http.StatusUnauthorized {
			t.Errorf("a download with a token = %d, want 401", a.status)
		}
		if _, err := f.try(t, "GET", "https://files.example/a.txt", ""); err == nil {
			t.Error("a foreign host was answered")
		}
	})
}

func TestInMemoryConnectionsAreCut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t, office())
		for _, cut := range []graphtest.Fault{{Cut: graphtest.CutBefore}, {Cut: graphtest.CutBody}, {Cut: graphtest.CutBody, CutAfter: -1}} {
			if err := f.Fail(cut); err != nil {
				t.Fatal(err)
			}
			if _, err := f.try(t, "GET", "/me", ""); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("cut %v ended with %v, want ErrUnexpectedEOF", cut.Cut, err)
			}
		}
	})
}
