// Command delta keeps a copy of an inbox in step: the first round brings all there
// is, each later one what has changed since, and after Graph has forgotten where
// the copy stands it is mended without a message lost. Copy and cursor are in a
// file, so that a run goes on where the last one ended. mirror.go is the part to
// look at; this file makes things happen.
//
// It runs Entra ID and Microsoft Graph in this process, and needs no tenant.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/m365go/sdk/examples/internal/demo"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/mail"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "delta:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	cloud, err := demo.Start(ctx, nil)
	if err != nil {
		return err
	}
	defer cloud.Close()
	client, err := m365graph.New(cloud.Tokens("Mail.ReadWrite", "Mail.Send"), &m365graph.Options{Cloud: cloud.Config().Cloud, HTTPClient: cloud.HTTPClient()})
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "m365-delta-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "inbox.json")

	fmt.Fprintln(out, "The first round brings everything:")
	if err := round(ctx, out, client, file); err != nil {
		return err
	}
	fmt.Fprintln(out, "A mail has come, one was read and one was deleted:")
	if err := change(ctx, client, cloud.Owner.Address); err != nil {
		return err
	}
	if err := round(ctx, out, client, file); err != nil {
		return err
	}
	fmt.Fprintln(out, "Graph has forgotten the cursor, and another was deleted:")
	cloud.Graph.ExpireDeltas()
	if err := remove(ctx, client, 1); err != nil {
		return err
	}
	return round(ctx, out, client, file)
}

// round brings the copy in the file up to date.
func round(ctx context.Context, out io.Writer, client *m365graph.Client, file string) error {
	m, err := load(file)
	if err != nil {
		return err
	}
	begun := m.Cursor != ""
	tell := func(sign, subject string) {
		if begun { // else everything is news
			fmt.Fprintf(out, "   %s %s\n", sign, subject)
		}
	}
	if err := m.follow(ctx, client, mail.Inbox, tell); err != nil {
		return err
	}
	fmt.Fprintf(out, "   %d messages\n", len(m.Messages))
	return m.save(file)
}

// change does what people do with an inbox.
func change(ctx context.Context, client *m365graph.Client, owner string) error {
	box := mail.New(client)
	newest, err := first(ctx, box, 1)
	if err != nil {
		return err
	}
	if _, err := box.Update(ctx, newest.ID, &mail.Update{IsRead: m365graph.Set(true)}, ""); err != nil {
		return err
	}
	if err := remove(ctx, client, 2); err != nil {
		return err
	}
	return box.Send(ctx, &mail.Outgoing{
		Subject: "Note to myself", Body: m365graph.Text("Order paper."), ToRecipients: m365graph.Recipients(owner),
	}, nil)
}

// remove deletes the nth message.
func remove(ctx context.Context, client *m365graph.Client, n int) error {
	m, err := first(ctx, mail.New(client), n)
	if err != nil {
		return err
	}
	return m365graph.Delete(ctx, client, m365graph.P("me", "messages", m.ID), "")
}

// first finds the nth message of the inbox, the newest being the first.
func first(ctx context.Context, box *mail.Client, n int) (found mail.Message, err error) {
	for m, err := range box.List(ctx, &mail.ListOptions{Folder: mail.Inbox, MaxItems: n}) {
		if n--; err != nil || n == 0 {
			return m, err
		}
	}
	return found, fmt.Errorf("the inbox has too few messages")
}
