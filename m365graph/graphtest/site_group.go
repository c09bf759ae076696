package graphtest

import (
	"strings"
	"time"
)

// giveSites gives every Microsoft 365 group a site of its own, with a library.
// See https://learn.microsoft.com/graph/api/resources/groups-overview.
func (t *tenantState) giveSites(now time.Time) error {
	for _, g := range t.groups {
		if err := t.giveSite(g, now); err != nil {
			return err
		}
	}
	return nil
}

// giveSite gives a group its site, unless it has one or is for security alone.
func (t *tenantState) giveSite(g *groupState, now time.Time) error {
	if !g.unified() || t.siteOfGroup(g.ID) != nil {
		return nil
	}
	_, err := t.addSite(&Site{
		Path: t.freeSitePath(g.MailNickname), Group: g.ID, DisplayName: g.DisplayName, Description: g.Description, CreatedDateTime: g.CreatedDateTime,
	}, nil, now)
	return err
}

// freeSitePath is the address that SharePoint makes of a name: what cannot
// stand in one is left out, and a number told if the address is taken.
func (t *tenantState) freeSitePath(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return -1
	}, name)
	path := "sites/" + orElse(clean, "group")
	for n, free := 1, path; ; n++ {
		if t.siteByPath(free) == nil {
			return free
		}
		free = path + itoa(n)
	}
}
