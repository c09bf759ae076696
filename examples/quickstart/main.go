// Command quickstart signs in and shows mail, calendar and files. Without
// M365_CLIENT_ID it runs Entra ID and Microsoft Graph in this process, on real
// files, and writes too; with it, it reads from your own tenant.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/m365go/sdk/examples/internal/signin"
	"github.com/m365go/sdk/examples/internal/tour"
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365graph"
)

const uploadSize = 12_000_000

func main() {
	data := flag.String("data", "", "`folder` with mail, calendar and drive, in place of the built-in one")
	flag.Parse()
	signal.Ignore(syscall.SIGPIPE) // a reader that goes away is an error like others, so that we tidy up
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	err := run(ctx, os.Stdout, *data)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "quickstart: interrupted")
	case err != nil:
		fmt.Fprintln(os.Stderr, "quickstart:", err)
	default:
		return
	}
	stop()
	os.Exit(1)
}

func run(ctx context.Context, out io.Writer, data string) error {
	place, err := signin.Open(ctx, out, data) // the emulators, or the real cloud
	if err != nil {
		return err
	}
	defer place.Close()

	provider, err := entra.New(place.Config, &entra.Options{HTTPClient: place.HTTPClient})
	if err != nil {
		return err
	}
	defer provider.Close()
	tokens := entra.Prompting(provider, place.Prompt) // silent, and asks the person when it must
	if _, err := tokens.Token(ctx, m365auth.TokenRequest{}); err != nil {
		return err
	}

	client, err := m365graph.New(tokens, &m365graph.Options{Cloud: place.Config.Cloud, HTTPClient: place.HTTPClient})
	if err != nil {
		return err
	}
	t := tour.New(out, client)
	if err := t.Read(ctx); err != nil || place.Demo == nil {
		return err
	}
	if err := place.ThrottleOneSlice(); err != nil {
		return err
	}
	if err := t.Write(ctx, place.Demo.Colleague.Address, uploadSize); err != nil {
		return err
	}
	if err := place.TellThrottled(); err != nil {
		return err
	}
	return place.Again(ctx)
}
