package entra_test

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entratest"
)

// fails wants an error of a kind, with a number and a part of the remedy.
func fails(t *testing.T, what string, err error, kind m365auth.Kind, number int, remedy string) {
	t.Helper()
	e := (*m365auth.Error)(nil)
	if !errors.As(err, &e) || e.Kind != kind || !strings.Contains(e.Remedy, remedy) {
		t.Errorf("%s: error = %v, want %v with the remedy %q", what, err, kind, remedy)
		return
	}
	if number != 0 && (len(e.AADSTS) != 1 || e.AADSTS[0] != number || e.CorrelationID == "") {
		t.Errorf("%s: error = %v, want AADSTS%d and a correlation id", what, err, number)
	}
}

func TestAWrongSecretSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for secret, want := range map[string]struct {
		number int
		remedy string
	}{"wrong": {7000215, "the value, not the id"}, "old": {7000222, "make a new secret"}} {
		b := secretBed(t)
		b.cfg.ClientSecret = m365auth.NewSecret(secret)
		_, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{})
		fails(t, secret, err, m365auth.ErrAppMisconfigured, want.number, want.remedy)
		if n := b.grants("client_credentials"); n != 1 {
			t.Errorf("%s: %d requests with a secret that cannot change, want 1", secret, n)
		}
	}
}

func TestASecretThatRotatedIsAskedForOnceMore(t *testing.T) {
	t.Parallel()
	b := secretBed(t)
	b.cfg.ClientSecret = m365auth.Secret{}
	var asked atomic.Int32
	secrets := []string{"old", "right"}
	b.opts.ClientSecret = func(context.Context) (m365auth.Secret, error) {
		return m365auth.NewSecret(secrets[min(int(asked.Add(1)), len(secrets))-1]), nil
	}
	p := b.provider(t)
	for range 3 {
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true}); err != nil {
			t.Fatalf("Token() error: %v", err)
		}
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("the secret was asked for %d times, want 2: at first, and when it was refused", n)
	}
	if n := b.grants("client_credentials"); n != 4 {
		t.Errorf("requests = %d, want 4: one refused, three good", n)
	}
	if !strings.Contains(b.log.String(), "its source gives another") {
		t.Errorf("log = %s, want the rotation in it", b.log.String())
	}
}

func TestASecretThatStaysWrongIsSentOnce(t *testing.T) {
	t.Parallel()
	b := secretBed(t)
	b.cfg.ClientSecret = m365auth.Secret{}
	var asked atomic.Int32
	b.opts.ClientSecret = func(context.Context) (m365auth.Secret, error) {
		asked.Add(1)
		return m365auth.NewSecret("wrong"), nil
	}
	_, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{})
	fails(t, "a wrong secret", err, m365auth.ErrAppMisconfigured, 7000215, "client_secret")
	if asked.Load() != 2 || b.grants("client_credentials") != 1 {
		t.Errorf("asked %d times and sent %d times, want 2 and 1", asked.Load(), b.grants("client_credentials"))
	}
}

func TestASourceThatFailsIsNotQuoted(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		give m365auth.Secret
		err  error
		want m365auth.Kind
	}{
		"an error": {err: errors.New("vault said canary"), want: m365auth.ErrTransient},
		"nothing":  {want: m365auth.ErrConfig},
		"our own":  {err: &m365auth.Error{Kind: m365auth.ErrPolicyBlocked}, want: m365auth.ErrPolicyBlocked},
		"its time": {err: context.DeadlineExceeded, want: m365auth.ErrTransient},
	} {
		b := secretBed(t)
		b.cfg.ClientSecret = m365auth.Secret{}
		b.opts.ClientSecret = func(context.Context) (m365auth.Secret, error) { return tt.give, tt.err }
		_, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{})
		if kindOf(err) != tt.want || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: Token() error = %v, want %v without the canary", name, err, tt.want)
		}
		if b.grants("client_credentials") != 0 {
			t.Errorf("%s: a request was sent without a secret", name)
		}
	}
}

