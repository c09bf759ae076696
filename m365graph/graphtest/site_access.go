package graphtest

import (
	"net/http"
	"slices"
	"strings"
)

// sitesSelected is the permission that opens only the sites which an
// administrator granted to the application. See
// https://learn.microsoft.com/graph/permissions-selected-overview.
const sitesSelected = "Sites.Selected"

// Scopes that sites ask for.
var (
	siteReadScopes  = []string{"Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All", sitesSelected}
	siteWriteScopes = []string{"Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All", sitesSelected}
	listMakeScopes  = []string{"Sites.Manage.All", "Sites.FullControl.All", sitesSelected}
	siteOwnScopes   = []string{"Sites.FullControl.All", sitesSelected}
	// ownFileScopes reach a person's own files, and no site.
	ownFileScopes = []string{"Files.Read", "Files.ReadWrite"}
)

// onlySelected tells whether nothing but Sites.Selected let the token in.
func (c *call) onlySelected() bool {
	wide := slices.DeleteFunc(slices.Clone(c.route.scopes), func(scope string) bool { return scope == sitesSelected })
	return !c.token.has(wide)
}

// checkSite tells whether the token may do in a site what the route does.
func (c *call) checkSite(s *siteStore) error {
	wide := slices.DeleteFunc(slices.Clone(c.route.scopes), func(scope string) bool {
		return scope == sitesSelected || slices.Contains(ownFileScopes, scope)
	})
	if !c.token.has(wide) && !s.granted(c.token, c.r.Method != http.MethodGet) || !s.open(c.token) {
		return fail(codeDriveDenied)
	}
	return nil
}

// open tells whether the person may enter the site; an application has no
// place of its own and may. A site that says nothing takes after its group,
// which lets everybody in if it is public, or else after the site above.
func (s *siteStore) open(t *token) bool {
	switch {
	case t.app:
		return true
	case s.members != nil:
		return slices.Contains(s.members, t.objectID)
	case s.group != "":
		g := s.tenant.groupByID[strings.ToLower(s.group)]
		return g != nil && (strings.EqualFold(g.Visibility, "Public") || slices.Contains(g.members, t.objectID) || slices.Contains(g.owners, t.objectID))
	}
	return s.parent == nil || s.parent.open(t)
}

// granted tells whether the application was let into the site, for its
// Sites.Selected. A grant holds for the whole site collection.
func (s *siteStore) granted(t *token, write bool) bool {
	if !t.has([]string{sitesSelected}) {
		return false
	}
	for ; s != nil; s = s.parent {
		for _, p := range s.permissions {
			if strings.EqualFold(p.AppID, t.appID) && (!write || slices.ContainsFunc(p.Roles, func(role string) bool { return role != "read" })) {
				return true
			}
		}
	}
	return false
}

// site finds the site that the path means, and checks that it is open.
func (c *call) site() (*siteStore, error) {
	t, id := c.s.tenant, c.vars["site"]
	var s *siteStore
	switch {
	case c.vars["group"] != "":
		s = t.siteOfGroup(c.vars["group"])
		if s == nil || t.groupByID[strings.ToLower(s.group)] == nil || !strings.EqualFold(orElse(id, "root"), "root") && t.siteByID(id) != s {
			return nil, failf(codeDriveNotFound, "Requested site could not be found")
		}
	case strings.EqualFold(id, "root"), strings.EqualFold(id, SharePointHost):
		s = t.sites[0]
	case strings.Contains(id, ".") && !strings.Contains(id, ",") || strings.Contains(id, ",") && !strings.HasPrefix(strings.ToLower(id), SharePointHost+","):
		return nil, failf(codeDriveBad, "Invalid hostname for this tenancy")
	default:
		s = t.siteByID(id)
	}
	if s != nil && c.vars["sitepath"] != "" {
		s = t.siteByPath(strings.Trim(s.path+"/"+strings.Trim(c.vars["sitepath"], "/"), "/"))
	}
	if s == nil {
		return nil, failf(codeDriveNotFound, "Requested site could not be found")
	}
	return s, c.checkSite(s)
}

// siteOfGroup finds the team site of a group; nil if it has none.
func (t *tenantState) siteOfGroup(id string) *siteStore {
	i := slices.IndexFunc(t.sites, func(s *siteStore) bool { return s.group != "" && strings.EqualFold(s.group, id) })
	if i < 0 {
		return nil
	}
	return t.sites[i]
}

// list finds the list that the path means.
func (c *call) list() (*listStore, error) {
	s, err := c.site()
	if err != nil {
		return nil, err
	}
	l := s.list(c.vars["list"])
	if l == nil {
		return nil, failf(codeDriveNotFound, "The specified list was not found")
	}
	return l, nil
}

// siteDrive finds the drive that a path below a site means.
func (c *call) siteDrive() (*driveStore, error) {
	s, err := c.site()
	switch {
	case err != nil:
		return nil, err
	case c.vars["list"] != "":
		if l := s.list(c.vars["list"]); l != nil && l.drive != nil {
			return l.drive, nil
		}
		return nil, fail(codeDriveNotFound)
	case c.vars["drive"] == "":
		return s.drives[0], nil
	}
	for _, d := range s.drives {
		if strings.EqualFold(d.id, c.vars["drive"]) {
			return d, nil
		}
	}
	return nil, fail(codeDriveNotFound)
}

// caller is who made the request, an identitySet.
func (c *call) caller() object {
	if u := c.s.tenant.byID[c.token.objectID]; u != nil && !c.token.app {
		return recipientIdentity(c.s.tenant, &Recipient{Address: u.Mail})
	}
	return object{{"application", object{{"id", orElse(c.token.appID, c.token.objectID)}, {"displayName", "App"}}}}
}

// recipientIdentity names a person, with the id of one of the tenant; nil is
// SharePoint itself.
func recipientIdentity(t *tenantState, r *Recipient) object {
	if r == nil {
		return systemAccount
	}
	if u := t.byAddress(r.Address); u != nil {
		return object{{"user", object{{"email", u.Mail}, {"id", u.ID}, {"displayName", u.DisplayName}}}}
	}
	return object{{"user", object{{"email", r.Address}, {"displayName", r.Name}}}}
}
