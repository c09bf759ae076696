package mail

import (
	"context"
	"errors"
	"fmt"

	"github.com/m365go/sdk/m365graph"
)

// Outgoing is a mail to send. At least one recipient is required.
type Outgoing struct {
	Subject       string                `json:"subject"`
	Body          *m365graph.ItemBody   `json:"body,omitempty"`
	ToRecipients  []m365graph.Recipient `json:"toRecipients,omitempty"`
	CcRecipients  []m365graph.Recipient `json:"ccRecipients,omitempty"`
	BccRecipients []m365graph.Recipient `json:"bccRecipients,omitempty"`
	// ReplyTo is where answers go, if not to the sender.
	ReplyTo []m365graph.Recipient `json:"replyTo,omitempty"`
	// Importance is "low", "normal" or "high". Empty means normal.
	Importance string   `json:"importance,omitempty"`
	Categories []string `json:"categories,omitempty"`
	// Attachments are made with [File], together below 2.9 MB.
	Attachments []Attachment `json:"attachments,omitempty"`
}

// File returns a file to attach. An empty content type lets Outlook guess.
func File(name, contentType string, content []byte) Attachment {
	return Attachment{
		Type: "#microsoft.graph.fileAttachment", Name: name, ContentType: contentType, ContentBytes: content,
	}
}

// maxAttached is what one request may carry of attachments: Graph takes 4 MB, and
// base64 makes four bytes of three. More of them need an upload session.
// https://learn.microsoft.com/graph/outlook-large-attachments
const maxAttached = 2_900_000

// SendOptions change how a mail is sent.
type SendOptions struct {
	// DontSave keeps it out of Sent Items.
	DontSave bool
}

// Send sends a mail. Graph answers before it is delivered and gives no id; a
// later bounce comes as a mail.
//
// It is sent again only where Graph certainly did nothing with it. After an
// error that matches m365graph.ErrAmbiguous, look in Sent Items before sending
// it once more. https://learn.microsoft.com/graph/api/user-sendmail
func (c *Client) Send(ctx context.Context, m *Outgoing, opts *SendOptions) error {
	if m == nil || len(m.ToRecipients)+len(m.CcRecipients)+len(m.BccRecipients) == 0 {
		return errors.New("mail: send: a recipient is required")
	}
	total := 0
	for _, a := range m.Attachments {
		total += len(a.ContentBytes)
	}
	if total > maxAttached {
		return fmt.Errorf("mail: send: the attachments have %d bytes, and one request carries %d; share large files by link", total, maxAttached)
	}
	body := struct {
		Message         *Outgoing `json:"message"`
		SaveToSentItems bool      `json:"saveToSentItems"`
	}{m, opts == nil || !opts.DontSave}
	return m365graph.Action(ctx, c.graph, c.mailbox.Join("sendMail"), body, m365graph.SafetySend)
}
