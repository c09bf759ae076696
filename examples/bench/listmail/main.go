// Command listmail lists the inbox through package mail. The bench builds it, and
// compares it with plainmail.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/mail"
)

func main() {
	if err := run(context.Background(), os.Getenv("GRAPH_TOKEN")); err != nil {
		fmt.Fprintln(os.Stderr, "listmail:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, token string) error {
	client, err := m365graph.New(m365auth.Static(token), nil)
	if err != nil {
		return err
	}
	for m, err := range mail.New(client).List(ctx, &mail.ListOptions{Folder: mail.Inbox, MaxItems: 100}) {
		if errors.Is(err, m365graph.ErrTruncated) {
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Println(m.ReceivedDateTime.Format("2006-01-02 15:04"), m.Subject)
	}
	return nil
}
