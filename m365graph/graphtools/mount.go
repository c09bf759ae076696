package graphtools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/config"
	"github.com/m365go/sdk/m365graph"
)

// toolsets are the names that the setting toolsets may have.
var toolsets = []string{"graph"}

// Options are what a program decides and no setting can.
type Options struct {
	// Client is how requests are sent: its HTTPClient, UserAgent, retries,
	// logger, and above all its Cloud, where it is not one of Microsoft's. The
	// settings fill APIVersion, PageSize, MaxPages and Account where they are
	// zero.
	Client m365graph.Options
	// Config is where settings are looked for. Its Module and Mount are not
	// used, and its Cloud is that of Client if it names none.
	Config config.Options
	// Audit keeps each decision. Nil: none is kept.
	Audit agenttool.Audit
}

// Mount offers the tools to a host, with the settings of the node `config:` of
// its mount plan; see package config for the keys and the layers below them.
// Settings that are wrong are a [*config.Error], and then nothing is mounted.
//
// The function that it returns ends the tools and takes them back from the
// host, so that they can be mounted again. Whoever still holds one is answered
// M365_UNAVAILABLE. It may be called more than once.
func Mount(ctx context.Context, host agenttool.Host, cfg map[string]any) (cleanup func(context.Context) error, err error) {
	return MountWith(ctx, host, cfg, nil)
}

// MountWith is [Mount] with options; nil are the zero ones.
func MountWith(_ context.Context, host agenttool.Host, cfg map[string]any, opts *Options) (cleanup func(context.Context) error, err error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	settings, err := load(cfg, &o)
	if err != nil {
		return nil, err
	}
	permissions, err := Permissions(settings.Tools.Permissions...)
	if err != nil {
		return nil, err
	}
	if settings.Tools.ReadOnly {
		permissions = readOnly(permissions)
	}
	if err := checkToolsets(settings.Tools.Toolsets); err != nil {
		return nil, err
	}
	tool, err := newGraphTool(host, &o)
	if err != nil {
		return nil, err
	}
	gate := &gate{Permissions: permissions}
	guard := agenttool.NewGuard(&agenttool.GuardOptions{
		Permissions: gate, MaxOutput: maxOutput, Log: o.Client.Logger, Audit: o.Audit,
	})
	wrapped, err := guard.Wrap(tool.definition())
	if err != nil {
		return nil, err
	}
	if err := host.MountTool(wrapped); err != nil {
		return nil, err
	}
	undo := &agenttool.Cleanups{}
	undo.Add(func(context.Context) error { return host.UnmountTool(wrapped) })
	undo.Add(gate.close)
	return undo.Run, nil
}

// load reads the settings and completes the client's options with them.
func load(cfg map[string]any, o *Options) (*config.Settings, error) {
	o.Config.Module, o.Config.Mount = config.GraphModule, config.MountMap(cfg)
	if o.Config.Cloud.IsZero() {
		o.Config.Cloud = o.Client.Cloud
	}
	settings, err := config.Load(&o.Config)
	if err != nil {
		return nil, err
	}
	c := &o.Client
	c.Cloud = settings.Cloud
	c.APIVersion = cmp.Or(c.APIVersion, settings.Graph.APIVersion)
	c.PageSize = cmp.Or(c.PageSize, settings.Graph.DefaultPageSize)
	c.MaxPages = cmp.Or(c.MaxPages, settings.Graph.MaxPages)
	c.Account = cmp.Or(c.Account, settings.Tools.Account)
	// A model waits in vain: beyond this it is told how long, and decides.
	c.MaxWait = cmp.Or(c.MaxWait, 10*time.Second)
	return settings, nil
}

// checkToolsets refuses a name that none of this package's tools has. The only
// tool is of the only toolset, so every list of known names offers it.
func checkToolsets(names []string) error {
	for _, name := range names {
		if !slices.Contains(toolsets, name) {
			return fmt.Errorf("graphtools: toolsets: %q is unknown; there are %s", name, strings.Join(toolsets, ", "))
		}
	}
	return nil
}

func newGraphTool(host agenttool.Host, o *Options) (*graphTool, error) {
	tokens := hostTokens{host, o.Client.Account}
	client, err := m365graph.New(tokens, &o.Client)
	if err != nil {
		return nil, err
	}
	sealer, err := newSealer()
	if err != nil {
		return nil, err
	}
	scopes := func(ctx context.Context) ([]string, error) {
		token, err := tokens.Token(ctx, m365auth.TokenRequest{})
		return token.Scopes, err
	}
	return &graphTool{client: client, maxPages: o.Client.MaxPages, sealer: sealer, scopes: scopes}, nil
}

// hostTokens asks the host's provider, which may be mounted after the tools, on
// behalf of the caller's account.
type hostTokens struct {
	host    agenttool.Host
	account string
}

func (t hostTokens) Token(ctx context.Context, req m365auth.TokenRequest) (m365auth.Token, error) {
	provider, err := t.host.Tokens(agenttool.TokensService)
	if err != nil {
		return m365auth.Token{}, err
	}
	who, _ := agenttool.CallerFrom(ctx)
	req.Account = cmp.Or(who.Account, req.Account, t.account)
	return provider.Token(ctx, req)
}
