package graphtest

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// linkRoles are the roles that each type of link gives; types that OneDrive for
// work does not have are missing.
var linkRoles = map[string]string{"view": "read", "edit": "write", "blocksDownload": "read"}

// createLink makes a sharing link, or gives the one that is there.
func createLink(c *call) (*reply, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	var in struct {
		Kind       string          `json:"type"`
		Scope      string          `json:"scope"`
		Password   string          `json:"password"`
		Expires    *time.Time      `json:"expirationDateTime"`
		Recipients []shareReceiver `json:"recipients"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	scope := oneOf(orElse(in.Scope, "organization"), []string{"anonymous", "organization", "users"})
	switch {
	case linkRoles[in.Kind] == "":
		return nil, failf(codeDriveBad, "The value '%s' of type is not supported.", in.Kind)
	case scope == "":
		return nil, failf(codeDriveBad, "The value '%s' of scope is not one of anonymous, organization, users.", in.Scope)
	case scope == "anonymous" && item.drive.noAnonymous:
		return nil, failf(codeDriveBad, "Anonymous links are disabled by the administrator.")
	case in.Expires != nil && !in.Expires.After(c.now):
		return nil, failf(codeDriveBad, "The expiration lies in the past.")
	}
	item.driveNode = item.drive.settle(item.driveNode)
	i := slices.IndexFunc(item.grants, func(g *grant) bool { return g.link != nil && g.link.kind == in.Kind && g.link.scope == scope })
	if i >= 0 {
		return one(c, permissionSchema, permission{item.grants[i], item, nil}, permissionContext(item))
	}
	link := item.newLink(in.Kind, scope)
	g := &grant{id: link.token(), roles: []string{linkRoles[in.Kind]}, link: link, secret: in.Password != ""}
	if in.Expires != nil {
		g.expires = in.Expires.UTC()
	}
	for _, r := range in.Recipients {
		g.with = append(g.with, r.name())
	}
	item.grants = append(item.grants, g)
	item.drive.tenant.links[link.url] = sharedLink{g, item}
	item.drive.tell(item.driveNode, itemUpdated)
	rep, err := one(c, permissionSchema, permission{g, item, nil}, permissionContext(item))
	if err == nil {
		rep.status = http.StatusCreated
	}
	return rep, err
}

// newLink makes an address that only who is told knows.
func (i driveItem) newLink(kind, scope string) *sharingLink {
	i.drive.created++
	token := "E" + i.drive.tenant.signer.sign("link", i.drive.id, i.id, kind, scope, i.drive.created)
	host, path, _ := strings.Cut(strings.TrimPrefix(i.drive.owner.siteURL, "https://"), "/")
	letter := "u"
	if i.isFolder() {
		letter = "f"
	} else if l := linkLetters[i.mimeType()]; l != "" {
		letter = l
	}
	return &sharingLink{kind, scope, strings.Join([]string{"https:/", host, ":" + letter + ":", "g", path, token}, "/")}
}

// linkLetters stand in links for kinds of files.
var linkLetters = map[string]string{
	mimeTypes[".docx"]: "w", mimeTypes[".xlsx"]: "x", mimeTypes[".pptx"]: "p", mimeTypes[".pdf"]: "b",
	mimeTypes[".txt"]: "t", mimeTypes[".mp4"]: "v", mimeTypes[".jpg"]: "i", mimeTypes[".png"]: "i",
}

func (l *sharingLink) token() string { return l.url[strings.LastIndex(l.url, "/")+1:] }

// sharedLink is what a link leads to.
type sharedLink struct {
	grant *grant
	item  driveItem
}

// shareReceiver is https://learn.microsoft.com/graph/api/resources/driverecipient.
type shareReceiver struct {
	Email    string `json:"email"`
	ObjectID string `json:"objectId"`
	Alias    string `json:"alias"`
}

func (r shareReceiver) name() string { return orElse(r.ObjectID, orElse(r.Email, r.Alias)) }

// invite gives people a permission.
func invite(c *call) (*reply, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	var in struct {
		Recipients []shareReceiver `json:"recipients"`
		Roles      []string        `json:"roles"`
		Message    string          `json:"message"`
		SignIn     *bool           `json:"requireSignIn"`
		Expires    *time.Time      `json:"expirationDateTime"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	switch {
	case len(in.Recipients) == 0 || slices.ContainsFunc(in.Recipients, func(r shareReceiver) bool { return r.name() == "" }):
		return nil, failf(codeDriveBad, "At least one recipient with email, alias or objectId is required.")
	case !validRoles(in.Roles):
		return nil, failf(codeDriveBad, "The roles must be read, write or owner.")
	case len([]rune(in.Message)) > 2000:
		return nil, failf(codeDriveBad, "The message is longer than 2000 characters.")
	}
	item.driveNode = item.drive.settle(item.driveNode)
	values := make([]object, len(in.Recipients))
	for i, r := range in.Recipients {
		g := item.grantTo(c, r.name(), in.Roles)
		if c.s.tenant.named(r.name()) == nil {
			g.invited = &invitation{r.name(), in.SignIn == nil || *in.SignIn}
		}
		if in.Expires != nil {
			g.expires = in.Expires.UTC()
		}
		values[i] = plainly(c, permissionSchema, permission{g, item, nil})
	}
	item.drive.tell(item.driveNode, itemUpdated)
	return jsonReply(object{{"@odata.context", c.metadata("Collection(permission)")}, {"value", values}}), nil
}

// grantTo gives a person roles, in place of those they had.
func (i driveItem) grantTo(c *call, name string, roles []string) *grant {
	u := c.s.tenant.named(name)
	for _, g := range i.grants {
		if g.link == nil && len(g.with) == 1 && (strings.EqualFold(g.with[0], name) || u != nil && c.s.tenant.named(g.with[0]) == u) {
			g.roles = roles
			return g
		}
	}
	g := &grant{id: opaque("i:" + strings.ToLower(name)), roles: roles, with: []string{name}}
	i.grants = append(i.grants, g)
	return g
}

// shareID is a link or a web address as an id of shares.
func shareID(address string) string {
	return "u!" + base64.RawURLEncoding.EncodeToString([]byte(address))
}

// sharedTarget finds what a link or a web address leads to. See
// https://learn.microsoft.com/graph/api/shares-get.
func sharedTarget(c *call) (*target, error) {
	encoded, ok := strings.CutPrefix(c.vars["share"], "u!")
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if !ok || err != nil {
		return nil, failf(codeDriveBad, "The sharing URL is not encoded as a sharing token.")
	}
	address, _, _ := strings.Cut(string(text), "?")
	if l, ok := c.s.tenant.links[address]; ok && l.item.drive.items[l.item.id] == l.item.driveNode {
		if !l.opens(c) {
			return nil, fail(codeDriveDenied)
		}
		t := &target{drive: l.item.drive, base: l.item.driveNode}
		return t, t.follow(c.vars["path"])
	}
	for _, drive := range c.s.tenant.driveOrder {
		below, ok := drive.below(address)
		if !ok {
			continue
		}
		t := &target{drive: drive, base: drive.root}
		if err := t.follow(strings.Trim(below+"/"+c.vars["path"], "/")); err != nil {
			return nil, err
		}
		if drive.admit(c) != nil && !c.sharedHere(t.nearest()) {
			return nil, fail(codeDriveDenied)
		}
		return t, nil
	}
	return nil, failf(codeDriveNotFound, "The sharing link no longer exists, or you do not have permission to access it.")
}

// opens tells whether a link lets the caller in.
func (l sharedLink) opens(c *call) bool {
	g := l.grant
	if !slices.Contains(l.item.grants, g) || !g.expires.IsZero() && !c.now.Before(g.expires) {
		return false
	}
	if c.r.Method != http.MethodGet && !slices.ContainsFunc(g.roles, writes) {
		return false
	}
	return g.link.scope != "users" || c.token.app || l.item.drive.admit(c) == nil || c.sharedHere(l.item.driveNode)
}

// below gives the path in the drive that a web address means, with the top of
// the drive escaped or not.
func (s *driveStore) below(address string) (string, bool) {
	top := s.webURL(s.root)
	plain := s.owner.siteURL + "/" + s.owner.path
	for _, prefix := range []string{top, plain} {
		if len(address) < len(prefix) || !strings.EqualFold(address[:len(prefix)], prefix) {
			continue
		}
		path, err := url.PathUnescape(address[len(prefix):])
		return path, err == nil && (path == "" || path[0] == '/')
	}
	return "", false
}

// sharedSchema is https://learn.microsoft.com/graph/api/resources/shareddriveitem.
var sharedSchema = &schema[driveItem]{
	name: "sharedDriveItem", page: 200, maxPage: 1000, keep: []string{"id"},
	props: []property[driveItem]{
		{name: "id", typ: "Edm.String", get: func(c *call, _ driveItem) any { return c.vars["share"] }},
		{name: "name", typ: "Edm.String", get: func(_ *call, i driveItem) any { return i.name }},
		{name: "webUrl", typ: "Edm.String", get: func(_ *call, i driveItem) any { return i.drive.webURL(i.driveNode) }},
		{name: "owner", typ: "identitySet", get: func(_ *call, i driveItem) any { return i.drive.owner.identity }},
		{name: "driveItem", typ: "driveItem", show: expanded, get: func(c *call, i driveItem) any { return plainItem(c, i) }},
		{name: "root", typ: "driveItem", show: expanded, get: func(c *call, i driveItem) any { return plainItem(c, i) }},
	},
}

func getShared(c *call) (*reply, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	return one(c, sharedSchema, item, "shares")
}

// listSharedWithMe lists what other people share with the person, each as an
// item that lies elsewhere.
func listSharedWithMe(c *call) (*reply, error) {
	var items []driveItem
	for _, drive := range c.s.tenant.driveOrder {
		if drive.owner.user == c.user || drive.owner.user == nil {
			continue
		}
		drive.root.walk(func(n *driveNode) {
			if slices.ContainsFunc(n.grants, func(g *grant) bool { return g.holds(c, c.user, false) }) {
				items = append(items, driveItem{driveNode: n, drive: drive, remote: true})
			}
		})
	}
	return list(c, listing[driveItem]{schema: driveItemSchema, items: items, context: "Collection(driveItem)"})
}
