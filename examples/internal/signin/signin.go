// Package signin chooses where an example signs in: at Entra ID and Graph in
// this process, on a folder of files, or at the real cloud where M365_CLIENT_ID
// names an app registration.
package signin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/m365go/sdk/examples/internal/demo"
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/config"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
	"golang.org/x/term"
)

// Place is where to sign in. Close it.
type Place struct {
	// Config is for entra.New, and HTTPClient for it and for m365graph.New;
	// nil means their own.
	Config     m365auth.Config
	HTTPClient *http.Client
	// Demo is nil at the real cloud.
	Demo *demo.Cloud

	out   io.Writer
	cache string // the demo's, removed in the end
	done  chan struct{}
}

// demoScopes are what the demo asks for: it reads and writes.
var demoScopes = []string{"User.Read", "Mail.Read", "Mail.Send", "Calendars.Read", "Files.ReadWrite", "MailboxSettings.Read"}

// Open finds the place, and says on out which it is. A folder of files is for
// the demo alone; empty means the one that is built in.
func Open(ctx context.Context, out io.Writer, folder string) (*Place, error) {
	if os.Getenv("M365_CLIENT_ID") == "" {
		return openDemo(ctx, out, folder)
	}
	if folder != "" {
		return nil, errors.New("a folder of files is for the demo; unset M365_CLIENT_ID to run it")
	}
	settings, err := config.Load(&config.Options{Module: config.AuthModule})
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "m365 for Go, quick start with the app %s at %s. It reads, and writes nothing.\n",
		settings.Auth.ClientID, settings.Auth.Cloud.LoginHost)
	return &Place{Config: settings.Auth, out: out, done: make(chan struct{})}, nil
}

func openDemo(ctx context.Context, out io.Writer, folder string) (*Place, error) {
	cloud, err := demo.Start(ctx, &demo.Options{Dir: folder})
	if err != nil {
		return nil, err
	}
	cache, err := os.MkdirTemp("", "m365-quickstart-")
	if err != nil {
		return nil, errors.Join(err, cloud.Close())
	}
	p := &Place{Config: cloud.Config(), HTTPClient: cloud.HTTPClient(), Demo: cloud, out: out, cache: cache, done: make(chan struct{})}
	p.Config.Scopes, p.Config.CachePath = demoScopes, cache
	// The keyring is for what stays; the demo's key goes with its cache.
	p.Config.CacheKeyFile = filepath.Join(cache, "token_cache.key")
	from := "files that are built in; -data names a folder of your own"
	if folder != "" {
		from = folder
	}
	fmt.Fprintf(out, "m365 for Go, quick start with no tenant: Entra ID and Microsoft Graph run in this\nprocess, on %s.\n", from)
	p.tellProblems(cloud.Problems)
	return p, nil
}

const mostProblems = 20

// tellProblems names the files that could not be read, and how many more there
// are where a whole folder is of another kind.
func (p *Place) tellProblems(problems []demo.Problem) {
	if len(problems) > 0 {
		fmt.Fprintf(p.out, "\nNot all of the files could be read (%d):\n", len(problems))
	}
	for i, problem := range problems {
		if i == mostProblems {
			fmt.Fprintf(p.out, "   … and %d more\n", len(problems)-i)
			return
		}
		fmt.Fprintf(p.out, "   %s\n", problem)
	}
}

// patience is how long the demo waits for a person before it approves itself.
const patience = 10 * time.Second

// Prompt shows a person where to sign in. The demo's sign-in is approved by
// itself after a while, or at once where nobody sits at a terminal.
func (p *Place) Prompt(prompt entra.DevicePrompt) {
	fmt.Fprintf(p.out, "\nSign in: open %s\n         and enter %s\n", prompt.VerificationURL, prompt.UserCode)
	if p.Demo == nil {
		return
	}
	wait := patience
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		wait = 0
	}
	fmt.Fprint(p.out, "         (your browser will warn of a certificate made for this run")
	if wait == 0 {
		fmt.Fprintln(p.out, ")")
	} else {
		fmt.Fprintf(p.out, "; after %d s the demo approves by itself)\n", int(wait.Seconds()))
	}
	go p.approve(prompt.UserCode, wait)
}

// approve plays the person, unless there was one. It speaks before it approves:
// from then on the program prints.
func (p *Place) approve(code string, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.done:
		return
	}
	if !slices.ContainsFunc(p.Demo.Entra.Pending(), func(c entratest.PendingCode) bool { return c.UserCode == code }) {
		return // somebody was faster
	}
	why := "Nobody sits at this terminal"
	if wait > 0 {
		why = fmt.Sprintf("Nobody came within %d s", int(wait.Seconds()))
	}
	fmt.Fprintf(p.out, "         %s: the demo approves as %s.\n", why, p.Demo.Owner.Address)
	_ = p.Demo.Entra.Approve(code, p.Demo.Owner.Address) // fails if somebody was faster after all
}

// Close stops what Open started and removes the demo's cache.
func (p *Place) Close() error {
	close(p.done)
	if p.Demo == nil {
		return nil
	}
	return errors.Join(p.Demo.Close(), os.RemoveAll(p.cache))
}
