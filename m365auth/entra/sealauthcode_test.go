package entra_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

func TestASignInEndsAfterTenMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inBubble(t, entratest.Options{})
		b.cfg.Method, b.cfg.RedirectURL = m365auth.MethodAuthCode, home
		p := b.provider(t)
		sealer := newSealer(t)
		login := startWeb(t, p, entra.AuthCodeRequest{})
		sealed, err := login.Seal(t.Context(), sealer, "session")
		if err != nil {
			t.Fatalf("Seal() error: %v", err)
		}
		answer := url.Values{"code": {"c"}, "state": {query(t, login.URL).Get("state")}}
		<-time.After(10*time.Minute - time.Second)
		if _, err := p.ResumeAuthCode(t.Context(), sealer, sealed, "session"); err != nil {
			t.Errorf("ResumeAuthCode() a second before the end: %v", err)
		}
		<-time.After(time.Second)
		if _, err := p.FinishAuthCode(t.Context(), login, answer); kindOf(err) != m365auth.ErrCodeExpired {
			t.Errorf("FinishAuthCode() = %v, want %v", err, m365auth.ErrCodeExpired)
		}
		if _, err := p.ResumeAuthCode(t.Context(), sealer, sealed, "session"); kindOf(err) != m365auth.ErrCodeExpired {
			t.Errorf("ResumeAuthCode() = %v, want %v", err, m365auth.ErrCodeExpired)
		}
	})
}

func newSealer(t *testing.T) *tokencache.Sealer {
	t.Helper()
	key, err := tokencache.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return tokencache.NewSealer(tokencache.FixedKeys(key))
}

func TestAnyReplicaFinishesASealedSignIn(t *testing.T) {
	t.Parallel()
	b := webBed(t, entratest.Options{}, "a secret of the application's")
	here, there := b.provider(t), b.provider(t)
	sealer := newSealer(t)
	login := startWeb(t, here, entra.AuthCodeRequest{Scopes: []string{"Mail.Read"}})
	sealed, err := login.Seal(t.Context(), sealer, "session 1")
	if err != nil {
		t.Fatalf("Seal() error: %v", err)
	}
	if _, err := login.Seal(t.Context(), sealer, ""); kindOf(err) != m365auth.ErrConfig {
		t.Errorf("Seal() for no browser: %v, want %v", err, m365auth.ErrConfig)
	}
	if _, err := there.ResumeAuthCode(t.Context(), sealer, sealed, "session 2"); kindOf(err) != m365auth.ErrLoginRequired || !errors.Is(err, tokencache.ErrCorrupt) {
		t.Errorf("ResumeAuthCode() of another browser = %v, want %v", err, tokencache.ErrCorrupt)
	}
	resumed, err := there.ResumeAuthCode(t.Context(), sealer, sealed, "session 1")
	if err != nil {
		t.Fatalf("ResumeAuthCode() error: %v", err)
	}
	callback := b.comeBack(t, login, sales)
	got, err := there.FinishAuthCode(t.Context(), resumed, callback)
	if err != nil || got.Account.Username != sales {
		t.Fatalf("FinishAuthCode() = %v, %v, want a token of %s", got, err, sales)
	}
	again, err := there.ResumeAuthCode(t.Context(), sealer, sealed, "session 1")
	if err != nil {
		t.Fatalf("ResumeAuthCode() again: %v", err)
	}
	if _, err := there.FinishAuthCode(t.Context(), again, callback); kindOf(err) != m365auth.ErrLoginRequired {
		t.Errorf("FinishAuthCode() again = %v, want %v", err, m365auth.ErrLoginRequired)
	}
	if _, err := here.FinishAuthCode(t.Context(), login, callback); err == nil {
		t.Error("FinishAuthCode() again on the first replica = nil, want that Entra refuses the code")
	}
}

func TestPrintingAWebSignInShowsNoVerifier(t *testing.T) {
	t.Parallel()
	b := webBed(t, entratest.Options{}, "a secret of the application's")
	var verifiers []string
	b.edit(func(form url.Values, _ answer) { verifiers = append(verifiers, form.Get("code_verifier")) })
	p := b.provider(t)
	login := startWeb(t, p, entra.AuthCodeRequest{})
	sealed, err := login.Seal(t.Context(), newSealer(t), "session")
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(login)
	if err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprintf("%v %+v %#v %s %s", login, login, *login, asJSON, sealed)
	callback := b.comeBack(t, login, sales)
	token, err := p.FinishAuthCode(t.Context(), login, callback)
	if err != nil {
		t.Fatal(err)
	}
	_, again := p.FinishAuthCode(t.Context(), login, callback)
	shown += fmt.Sprintf("%+v %+v %s", token, again, b.log)
	noSecret(t, b, "printed values and the log", shown)
	if len(verifiers) != 1 || verifiers[0] == "" || strings.Contains(shown, verifiers[0]) || strings.Contains(shown, "a secret of the") {
		t.Errorf("printed values hold the verifier %q or the secret", verifiers)
	}
}
