package entra_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

const resumeEnv = "ENTRA_TEST_RESUME"

// TestAnotherProcessFinishesASealedSignIn runs its own binary again, with what
// the second process needs in the environment.
func TestAnotherProcessFinishesASealedSignIn(t *testing.T) {
	t.Parallel()
	if job := os.Getenv(resumeEnv); job != "" {
		resumeElsewhere(t, strings.Split(job, "|"))
		return
	}
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	key, err := tokencache.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	login := start(t, p, entra.LoginRequest{Scopes: []string{"Mail.Read"}})
	sealed, err := login.Seal(t.Context(), tokencache.NewSealer(tokencache.FixedKeys(key)))
	if err != nil {
		t.Fatalf("Seal() error: %v", err)
	}
	login.Cancel()
	noSecret(t, b, "the sealed bytes", string(sealed))
	if strings.Contains(string(sealed), login.Prompt().UserCode) {
		t.Error("the sealed bytes hold the user code")
	}
	if err := b.server.Approve(login.Prompt().UserCode, sales); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	enc := base64.StdEncoding.EncodeToString
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), resumeEnv+"="+strings.Join([]string{
		b.server.Host(), b.server.TenantID(), b.cfg.CachePath, enc(b.server.Certificate().Raw), enc(key.Bytes()), enc(sealed), login.Prompt().UserCode,
	}, "|"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("the second process: %v\n%s", err, out)
	}
	got, err := p.Token(t.Context(), m365auth.TokenRequest{Scopes: []string{"Mail.Read"}})
	if err != nil || got.Account.Username != sales {
		t.Errorf("Token() in the first process = %v, %v, want that of the second's sign-in", got, err)
	}
	if begun := b.server.Requests(); countPath(begun, "/devicecode") != 1 {
		t.Errorf("codes asked for = %d, want 1", countPath(begun, "/devicecode"))
	}
}

func countPath(requests []entratest.Request, suffix string) int {
	n := 0
	for _, r := range requests {
		if strings.HasSuffix(r.Path, suffix) {
			n++
		}
	}
	return n
}

