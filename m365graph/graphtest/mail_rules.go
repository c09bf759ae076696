package graphtest

import (
	"encoding/json"
	"net/http"
	"slices"
)

// messageRule is https://learn.microsoft.com/graph/api/resources/messagerule.
type messageRule struct {
	id                              string
	name                            string
	sequence                        int
	enabled                         bool
	conditions, exceptions, actions json.RawMessage // as they were written; nil: none
	when, unless                    rulePredicates
	then                            ruleActions
}

// rulePredicates are the conditions that are looked at, see
// https://learn.microsoft.com/graph/api/resources/messagerulepredicates.
type rulePredicates struct {
	SubjectContains       []string        `json:"subjectContains"`
	BodyContains          []string        `json:"bodyContains"`
	BodyOrSubjectContains []string        `json:"bodyOrSubjectContains"`
	SenderContains        []string        `json:"senderContains"`
	RecipientContains     []string        `json:"recipientContains"`
	FromAddresses         []recipientJSON `json:"fromAddresses"`
	SentToAddresses       []recipientJSON `json:"sentToAddresses"`
	Importance            string          `json:"importance"`
	HasAttachments        bool            `json:"hasAttachments"`
	SentToMe              bool            `json:"sentToMe"`
	SentCcMe              bool            `json:"sentCcMe"`
	IsMeetingRequest      bool            `json:"isMeetingRequest"`
}

// ruleActions are the actions that are carried out, see
// https://learn.microsoft.com/graph/api/resources/messageruleactions.
type ruleActions struct {
	MoveToFolder          string   `json:"moveToFolder"`
	CopyToFolder          string   `json:"copyToFolder"`
	AssignCategories      []string `json:"assignCategories"`
	MarkImportance        string   `json:"markImportance"`
	MarkAsRead            bool     `json:"markAsRead"`
	Delete                bool     `json:"delete"`
	PermanentDelete       bool     `json:"permanentDelete"`
	StopProcessingRules   bool     `json:"stopProcessingRules"`
	ForwardTo, RedirectTo []recipientJSON
	ForwardAsAttachmentTo []recipientJSON
}

var ruleSchema = &schema[*messageRule]{
	name: "messageRule", keep: []string{"id"}, page: 100, maxPage: 1000,
	props: []property[*messageRule]{
		{name: "id", typ: "Edm.String", get: func(_ *call, r *messageRule) any { return r.id }},
		{name: "displayName", typ: "Edm.String", get: func(_ *call, r *messageRule) any { return r.name }},
		{name: "sequence", typ: "Edm.Int32", get: func(_ *call, r *messageRule) any { return r.sequence }},
		{name: "isEnabled", typ: "Edm.Boolean", get: func(_ *call, r *messageRule) any { return r.enabled }},
		{name: "hasError", typ: "Edm.Boolean", get: func(*call, *messageRule) any { return false }},
		{name: "isReadOnly", typ: "Edm.Boolean", get: func(*call, *messageRule) any { return false }},
		{name: "conditions", typ: "messageRulePredicates", show: unlessNil, get: func(_ *call, r *messageRule) any { return rawOrNil(r.conditions) }},
		{name: "actions", typ: "messageRuleActions", show: unlessNil, get: func(_ *call, r *messageRule) any { return rawOrNil(r.actions) }},
		{name: "exceptions", typ: "messageRulePredicates", show: unlessNil, get: func(_ *call, r *messageRule) any { return rawOrNil(r.exceptions) }},
	},
}

func rawOrNil(raw json.RawMessage) any {
	if raw == nil {
		return nil
	}
	return raw
}

func ruleRoutes() []route {
	const all = "/~/mailFolders/{folder}/messageRules"
	const one = all + "/{rule}"
	read := []string{"MailboxSettings.Read", "MailboxSettings.ReadWrite"}
	return []route{
		{method: "GET", pattern: all, doc: "https://learn.microsoft.com/graph/api/mailfolder-list-messagerules", scopes: read, options: listOptions, handle: listRules},
		{method: "POST", pattern: all, doc: "https://learn.microsoft.com/graph/api/mailfolder-post-messagerules", scopes: read[1:], options: optNone, handle: createRule,
			differs: "Rules forward nothing, and of the conditions those about words, people, importance, attachments and meetings are looked at."},
		{method: "GET", pattern: one, doc: "https://learn.microsoft.com/graph/api/messagerule-get", scopes: read, options: oneOptions, handle: getRule},
		{method: "PATCH", pattern: one, doc: "https://learn.microsoft.com/graph/api/messagerule-update", scopes: read[1:], options: optNone, handle: patchRule},
		{method: "DELETE", pattern: one, doc: "https://learn.microsoft.com/graph/api/messagerule-delete", scopes: read[1:], options: optNone, handle: deleteRule},
	}
}

