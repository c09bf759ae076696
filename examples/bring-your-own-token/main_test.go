package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"github.com/m365go/sdk/m365auth"
)

func TestEachWayReachesGraph(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatalf("run() error: %v\n%s", err, out.String())
	}
	if n := strings.Count(out.String(), person+"\n"); n != 4 {
		t.Errorf("run() prints\n%s\nwith %d ways, want 4", out.String(), n)
	}
}

// recorder is a provider and an Azure credential that keeps what it was asked.
type recorder struct {
	asked m365auth.TokenRequest
	azure policy.TokenRequestOptions
}

var (
	errNone    = errors.New("none")
	expires    = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	refreshing = expires.Add(-time.Hour)
)

func (r *recorder) Token(_ context.Context, req m365auth.TokenRequest) (m365auth.Token, error) {
	r.asked = req
	if req.Account == "none" {
		return m365auth.Token{}, errNone
	}
	return m365auth.Token{Access: m365auth.NewSecret("ours"), ExpiresOn: expires, RefreshOn: refreshing}, nil
}

func (r *recorder) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if r.azure = o; o.TenantID == "none" {
		return azcore.AccessToken{}, errNone
	}
	return azcore.AccessToken{Token: "theirs", ExpiresOn: expires, RefreshOn: refreshing}, nil
}

func TestAnAzureRequestIsPassedOnWhole(t *testing.T) {
	t.Parallel()
	r := &recorder{}
	got, err := azureCredential{r}.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{"a"}, TenantID: "t", Claims: "{}"})
	if want := (azcore.AccessToken{Token: "ours", ExpiresOn: expires, RefreshOn: refreshing}); err != nil || got != want {
		t.Errorf("GetToken() = %+v, %v, want %+v", got, err, want)
	}
	if diff := cmp.Diff(m365auth.TokenRequest{Scopes: []string{"a"}, Tenant: "t", Claims: "{}"}, r.asked); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	token, err := fromAzure(r, "default").Token(t.Context(), m365auth.TokenRequest{Claims: "{}"})
	if err != nil || token.Access.Reveal() != "theirs" || !token.ExpiresOn.Equal(expires) || !token.RefreshOn.Equal(refreshing) {
		t.Errorf("Token() = %+v, %v, want theirs", token, err)
	}
	if diff := cmp.Diff(policy.TokenRequestOptions{Scopes: []string{"default"}, Claims: "{}", EnableCAE: true}, r.azure); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	if _, err := fromAzure(r).Token(t.Context(), m365auth.TokenRequest{Tenant: "none"}); !errors.Is(err, errNone) {
		t.Errorf("Token() error = %v, want the credential's", err)
	}
}

func TestAnOAuth2SourceIsNotAskedForWhatItCannotDo(t *testing.T) {
	t.Parallel()
	p := fromOAuth2(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "theirs", Expiry: expires}))
	token, err := p.Token(t.Context(), m365auth.TokenRequest{})
	if err != nil || token.Access.Reveal() != "theirs" || !token.ExpiresOn.Equal(expires) {
		t.Errorf("Token() = %+v, %v, want theirs", token, err)
	}
	for _, req := range []m365auth.TokenRequest{{Claims: "{}"}, {ForceRefresh: true}} {
		if _, err := p.Token(t.Context(), req); !errors.Is(err, m365auth.ErrLoginRequired) {
			t.Errorf("Token(%+v) error = %v, want %v", req, err, m365auth.ErrLoginRequired)
		}
	}
	got, err := oauth2Source(t.Context(), &recorder{}, "a").Token()
	if err != nil || got.AccessToken != "ours" || got.Type() != "Bearer" || !got.Expiry.Equal(expires) {
		t.Errorf("Token() = %+v, %v, want ours", got, err)
	}
}
