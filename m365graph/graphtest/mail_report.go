package graphtest

import (
	"html"
	"strings"
)

// reportFailure tells the sender that a message could not be delivered, as
// Exchange does: with the message attached, in its conversation.
func (c *call) reportFailure(sent *message, unknown []Recipient) {
	from := &Recipient{Name: "Microsoft Outlook", Address: "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@" + domain(c.user.Mail)}
	var text strings.Builder
	text.WriteString("<html><body><p><b>Delivery has failed to these recipients or groups:</b></p>\r\n")
	for _, r := range unknown {
		text.WriteString("<p>" + html.EscapeString(r.Address) + "<br>\r\nThe email address you entered couldn't be found. Please check the recipient's email address and try to resend the message.</p>\r\n")
	}
	text.WriteString("<p>Diagnostic information for administrators:</p>\r\n")
	for _, r := range unknown {
		text.WriteString("<p>" + html.EscapeString(r.Address) + "<br>\r\nRemote server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'</p>\r\n")
	}
	text.WriteString("</body></html>")
	original := sent.Message
	report := Message{
		Subject: "Undeliverable: " + sent.Subject, Body: Body{"html", text.String()}, From: from, ToRecipients: []Recipient{*c.user.recipient()},
		Attachments:      []*Attachment{{Name: or(sent.Subject, "message"), Item: &original}},
		ReceivedDateTime: c.now,
	}
	box := c.user.mail
	msg := box.newMessage(report)
	msg.follow(sent)
	msg.Headers = append(msg.Headers, Header{"X-MS-Exchange-Message-Is-Ndr", ""}, Header{"Auto-Submitted", "auto-replied"})
	box.add(box.wellKnown["inbox"], msg)
}
