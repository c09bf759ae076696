package authtool_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

func TestOnlyTheHostWidensASignIn(t *testing.T) {
	t.Parallel()
	s := emulator(t, entratest.Options{})
	o := on(s, nil)
	more := []string{"Mail.Send"}
	o.Scopes = func(context.Context) []string { return more }
	b := mount(t, o, map[string]any{"scopes": []any{"Mail.Read"}})
	_ = b.refused(desk, `{"operation":"login","scopes":["Mail.ReadWrite"]}`, agenttool.CodeInvalidArgument)
	first := b.ask(desk, `{"operation":"login"}`).SignIn.UserCode
	more = nil
	b.ask(night, `{"operation":"login"}`)
	for _, pending := range s.Pending() {
		want := pending.UserCode == first // the second comes when the host adds nothing
		if got := slices.Contains(pending.Scopes, "Mail.Send"); got != want || !slices.Contains(pending.Scopes, "Mail.Read") {
			t.Errorf("a sign-in asks for %v, want Mail.Read, and Mail.Send %v", pending.Scopes, want)
		}
	}
	if n := len(s.Pending()); n != 2 {
		t.Errorf("sign-ins = %d, want 2", n)
	}
}

// late holds back the answer that brings a token, until it is released.
type late struct {
	http.RoundTripper
	arrived, release chan struct{}
}

func (l late) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.RoundTripper.RoundTrip(r)
	if err == nil && resp.StatusCode == http.StatusOK && strings.HasSuffix(r.URL.Path, "/token") {
		l.arrived <- struct{}{}
		<-l.release
	}
	return resp, err
}

// watched tells when a sign-in has been kept, or not.
type watched struct {
	*tokencache.MemoryStore
	unlocked chan struct{}
}

func (w watched) Lock(ctx context.Context, slot tokencache.Slot) (context.Context, func(), error) {
	ctx, unlock, err := w.MemoryStore.Lock(ctx, slot)
	return ctx, func() {
		unlock()
		w.unlocked <- struct{}{}
	}, err
}

func TestALogoutForgetsATokenThatIsOnItsWay(t *testing.T) {
	t.Parallel()
	s := emulator(t, entratest.Options{})
	slow := late{s.Client().Transport, make(chan struct{}), make(chan struct{})}
	store := watched{tokencache.NewMemoryStore(), make(chan struct{}, 9)}
	o := on(s, nil)
	o.Entra = &entra.Options{HTTPClient: &http.Client{Transport: slow}, Store: store}
	b := mount(t, o, nil)
	login := b.ask(desk, `{"operation":"login"}`)
	if err := s.Approve(login.SignIn.UserCode, sales); err != nil {
		t.Fatal(err)
	}
	<-slow.arrived
	b.ask(desk, `{"operation":"logout"}`)
	close(slow.release)
	<-store.unlocked
	if a := b.settled(desk); a.SignedIn || a.SignIn.State != "failed" {
		t.Errorf("status = %+v, want nobody signed in", a)
	}
}
