package authtool_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/authtool"
	"github.com/m365go/sdk/m365auth/config"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

const (
	clientID = "22223333-cccc-4444-dddd-5555eeee6666"
	admin    = "admin@contoso.example"
	sales    = "sales@contoso.example"
)

// desk and night are two people of one host.
var (
	desk  = agenttool.Caller{User: "sales-desk", Session: "s1"}
	night = agenttool.Caller{User: "night-desk", Session: "s2"}
)

// answer is what the tool's output holds, read back from JSON.
type answer struct {
	Operation string             `json:"operation"`
	SignedIn  bool               `json:"signed_in"`
	Accounts  []m365auth.Account `json:"accounts"`
	SignedOut []m365auth.Account `json:"signed_out"`
	SignIn    struct {
		FlowID          string           `json:"flow_id"`
		State           string           `json:"state"`
		VerificationURI string           `json:"verification_uri"`
		UserCode        string           `json:"user_code"`
		Message         string           `json:"message"`
		ExpiresIn       int              `json:"expires_in"`
		Account         m365auth.Account `json:"account"`
		Error           *agenttool.Error `json:"error"`
	} `json:"sign_in"`
	Next string `json:"next"`
}

// bench is a host with m365_auth mounted, and what it said.
type bench struct {
	t       *testing.T
	host    *agenttool.LocalHost
	cleanup func(context.Context) error

	mu   sync.Mutex
	said bytes.Buffer // every answer, and the log
}

func (b *bench) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.said.Write(p)
}

func (b *bench) heard() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.said.String()
}

// mount mounts the tool on a host of its own, with sign-ins in a store.
func mount(t *testing.T, o authtool.Options, cfg map[string]any) *bench {
	t.Helper()
	b := &bench{t: t, host: agenttool.NewHost(nil)}
	e := entra.Options{}
	if o.Entra != nil {
		e = *o.Entra
	}
	e.Logger = slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if e.Store == nil {
		e.Store = tokencache.NewMemoryStore()
	}
	o.Entra = &e
	o.Config.Env = func(name string) (string, bool) { return clientID, name == "M365_CLIENT_ID" }
	o.Config.Home = t.TempDir()
	cleanup, err := authtool.MountWith(t.Context(), b.host, cfg, &o)
	if err != nil {
		t.Fatalf("MountWith() error: %v", err)
	}
	b.cleanup = cleanup
	t.Cleanup(func() {
		if err := cleanup(context.Background()); err != nil {
			t.Errorf("cleanup() = %v, want nil", err)
		}
	})
	return b
}

// emulator starts an Entra that ends with the test.
func emulator(t *testing.T, o entratest.Options) *entratest.Server {
	t.Helper()
	o.Users = []entratest.User{{UPN: admin}, {UPN: sales}}
	o.Interval = -1 // do not make the test wait
	s, err := entratest.New(&o)
	if err != nil {
		t.Fatalf("entratest.New() error: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// on are the options to sign in at the emulator. A nil store is a new one.
func on(s *entratest.Server, store tokencache.Store) authtool.Options {
	return authtool.Options{
		Config: config.Options{Cloud: m365auth.Cloud{Name: "emulator", LoginHost: s.Host(), GraphHost: "graph.microsoft.com"}},
		Entra:  &entra.Options{HTTPClient: s.Client(), Store: store},
	}
}

// emulated mounts the tool against an Entra of its own.
func emulated(t *testing.T) (*bench, *entratest.Server) {
	t.Helper()
	s := emulator(t, entratest.Options{})
	return mount(t, on(s, nil), nil), s
}

// call calls the tool; the result may be a failure.
func (b *bench) call(who agenttool.Caller, args string) agenttool.Result {
	b.t.Helper()
	res := b.host.Call(agenttool.WithCaller(b.t.Context(), who), "m365_auth", json.RawMessage(args))
	whole, err := json.Marshal(res)
	if err != nil {
		b.t.Fatal(err)
	}
	_, _ = b.Write(append(whole, '\n'))
	return res
}

// ask calls the tool and reads its answer.
func (b *bench) ask(who agenttool.Caller, args string) answer {
	b.t.Helper()
	res := b.call(who, args)
	if !res.Success {
		b.t.Fatalf("m365_auth %s = %s, want success", args, res.Text)
	}
	var a answer
	if err := json.Unmarshal(res.Output, &a); err != nil {
		b.t.Fatal(err)
	}
	if a.Next == "" || res.Text == "" || res.Text == string(res.Output) {
		b.t.Errorf("m365_auth %s: next, text = %q, %q, want both in words", args, a.Next, res.Text)
	}
	return a
}

// refused calls the tool and wants it to fail with a code.
func (b *bench) refused(who agenttool.Caller, args string, want agenttool.Code) *agenttool.Error {
	b.t.Helper()
	res := b.call(who, args)
	if res.Success || res.Error.Code != want {
		b.t.Fatalf("m365_auth %s = %s, want %s", args, res.Text, want)
	}
	return res.Error
}

// settled asks for the status until the sign-in is no longer pending.
func (b *bench) settled(who agenttool.Caller) answer {
	b.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(20 * time.Second)
	for {
		a := b.ask(who, `{"operation":"status"}`)
		if a.SignIn.State != "pending" {
			return a
		}
		select {
		case <-tick.C:
		case <-late:
			b.t.Fatalf("the sign-in is still pending: %+v", a)
		}
	}
}

// signIn signs a person in on behalf of a caller.
func (b *bench) signIn(s *entratest.Server, who agenttool.Caller, upn string) answer {
	b.t.Helper()
	if err := s.Approve(b.ask(who, `{"operation":"login"}`).SignIn.UserCode, upn); err != nil {
		b.t.Fatal(err)
	}
	a := b.settled(who)
	if a.SignIn.State != "signed_in" {
		b.t.Fatalf("the sign-in of %s ended as %+v, want signed_in", upn, a.SignIn)
	}
	return a
}
