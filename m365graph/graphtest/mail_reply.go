package graphtest

import (
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365graph/internal/htmltext"
)

// answering says how a message is answered or passed on.
type answering int

const (
	answerSender answering = iota
	answerAll
	passOn
)

// replyRoutes are the six ways to answer: at once, or with a draft.
func replyRoutes() []route {
	var routes []route
	for _, way := range []struct {
		name string
		how  answering
	}{{"reply", answerSender}, {"replyAll", answerAll}, {"forward", passOn}} {
		doc := "https://learn.microsoft.com/graph/api/message-"
		draft := "create" + strings.ToUpper(way.name[:1]) + way.name[1:]
		routes = append(routes,
			route{method: "POST", pattern: "/~/~messages/{message}/" + way.name, doc: doc + strings.ToLower(way.name), scopes: sendScopes, options: optNone,
				maxBody: maxMIMEBody, handle: func(c *call) (*reply, error) { return sendAnswer(c, way.how) }},
			route{method: "POST", pattern: "/~/~messages/{message}/" + draft, doc: doc + strings.ToLower(draft), scopes: writeMail, options: oneOptions,
				maxBody: maxMIMEBody, handle: func(c *call) (*reply, error) { return draftAnswer(c, way.how) }})
	}
	return routes
}

func sendAnswer(c *call, how answering) (*reply, error) {
	m, err := c.answer(how)
	if err != nil {
		return nil, err
	}
	if err := c.send(m); err != nil {
		return nil, err
	}
	c.user.mail.add(c.user.mail.wellKnown["sentitems"], m)
	return accepted(), nil
}

func draftAnswer(c *call, how answering) (*reply, error) {
	m, err := c.answer(how)
	if err != nil {
		return nil, err
	}
	c.user.mail.add(c.user.mail.wellKnown["drafts"], m)
	c.applyOutlook()
	return c.written(m, http.StatusCreated)
}

// answerJSON is what a client says of an answer.
type answerJSON struct {
	Comment      string          `json:"comment"`
	Message      messageFields   `json:"message"`
	ToRecipients []recipientJSON `json:"toRecipients"`
}

// answer makes the answer to the message that the path names.
func (c *call) answer(how answering) (*message, error) {
	original, err := c.message()
	if err != nil {
		return nil, err
	}
	if c.sendsMIME() {
		m, err := c.readMIME()
		if err == nil {
			m.follow(original)
		}
		return m, err
	}
	var in answerJSON
	if len(c.body) > 0 {
		if err := c.decodeAnswer(&in); err != nil {
			return nil, err
		}
	}
	m := c.newDraft()
	m.follow(original)
	c.address(m, original, how)
	if how == passOn {
		m.ToRecipients = recipientsOf(in.ToRecipients)
	}
	quoted := original.quote(c)
	m.Body = quoted.below(in.Comment)
	if err := setMessage(m, in.Message, false); err != nil {
		return nil, err
	}
	if in.Message["body"] != nil {
		m.Body = quoted.belowBody(m.Body)
	}
	for _, a := range copyAttachments(original.Attachments) {
		if how == passOn || a.IsInline {
			m.Attachments = append(m.Attachments, a)
		}
	}
	return m, nil
}

// decodeAnswer reads the parameters and refuses those that exclude each other.
func (c *call) decodeAnswer(in *answerJSON) error {
	if err := c.checkJSONSize(); err != nil {
		return err
	}
	if err := c.decode(in); err != nil {
		return err
	}
	switch {
	case in.Comment != "" && in.Message["body"] != nil:
		return failf(codeArgument, "Comment and the body of the message cannot both be specified.")
	case len(in.ToRecipients) > 0 && in.Message["toRecipients"] != nil:
		return failf(codeArgument, "ToRecipients cannot be specified twice.")
	}
	return nil
}

// follow makes a message part of another one's conversation.
func (m *message) follow(original *message) {
	m.thread, m.ConversationID = original.thread, original.ConversationID
	references := original.references()
	if id := original.internetID(); !slices.Contains(references, id) {
		references = append(references, id)
	}
	m.Headers = append(slices.DeleteFunc(m.Headers, func(h Header) bool {
		return strings.EqualFold(h.Name, "References") || strings.EqualFold(h.Name, "In-Reply-To")
	}), Header{"In-Reply-To", original.internetID()}, Header{"References", strings.Join(references, " ")})
}

