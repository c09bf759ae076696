package graphtest

import "strings"

// deltaMessageOptions and deltaFolderOptions are what rounds of mail take.
const (
	deltaMessageOptions = oneOptions | optFilter | optOrder | optTop | optSkipToken | optDeltaToken
	deltaFolderOptions  = oneOptions | optTop | optSkipToken | optDeltaToken
)

// maxFilteredDelta is how many messages a round with a $filter tells.
const maxFilteredDelta = 5000

func mailDeltaRoutes() []route {
	return ofExchange([]route{
		{method: "GET", pattern: "/~/~folder/messages/delta", doc: "https://learn.microsoft.com/graph/api/message-delta",
			scopes: basicMail, roles: basicMailRoles, options: deltaMessageOptions, handle: deltaMessages,
			differs: "Rounds keep the order of arrival, a first round counts as created, and links expire only by Server.ExpireDeltas."},
		{method: "GET", pattern: "/~/mailFolders/delta", doc: "https://learn.microsoft.com/graph/api/mailfolder-delta",
			scopes: basicMail, roles: basicMailRoles, options: deltaFolderOptions, handle: deltaFolders},
	})
}

// deltaMessages tells what changed in a folder.
func deltaMessages(c *call) (*reply, error) {
	f, err := c.folder()
	if err != nil {
		return nil, err
	}
	c.applyOutlook()
	mail := c.user.mail
	t := tracked[*message]{collection: mail.collection(f), dialect: outlookDelta, byKind: true, limit: maxFilteredDelta}
	t.listing = listing[*message]{schema: c.messageSchema(), context: "Collection(message)", check: checkDeltaQuery}
	t.first = func() []string {
		ids := make([]string, len(f.messages))
		for i, m := range f.messages {
			ids[i] = m.id()
		}
		return ids
	}
	t.find = func(id string) (*message, bool) {
		m := mail.message(id)
		return m, m != nil && m.folder == f
	}
	t.gone = func(id string) object {
		if c.immutableIDs() {
			id = mail.immutable(id)
		}
		return removedObject("message", id)
	}
	return delta(c, t)
}

// checkDeltaQuery holds what a round of messages can be narrowed by: the time
// of arrival, from one moment on, the newest first.
func checkDeltaQuery(_ *call, q *query) error {
	for _, key := range q.order {
		if !strings.EqualFold(key.Path, "receivedDateTime") || !key.Desc {
			return failf(codeInvalidRequest, "Change tracking supports the sort order 'receivedDateTime desc' alone.")
		}
	}
	if q.filter == nil {
		return nil
	}
	uses, operators := q.filter.Uses, q.filter.Operators
	if len(uses) != 1 || len(operators) != 1 || !strings.EqualFold(uses[0].Path, "receivedDateTime") || !operators["ge"] && !operators["gt"] {
		return failf(codeInvalidRequest, "Change tracking supports the filter 'receivedDateTime ge' or 'gt' a moment alone.")
	}
	return nil
}

// deltaFolders tells what changed among all folders of the mailbox.
func deltaFolders(c *call) (*reply, error) {
	mail := c.user.mail
	t := tracked[*folder]{collection: mail.folderCollection(), dialect: outlookDelta}
	t.listing = listing[*folder]{schema: folderSchema, context: "Collection(mailFolder)"}
	t.first = func() []string { return folderIDs(mail.root, nil) }
	t.find = func(id string) (*folder, bool) { f := mail.folders[id]; return f, f != nil }
	t.gone = func(id string) object { return removedObject("mailFolder", id) }
	return delta(c, t)
}

// folderIDs are those of all folders below f, parents first.
func folderIDs(f *folder, ids []string) []string {
	for _, child := range f.shown(false) {
		ids = folderIDs(child, append(ids, child.id))
	}
	return ids
}

// removedObject is an item that is in its collection no more, as Outlook tells
// of it: whether it was moved or deleted.
func removedObject(typ, id string) object {
	return object{{"@odata.type", "#microsoft.graph." + typ}, {"id", id}, {"@removed", object{{"reason", "deleted"}}}}
}
