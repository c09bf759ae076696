package tour

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/mail"
)

const mostMails = 12

func (t *Tour) unread(ctx context.Context) error {
	t.out.section("Unread mail")
	var rows [][]string
	more := false
	opts := &mail.ListOptions{Folder: mail.Inbox, Unread: true, MaxItems: mostMails}
	for m, err := range t.mail.List(ctx, opts) {
		if errors.Is(err, m365graph.ErrTruncated) {
			more = true
			break
		}
		if err != nil {
			return fmt.Errorf("unread mail: %w", err)
		}
		rows = append(rows, []string{t.when(m.ReceivedDateTime), sender(m), subject(m)})
	}
	if err := t.out.table([]string{"received", "from", "subject"}, rows); err != nil {
		return err
	}
	if more {
		t.out.line("The newest %d; there are more.", mostMails)
	}
	return nil
}

func subject(m mail.Message) string {
	if m.Subject == "" {
		return "(no subject)"
	}
	return m.Subject
}

func sender(m mail.Message) string {
	if m.From == nil {
		return ""
	}
	if a := m.From.EmailAddress; a.Name != "" {
		return a.Name
	}
	return m.From.EmailAddress.Address
}

// send sends a mail and finds it in Sent Items.
func (t *Tour) send(ctx context.Context, to string) error {
	t.out.section("Send a mail")
	title := "Quick start, " + time.Now().In(t.zone).Format("2006-01-02 15:04:05")
	err := t.mail.Send(ctx, &mail.Outgoing{
		Subject: title, Body: m365graph.Text("Sent by the quick start of m365 for Go.\n"),
		ToRecipients: m365graph.Recipients(to),
	}, nil)
	if errors.Is(err, m365graph.ErrAmbiguous) {
		return fmt.Errorf("the mail may have gone out, so it is not sent again; look in Sent Items: %w", err)
	}
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	t.out.line("Sent to %s. In Sent Items:", to)
	var rows [][]string
	opts := &mail.ListOptions{Folder: mail.SentItems, Filter: m365graph.Where("subject eq ?", title)}
	for m, err := range t.mail.List(ctx, opts) {
		if err != nil {
			return fmt.Errorf("look in Sent Items: %w", err)
		}
		for _, r := range m.ToRecipients {
			rows = append(rows, []string{t.when(m.SentDateTime), r.EmailAddress.Address, m.Subject})
		}
	}
	if len(rows) == 0 {
		return errors.New("the mail was sent and does not stand in Sent Items")
	}
	return t.out.table([]string{"sent", "to", "subject"}, rows)
}