func resumeElsewhere(t *testing.T, job []string) {
	t.Helper()
	var raw [3][]byte
	for i := range raw {
		var err error
		if raw[i], err = base64.StdEncoding.DecodeString(job[3+i]); err != nil {
			t.Fatal(err)
		}
	}
	cert, err := x509.ParseCertificate(raw[0])
	if err != nil {
		t.Fatal(err)
	}
	key, err := tokencache.NewKey(raw[1])
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	p, err := entra.New(m365auth.Config{
		ClientID: clientID, TenantID: job[1], CachePath: job[2],
		Cloud: m365auth.Cloud{LoginHost: job[0], GraphHost: "graph.contoso.example"},
	}, &entra.Options{HTTPClient: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	login, err := p.ResumeDeviceCode(t.Context(), tokencache.NewSealer(tokencache.FixedKeys(key)), raw[2])
	if err != nil {
		t.Fatalf("ResumeDeviceCode() error: %v", err)
	}
	if login.Prompt().UserCode != job[6] {
		t.Errorf("Prompt().UserCode = %q, want %q", login.Prompt().UserCode, job[6])
	}
	if token, err := login.Wait(t.Context()); err != nil || token.Account.Username != sales {
		t.Fatalf("Wait() = %v, %v, want a token of %s", token, err, sales)
	}
}

func TestASealedSignInOpensWhereItBelongs(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	sealer := newSealer(t)
	login := start(t, p, entra.LoginRequest{})
	sealed, err := login.Seal(t.Context(), sealer)
	if err != nil {
		t.Fatalf("Seal() error: %v", err)
	}
	otherClient, otherTenant := *b, *b
	otherClient.cfg.ClientID = "99998888-bbbb-3333-cccc-4444dddd5555"
	otherTenant.cfg.TenantID = "common"
	foreign, err := sealer.Seal(t.Context(), []byte(`{"format":1}`), "something else")
	if err != nil {
		t.Fatal(err)
	}
	future, err := sealer.Seal(t.Context(), []byte(`{"format":2,"device_code":"x","scopes":["A"]}`),
		"device code sign-in", clientID, "https://"+b.server.Host()+"/"+b.server.TenantID())
	if err != nil {
		t.Fatal(err)
	}
	changed := append([]byte(nil), sealed...)
	changed[len(changed)-1] ^= 1
	for name, tt := range map[string]struct {
		p      *entra.Provider
		sealer *tokencache.Sealer
		sealed []byte
		kind   m365auth.Kind
		cause  error
	}{
		"changed":          {p, sealer, changed, m365auth.ErrLoginRequired, tokencache.ErrCorrupt},
		"cut":              {p, sealer, sealed[:20], m365auth.ErrLoginRequired, tokencache.ErrCorrupt},
		"empty":            {p, sealer, nil, m365auth.ErrLoginRequired, tokencache.ErrNotSealed},
		"something else":   {p, sealer, foreign, m365auth.ErrLoginRequired, tokencache.ErrCorrupt},
		"a newer format":   {p, sealer, future, m365auth.ErrLoginRequired, nil},
		"another client":   {otherClient.provider(t), sealer, sealed, m365auth.ErrLoginRequired, tokencache.ErrCorrupt},
		"another tenant":   {otherTenant.provider(t), sealer, sealed, m365auth.ErrLoginRequired, tokencache.ErrCorrupt},
		"without the key":  {p, newSealer(t), sealed, m365auth.ErrCacheUnavailable, nil},
		"without a sealer": {p, nil, sealed, m365auth.ErrConfig, nil},
	} {
		_, err := tt.p.ResumeDeviceCode(t.Context(), tt.sealer, tt.sealed)
		e := (*m365auth.Error)(nil)
		if !errors.As(err, &e) || e.Kind != tt.kind || e.Remedy == "" || tt.cause != nil && !errors.Is(err, tt.cause) {
			t.Errorf("%s: ResumeDeviceCode() error = %v, want %v: %v", name, err, tt.kind, tt.cause)
		}
	}
	if _, err := login.Seal(t.Context(), nil); kindOf(err) != m365auth.ErrConfig {
		t.Errorf("Seal() without a sealer: %v, want %v", err, m365auth.ErrConfig)
	}
	if _, err := p.ResumeAuthCode(t.Context(), sealer, sealed, "x"); !errors.Is(err, tokencache.ErrCorrupt) {
		t.Errorf("ResumeAuthCode() of a device's sign-in: %v, want %v", err, tokencache.ErrCorrupt)
	}
}

func TestASignInThatHasEndedIsNotSealed(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	good, bad := start(t, p, entra.LoginRequest{}), start(t, p, entra.LoginRequest{})
	if err := errors.Join(b.server.Approve(good.Prompt().UserCode, sales), b.server.Decline(bad.Prompt().UserCode)); err != nil {
		t.Fatal(err)
	}
	if _, err := good.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := bad.Wait(t.Context()); err == nil {
		t.Fatal("Wait() = nil, want that it was declined")
	}
	if _, err := good.Seal(t.Context(), newSealer(t)); kindOf(err) != m365auth.ErrConfig {
		t.Errorf("Seal() after success: %v, want %v", err, m365auth.ErrConfig)
	}
	if _, err := bad.Seal(t.Context(), newSealer(t)); kindOf(err) != m365auth.ErrDeclined {
		t.Errorf("Seal() after a decline: %v, want %v", err, m365auth.ErrDeclined)
	}
}

func TestAResumedSignInKeepsItsTimeAndRhythm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inBubble(t, entratest.Options{Interval: 7 * time.Second})
		asTold(b, []entratest.Fault{{Status: 400, Body: `{"error":"slow_down"}`}})
		began := time.Now()
		p := b.provider(t)
		sealer := newSealer(t)
		login := start(t, p, entra.LoginRequest{Claims: `{"a":{}}`, Account: "who"})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := login.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("Wait() = %v, want %v", err, context.DeadlineExceeded)
		}
		sealed, err := login.Seal(t.Context(), sealer)
		if err != nil {
			t.Fatalf("Seal() error: %v", err)
		}
		login.Cancel()
		<-time.After(5 * time.Minute)
		resumed, err := p.ResumeDeviceCode(t.Context(), sealer, sealed)
		if err != nil {
			t.Fatalf("ResumeDeviceCode() error: %v", err)
		}
		want := login.Prompt()
		want.Interval = 12 * time.Second // it was told to slow down
		if got := resumed.Prompt(); !got.ExpiresOn.Equal(want.ExpiresOn) || got.Interval != want.Interval || got.Message != want.Message {
			t.Errorf("Prompt() = %+v, want %+v", got, want)
		}
		polls := len(b.polls())
		long, cancelLong := context.WithTimeout(t.Context(), time.Hour)
		defer cancelLong()
		_, err = resumed.Wait(long)
		if at := time.Since(began); at != 15*time.Minute || kindOf(err) != m365auth.ErrCodeExpired {
			t.Errorf("Wait() = %v after %v, want %v after 15m", err, at, m365auth.ErrCodeExpired)
		}
		if got, want := len(b.polls())-polls, 599/12+1; got != want {
			t.Errorf("polls = %d, want %d, one in 12 s", got, want)
		}
		if _, err := p.ResumeDeviceCode(t.Context(), sealer, sealed); kindOf(err) != m365auth.ErrCodeExpired {
			t.Errorf("ResumeDeviceCode() = %v, want %v", err, m365auth.ErrCodeExpired)
		}
	})
}

func ExampleDeviceLogin_Seal() {
	cfg, opts, stop := emulator()
	defer stop()
	ctx := context.Background()
	key, _ := tokencache.GenerateKey() // kept where both processes find it
	sealer := tokencache.NewSealer(tokencache.FixedKeys(key))

	first, _ := entra.New(cfg, opts)
	login, err := first.StartDeviceCode(ctx, entra.LoginRequest{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = login.Prompt().Message // show it
	sealed, _ := login.Seal(ctx, sealer)
	_ = first.Close() // the process ends, and another one goes on

	second, _ := entra.New(cfg, opts)
	defer func() { _ = second.Close() }()
	login, err = second.ResumeDeviceCode(ctx, sealer, sealed)
	if err != nil {
		fmt.Println(err)
		return
	}
	token, err := login.Wait(ctx)
	fmt.Println(token.Account.Username, err)
	// Output:
	// sales@contoso.example <nil>
}
