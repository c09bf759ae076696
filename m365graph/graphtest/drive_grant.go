package graphtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// grant is a permission given to an item and what is in it, to people or to
// whoever has a link.
type grant struct {
	id      string
	roles   []string
	with    []string     // people, by id, name or address
	link    *sharingLink // nil: given to people directly
	expires time.Time    // zero: never
	secret  bool         // behind a password
	invited *invitation  // nil: nobody was
}

// sharingLink is https://learn.microsoft.com/graph/api/resources/sharinglink.
type sharingLink struct {
	kind, scope string
	url         string
}

// invitation is https://learn.microsoft.com/graph/api/resources/sharinginvitation.
type invitation struct {
	email  string
	signIn bool
}

// permission is a grant as it holds for an item.
type permission struct {
	*grant
	item driveItem
	from *driveNode // the folder that it is inherited from; nil: the item's own
}

// loadShare takes over a share of the tenant.
func (n *driveNode) loadShare(share Share) error {
	role := oneOf(orElse(share.Role, "read"), []string{"read", "write"})
	if role == "" || share.With == "" {
		return fmt.Errorf("shared with %q as %q: want somebody, and read or write", share.With, share.Role)
	}
	n.grants = append(n.grants, &grant{id: opaque("i:" + strings.ToLower(share.With)), roles: []string{role}, with: []string{share.With}})
	return nil
}

// holds tells whether the grant lets a person in at that time.
func (g *grant) holds(c *call, u *userState, write bool) bool {
	if !g.expires.IsZero() && !c.now.Before(g.expires) || write && !slices.ContainsFunc(g.roles, writes) {
		return false
	}
	return slices.ContainsFunc(g.with, func(name string) bool { return c.s.tenant.named(name) == u })
}

func writes(role string) bool { return role == "write" || role == "owner" }

// named finds a person by id, principal name or address.
func (t *tenantState) named(name string) *userState {
	if u := t.user(name); u != nil {
		return u
	}
	return t.byAddress(name)
}

// sharedHere tells whether an item of somebody else is shared with who asks.
func (c *call) sharedHere(n *driveNode) bool {
	u := c.person()
	if u == nil || !c.reachesOthers() {
		return false
	}
	for ; n != nil; n = n.parent {
		if slices.ContainsFunc(n.grants, func(g *grant) bool { return g.holds(c, u, c.r.Method != http.MethodGet) }) {
			return true
		}
	}
	return false
}

// permissions are the grants that hold for an item: the owner's, its own, and
// those of the folders around it.
func (i driveItem) permissions() []permission {
	all := []permission{{&grant{id: opaque("owner"), roles: []string{"owner"}}, i, i.drive.root}}
	for n := i.driveNode; n != nil; n = n.parent {
		from := n
		if n == i.driveNode {
			from = nil
		}
		for _, g := range n.grants {
			all = append(all, permission{g, i, from})
		}
	}
	if i.parent == nil {
		all[0].from = nil
	}
	return all
}

// permissionSchema is https://learn.microsoft.com/graph/api/resources/permission.
var permissionSchema = &schema[permission]{
	name: "permission", page: 200, maxPage: 1000, keep: []string{"id"},
	props: []property[permission]{
		{name: "id", typ: "Edm.String", get: func(_ *call, p permission) any { return p.id }},
		{name: "roles", typ: "[]Edm.String", get: func(_ *call, p permission) any { return p.roles }},
		{name: "shareId", typ: "Edm.String", show: unlessNil, get: func(_ *call, p permission) any {
			if p.link == nil {
				return nil
			}
			return shareID(p.link.url)
		}},
		{name: "expirationDateTime", typ: "Edm.DateTimeOffset", show: unlessNil, get: func(_ *call, p permission) any {
			if p.expires.IsZero() {
				return nil
			}
			return p.expires
		}},
		{name: "hasPassword", typ: "Edm.Boolean", get: func(_ *call, p permission) any { return p.secret }},
		{name: "grantedToV2", typ: "sharePointIdentitySet", show: unlessNil, get: func(c *call, p permission) any { return p.grantedTo(c) }},
		{name: "grantedTo", typ: "identitySet", show: unlessNil, get: func(c *call, p permission) any { return p.grantedTo(c) }},
		{name: "grantedToIdentitiesV2", typ: "[]sharePointIdentitySet", show: unlessNil, get: func(c *call, p permission) any { return p.identities(c) }},
		{name: "grantedToIdentities", typ: "[]identitySet", show: unlessNil, get: func(c *call, p permission) any { return p.identities(c) }},
		{name: "link", typ: "sharingLink", show: unlessNil, get: func(_ *call, p permission) any { return p.linkObject() }},
		{name: "invitation", typ: "sharingInvitation", show: unlessNil, get: func(_ *call, p permission) any {
			if p.invited == nil {
				return nil
			}
			return object{{"email", p.invited.email}, {"signInRequired", p.invited.signIn}}
		}},
		{name: "inheritedFrom", typ: "itemReference", show: unlessNil, get: func(_ *call, p permission) any {
			if p.from == nil {
				return nil
			}
			return p.item.drive.reference(p.from)
		}},
	},
}

