// Command testing tells how many messages of the inbox are unread, and how old the
// oldest of them is. The program is small because its test is the example:
// main_test.go runs it against Microsoft Graph in process, with throttling, a
// mailbox of thousands and a clock of its own.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/m365go/sdk/examples/internal/signin"
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/mail"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "testing:", err)
		os.Exit(1)
	}
}

// run signs in, in process or at the real cloud, and prints the report.
func run(ctx context.Context, out io.Writer) error {
	place, err := signin.Open(ctx, out, "")
	if err != nil {
		return err
	}
	defer place.Close()
	provider, err := entra.New(place.Config, &entra.Options{HTTPClient: place.HTTPClient})
	if err != nil {
		return err
	}
	defer provider.Close()
	r, err := backlog(ctx, entra.Prompting(provider, place.Prompt), place.Config.Cloud, place.HTTPClient)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, r)
	return err
}

// report is what is left to read.
type report struct {
	unread int
	age    time.Duration // of the oldest
}

func (r report) String() string {
	if r.unread == 0 {
		return "Nothing is unread."
	}
	return fmt.Sprintf("%d unread, the oldest since %d days.", r.unread, int(r.age.Hours()/24))
}

// backlog reads the inbox of whoever the tokens belong to. It takes what differs
// between a test and the real cloud, and nothing else: tokens, hosts, a client.
func backlog(ctx context.Context, tokens m365auth.TokenProvider, cloud m365auth.Cloud, hc *http.Client) (report, error) {
	client, err := m365graph.New(tokens, &m365graph.Options{Cloud: cloud, HTTPClient: hc})
	if err != nil {
		return report{}, err
	}
	var r report
	for m, err := range mail.New(client).List(ctx, &mail.ListOptions{Folder: mail.Inbox, Unread: true, Select: []string{"receivedDateTime"}}) {
		if err != nil {
			return report{}, fmt.Errorf("read the inbox: %w", err)
		}
		r.unread++
		r.age = max(r.age, time.Since(m.ReceivedDateTime))
	}
	return r, nil
}
