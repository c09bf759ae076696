package agenttool

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"
)

// GuardOptions are the settings of a [Guard].
type GuardOptions struct {
	// Permissions tells which permissions are on. Nil: none is.
	Permissions Permissions
	// Audit keeps each decision. Nil: none is kept.
	Audit Audit
	// MaxOutput is the most bytes of an answer, of Output and of Text each.
	// Zero means 24 KB.
	MaxOutput int
	// Log hears of panics: their type and stack, never their value. Nil: they
	// are not logged.
	Log *slog.Logger
}

// Guard stands between the tools and whoever calls them. It refuses a call
// without a caller or a permission, and every write.
type Guard struct {
	permissions Permissions
	audit       Audit
	maxOutput   int
	log         *slog.Logger
}

// NewGuard returns a guard. Nil options switch everything off.
func NewGuard(opts *GuardOptions) *Guard {
	var o GuardOptions
	if opts != nil {
		o = *opts
	}
	if o.Permissions == nil {
		o.Permissions = PermissionSet(nil)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Guard{permissions: o.Permissions, audit: o.Audit, maxOutput: cmp.Or(o.MaxOutput, 24<<10), log: o.Log}
}

// Wrap makes a tool of a definition, or says all that is wrong with it.
func (g *Guard) Wrap(d Definition) (Tool, error) {
	if err := d.check(); err != nil {
		return Tool{}, err
	}
	d.Input, d.Output, d.Scopes = compact(d.Input), compact(d.Output), slices.Clone(d.Scopes)
	version := sha256.New()
	for _, part := range []string{d.Name, d.Description, string(d.Input), string(d.Output), string(d.Effect), d.Permission} {
		fmt.Fprintf(version, "%d:%s", len(part), part)
	}
	return Tool{&guarded{guard: g, def: d, version: hex.EncodeToString(version.Sum(nil))[:16]}}, nil
}

// compact returns a copy of valid JSON without white space, which every turn of
// a model would pay for.
func compact(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return nil
	}
	var b bytes.Buffer
	_ = json.Compact(&b, raw) // check has read it
	return b.Bytes()
}

// guarded is what a Tool hides.
type guarded struct {
	guard   *Guard
	def     Definition
	version string
}

// Tool is what a host sees of a tool. Only [Guard.Wrap] makes one that does
// anything; the zero Tool has no name and refuses every call. It is safe for
// concurrent use if the functions of its definition are.
type Tool struct{ w *guarded }

func (t Tool) def() Definition {
	if t.w == nil {
		return Definition{}
	}
	return t.w.def
}

// Name is what a model calls.
func (t Tool) Name() string { return t.def().Name }

// Title is what people read.
func (t Tool) Title() string { return t.def().Title }

// Description is what a model reads.
func (t Tool) Description() string { return t.def().Description }

// InputSchema is the JSON Schema of the arguments, a copy.
func (t Tool) InputSchema() json.RawMessage { return slices.Clone(t.def().Input) }

// OutputSchema is the JSON Schema of [Result].Output, a copy; nil if unsaid.
func (t Tool) OutputSchema() json.RawMessage { return slices.Clone(t.def().Output) }

// Annotations tell what to expect of a call.
func (t Tool) Annotations() Annotations { return t.def().annotations() }

// Version changes when the tool's name, texts, schemas, effect or permission
// do.
func (t Tool) Version() string {
	if t.w == nil {
		return ""
	}
	return t.w.version
}

// Execute runs a call on behalf of the [Caller] in ctx. It never panics; every
// failure is in the result.
func (t Tool) Execute(ctx context.Context, in json.RawMessage) (res Result) {
	if t.w == nil {
		return finish(Fail(&Error{Code: CodeUnavailable, Message: "no such tool is mounted"}), 0)
	}
	// finish is inside too: it encodes an error's details, which may be any type.
	defer func() {
		if p := recover(); p != nil {
			res = finish(t.w.panicked(ctx, p), t.w.guard.maxOutput)
		}
	}()
	return finish(t.w.run(ctx, in), t.w.guard.maxOutput)
}

