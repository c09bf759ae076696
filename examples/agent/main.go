// Agent is a Go program that hosts the Microsoft 365 tools for an agent, in one
// screen: it mounts m365_auth and m365_graph, and calls them as a language model
// would to answer one question of a person's. Entra ID and Microsoft Graph run
// in this process, so it needs neither a network nor an account:
//
//	go run ./examples/agent
//
// The model is the script in conversation.go; everything else is real. To host a
// real one, give it host.Tools() and hand its calls to host.Call.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/m365go/sdk/examples/internal/demo"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/authtool"
	"github.com/m365go/sdk/m365auth/config"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/tokencache"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtools"
)

// today is a working day in the demo's mailbox.
var today = time.Date(2026, 11, 13, 17, 30, 0, 0, time.UTC)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "agent:", err)
		stop()
		os.Exit(1)
	}
}

// run hosts the tools for one conversation.
func run(ctx context.Context, out io.Writer) (err error) {
	cloud, err := demo.Start(ctx, &demo.Options{Now: func() time.Time { return today }})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cloud.Close()) }()

	host, unmount, err := mount(ctx, cloud)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unmount(context.WithoutCancel(ctx))) }()

	// Whoever serves several people says here which of them is calling.
	ctx = agenttool.WithCaller(ctx, agenttool.Caller{User: "the person at this terminal"})
	return converse(ctx, out, host, cloud)
}

// mount mounts both tools as a mount plan would. Only the emulators need more
// than the two maps of settings.
func mount(ctx context.Context, cloud *demo.Cloud) (*agenttool.LocalHost, func(context.Context) error, error) {
	host := agenttool.NewHost(nil)
	var undo agenttool.Cleanups
	settings := config.Options{
		Cloud: cloud.Config().Cloud, File: os.DevNull, Env: func(string) (string, bool) { return "", false },
	}
	unmount, err := authtool.MountWith(ctx, host, map[string]any{
		"client_id": cloud.Config().ClientID,
		"tenant_id": cloud.Config().TenantID,
	}, &authtool.Options{
		Config: settings,
		Entra:  &entra.Options{HTTPClient: cloud.HTTPClient(), Store: tokencache.NewMemoryStore()},
	})
	undo.Add(unmount)
	if err == nil {
		unmount, err = graphtools.MountWith(ctx, host, map[string]any{
			"permissions": []any{"graph.read", "outlook.read"},
		}, &graphtools.Options{
			Config: settings,
			Client: m365graph.Options{Cloud: settings.Cloud, HTTPClient: cloud.HTTPClient()},
		})
		undo.Add(unmount)
	}
	if err != nil {
		return nil, nil, errors.Join(err, undo.Run(ctx))
	}
	return host, undo.Run, nil
}