// identity names one who has the permission.
func (p permission) identity(c *call, name string) object {
	u := c.s.tenant.named(name)
	if u == nil {
		return object{{"user", object{{"email", name}, {"displayName", name}}}}
	}
	login := "i:0#.f|membership|" + strings.ToLower(u.UserPrincipalName)
	return object{{"user", u.identity()}, {"siteUser", object{{"id", "7"}, {"email", u.Mail}, {"displayName", u.DisplayName}, {"loginName", login}}}}
}

// grantedTo is who has a direct permission.
func (p permission) grantedTo(c *call) any {
	switch {
	case p.link != nil:
		return nil
	case len(p.with) == 0:
		return p.item.drive.owner.identity
	}
	return p.identity(c, p.with[0])
}

// identities are those who may use a link.
func (p permission) identities(c *call) any {
	if p.link == nil {
		return nil
	}
	all := make([]object, len(p.with))
	for i, name := range p.with {
		all[i] = p.identity(c, name)
	}
	return all
}

func (p permission) linkObject() any {
	if p.link == nil {
		return nil
	}
	return object{{"scope", p.link.scope}, {"type", p.link.kind}, {"webUrl", p.link.url}, {"preventsDownload", p.link.kind == "blocksDownload"}}
}

func permissionContext(i driveItem) string {
	return itemContext(i.drive) + "('" + escapeValue(i.id) + "')/permissions"
}

func listPermissions(c *call) (*reply, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	return list(c, listing[permission]{schema: permissionSchema, items: item.permissions(), context: permissionContext(item)})
}

// permissionOf finds the permission that a path means.
func permissionOf(c *call) (permission, error) {
	item, err := itemOf(c)
	if err != nil {
		return permission{}, err
	}
	for _, p := range item.permissions() {
		if p.id == c.vars["permission"] {
			return p, nil
		}
	}
	return permission{}, fail(codeDriveNotFound)
}

func getPermission(c *call) (*reply, error) {
	p, err := permissionOf(c)
	if err != nil {
		return nil, err
	}
	return one(c, permissionSchema, p, permissionContext(p.item))
}

// changeable refuses permissions that are not the item's own.
func (p permission) changeable() error {
	if p.from != nil || len(p.roles) == 1 && p.roles[0] == "owner" && p.link == nil && len(p.with) == 0 {
		return failf(codeDriveBad, "A permission that is inherited, or the owner's, can be neither changed nor removed here.")
	}
	return nil
}

// patchPermission changes roles and expiry.
func patchPermission(c *call) (*reply, error) {
	p, err := permissionOf(c)
	if err != nil {
		return nil, err
	}
	var in struct {
		Roles   []string   `json:"roles"`
		Expires *time.Time `json:"expirationDateTime"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	switch {
	case p.changeable() != nil:
		return nil, p.changeable()
	case p.link != nil && in.Roles != nil:
		return nil, failf(codeDriveBad, "The roles of a sharing link cannot be changed.")
	case in.Roles != nil && !validRoles(in.Roles):
		return nil, failf(codeDriveBad, "The roles must be read, write or owner.")
	case in.Expires != nil && !in.Expires.After(c.now):
		return nil, failf(codeDriveBad, "The expiration lies in the past.")
	}
	if in.Roles != nil {
		p.roles = in.Roles
	}
	if in.Expires != nil {
		p.expires = in.Expires.UTC()
	}
	return one(c, permissionSchema, p, permissionContext(p.item))
}

func validRoles(roles []string) bool {
	return len(roles) > 0 && !slices.ContainsFunc(roles, func(role string) bool { return !slices.Contains([]string{"read", "write", "owner"}, role) })
}

func deletePermission(c *call) (*reply, error) {
	p, err := permissionOf(c)
	if err != nil {
		return nil, err
	}
	if err := p.changeable(); err != nil {
		return nil, err
	}
	p.item.grants = slices.DeleteFunc(p.item.grants, func(g *grant) bool { return g == p.grant })
	p.item.drive.tell(p.item.driveNode, itemUpdated)
	return emptyReply(http.StatusNoContent), nil
}