// panicked answers a call that panicked with p, whose value may hold anything;
// its type and the stack do not.
func (w *guarded) panicked(ctx context.Context, p any) Result {
	w.guard.log.ErrorContext(ctx, "agenttool: a tool panicked", "tool", w.def.Name,
		"type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
	return Fail(&Error{Code: CodeUnavailable, Message: "the tool failed inside", Hint: hintOperator})
}

func (w *guarded) run(ctx context.Context, in json.RawMessage) Result {
	in, err := w.admit(ctx, in)
	if err != nil {
		return Fail(err)
	}
	res := w.def.Read(ctx, in)
	// Whatever is read of Microsoft 365 was written there by anybody; a session
	// tells of nothing but the caller's own sign-in.
	res.Untrusted = w.def.Effect != EffectSession
	return res
}

// admit returns the checked arguments of a call that may go on, or says why it
// may not, and keeps the decision.
func (w *guarded) admit(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
	access := Access{Effect: w.def.Effect, Scopes: w.def.Scopes}
	who, _ := CallerFrom(ctx)
	in, refusal := w.judge(ctx, who, in, &access)
	if w.guard.audit == nil {
		return in, refusal
	}
	event := AuditEvent{At: time.Now().UTC(), Caller: who, Tool: w.def.Name, Effect: access.Effect, Permissions: access.Permissions}
	if refusal != nil {
		event.Code = FromError(refusal).Code
	}
	if err := w.guard.audit.Record(ctx, event); err != nil && refusal == nil {
		return nil, &Error{Code: CodeUnavailable, Message: "the call cannot be recorded, so it was not made", Hint: hintOperator}
	}
	return in, refusal
}

// judge looks at the tool's own permission before it looks at an argument, so
// that a tool which is off tells nothing else.
func (w *guarded) judge(ctx context.Context, who Caller, in json.RawMessage, a *Access) (json.RawMessage, error) {
	if who.User == "" {
		return nil, &Error{
			Code: CodePermissionDisabled, Message: "the host did not say on whose behalf this call is made", Hint: hintOperator,
		}
	}
	if w.def.Permission != "" {
		a.Permissions = []string{w.def.Permission}
		if err := w.allowed(ctx, who, a.Permissions); err != nil {
			return nil, err
		}
	}
	in, err := checkInput(in, nil)
	if err != nil {
		return nil, err
	}
	if in, err = stripHostKeys(in); err != nil {
		return nil, err
	}
	if w.def.Classify != nil {
		more, err := w.def.Classify(in)
		if err != nil {
			return nil, err
		}
		a.Effect, a.Scopes = more.Effect, more.Scopes
		a.Permissions = append(a.Permissions, more.Permissions...)
		if err := w.allowed(ctx, who, more.Permissions); err != nil {
			return nil, err
		}
	}
	if a.Effect.Writes() {
		return nil, &Error{
			Code: CodeApprovalUnavailable, Message: "a write needs a person's approval, and this host has no way to ask for it",
			Hint: "tell the person; nothing was sent",
		}
	}
	return in, nil
}

func (w *guarded) allowed(ctx context.Context, who Caller, ids []string) error {
	for _, id := range ids {
		switch on, err := w.guard.permissions.Allows(ctx, who, id); {
		case errors.As(err, new(*Error)):
			return err // its words are for the model
		case err != nil:
			return &Error{Code: CodeUnavailable, Message: "the permissions cannot be looked up, so the call was not made", Hint: HintLater}
		case !on:
			return &Error{
				Code: CodePermissionDisabled, Message: fmt.Sprintf("the permission %s is off", id),
				Hint:    "tell the person that whoever runs this host can switch it on",
				Details: map[string]any{"permission": id},
			}
		}
	}
	return nil
}
