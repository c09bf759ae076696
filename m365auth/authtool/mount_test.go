package authtool_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/authtool"
	"github.com/m365go/sdk/m365auth/config"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

var update = flag.Bool("update", false, "write testdata anew")

func TestTheToolIsWhatTheSnapshotSays(t *testing.T) {
	t.Parallel()
	b, _ := emulated(t)
	tool, ok := b.host.Tool("m365_auth")
	if !ok {
		t.Fatal("m365_auth is not mounted")
	}
	a := tool.Annotations()
	whole := map[string]any{
		"name": tool.Name(), "title": tool.Title(), "description": tool.Description(),
		"input_schema": tool.InputSchema(), "output_schema": tool.OutputSchema(),
		"annotations": map[string]bool{"read_only": a.ReadOnly, "destructive": a.Destructive, "idempotent": a.Idempotent, "open_world": a.OpenWorld},
	}
	got, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	path := filepath.Join("testdata", "m365_auth.json")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the tool differs from %s; with -update it is written anew (-want +got):\n%s", path, diff)
	}
	if sent, err := json.Marshal(whole); err != nil || len(sent) > 2500 {
		t.Errorf("the tool takes %d bytes of a model's context, want at most 2500 (%v)", len(sent), err)
	}
}

func TestAnswersFitTheOutputSchema(t *testing.T) {
	t.Parallel()
	b, s := emulated(t)
	tool, _ := b.host.Tool("m365_auth")
	var schema map[string]any
	if err := json.Unmarshal(tool.OutputSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	b.call(desk, `{"operation":"login"}`)
	if err := s.Decline(s.Pending()[0].UserCode); err != nil {
		t.Fatal(err)
	}
	b.settled(desk)
	b.signIn(s, desk, sales)
	for _, operation := range []string{"login", "status", "accounts", "logout", "status"} {
		b.call(desk, `{"operation":"`+operation+`"}`)
	}
	for line := range strings.Lines(b.heard()) {
		var res agenttool.Result
		var out map[string]any
		if json.Unmarshal([]byte(line), &res) != nil {
			continue // the log
		}
		if err := json.Unmarshal(res.Output, &out); err != nil {
			t.Fatal(err)
		}
		fits(t, "output", schema, out)
	}
}

// fits checks a value against the few words of JSON Schema that we use: type,
// properties (no others may occur), required, items and enum.
func fits(t *testing.T, where string, schema map[string]any, v any) {
	t.Helper()
	kinds := map[string]reflect.Kind{
		"object": reflect.Map, "array": reflect.Slice, "string": reflect.String, "boolean": reflect.Bool, "integer": reflect.Float64,
	}
	if got := reflect.ValueOf(v).Kind(); got != kinds[schema["type"].(string)] {
		t.Errorf("%s is %v, want %v", where, got, schema["type"])
		return
	}
	if allowed, ok := schema["enum"].([]any); ok && !slices.Contains(allowed, v) {
		t.Errorf("%s = %v, want one of %v", where, v, allowed)
	}
	switch v := v.(type) {
	case map[string]any:
		properties, ok := schema["properties"].(map[string]any)
		for key, child := range v {
			if s, known := properties[key].(map[string]any); known {
				fits(t, where+"."+key, s, child)
			} else if ok {
				t.Errorf("%s.%s is not in the schema", where, key)
			}
		}
		required, _ := schema["required"].([]any)
		for _, key := range required {
			if v[key.(string)] == nil {
				t.Errorf("%s.%s is missing", where, key)
			}
		}
	case []any:
		for _, child := range v {
			fits(t, where+"[]", schema["items"].(map[string]any), child)
		}
	}
}

func TestACleanupWithdrawsEverythingOnce(t *testing.T) {
	t.Parallel()
	b, _ := emulated(t)
	tokens, err := b.host.Tokens(agenttool.TokensService)
	if err != nil {
		t.Fatal(err)
	}
	b.call(desk, `{"operation":"login"}`)
	held, _ := b.host.Tool("m365_auth") // as an agent in mid-turn has it
	for range 2 {
		if err := b.cleanup(t.Context()); err != nil {
			t.Errorf("cleanup() = %v, want nil", err)
		}
	}
	if p, err := b.host.Tokens(agenttool.TokensService); err == nil {
		t.Errorf("Tokens after the cleanup = %v, want none", p)
	}
	if _, err := tokens.Token(t.Context(), m365auth.TokenRequest{}); !errors.Is(err, m365auth.ErrConfig) {
		t.Errorf("Token after the cleanup = %v, want an error of a closed provider", err)
	}
	for _, operation := range []string{"login", "status"} {
		res := held.Execute(agenttool.WithCaller(t.Context(), desk), json.RawMessage(`{"operation":"`+operation+`"}`))
		if res.Success || res.Error.Code != agenttool.CodeUnavailable || !strings.Contains(res.Error.Message, "no longer mounted") {
			t.Errorf("%s after the cleanup = %v, want it to say why", operation, res.Error)
		}
	}
	if e := b.refused(desk, `{"operation":"status"}`, agenttool.CodeInvalidArgument); !strings.Contains(e.Hint, "no tool is mounted") {
		t.Errorf("a call of the host after the cleanup = %v, want it to say that the tool is gone", e)
	}
}

func TestAMountThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	b, s := emulated(t)
	o := on(s, nil)
	o.Config.Env = func(name string) (string, bool) { return clientID, name == "M365_CLIENT_ID" }
	o.Config.Home = t.TempDir()
	if _, err := authtool.MountWith(t.Context(), b.host, nil, &o); err == nil {
		t.Error("mounting twice on a host = nil, want an error")
	}
	if _, err := b.host.Tokens(agenttool.TokensService); err != nil {
		t.Errorf("Tokens after a second mount failed = %v, want the first one's", err)
	}

	empty := agenttool.NewHost(nil)
	var wrong *config.Error
	_, err := authtool.MountWith(t.Context(), empty, map[string]any{"client_idd": "x"}, &o)
	if !errors.As(err, &wrong) || !errors.Is(err, m365auth.ErrConfig) || wrong.Problems[0].Key != "client_idd" {
		t.Errorf("mounting with an unknown key = %v, want a *config.Error that names it", err)
	}
	if _, err = authtool.MountWith(t.Context(), empty, map[string]any{"method": "auth_code"}, &o); !errors.Is(err, m365auth.ErrConfig) {
		t.Errorf("mounting with a method that lacks its settings = %v, want ErrConfig", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = authtool.Mount(ended, empty, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("mounting when the context has ended = %v, want context.Canceled", err)
	}
	if len(empty.Tools()) != 0 {
		t.Errorf("Tools = %v, want none", empty.Tools())
	}
}

func TestAMountTakesAWholePlan(t *testing.T) {
	t.Parallel()
	s := emulator(t, entratest.Options{})
	b := mount(t, on(s, nil), map[string]any{"tools": []any{
		map[string]any{"module": "tool-m365-auth", "config": map[string]any{"scopes": []any{"Mail.Read"}}},
		map[string]any{"module": "tool-m365-graph", "config": map[string]any{"max_pages": 3}},
	}})
	b.call(desk, `{"operation":"login"}`)
	if scopes := s.Pending()[0].Scopes; !slices.Contains(scopes, "Mail.Read") || slices.Contains(scopes, "User.Read") {
		t.Errorf("the sign-in asks for %v, want what the plan says", scopes)
	}
}

// inBubble is an Entra without ports, and the tool mounted on it.
func inBubble(t *testing.T) (*bench, *entratest.Server) {
	t.Helper()
	s, err := entratest.New(&entratest.Options{InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return mount(t, on(s, tokencache.NewMemoryStore()), nil), s
}

// polls counts the requests to the token endpoint.
func polls(s *entratest.Server) (n int) {
	for _, r := range s.Requests() {
		if r.GrantType != "" {
			n++
		}
	}
	return n
}

// In these two a bubble ends only when every goroutine in it has ended.

func TestTheToolCanBeMountedAgainAfterItsCleanup(t *testing.T) {
	t.Parallel()
	s := emulator(t, entratest.Options{})
	b := mount(t, on(s, nil), nil)
	if err := b.cleanup(t.Context()); err != nil {
		t.Fatal(err)
	}
	o := on(s, tokencache.NewMemoryStore())
	o.Config.Env = func(name string) (string, bool) { return clientID, name == "M365_CLIENT_ID" }
	o.Config.Home = t.TempDir()
	cleanup, err := authtool.MountWith(t.Context(), b.host, nil, &o)
	if err != nil {
		t.Fatalf("MountWith() after a cleanup: %v", err)
	}
	if a := b.ask(desk, `{"operation":"status"}`); a.SignedIn {
		t.Errorf("status = %+v, want nobody signed in", a)
	}
	if err := cleanup(t.Context()); err != nil {
		t.Errorf("cleanup() = %v, want nil", err)
	}
}

func TestACleanupEndsTheWaitInTheBackground(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, s := inBubble(t)
		began := time.Now()
		b.ask(desk, `{"operation":"login"}`)
		b.ask(night, `{"operation":"login"}`)
		if took := time.Since(began); took > 0 {
			t.Errorf("two logins took %v, want no wait", took)
		}
		<-time.After(time.Minute) // of the bubble's clock
		if n := polls(s); n < 20 || n > 30 {
			t.Errorf("Entra was asked %d times in a minute, want each sign-in every 5 s", n)
		}
		if err := b.cleanup(t.Context()); err != nil {
			t.Errorf("cleanup() = %v, want nil", err)
		}
		if took := time.Since(began); took != time.Minute {
			t.Errorf("the cleanup took %v, want it at once", took-time.Minute)
		}
		before := polls(s)
		<-time.After(time.Hour)
		if n := polls(s) - before; n != 0 {
			t.Errorf("Entra was asked %d times after the cleanup, want 0", n)
		}
	})
}

func TestACodeThatNobodyUsesExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, _ := inBubble(t)
		first := b.ask(desk, `{"operation":"login"}`).SignIn
		<-time.After(10 * time.Minute)
		if in := b.ask(desk, `{"operation":"login"}`).SignIn; in.FlowID != first.FlowID || in.ExpiresIn != 300 {
			t.Errorf("login after ten minutes = %+v, want the same code for five more", in)
		}
		<-time.After(7 * time.Minute)
		in := b.ask(desk, `{"operation":"status"}`).SignIn
		if in.State != "failed" || in.Error.Code != agenttool.CodeNotConnected || !strings.Contains(in.Error.Message, "expired") || in.UserCode != "" {
			t.Errorf("status after the code's end = %+v, want it expired", in)
		}
		<-time.After(2 * time.Hour)
		b.ask(night, `{"operation":"login"}`)
		if in := b.ask(desk, `{"operation":"status"}`).SignIn; in.FlowID != "" {
			t.Errorf("status two hours later = %+v, want it forgotten", in)
		}
		if next := b.ask(desk, `{"operation":"login"}`).SignIn; next.FlowID == first.FlowID || next.ExpiresIn != 900 {
			t.Errorf("login after the code's end = %+v, want a new one", next)
		}
		if err := b.cleanup(t.Context()); err != nil {
			t.Errorf("cleanup() = %v, want nil", err)
		}
	})
}
