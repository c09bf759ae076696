package graphtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// category is https://learn.microsoft.com/graph/api/resources/outlookcategory.
type category struct{ id, name, color string }

// presetCategories are those each mailbox begins with.
func presetCategories(u *userState) []*category {
	var list []*category
	for i, name := range []string{"Red category", "Orange category", "Yellow category", "Green category", "Blue category", "Purple category"} {
		preset := []string{"preset0", "preset1", "preset3", "preset4", "preset7", "preset8"}[i]
		list = append(list, &category{guid("category", u.ID, name), name, preset})
	}
	return list
}

var categorySchema = &schema[*category]{
	name: "outlookCategory", keep: []string{"id"}, page: 100, maxPage: 1000,
	props: []property[*category]{
		{name: "id", typ: "Edm.String", get: func(_ *call, g *category) any { return g.id }},
		{name: "displayName", typ: "Edm.String", get: func(_ *call, g *category) any { return g.name }},
		{name: "color", typ: "categoryColor", get: func(_ *call, g *category) any { return g.color }},
	},
}

func categoryRoutes() []route {
	const all = "/~/outlook/masterCategories"
	const one = all + "/{category}"
	read := []string{"MailboxSettings.Read", "MailboxSettings.ReadWrite"}
	return []route{
		{method: "GET", pattern: all, doc: "https://learn.microsoft.com/graph/api/outlookuser-list-mastercategories", scopes: read, options: listOptions, handle: listCategories},
		{method: "POST", pattern: all, doc: "https://learn.microsoft.com/graph/api/outlookuser-post-mastercategories", scopes: read[1:], options: optNone, handle: createCategory},
		{method: "GET", pattern: one, doc: "https://learn.microsoft.com/graph/api/outlookcategory-get", scopes: read, options: oneOptions, handle: getCategory},
		{method: "PATCH", pattern: one, doc: "https://learn.microsoft.com/graph/api/outlookcategory-update", scopes: read[1:], options: optNone, handle: patchCategory},
		{method: "DELETE", pattern: one, doc: "https://learn.microsoft.com/graph/api/outlookcategory-delete", scopes: read[1:], options: optNone, handle: deleteCategory},
	}
}

func categoryContext(c *call) string { return userContext(c) + "/outlook/masterCategories" }

func listCategories(c *call) (*reply, error) {
	return list(c, listing[*category]{schema: categorySchema, items: c.user.mail.settings.categories, context: categoryContext(c)})
}

// category finds the one that the path names.
func (c *call) category() (*category, error) {
	for _, g := range c.user.mail.settings.categories {
		if strings.EqualFold(g.id, c.vars["category"]) {
			return g, nil
		}
	}
	return nil, fail(codeItemNotFound)
}

func getCategory(c *call) (*reply, error) {
	g, err := c.category()
	if err != nil {
		return nil, err
	}
	return one(c, categorySchema, g, categoryContext(c))
}

// categoryJSON is a category as clients write it.
type categoryJSON struct {
	Name  *string `json:"displayName"`
	Color *string `json:"color"`
}

// maxColor is the last of the preset colors.
const maxColor = 24

func (in *categoryJSON) color(otherwise string) (string, error) {
	if in.Color == nil {
		return otherwise, nil
	}
	color := strings.ToLower(*in.Color)
	for i := range maxColor + 1 {
		if color == "none" || color == "preset"+itoa(i) {
			return color, nil
		}
	}
	return "", failf(codeRequestBody, "Requested value '%s' was not found.", *in.Color)
}

func createCategory(c *call) (*reply, error) {
	var in categoryJSON
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.Name == nil || *in.Name == "" {
		return nil, failf(codeMissingArgument, "The category needs a displayName.")
	}
	color, err := in.color("none")
	if err != nil {
		return nil, err
	}
	s := &c.user.mail.settings
	if slices.ContainsFunc(s.categories, func(g *category) bool { return strings.EqualFold(g.name, *in.Name) }) {
		return nil, &graphError{code: codeFolderExists, status: http.StatusConflict, message: "A category with this displayName exists."}
	}
	c.user.mail.made++
	g := &category{guid("category", c.user.ID, c.user.mail.made), *in.Name, color}
	s.categories = append(slices.Clip(s.categories), g)
	return created(c, categorySchema, g, categoryContext(c))
}

// patchCategory changes the color; the name stays for good.
func patchCategory(c *call) (*reply, error) {
	g, err := c.category()
	if err != nil {
		return nil, err
	}
	var in categoryJSON
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.Name != nil && *in.Name != g.name {
		return nil, failf(codeInvalidProperty, "The displayName of a category cannot be changed.")
	}
	color, err := in.color(g.color)
	if err != nil {
		return nil, err
	}
	g.color = color
	return one(c, categorySchema, g, categoryContext(c))
}

func deleteCategory(c *call) (*reply, error) {
	g, err := c.category()
	if err != nil {
		return nil, err
	}
	s := &c.user.mail.settings
	s.categories = slices.DeleteFunc(slices.Clone(s.categories), func(o *category) bool { return o == g })
	return emptyReply(http.StatusNoContent), nil
}