func ruleContext(c *call) string { return userContext(c) + "/mailFolders('inbox')/messageRules" }

// rules are those of the folder that the path names: the inbox, or none.
func (c *call) rules() ([]*messageRule, error) {
	f, err := c.folder()
	if err != nil {
		return nil, err
	}
	if f.wellKnown != "inbox" {
		return nil, failf(codeInvalidRequest, "Rules are those of the Inbox.")
	}
	return c.user.mail.settings.rules, nil
}

func listRules(c *call) (*reply, error) {
	rules, err := c.rules()
	if err != nil {
		return nil, err
	}
	return list(c, listing[*messageRule]{schema: ruleSchema, items: rules, context: ruleContext(c)})
}

func (c *call) rule() (*messageRule, error) {
	rules, err := c.rules()
	if err != nil {
		return nil, err
	}
	for _, r := range rules {
		if r.id == c.vars["rule"] {
			return r, nil
		}
	}
	return nil, fail(codeItemNotFound)
}

func getRule(c *call) (*reply, error) {
	r, err := c.rule()
	if err != nil {
		return nil, err
	}
	return one(c, ruleSchema, r, ruleContext(c))
}

// readRule lays what a client wrote over a rule.
func (c *call) readRule(was messageRule) (*messageRule, error) {
	var in struct {
		Name       *string         `json:"displayName"`
		Sequence   *int            `json:"sequence"`
		Enabled    *bool           `json:"isEnabled"`
		Conditions json.RawMessage `json:"conditions"`
		Exceptions json.RawMessage `json:"exceptions"`
		Actions    json.RawMessage `json:"actions"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	r := &was
	if in.Name != nil {
		r.name = *in.Name
	}
	if in.Sequence != nil {
		r.sequence = *in.Sequence
	}
	if in.Enabled != nil {
		r.enabled = *in.Enabled
	}
	for _, part := range []struct {
		name     string
		raw      json.RawMessage
		into     any
		kept     *json.RawMessage
		fallback any
	}{
		{"conditions", in.Conditions, &r.when, &r.conditions, &rulePredicates{}},
		{"exceptions", in.Exceptions, &r.unless, &r.exceptions, &rulePredicates{}},
		{"actions", in.Actions, &r.then, &r.actions, &ruleActions{}},
	} {
		if part.raw == nil {
			continue
		}
		if _, err := rawMembers(part.raw); err != nil || json.Unmarshal(part.raw, part.fallback) != nil {
			return nil, failf(codeRequestBody, "Cannot read the property '%s': its type is wrong.", part.name)
		}
		switch into := part.into.(type) {
		case *rulePredicates:
			*into = *part.fallback.(*rulePredicates)
		case *ruleActions:
			*into = *part.fallback.(*ruleActions)
		}
		*part.kept = part.raw
	}
	switch {
	case r.name == "":
		return nil, failf(codeMissingArgument, "The rule needs a displayName.")
	case r.sequence < 0:
		return nil, failf(codeArgument, "The sequence of a rule cannot be negative.")
	case r.actions == nil:
		return nil, failf(codeMissingArgument, "The rule needs actions.")
	}
	for _, id := range []string{r.then.MoveToFolder, r.then.CopyToFolder} {
		if id != "" {
			if _, err := c.user.mail.folder(id); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

// keepRules puts rules into the order in which they are carried out.
func (c *call) keepRules(rules []*messageRule) {
	slices.SortStableFunc(rules, func(a, b *messageRule) int { return a.sequence - b.sequence })
	c.user.mail.settings.rules = rules
}

func createRule(c *call) (*reply, error) {
	rules, err := c.rules()
	if err != nil {
		return nil, err
	}
	r, err := c.readRule(messageRule{enabled: true, sequence: len(rules) + 1})
	if err != nil {
		return nil, err
	}
	c.user.mail.made++
	r.id = outlookID("rule", c.user.ID, c.user.mail.made)
	c.keepRules(append(slices.Clone(rules), r))
	return created(c, ruleSchema, r, ruleContext(c))
}

func patchRule(c *call) (*reply, error) {
	old, err := c.rule()
	if err != nil {
		return nil, err
	}
	r, err := c.readRule(*old)
	if err != nil {
		return nil, err
	}
	rules := slices.Clone(c.user.mail.settings.rules)
	rules[slices.Index(rules, old)] = r
	c.keepRules(rules)
	return one(c, ruleSchema, r, ruleContext(c))
}

func deleteRule(c *call) (*reply, error) {
	old, err := c.rule()
	if err != nil {
		return nil, err
	}
	c.keepRules(slices.DeleteFunc(slices.Clone(c.user.mail.settings.rules), func(r *messageRule) bool { return r == old }))
	return emptyReply(http.StatusNoContent), nil
}
