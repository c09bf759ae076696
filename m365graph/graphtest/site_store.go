package graphtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// siteStore is a site as it is now.
type siteStore struct {
	tenant                         *tenantState
	parent                         *siteStore // nil: the top of a site collection
	collection, web                string     // GUIDs
	path                           string     // below the host; "": the root site
	name, displayName, description string
	members                        []string // ids; nil: everybody
	group                          string   // id; "": no group's
	permissions                    []*SitePermission
	lists                          []*listStore
	drives                         []*driveStore // document libraries, the default one first
	sites                          []*siteStore
	created, modified              time.Time
}

// loadSites copies the sites of the tenant, the root site first.
func (t *tenantState) loadSites(now time.Time) error {
	given := slices.Clone(t.Sites)
	isRoot := func(s *Site) bool { return strings.Trim(s.Path, "/") == "" }
	switch i := slices.IndexFunc(given, isRoot); {
	case i < 0:
		given = slices.Insert(given, 0, &Site{DisplayName: orElse(t.DisplayName, "Communication site")})
	case i > 0:
		given[0], given[i] = given[i], given[0]
	}
	for _, g := range given {
		if _, err := t.addSite(g, nil, now); err != nil {
			return fmt.Errorf("site %q: %w", g.Path, err)
		}
	}
	return t.giveSites(now)
}

// addSite copies one site with its subsites.
func (t *tenantState) addSite(g *Site, parent *siteStore, now time.Time) (*siteStore, error) {
	s := &siteStore{
		tenant: t, parent: parent, path: strings.Trim(g.Path, "/"), description: g.Description, permissions: g.Applications, group: g.Group,
		created: orTime(g.CreatedDateTime, now), modified: orTime(g.LastModifiedDateTime, orTime(g.CreatedDateTime, now)),
	}
	if parent != nil && parent.path != "" {
		s.path = parent.path + "/" + s.path
	}
	s.name = orElse(g.Name, s.path[strings.LastIndex(s.path, "/")+1:])
	s.displayName = orElse(g.DisplayName, s.name)
	if err := s.identify(g.ID); err != nil {
		return nil, err
	}
	ofTeam := func(team *Team) bool { return strings.EqualFold(team.ID, g.Group) } // whose group is made later
	if g.Group != "" && t.groupByID[strings.ToLower(g.Group)] == nil && !slices.ContainsFunc(t.Teams, ofTeam) {
		return nil, fmt.Errorf("there is no group %q", g.Group)
	}
	if t.siteByPath(s.path) != nil || t.siteByWeb(s.web) != nil {
		return nil, fmt.Errorf("there are two with this path or id")
	}
	if g.Members != nil {
		s.members = []string{} // nobody is not everybody
	}
	for _, name := range g.Members {
		u := t.user(name)
		if u == nil {
			return nil, fmt.Errorf("there is no member %q", name)
		}
		s.members = append(s.members, u.ID)
	}
	t.sites = append(t.sites, s)
	if err := s.addLibraries(g.Drives, now); err != nil {
		return nil, err
	}
	for _, l := range g.Lists {
		if _, err := s.addList(l, now); err != nil {
			return nil, fmt.Errorf("list %q: %w", orElse(l.DisplayName, l.Name), err)
		}
	}
	for _, sub := range g.Sites {
		child, err := t.addSite(sub, s, now)
		if err != nil {
			return nil, fmt.Errorf("site %q: %w", sub.Path, err)
		}
		s.sites = append(s.sites, child)
	}
	return s, nil
}

// addLibraries makes the document libraries, each a list and a drive.
func (s *siteStore) addLibraries(given []*Drive, now time.Time) error {
	if len(given) == 0 {
		given = []*Drive{nil}
	}
	for i, g := range given {
		l := &List{DisplayName: "Documents", Name: "Shared Documents", Template: templateLibrary}
		if g != nil && g.Name != "" {
			l.DisplayName = g.Name
			if i > 0 {
				l.Name = g.Name
			}
		} else if i > 0 {
			return fmt.Errorf("document library %d: a Name is required", i)
		}
		list, err := s.addList(l, now)
		if err != nil {
			return fmt.Errorf("library %q: %w", l.DisplayName, err)
		}
		owner := driveOwner{
			place: s, identity: object{{"user", object{{"displayName", s.displayName + " Owners"}}}}, author: systemAccount,
			site: s.collection, web: s.web, list: list.id, siteURL: s.webURL(), library: l.DisplayName, path: l.Name,
		}
		if list.drive, err = s.tenant.newDrive(owner, g, now); err != nil {
			return fmt.Errorf("library %q: %w", l.DisplayName, err)
		}
		s.drives = append(s.drives, list.drive)
	}
	return nil
}

// systemAccount is who made what nobody of the tenant did, an identitySet.
var systemAccount = object{{"user", object{{"displayName", "System Account"}}}}

// identify takes a composite id apart, or makes one.
func (s *siteStore) identify(id string) error {
	if id == "" {
		s.web = guid("site", s.tenant.ID, strings.ToLower(s.path))
		s.collection = guid("site collection", s.tenant.ID, strings.ToLower(s.path))
		if s.parent != nil {
			s.collection = s.parent.collection
		}
		return nil
	}
	parts := strings.Split(id, ",")
	if len(parts) != 3 || parts[0] != SharePointHost {
		return fmt.Errorf("id %q: want %s, a GUID and a GUID, with commas between", id, SharePointHost)
	}
	s.collection, s.web = parts[1], parts[2]
	return nil
}

func (s *siteStore) id() string { return SharePointHost + "," + s.collection + "," + s.web }

func (s *siteStore) webURL() string {
	if s.path == "" {
		return "https://" + SharePointHost
	}
	return "https://" + SharePointHost + "/" + escapePath(s.path)
}

// siteByPath finds a site by its path below the host; nil if there is none.
func (t *tenantState) siteByPath(path string) *siteStore {
	for _, s := range t.sites {
		if strings.EqualFold(s.path, path) {
			return s
		}
	}
	return nil
}

// siteByWeb finds a site by its own GUID, or by its collection's.
func (t *tenantState) siteByWeb(web string) *siteStore {
	for _, s := range t.sites {
		if strings.EqualFold(s.web, web) {
			return s
		}
	}
	return nil
}

// siteByID finds a site by composite id or by GUID; nil if there is none.
func (t *tenantState) siteByID(id string) *siteStore {
	host, rest, composite := strings.Cut(id, ",")
	if !composite {
		rest = host
	}
	for _, s := range t.sites {
		switch {
		case composite && !strings.EqualFold(host, SharePointHost):
		case composite && strings.EqualFold(rest, s.collection+","+s.web),
			(!composite || !strings.Contains(rest, ",")) && strings.EqualFold(rest, s.collection) && s.parent == nil,
			!composite && strings.EqualFold(rest, s.web):
			return s
		}
	}
	return nil
}

// orTime is t, or another time for none.
func orTime(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t
}
