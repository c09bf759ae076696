package demo

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/tokencache"
	"github.com/m365go/sdk/m365graph"
)

// Continuous access evaluation, from end to end: Entra calls a token back, Graph
// challenges it, the provider renews it with the claims asked for, and the mail
// is sent, once. Where the person has to come back, it is not sent at all.
func TestACalledBackTokenIsRenewedWithinTheCall(t *testing.T) {
	t.Parallel()
	c := start(t, &Options{AutoApprove: true, Now: time.Now}) // MSAL has no other clock
	cfg := c.Config()
	cfg.Scopes = []string{"User.Read", "Mail.Send"}
	tokens, err := entra.New(cfg, &entra.Options{HTTPClient: c.HTTPClient(), Store: tokencache.NewMemoryStore()})
	if err != nil {
		t.Fatal(err)
	}
	defer tokens.Close()
	login, err := tokens.StartDeviceCode(t.Context(), entra.LoginRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := login.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	client, err := m365graph.New(tokens, &m365graph.Options{Cloud: cfg.Cloud, HTTPClient: c.HTTPClient()})
	if err != nil {
		t.Fatal(err)
	}
	send := func() error {
		return m365graph.Action(t.Context(), client, m365graph.P("me", "sendMail"), map[string]any{"message": map[string]any{
			"subject": "Plant tour", "body": m365graph.Text("At nine."), "toRecipients": m365graph.Recipients(c.Colleague.Address),
		}}, m365graph.SafetySend)
	}
	statuses := func(from int) (got []int) {
		for _, r := range c.Graph.Requests()[from:] {
			got = append(got, r.Status)
		}
		return got
	}
	refreshes := func() (n int) {
		for _, r := range c.Entra.Requests() {
			if r.GrantType == "refresh_token" {
				n++
			}
		}
		return n
	}

	if err := send(); err != nil {
		t.Fatal(err)
	}
	c.Entra.Recheck(c.Owner.Address)
	before := refreshes()
	if err := send(); err != nil {
		t.Errorf("send() with a token that was called back = %v, want it renewed", err)
	}
	if err := send(); err != nil {
		t.Errorf("send() with the renewed token = %v", err)
	}
	if diff := cmp.Diff([]int{202, 401, 202, 202}, statuses(0)); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if n := refreshes() - before; n != 1 {
		t.Errorf("the token was refreshed %d times, want once", n)
	}

	c.Entra.Revoke(c.Owner.Address)
	err = send()
	if !errors.Is(err, m365auth.ErrLoginRequired) || !errors.Is(err, m365graph.ErrClaims) || errors.Is(err, m365graph.ErrAmbiguous) {
		t.Errorf("send() after the sign-in was revoked = %v, want ErrLoginRequired and ErrClaims, and nothing ambiguous", err)
	}
	if got := statuses(4); !slices.Equal(got, []int{401}) {
		t.Errorf("answers after the sign-in was revoked = %v, want one refusal", got)
	}
}
