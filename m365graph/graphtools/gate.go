package graphtools

import (
	"context"
	"sync/atomic"

	"github.com/m365go/sdk/m365auth/agenttool"
)

// gate is the permissions of a mount until the mount is undone.
type gate struct {
	agenttool.Permissions
	closed atomic.Bool
}

var errClosed = &agenttool.Error{
	Code: agenttool.CodeUnavailable, Message: toolName + " is no longer mounted",
	Hint: "tell the person that whoever runs this host must mend it",
}

// Allows refuses everything once the gate is closed.
func (g *gate) Allows(ctx context.Context, who agenttool.Caller, id string) (bool, error) {
	if g.closed.Load() {
		return false, errClosed
	}
	return g.Permissions.Allows(ctx, who, id)
}

func (g *gate) close(context.Context) error {
	g.closed.Store(true)
	return nil
}
