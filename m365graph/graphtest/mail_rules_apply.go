package graphtest

import (
	"slices"
	"strings"
	"time"
)

// applyRules carries the rules out on a message that arrived.
func (m *mailbox) applyRules(msg *message, now time.Time) {
	for _, r := range m.settings.rules {
		if !r.enabled || !r.when.hold(msg, true) || r.unless.hold(msg, false) {
			continue
		}
		if gone := m.applyRule(&r.then, msg, now); gone || r.then.StopProcessingRules {
			return
		}
	}
}

// applyRule tells whether the message left the inbox.
func (m *mailbox) applyRule(a *ruleActions, msg *message, now time.Time) (gone bool) {
	if a.MarkAsRead && !msg.IsRead {
		msg.IsRead = true
		msg.folder.unread--
	}
	if a.MarkImportance != "" {
		msg.Importance = strings.ToLower(a.MarkImportance)
	}
	for _, name := range a.AssignCategories {
		if !slices.Contains(msg.Categories, name) {
			msg.Categories = append(slices.Clip(msg.Categories), name)
		}
	}
	m.update(msg, now)
	if f, err := m.folder(a.CopyToFolder); err == nil {
		m.copy(msg, f, now)
	}
	to := a.MoveToFolder
	if a.Delete {
		to = "deleteditems"
	}
	if a.PermanentDelete {
		to = "recoverableitemsdeletions"
	}
	f, err := m.folder(to)
	if err != nil || f == msg.folder {
		return false
	}
	m.move(msg, f, now, nil)
	return true
}

// hold tells whether all conditions hold; otherwise is the answer of none.
func (p *rulePredicates) hold(m *message, otherwise bool) bool {
	any := false
	all := true
	check := func(asked, holds bool) {
		any = any || asked
		all = all && (!asked || holds)
	}
	words := func(list []string, texts ...string) {
		check(len(list) > 0, slices.ContainsFunc(list, func(word string) bool {
			return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(word)) })
		}))
	}
	people := slices.Concat(m.ToRecipients, m.CcRecipients)
	var from []Recipient
	if m.From != nil {
		from = []Recipient{*m.From}
	}
	mine := func(r Recipient) bool { return m.folder.box.owner.has(r.Address) }
	words(p.SubjectContains, m.Subject)
	words(p.BodyContains, m.Body.Content)
	words(p.BodyOrSubjectContains, m.Subject, m.Body.Content)
	words(p.SenderContains, joinAll(from))
	words(p.RecipientContains, joinAll(people))
	check(len(p.FromAddresses) > 0, anyAddress(p.FromAddresses, from))
	check(len(p.SentToAddresses) > 0, anyAddress(p.SentToAddresses, people))
	check(p.Importance != "", strings.EqualFold(p.Importance, or(m.Importance, "normal")))
	check(p.HasAttachments, m.hasAttachments())
	check(p.SentToMe, slices.ContainsFunc(m.ToRecipients, mine))
	check(p.SentCcMe, slices.ContainsFunc(m.CcRecipients, mine))
	check(p.IsMeetingRequest, m.about() != nil && m.about().kind == "meetingRequest")
	if !any {
		return otherwise
	}
	return all
}

// anyAddress tells whether one of the addresses wanted is there.
func anyAddress(wanted []recipientJSON, people []Recipient) bool {
	return slices.ContainsFunc(wanted, func(w recipientJSON) bool {
		return slices.ContainsFunc(people, func(r Recipient) bool { return strings.EqualFold(r.Address, w.EmailAddress.Address) })
	})
}
