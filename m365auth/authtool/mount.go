package authtool

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/config"
	"github.com/m365go/sdk/m365auth/entra"
)

// Options is what only a program can decide, and no setting. Nil, or the zero
// value, is right for signing in with Microsoft's own clouds.
type Options struct {
	// Config says where settings come from. Its Module and Mount are set by
	// [MountWith].
	Config config.Options
	// Entra changes how the provider works.
	Entra *entra.Options
	// Guard stands before the tool. Nil means one that keeps no audit. The
	// tool needs no permission.
	Guard *agenttool.Guard
	// Scopes returns what a sign-in asks for besides the configured scopes:
	// what the tools need that are switched on. It is called for each sign-in.
	// Nil means nothing more. No argument of the tool widens a sign-in.
	Scopes func(context.Context) []string
}

// Mount mounts m365_auth on a host. The map is the `config:` node of
// tool-m365-auth, or a whole mount plan; the environment and the user file fill
// what it leaves out.
//
// The cleanup withdraws the provider and ends every wait for a person; it
// returns when nothing of the mount runs any more, or when its context ends.
// Calling it again does no harm. A tool that is still mounted then answers
// M365_UNAVAILABLE.
//
// A wrong setting is a [*config.Error].
func Mount(ctx context.Context, host agenttool.Host, cfg map[string]any) (cleanup func(context.Context) error, err error) {
	return MountWith(ctx, host, cfg, nil)
}

// MountWith is [Mount] with options.
func MountWith(ctx context.Context, host agenttool.Host, cfg map[string]any, opts *Options) (cleanup func(context.Context) error, err error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("authtool: mount: %w", err)
	}
	var o Options
	if opts != nil {
		o = *opts
	}
	o.Config.Module, o.Config.Mount = config.AuthModule, config.MountMap(cfg)
	settings, err := config.Load(&o.Config)
	if err != nil {
		return nil, err
	}
	provider, err := entra.New(settings.Auth, o.Entra)
	if err != nil {
		return nil, err
	}
	if o.Guard == nil {
		o.Guard = agenttool.NewGuard(nil)
	}
	t := newTool(provider)
	if o.Scopes != nil {
		own := settings.Auth.WithDefaults().Scopes
		t.scopes = func(ctx context.Context) []string { return slices.Concat(own, o.Scopes(ctx)) }
	}
	undo := &agenttool.Cleanups{}
	undo.Add(func(context.Context) error { return provider.Close() })
	undo.Add(t.close)
	if err := mount(host, t, o.Guard, undo); err != nil {
		return nil, errors.Join(err, undo.Run(context.WithoutCancel(ctx)))
	}
	return undo.Run, nil
}

// mount offers the provider before the tool that signs in to it.
func mount(host agenttool.Host, t *tool, guard *agenttool.Guard, undo *agenttool.Cleanups) error {
	wrapped, err := guard.Wrap(t.definition())
	if err != nil {
		return err
	}
	if err := host.SetTokens(agenttool.TokensService, t.provider); err != nil {
		return fmt.Errorf("authtool: offer tokens: %w", err)
	}
	undo.Add(func(context.Context) error { return host.SetTokens(agenttool.TokensService, nil) })
	if err := host.MountTool(wrapped); err != nil {
		return fmt.Errorf("authtool: mount the tool: %w", err)
	}
	undo.Add(func(context.Context) error { return host.UnmountTool(wrapped) })
	return nil
}
