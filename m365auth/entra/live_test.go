//go:build live

package entra_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/tokencache"
)

// TestLiveSignIn signs a person in at the real Entra ID, and records what no
// document says: how it spells the scopes that it grants, and whether it sends
// refresh_in. It needs M365_LIVE_CLIENT_ID, the id of an app registration that
// allows public client flows, and takes M365_LIVE_TENANT_ID.
func TestLiveSignIn(t *testing.T) {
	t.Parallel()
	clientID := os.Getenv("M365_LIVE_CLIENT_ID")
	if clientID == "" {
		t.Fatal("set M365_LIVE_CLIENT_ID to the id of an app registration that allows public client flows")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	seen := &liveRecorder{}
	p, err := entra.New(m365auth.Config{ClientID: clientID, TenantID: os.Getenv("M365_LIVE_TENANT_ID")},
		&entra.Options{HTTPClient: &http.Client{Transport: seen}, Store: tokencache.NewMemoryStore()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	login, err := p.StartDeviceCode(ctx, entra.LoginRequest{Scopes: []string{"User.Read"}})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(os.Stderr, login.Prompt().Message)
	token, err := login.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if !token.Valid(time.Now()) || token.Account.ID == "" {
		t.Errorf("Wait() = %+v, want a token of somebody", token)
	}
	for _, scope := range []string{"User.Read", "user.read", "https://graph.microsoft.com/User.Read", ".default"} {
		token, err := p.Token(ctx, m365auth.TokenRequest{Scopes: []string{scope}, ForceRefresh: true})
		if err != nil || !token.Valid(time.Now()) {
			t.Errorf("Token(%q) = %v, want a token", scope, err)
		}
	}
	again, err := p.Token(ctx, m365auth.TokenRequest{Scopes: []string{"User.Read"}})
	if err != nil || !again.Valid(time.Now()) {
		t.Errorf("Token() from memory: %v", err)
	}
	if len(seen.facts) != 5 {
		t.Errorf("answers with a token = %d, want 5", len(seen.facts))
	}
	for _, fact := range seen.facts {
		t.Log(fact)
	}
}

// liveRecorder notes what answers of the token endpoint say, without secrets.
type liveRecorder struct {
	mu    sync.Mutex
	facts []string
}

func (l *liveRecorder) RoundTrip(r *http.Request) (*http.Response, error) {
	form := formOf(r)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || !form.Has("grant_type") {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	var answer struct {
		Scope       string           `json:"scope"`
		ExpiresIn   json.RawMessage  `json:"expires_in"`
		RefreshIn   *json.RawMessage `json:"refresh_in"`
		AccessToken *json.RawMessage `json:"access_token"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.AccessToken == nil {
		return resp, nil
	}
	refresh := "absent"
	if answer.RefreshIn != nil {
		refresh = string(*answer.RefreshIn)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.facts = append(l.facts, fmt.Sprintf("grant %s, asked %q: scope %q, expires_in %s, refresh_in %s",
		form.Get("grant_type"), form.Get("scope"), answer.Scope, answer.ExpiresIn, refresh))
	return resp, nil
}