// override says where the focused inbox puts what a sender sends, see
// https://learn.microsoft.com/graph/api/resources/inferenceclassificationoverride.
type override struct {
	id     string
	sender Recipient
	other  bool
}

var overrideSchema = &schema[*override]{
	name: "inferenceClassificationOverride", keep: []string{"id"}, page: 100, maxPage: 1000,
	props: []property[*override]{
		{name: "id", typ: "Edm.String", get: func(_ *call, o *override) any { return o.id }},
		{name: "classifyAs", typ: "inferenceClassificationType", get: func(_ *call, o *override) any {
			return map[bool]string{true: "other", false: "focused"}[o.other]
		}},
		{name: "senderEmailAddress", typ: "emailAddress", get: func(_ *call, o *override) any {
			return object{{"name", or(o.sender.Name, o.sender.Address)}, {"address", o.sender.Address}}
		}},
	},
}

func overrideRoutes() []route {
	const all = "/~/inferenceClassification/overrides"
	const one = all + "/{override}"
	const doc = "https://learn.microsoft.com/graph/api/"
	return []route{
		{method: "GET", pattern: all, doc: doc + "inferenceclassification-list-overrides", scopes: readMail, options: listOptions, handle: listOverrides},
		{method: "POST", pattern: all, doc: doc + "inferenceclassification-post-overrides", scopes: writeMail, options: optNone, handle: createOverride},
		{method: "PATCH", pattern: one, doc: doc + "inferenceclassificationoverride-update", scopes: writeMail, options: optNone, handle: patchOverride},
		{method: "DELETE", pattern: one, doc: doc + "inferenceclassificationoverride-delete", scopes: writeMail, options: optNone, handle: deleteOverride},
	}
}

func overrideContext(c *call) string { return userContext(c) + "/inferenceClassification/overrides" }

func listOverrides(c *call) (*reply, error) {
	return list(c, listing[*override]{schema: overrideSchema, items: c.user.mail.settings.overrides, context: overrideContext(c)})
}

// overrideJSON is an override as clients write it.
type overrideJSON struct {
	ClassifyAs string `json:"classifyAs"`
	Sender     struct {
		Name    string `json:"name"`
		Address string `json:"address"`
	} `json:"senderEmailAddress"`
}

func (c *call) readOverride() (in overrideJSON, err error) {
	if err := c.decode(&in); err != nil {
		return in, err
	}
	if !strings.EqualFold(in.ClassifyAs, "other") && !strings.EqualFold(in.ClassifyAs, "focused") {
		return in, failf(codeRequestBody, "Requested value '%s' was not found.", in.ClassifyAs)
	}
	return in, nil
}

// createOverride makes an override, or changes the one for the same sender.
func createOverride(c *call) (*reply, error) {
	in, err := c.readOverride()
	if err != nil {
		return nil, err
	}
	if in.Sender.Address == "" {
		return nil, failf(codeMissingArgument, "The override needs the address of a sender.")
	}
	s := &c.user.mail.settings
	i := slices.IndexFunc(s.overrides, func(o *override) bool { return strings.EqualFold(o.sender.Address, in.Sender.Address) })
	if i < 0 {
		i = len(s.overrides)
		s.overrides = append(slices.Clip(s.overrides), &override{id: guid("override", c.user.ID, strings.ToLower(in.Sender.Address))})
	}
	o := s.overrides[i]
	o.sender, o.other = Recipient{in.Sender.Name, in.Sender.Address}, strings.EqualFold(in.ClassifyAs, "other")
	return created(c, overrideSchema, o, overrideContext(c))
}

func (c *call) override() (*override, error) {
	for _, o := range c.user.mail.settings.overrides {
		if strings.EqualFold(o.id, c.vars["override"]) {
			return o, nil
		}
	}
	return nil, fail(codeItemNotFound)
}

func patchOverride(c *call) (*reply, error) {
	o, err := c.override()
	if err != nil {
		return nil, err
	}
	in, err := c.readOverride()
	if err != nil {
		return nil, err
	}
	o.other = strings.EqualFold(in.ClassifyAs, "other")
	return one(c, overrideSchema, o, overrideContext(c))
}

func deleteOverride(c *call) (*reply, error) {
	o, err := c.override()
	if err != nil {
		return nil, err
	}
	s := &c.user.mail.settings
	s.overrides = slices.DeleteFunc(slices.Clone(s.overrides), func(other *override) bool { return other == o })
	return emptyReply(http.StatusNoContent), nil
}

// classify puts arriving mail where the person wants it from that sender.
func (m *mailbox) classify(msg *message) {
	for _, o := range m.settings.overrides {
		if msg.From != nil && strings.EqualFold(o.sender.Address, msg.From.Address) {
			msg.change(func(x *messageExtra) { x.other = o.other })
		}
	}
}

// rawMembers reads an object whose members are looked at one by one.
func rawMembers(raw json.RawMessage) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if len(raw) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, errWrongType
	}
	return members, nil
}
