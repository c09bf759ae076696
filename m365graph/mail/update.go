package mail

import (
	"context"
	"errors"
	"reflect"

	"github.com/m365go/sdk/m365graph"
)

// Update is a change of a message. What is not set stays as it is.
type Update struct {
	IsRead m365graph.Opt[bool] `json:"isRead,omitzero"`
	// Flag is taken away by setting one that is "notFlagged".
	Flag       m365graph.Opt[Flag]     `json:"flag,omitzero"`
	Categories m365graph.Opt[[]string] `json:"categories,omitzero"`
	// Importance is "low", "normal" or "high".
	Importance m365graph.Opt[string] `json:"importance,omitzero"`
	// InferenceClassification is "focused" or "other".
	InferenceClassification m365graph.Opt[string] `json:"inferenceClassification,omitzero"`

	// Of what follows Graph changes drafts only.

	Subject       m365graph.Opt[string]                `json:"subject,omitzero"`
	Body          m365graph.Opt[m365graph.ItemBody]    `json:"body,omitzero"`
	ToRecipients  m365graph.Opt[[]m365graph.Recipient] `json:"toRecipients,omitzero"`
	CcRecipients  m365graph.Opt[[]m365graph.Recipient] `json:"ccRecipients,omitzero"`
	BccRecipients m365graph.Opt[[]m365graph.Recipient] `json:"bccRecipients,omitzero"`
	ReplyTo       m365graph.Opt[[]m365graph.Recipient] `json:"replyTo,omitzero"`
}

// Update changes a message and returns it as it is then, with its body. With a
// non-empty eTag, that of a Message, it does so only if nobody changed it since,
// and the error matches m365graph.ErrPrecondition otherwise.
// https://learn.microsoft.com/graph/api/message-update
func (c *Client) Update(ctx context.Context, id string, u *Update, eTag string) (*Message, error) {
	if u == nil || reflect.ValueOf(*u).IsZero() {
		return nil, errors.New("mail: update: nothing is set")
	}
	return m365graph.Patch[Message](ctx, c.graph, c.mailbox.Join("messages", id), u, eTag)
}
