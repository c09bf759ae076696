package agenttool_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/m365go/sdk/m365auth/agenttool"
)

var somebody = agenttool.Caller{Company: "contoso", User: "sales-desk", Session: "s1"}

func as(t *testing.T, who agenttool.Caller) context.Context {
	return agenttool.WithCaller(t.Context(), who)
}

// reader is a valid definition whose Read counts its calls.
func reader(calls *int) agenttool.Definition {
	return agenttool.Definition{
		Name: "read_it", Title: "Read it", Description: "Reads it.",
		Input:      json.RawMessage(`{"type":"object","properties":{"id":{"type":"string","description":"Its id."}}}`),
		Effect:     agenttool.EffectRead,
		Permission: "outlook.read",
		Read: func(_ context.Context, in json.RawMessage) agenttool.Result {
			*calls++
			return agenttool.OK(map[string]json.RawMessage{"in": in})
		},
	}
}

// writer is a valid definition of a write that fails the test if it is reached.
func writer(t *testing.T, effect agenttool.Effect) agenttool.Definition {
	d := reader(new(int))
	d.Name, d.Title, d.Permission, d.Effect, d.Read = "write_it", "Write it", "outlook.send", effect, nil
	d.Plan = func(context.Context, json.RawMessage) (agenttool.Plan, error) {
		t.Error("Plan was called, want no write to be planned")
		return agenttool.Plan{}, nil
	}
	d.Apply = func(context.Context, agenttool.Plan) agenttool.Result {
		t.Error("Apply was called, want no write")
		return agenttool.Result{}
	}
	return d
}

func wrap(t *testing.T, opts *agenttool.GuardOptions, d agenttool.Definition) agenttool.Tool {
	t.Helper()
	tool, err := agenttool.NewGuard(opts).Wrap(d)
	if err != nil {
		t.Fatal(err)
	}
	return tool
}

func wantCode(t *testing.T, res agenttool.Result, want agenttool.Code) {
	t.Helper()
	if res.Success || res.Error == nil || res.Error.Code != want {
		t.Fatalf("the call answers %+v, want %s", res, want)
	}
	if !strings.HasPrefix(res.Text, string(want)+": ") {
		t.Errorf("the text is %q, want it to begin with the code", res.Text)
	}
}

func TestGuardAdmitsOnlyWhatIsSwitchedOn(t *testing.T) {
	t.Parallel()
	on := agenttool.PermissionSet{"outlook.read", "outlook.send"}
	tests := []struct {
		name        string
		permissions agenttool.Permissions
		who         agenttool.Caller
		in          string
		want        agenttool.Code // "" for success
	}{
		{"a caller with the permission", on, somebody, `{}`, ""},
		{"no permissions at all", nil, somebody, `{}`, agenttool.CodePermissionDisabled},
		{"another permission", agenttool.PermissionSet{"calendar.read"}, somebody, `{}`, agenttool.CodePermissionDisabled},
		{"no caller", on, agenttool.Caller{}, `{}`, agenttool.CodePermissionDisabled},
		{"a caller without a user", on, agenttool.Caller{Company: "contoso", Session: "s"}, `{}`, agenttool.CodePermissionDisabled},
		{"permissions that cannot be read", brokenPermissions{}, somebody, `{}`, agenttool.CodeUnavailable},
		{"arguments that are no object", on, somebody, `[1]`, agenttool.CodeInvalidArgument},
		{"bad arguments of a tool that is off", nil, somebody, `[1]`, agenttool.CodePermissionDisabled},
		{"a key twice", on, somebody, `{"id":"1","id":"2"}`, agenttool.CodeInvalidArgument},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var calls int
			res := wrap(t, &agenttool.GuardOptions{Permissions: tt.permissions}, reader(&calls)).Execute(as(t, tt.who), json.RawMessage(tt.in))
			if tt.want == "" {
				if !res.Success || calls != 1 {
					t.Errorf("the call answers %+v after %d reads, want success after 1", res, calls)
				}
				return
			}
			wantCode(t, res, tt.want)
			if calls != 0 {
				t.Errorf("Read was called %d times, want 0", calls)
			}
		})
	}
}

type brokenPermissions struct{}

func (brokenPermissions) Allows(context.Context, agenttool.Caller, string) (bool, error) {
	return true, errors.New("the store at 10.0.0.1 is down")
}