// federatedBed is a tenant whose application trusts the managed identity of an
// Azure machine, and the identity's tokens for that.
func federatedBed(t *testing.T) (*bed, func() m365auth.Secret) {
	t.Helper()
	const object = "99998888-aaaa-4444-bbbb-7777cccc6666"
	b := appBed(t, entratest.App{Federated: []entratest.Federated{{Subject: object}}}, func(o *entratest.Options) {
		o.ManagedIdentities = []entratest.ManagedIdentity{{ObjectID: object}, {ResourceID: "/subscriptions/other"}}
	})
	b.cfg.Method = m365auth.MethodFederated
	return b, func() m365auth.Secret {
		return machineToken(t, b, url.Values{"resource": {"api://AzureADTokenExchange"}})
	}
}

func TestAFederatedTokenIsReadAnewForEachRequest(t *testing.T) {
	t.Parallel()
	b, assertion := federatedBed(t)
	b.cfg.FederatedTokenPath = writeFile(t, "token", []byte("not a token yet"))
	p := b.provider(t)
	_, err := p.Token(t.Context(), m365auth.TokenRequest{})
	fails(t, "a file that is no token", err, m365auth.ErrAppMisconfigured, 50027, "")
	replaceFile(t, b.cfg.FederatedTokenPath, []byte(assertion().Reveal()+"\n"))
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil {
		t.Errorf("Token() with the file replaced: %v", err)
	}
	replaceFile(t, b.cfg.FederatedTokenPath, []byte(" \n"))
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil {
		t.Errorf("Token() from memory, with the file empty: %v", err)
	}
	_, err = p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true})
	fails(t, "an empty file", err, m365auth.ErrConfig, 0, "the file is there")
}

func TestAFederatedTokenComesFromACallback(t *testing.T) {
	t.Parallel()
	b, assertion := federatedBed(t)
	var asked atomic.Int32
	b.opts.FederatedToken = func(context.Context) (m365auth.Secret, error) {
		asked.Add(1)
		return assertion(), nil
	}
	p := b.provider(t)
	for range 2 {
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true}); err != nil {
			t.Fatalf("Token() error: %v", err)
		}
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("the token was asked for %d times, want once for each of 2 requests", n)
	}
}

func TestAFederatedTokenThatDoesNotMatchSaysWhatDiffers(t *testing.T) {
	t.Parallel()
	for number, want := range map[int]string{70021: "issuer, subject and audience", 700211: "issuer", 700212: "audience", 700213: "subject", 700024: "clock"} {
		b, assertion := federatedBed(t)
		b.cfg.FederatedTokenPath = writeFile(t, "token", []byte(assertion().Reveal()))
		b.server.Fail(entratest.Fault{Grant: "client_credentials", AADSTS: number, Count: -1})
		_, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{})
		fails(t, want, err, m365auth.ErrAppMisconfigured, number, want)
	}
	b, _ := federatedBed(t)
	b.cfg.FederatedTokenPath = t.TempDir() + "/missing"
	_, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{})
	fails(t, "no file", err, m365auth.ErrConfig, 0, "the file is there")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: error = %v, want %v below it", err, fs.ErrNotExist)
	}
}

func TestAFederatedSourceThatFailsIsNotQuoted(t *testing.T) {
	t.Parallel()
	b, _ := federatedBed(t)
	b.opts.FederatedToken = func(context.Context) (m365auth.Secret, error) { return m365auth.Secret{}, errors.New("canary") }
	_, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{})
	fails(t, "a source that fails", err, m365auth.ErrTransient, 0, "Options.FederatedToken")
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("Token() error = %v, want it without the canary", err)
	}
}

// Whoever waits for a slow source can leave.
func TestASlowSourceDoesNotHoldItsCallers(t *testing.T) {
	t.Parallel()
	b := secretBed(t)
	b.cfg.ClientSecret = m365auth.Secret{}
	asked, release := make(chan struct{}), make(chan struct{})
	b.opts.ClientSecret = func(context.Context) (m365auth.Secret, error) {
		close(asked)
		<-release
		return m365auth.NewSecret("right"), nil
	}
	p := b.provider(t)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := p.Token(ctx, m365auth.TokenRequest{})
		left <- err
	}()
	<-asked
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("Token() error = %v, want %v", err, context.Canceled)
	}
	close(release)
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil || b.grants("client_credentials") != 1 {
		t.Errorf("Token() = %v after %d requests, want the token of the first", err, b.grants("client_credentials"))
	}
}
