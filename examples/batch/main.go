// Command batch marks all unread mail of the inbox as read, twenty messages a
// request. One of them is refused because Graph is busy and goes again by itself,
// one is gone meanwhile: each has a result of its own.
//
// It runs Entra ID and Microsoft Graph in this process, and needs no tenant.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/m365go/sdk/examples/internal/demo"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/mail"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "batch:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	cloud, err := demo.Start(ctx, nil)
	if err != nil {
		return err
	}
	defer cloud.Close()
	client, err := m365graph.New(cloud.Tokens("Mail.ReadWrite"), &m365graph.Options{Cloud: cloud.Config().Cloud, HTTPClient: cloud.HTTPClient()})
	if err != nil {
		return err
	}
	unread, err := unreadMail(ctx, client)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, len(unread), "messages are unread.")
	if err := disturb(ctx, cloud, client, unread[0]); err != nil {
		return err
	}
	if err := markRead(ctx, out, client, unread); err != nil {
		return err
	}
	batches := 0
	for _, r := range cloud.Graph.Requests() {
		if r.Route == "POST /$batch" {
			batches++
		}
	}
	fmt.Fprintln(out, "It took", batches, "requests; the second one repeated what was throttled.")
	unread, err = unreadMail(ctx, client)
	fmt.Fprintln(out, len(unread), "messages are unread.")
	return err
}

// markRead changes all messages at once, and tells what became of each that did
// not go as planned.
func markRead(ctx context.Context, out io.Writer, client *m365graph.Client, messages []mail.Message) error {
	items := make([]*m365graph.BatchItem, len(messages))
	for i, m := range messages {
		items[i] = &m365graph.BatchItem{Request: m365graph.Request{
			Method: "PATCH", Path: m365graph.P("me", "messages", m.ID), Body: mail.Update{IsRead: m365graph.Set(true)},
		}}
	}
	results, err := client.Batch(ctx, items, nil)
	if err != nil {
		return err
	}
	done := 0
	for i, result := range results { // in the order of the items
		switch {
		case result.Err == nil:
			done++
		case errors.Is(result.Err, m365graph.ErrNotFound):
			fmt.Fprintf(out, "   gone meanwhile: %s\n", messages[i].Subject)
		default:
			return result.Err
		}
	}
	fmt.Fprintln(out, done, "are marked as read.")
	return nil
}

func unreadMail(ctx context.Context, client *m365graph.Client) (unread []mail.Message, err error) {
	for m, err := range mail.New(client).List(ctx, &mail.ListOptions{Folder: mail.Inbox, Unread: true, Select: []string{"subject"}}) {
		if err != nil {
			return nil, err
		}
		unread = append(unread, m)
	}
	return unread, nil
}

// disturb has Graph refuse the third change for a moment, and deletes a message.
func disturb(ctx context.Context, cloud *demo.Cloud, client *m365graph.Client, m mail.Message) error {
	if err := cloud.Graph.Throttle("PATCH /me/messages/{id}", 2, 1, "0.1"); err != nil {
		return err
	}
	return m365graph.Delete(ctx, client, m365graph.P("me", "messages", m.ID), "")
}