// address gives an answer its subject and its recipients.
func (c *call) address(m, original *message, how answering) {
	if how == passOn {
		m.Subject = withPrefix("Fw: ", original.Subject, "fw:", "fwd:")
		return
	}
	m.Subject = withPrefix("Re: ", original.Subject, "re:")
	m.Importance = original.Importance
	m.ToRecipients = slices.Clone(original.ReplyTo)
	if len(m.ToRecipients) == 0 && original.From != nil {
		m.ToRecipients = []Recipient{*original.From}
	}
	if how != answerAll {
		return
	}
	sender := slices.Clone(m.ToRecipients)
	m.ToRecipients = c.others(append(m.ToRecipients, original.ToRecipients...), nil)
	m.CcRecipients = c.others(original.CcRecipients, m.ToRecipients)
	if len(m.ToRecipients)+len(m.CcRecipients) == 0 {
		m.ToRecipients = sender
	}
}

// withPrefix puts a prefix before a subject that has none like it.
func withPrefix(prefix, subject string, like ...string) string {
	for _, l := range like {
		if len(subject) >= len(l) && strings.EqualFold(subject[:len(l)], l) {
			return subject
		}
	}
	return prefix + subject
}

// others are the recipients but the person, each once, without those in seen.
func (c *call) others(list, seen []Recipient) []Recipient {
	var kept []Recipient
	for _, r := range list {
		same := func(o Recipient) bool { return strings.EqualFold(o.Address, r.Address) }
		if !c.user.has(r.Address) && !slices.ContainsFunc(kept, same) && !slices.ContainsFunc(seen, same) {
			kept = append(kept, r)
		}
	}
	return kept
}

// quote is the message as an answer repeats it: with a head, in its own form.
func (m *message) quote(c *call) Body {
	zone := "UTC"
	sent := m.SentDateTime.UTC()
	if loc, err := loadZone(or(c.prefer["outlook.timezone"], zone)); err == nil {
		sent = sent.In(loc)
	}
	lines := [][2]string{{"From", joinRecipients(m.From)}, {"Sent", sent.Format("Monday, January 2, 2006 3:04 PM")}, {"To", joinAll(m.ToRecipients)}}
	if len(m.CcRecipients) > 0 {
		lines = append(lines, [2]string{"Cc", joinAll(m.CcRecipients)})
	}
	lines = append(lines, [2]string{"Subject", m.Subject})
	var b strings.Builder
	if !m.Body.isHTML() && m.Body.Content != "" {
		b.WriteString("\r\n________________________________\r\n")
		for _, l := range lines {
			fmt.Fprintf(&b, "%s: %s\r\n", l[0], l[1])
		}
		return Body{"text", b.String() + "\r\n" + m.Body.Content}
	}
	b.WriteString(`<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">`)
	for i, l := range lines {
		if i > 0 {
			b.WriteString("<br>\r\n")
		}
		fmt.Fprintf(&b, "<b>%s:</b> %s", l[0], html.EscapeString(l[1]))
	}
	return Body{"html", b.String() + "</div>\r\n" + m.Body.Content}
}

// below puts a comment above what is quoted.
func (b Body) below(comment string) Body {
	if !b.isHTML() {
		return Body{"text", comment + "\r\n" + b.Content}
	}
	return Body{"html", "<html><body><div>" + strings.ReplaceAll(html.EscapeString(comment), "\n", "<br>\n") + "</div>\r\n" + b.Content + "</body></html>"}
}

// belowBody puts a body of the client's above what is quoted, in the body's
// form.
func (b Body) belowBody(above Body) Body {
	switch {
	case above.isHTML() && b.isHTML():
		return Body{"html", above.Content + "\r\n" + b.Content}
	case above.isHTML():
		return Body{"html", above.Content + "\r\n" + htmltext.ToHTML(b.Content)}
	case b.isHTML():
		return Body{"text", above.Content + "\r\n\r\n" + htmltext.FromHTML(b.Content, 0)}
	}
	return Body{"text", above.Content + "\r\n" + b.Content}
}

func joinRecipients(r *Recipient) string {
	if r == nil {
		return ""
	}
	return joinAll([]Recipient{*r})
}

// joinAll writes recipients as people read them.
func joinAll(list []Recipient) string {
	parts := make([]string, len(list))
	for i, r := range list {
		parts[i] = r.Address
		if r.Name != "" && r.Name != r.Address {
			parts[i] = r.Name + " <" + r.Address + ">"
		}
	}
	return strings.Join(parts, "; ")
}
