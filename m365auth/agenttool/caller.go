package agenttool

import "context"

// Caller is on whose behalf a tool is called. The front door of a host puts it
// into the context, from credentials that it has verified: a session, a
// validated token, the user of the process. It never comes from a call's
// arguments, which a model writes.
type Caller struct {
	// Company is the tenant of the host, empty where there is one only.
	Company string
	// User is the host's stable id of the person; required.
	User string
	// Session is the conversation or connection, empty if the host has none.
	Session string
	// Account is the [m365auth.Account] ID to act as, empty for the only one.
	Account string
}

type callerKey struct{}

// WithCaller returns a context that carries who.
func WithCaller(ctx context.Context, who Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, who)
}

// CallerFrom returns the caller in ctx, and false if there is none or it names
// no user. Such a call is refused.
func CallerFrom(ctx context.Context) (Caller, bool) {
	who, _ := ctx.Value(callerKey{}).(Caller)
	return who, who.User != ""
}