func TestGuardRefusesEveryWrite(t *testing.T) {
	t.Parallel()
	on := &agenttool.GuardOptions{Permissions: agenttool.PermissionSet{"outlook.read", "outlook.send"}}
	for _, effect := range []agenttool.Effect{agenttool.EffectAdd, agenttool.EffectChange} {
		wantCode(t, wrap(t, on, writer(t, effect)).Execute(as(t, somebody), nil), agenttool.CodeApprovalUnavailable)
		wantCode(t, wrap(t, nil, writer(t, effect)).Execute(as(t, somebody), nil), agenttool.CodePermissionDisabled)
	}
}

func TestGuardJudgesEachCallOfAToolThatClassifies(t *testing.T) {
	t.Parallel()
	classify := func(in json.RawMessage) (agenttool.Access, error) {
		args, err := agenttool.Decode[struct {
			ID string `json:"id"`
		}](in)
		switch {
		case err != nil:
			return agenttool.Access{}, err
		case args.ID == "write":
			return agenttool.Access{Effect: agenttool.EffectAdd}, nil
		case args.ID == "odd":
			return agenttool.Access{Effect: "odd"}, nil
		}
		return agenttool.Access{Effect: agenttool.EffectRead, Permissions: []string{args.ID}}, nil
	}
	tests := []struct {
		id   string
		want agenttool.Code
	}{
		{"calendar.read", ""},
		{"teams.read", agenttool.CodePermissionDisabled},
		{"write", agenttool.CodeApprovalUnavailable},
		{"odd", agenttool.CodeApprovalUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			t.Parallel()
			var calls int
			d := reader(&calls)
			d.Classify = classify
			tool := wrap(t, &agenttool.GuardOptions{Permissions: agenttool.PermissionSet{"outlook.read", "calendar.read"}}, d)
			in, _ := json.Marshal(map[string]string{"id": tt.id})
			res := tool.Execute(as(t, somebody), in)
			if tt.want == "" {
				if !res.Success || calls != 1 {
					t.Errorf("the call answers %+v after %d reads, want success after 1", res, calls)
				}
				return
			}
			wantCode(t, res, tt.want)
			if calls != 0 {
				t.Errorf("Read was called %d times, want 0", calls)
			}
		})
	}
}

func TestGuardStripsTheHostsOwnKeys(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		``:                                   `{}`,
		`{"id":"1","_tool_call_id":"c1"}`:    `{"id":"1"}`,
		`{"\u005fx":1,"id":"1"}`:             `{"id":"1"}`,
		`{"id":"_x"}`:                        `{"id":"_x"}`,
		`{"id":"1","nested":{"_kept":true}}`: `{"id":"1","nested":{"_kept":true}}`,
	} {
		var calls int
		tool := wrap(t, &agenttool.GuardOptions{Permissions: agenttool.PermissionSet{"outlook.read"}}, reader(&calls))
		res := tool.Execute(as(t, somebody), json.RawMessage(in))
		if got := string(res.Output); got != `{"in":`+want+`}` {
			t.Errorf("Read of %s got %s, want %s", in, got, want)
		}
	}
}

// explosive panics when it is written as JSON.
type explosive struct{ value string }

func (e explosive) MarshalJSON() ([]byte, error) { panic("token " + e.value) }

func TestGuardTurnsAPanicIntoAResultThatTellsNothing(t *testing.T) {
	t.Parallel()
	const canary = "canary-3f9a"
	for name, read := range map[string]func(context.Context, json.RawMessage) agenttool.Result{
		"in Read": func(context.Context, json.RawMessage) agenttool.Result { panic("token " + canary) },
		"in the details of an error": func(context.Context, json.RawMessage) agenttool.Result {
			return agenttool.Fail(&agenttool.Error{Code: agenttool.CodeConflict, Details: map[string]any{"a": explosive{canary}}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			d := reader(new(int))
			d.Read = read
			tool := wrap(t, &agenttool.GuardOptions{
				Permissions: agenttool.PermissionSet{"outlook.read"}, Log: slog.New(slog.NewTextHandler(&log, nil)),
			}, d)
			res := tool.Execute(as(t, somebody), nil)
			wantCode(t, res, agenttool.CodeUnavailable)
			answer, err := json.Marshal(res)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(answer), canary) || strings.Contains(string(answer), "goroutine") {
				t.Errorf("the result tells the panic or its stack: %s", answer)
			}
			if got := log.String(); strings.Contains(got, canary) || !strings.Contains(got, "type=string") || !strings.Contains(got, "guard_test.go") {
				t.Errorf("the log is %s, want the panic's type and stack without its value", got)
			}
		})
	}
}

