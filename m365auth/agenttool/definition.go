package agenttool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
)

// Effect is the most that a tool can do to Microsoft 365.
type Effect string

// The effects, from the mildest to the strongest.
const (
	// EffectRead looks and changes nothing.
	EffectRead Effect = "read"
	// EffectSession changes the caller's own sign-in and nothing in Microsoft
	// 365. It needs no permission: without it nobody could ever sign in.
	EffectSession Effect = "session"
	// EffectAdd writes something new and loses nothing: a draft, a message
	// sent, a file under a new name.
	EffectAdd Effect = "add"
	// EffectChange may overwrite, move or delete what was there.
	EffectChange Effect = "change"
)

// Writes reports whether a person must approve each call.
func (e Effect) Writes() bool { return e != EffectRead && e != EffectSession }

func (e Effect) known() bool {
	switch e {
	case EffectRead, EffectSession, EffectAdd, EffectChange:
		return true
	}
	return false
}

// Annotations tell a host what to expect of a tool. They are the four hints of
// the Model Context Protocol, always set, because there an absent hint means
// the worst.
// https://modelcontextprotocol.io/specification/2025-06-18/schema#toolannotations
type Annotations struct {
	ReadOnly, Destructive, Idempotent, OpenWorld bool
}

// Access is what one call needs. See [Definition].Classify.
type Access struct {
	// Effect is what this call does.
	Effect Effect
	// Scopes are the Graph permissions that it uses.
	Scopes []string
	// Permissions must be on besides the tool's own.
	Permissions []string
}

// Definition is what the author of a tool writes. A host never sees one: it
// gets the [Tool] that [Guard.Wrap] makes of it, so that Read, Plan and Apply
// are out of its reach.
type Definition struct {
	// Name is what the model calls, in lower_snake_case.
	Name string
	// Title is for people, Description for the model.
	Title, Description string
	// Input and Output are JSON Schemas. Input is a flat object: no references,
	// no combinators, no nested properties, and each property is described.
	Input, Output json.RawMessage
	// Effect is what a call does; Idempotent says that repeating a write
	// changes nothing more.
	Effect     Effect
	Idempotent bool
	// Permission must be on for every call. Only a tool of [EffectSession] may
	// do without.
	Permission string
	// Scopes are the Graph permissions that a call uses.
	Scopes []string

	// Classify, if set, judges a call by its arguments, for a tool whose calls
	// differ: its Effect and Scopes stand in for the definition's, and its
	// Permissions must be on too. It must not touch the network.
	Classify func(in json.RawMessage) (Access, error)
	// Read serves the calls that write nothing.
	Read func(ctx context.Context, in json.RawMessage) Result
	// Plan resolves a write into data, using GET requests only.
	Plan func(ctx context.Context, in json.RawMessage) (Plan, error)
	// Apply sends exactly the plan. It never sees the arguments.
	Apply func(ctx context.Context, p Plan) Result
}

var toolName = regexp.MustCompile(`^[a-z][a-z0-9_]{1,63}$`)

// check reports every fault of the definition at once.
func (d Definition) check() error {
	var faults []error
	fault := func(format string, a ...any) { faults = append(faults, fmt.Errorf(format, a...)) }

	if !toolName.MatchString(d.Name) {
		fault("the name must be lower_snake_case of 2 to 64 letters")
	}
	if d.Title == "" || d.Title == d.Name {
		fault("give a title for people")
	}
	if d.Description == "" {
		fault("give a description for the model")
	}
	if !d.Effect.known() {
		fault("unknown effect %q", d.Effect)
	}
	if err := checkInputSchema(d.Input); err != nil {
		fault("input schema: %w", err)
	}
	if len(d.Output) > 0 {
		if err := checkObjectSchema(d.Output); err != nil {
			fault("output schema: %w", err)
		}
	}
	if (d.Permission == "") != (d.Effect == EffectSession) {
		fault("a tool needs a permission, unless its effect is %q", EffectSession)
	}
	if d.Effect.Writes() && (d.Plan == nil || d.Apply == nil) {
		fault("a tool that writes needs Plan and Apply")
	}
	if !d.Effect.Writes() && (d.Read == nil || d.Plan != nil || d.Apply != nil) {
		fault("a tool that writes nothing needs Read and has neither Plan nor Apply")
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("agenttool: define %q: %w", d.Name, err)
	}
	return nil
}

func (d Definition) annotations() Annotations {
	return Annotations{
		ReadOnly:    d.Effect == EffectRead,
		Destructive: d.Effect == EffectChange,
		Idempotent:  d.Idempotent || d.Effect == EffectRead,
		OpenWorld:   d.Effect != EffectSession,
	}
}
