package graphtest

import (
	"slices"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/htmltext"
	"github.com/m365go/sdk/m365graph/internal/odata"
)

// maxMessagesFound is how many messages a search gives.
const maxMessagesFound = 1000

// searchMessages narrows a listing of messages to what $search finds, by the time they
// were sent, the latest first. See
// https://learn.microsoft.com/graph/search-query-parameter, "Using $search on
// message collections".
func searchMessages(c *call, l *listing[*message]) error {
	text := c.param("$search")
	if text == "" {
		return nil
	}
	if !c.token.has(readMail) {
		return fail(codeAccessDenied) // Mail.ReadBasic does not include searching
	}
	if err := checkSearchAlone(c); err != nil {
		return err
	}
	search, err := odata.ParseKeywordSearch(text)
	if err != nil {
		return failf(codeBadRequest, "%v", err)
	}
	var found []*message
	for _, m := range l.items {
		if search.Holds(func(t odata.Term) bool { return t.Match(m.searched(t.Property), c.now) }) {
			found = append(found, m)
		}
	}
	slices.SortStableFunc(found, func(a, b *message) int { return b.SentDateTime.Compare(a.SentDateTime) })
	l.items = found[:min(len(found), maxMessagesFound)]
	return nil
}

// checkSearchAlone refuses what Exchange takes no $search beside.
func checkSearchAlone(c *call) error {
	for _, other := range []struct {
		name string
		code code
	}{{"$filter", codeSearchFilter}, {"$orderby", codeSearchOrder}, {"$skip", codeSearchSkip}, {"$count", codeSearchCount}} {
		if c.param(other.name) != "" {
			return failf(other.code, "The query parameter '%s' is not supported with '$search'.", other.name)
		}
	}
	return nil
}

// searched are the values of a property as the Keyword Query Language knows
// it; "" means where words are looked for by default. An unknown one has none.
func (m *message) searched(property string) []string {
	switch property {
	case "":
		return append(m.senders(), m.Subject, m.bodyText())
	case "subject":
		return []string{m.Subject}
	case "body":
		return []string{m.bodyText()}
	case "from":
		return m.senders()
	case "to":
		return addressesOf(m.ToRecipients)
	case "cc":
		return addressesOf(m.CcRecipients)
	case "bcc":
		return addressesOf(m.BccRecipients)
	case "recipients":
		return addressesOf(slices.Concat(m.ToRecipients, m.CcRecipients, m.BccRecipients))
	case "participants":
		return append(m.senders(), addressesOf(slices.Concat(m.ToRecipients, m.CcRecipients, m.BccRecipients))...)
	case "received":
		return []string{m.ReceivedDateTime.UTC().Format(time.RFC3339)}
	case "sent":
		return []string{m.SentDateTime.UTC().Format(time.RFC3339)}
	case "size":
		return []string{itoa(m.size())}
	case "category":
		return m.Categories
	case "attachment", "attachmentnames":
		var all []string
		for _, a := range m.Attachments {
			all = append(all, a.Name)
		}
		return all
	case "hasattachment", "hasattachments":
		return []string{flagText(m.hasAttachments())}
	case "isread":
		return []string{flagText(m.IsRead)}
	case "isflagged":
		return []string{flagText(m.FlagStatus == "flagged")}
	case "importance":
		if m.Importance == "" || m.Importance == "normal" {
			return []string{"normal", "medium"}
		}
		return []string{m.Importance}
	case "kind":
		if m.about() != nil {
			return []string{"email", "meetings"}
		}
		return []string{"email"}
	}
	return nil
}

func flagText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func (m *message) senders() []string {
	var all []Recipient
	for _, r := range []*Recipient{m.From, m.Sender} {
		if r != nil {
			all = append(all, *r)
		}
	}
	return addressesOf(all)
}

// addressesOf are the names and the addresses.
func addressesOf(recipients []Recipient) []string {
	var all []string
	for _, r := range recipients {
		all = append(all, r.Name, r.Address)
	}
	return all
}

func (m *message) bodyText() string {
	if strings.EqualFold(m.Body.ContentType, "html") {
		return htmltext.FromHTML(m.Body.Content, 0)
	}
	return m.Body.Content
}