type auditLog struct {
	events []agenttool.AuditEvent
	err    error
}

func (a *auditLog) Record(_ context.Context, e agenttool.AuditEvent) error {
	a.events = append(a.events, e)
	return a.err
}

func TestGuardRecordsEachDecision(t *testing.T) {
	t.Parallel()
	audit := &auditLog{}
	var calls int
	opts := &agenttool.GuardOptions{Permissions: agenttool.PermissionSet{"outlook.read"}, Audit: audit}
	tool := wrap(t, opts, reader(&calls))
	tool.Execute(as(t, somebody), json.RawMessage(`{"id":"kept out of the audit"}`))
	tool.Execute(as(t, somebody), json.RawMessage(`[]`))
	tool.Execute(t.Context(), nil)
	wrap(t, opts, writer(t, agenttool.EffectAdd)).Execute(as(t, somebody), nil)
	want := []agenttool.AuditEvent{
		{Caller: somebody, Tool: "read_it", Effect: agenttool.EffectRead, Permissions: []string{"outlook.read"}},
		{Caller: somebody, Tool: "read_it", Effect: agenttool.EffectRead, Permissions: []string{"outlook.read"}, Code: agenttool.CodeInvalidArgument},
		{Tool: "read_it", Effect: agenttool.EffectRead, Code: agenttool.CodePermissionDisabled},
		{Caller: somebody, Tool: "write_it", Effect: agenttool.EffectAdd, Permissions: []string{"outlook.send"}, Code: agenttool.CodePermissionDisabled},
	}
	if diff := cmp.Diff(want, audit.events, cmpopts.IgnoreFields(agenttool.AuditEvent{}, "At")); diff != "" {
		t.Errorf("the audit differs (-want +got):\n%s", diff)
	}
	audit.err = errors.New("disk full")
	wantCode(t, tool.Execute(as(t, somebody), nil), agenttool.CodeUnavailable)
	if calls != 1 {
		t.Errorf("Read was called %d times, want 1: a call that cannot be recorded is not made", calls)
	}
}

func TestToolShowsItsDefinitionAndCannotChangeIt(t *testing.T) {
	t.Parallel()
	d := reader(new(int))
	d.Output = json.RawMessage(`{"type":"object"}`)
	d.Input = json.RawMessage("{ \"type\": \"object\",\n \"properties\": {\"id\": {\"type\": \"string\", \"description\": \"Its id.\"}} }")
	tool := wrap(t, nil, d)
	tool.InputSchema()[0], d.Input[0] = 'X', 'Y'
	if got, want := string(tool.InputSchema()), `{"type":"object","properties":{"id":{"type":"string","description":"Its id."}}}`; got != want {
		t.Errorf("InputSchema() = %s, want %s", got, want)
	}
	if got, want := []string{tool.Name(), tool.Title(), tool.Description(), string(tool.OutputSchema())},
		[]string{"read_it", "Read it", "Reads it.", `{"type":"object"}`}; !cmp.Equal(got, want) {
		t.Errorf("the tool shows %q, want %q", got, want)
	}
	d = reader(new(int))
	same := wrap(t, nil, d)
	d.Description = "Reads it differently."
	if other := wrap(t, nil, d); other.Version() == same.Version() || len(same.Version()) != 16 {
		t.Errorf("versions are %q and %q, want two of 16 digits", same.Version(), other.Version())
	}
}

func TestZeroToolRefuses(t *testing.T) {
	t.Parallel()
	var tool agenttool.Tool
	wantCode(t, tool.Execute(as(t, somebody), nil), agenttool.CodeUnavailable)
	if tool.Name() != "" || tool.Version() != "" || tool.InputSchema() != nil {
		t.Errorf("the zero tool shows %q %q %s, want nothing", tool.Name(), tool.Version(), tool.InputSchema())
	}
}
