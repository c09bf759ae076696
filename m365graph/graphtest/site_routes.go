package graphtest

import (
	"net/http"
	"slices"
	"strings"
)

const sitePages = "https://learn.microsoft.com/graph/api/"

// siteRoute is a route of SharePoint's.
func siteRoute(method, pattern, page string, scopes []string, o options, handle func(*call) (*reply, error)) route {
	return route{method: method, pattern: pattern, doc: sitePages + page, service: oneDrive, scopes: scopes, options: o, handle: handle}
}

// siteListOptions are those of lists in SharePoint, which skips by token alone.
const siteListOptions = oneOptions | optFilter | optOrder | optTop | optSkipToken

// siteRoutes are the ways to sites. A person reaches the sites that they are a
// member of; an application all of them, or those granted to it.
func siteRoutes() []route {
	search := siteRoute("GET", "/sites", "site-search", siteReadScopes[:4], siteListOptions|optSearch, listSites)
	search.differs = "Without search it lists all sites in reach, for people too."
	permissions := siteRoute("GET", "/~site/permissions", "site-list-permissions", siteOwnScopes, siteListOptions, listSitePermissions)
	permissions.differs = "Permissions are told; they are granted in the tenant's data alone."
	all := siteRoute("GET", "/sites/getAllSites", "site-getallsites", nil, siteListOptions, listAllSites)
	all.roles = siteReadScopes[:4]
	all.differs = "There are no personal sites in it."
	return []route{
		search, all, permissions,
		siteRoute("GET", "/~site", "site-get", siteReadScopes, oneOptions, getSite),
		siteRoute("GET", "/~site/getByPath", "site-getbypath", siteReadScopes, oneOptions, getSite),
		siteRoute("GET", "/~site/sites", "site-list-subsites", siteReadScopes, siteListOptions, listSubsites),
		siteRoute("GET", "/~site/sites/{subsite}", "site-get", siteReadScopes, oneOptions, getSite),
		siteRoute("GET", "/~site/drives", "drive-list", siteReadFileScopes, siteListOptions, listSiteDrives),
		siteRoute("GET", "/groups/{group}/drives", "drive-list", siteReadFileScopes, siteListOptions, listSiteDrives),
		siteRoute("GET", "/~site/permissions/{permission}", "site-get-permission", siteOwnScopes, oneOptions, getSitePermission),
		siteRoute("GET", "/~/followedSites", "sites-list-followed", siteReadScopes[:4], siteListOptions, listFollowedSites),
		siteRoute("POST", "/~/followedSites/add", "site-follow", siteWriteScopes[:3], oneOptions, followSites),
		siteRoute("POST", "/~/followedSites/remove", "site-unfollow", siteWriteScopes[:3], oneOptions, followSites),
	}
}

// siteReadFileScopes open the libraries of sites.
var siteReadFileScopes = slices.Concat(fileReadScopes[2:], siteReadScopes)

// sitesInReach are those that the token opens.
func (c *call) sitesInReach() []*siteStore {
	var open []*siteStore
	for _, s := range c.s.tenant.sites {
		if c.checkSite(s) == nil {
			open = append(open, s)
		}
	}
	return open
}

func siteListing(sites []*siteStore) listing[*siteStore] {
	return listing[*siteStore]{schema: siteSchema, items: sites, context: "sites"}
}

// listSites finds sites by words of their names, titles, descriptions and
// addresses.
func listSites(c *call) (*reply, error) {
	words := strings.Fields(strings.ToLower(strings.Trim(orElse(c.param("search"), c.param("$search")), `" `)))
	sites := slices.DeleteFunc(c.sitesInReach(), func(s *siteStore) bool {
		text := strings.ToLower(s.name + "\n" + s.displayName + "\n" + s.description + "\n" + s.webURL())
		return slices.ContainsFunc(words, func(w string) bool { return w != "*" && !strings.Contains(text, strings.TrimSuffix(w, "*")) })
	})
	return list(c, siteListing(sites))
}

// listAllSites is for applications alone.
func listAllSites(c *call) (*reply, error) {
	return list(c, siteListing(c.s.tenant.sites))
}

func getSite(c *call) (*reply, error) {
	s, err := c.site()
	if err != nil {
		return nil, err
	}
	if path, given := c.args["path"]; given {
		s = c.s.tenant.siteByPath(strings.Trim(s.path+"/"+strings.Trim(path, "/"), "/"))
	} else if id := c.vars["subsite"]; id != "" {
		i := slices.IndexFunc(s.sites, func(sub *siteStore) bool { return sub == c.s.tenant.siteByID(id) })
		if s = nil; i >= 0 {
			s = c.s.tenant.siteByID(id)
		}
	}
	if s == nil {
		return nil, failf(codeDriveNotFound, "Requested site could not be found")
	}
	if err := c.checkSite(s); err != nil {
		return nil, err
	}
	return one(c, siteSchema, s, "sites")
}

func listSubsites(c *call) (*reply, error) {
	s, err := c.site()
	if err != nil {
		return nil, err
	}
	open := slices.DeleteFunc(slices.Clone(s.sites), func(sub *siteStore) bool { return c.checkSite(sub) != nil })
	return list(c, siteListing(open))
}

func listSiteDrives(c *call) (*reply, error) {
	s, err := c.site()
	if err != nil {
		return nil, err
	}
	return list(c, listing[*driveStore]{schema: driveSchema, items: s.drives, context: "drives"})
}

func listSitePermissions(c *call) (*reply, error) {
	s, err := c.site()
	if err != nil {
		return nil, err
	}
	return list(c, listing[*SitePermission]{schema: sitePermissionSchema, items: s.permissions, context: s.context() + "/permissions"})
}

func getSitePermission(c *call) (*reply, error) {
	s, err := c.site()
	if err != nil {
		return nil, err
	}
	for _, p := range s.permissions {
		if id, _ := sitePermissionSchema.find("id"); id.value(c, p) == c.vars["permission"] {
			return one(c, sitePermissionSchema, p, s.context()+"/permissions")
		}
	}
	return nil, fail(codeDriveNotFound)
}

// context is how @odata.context names the site.
func (s *siteStore) context() string { return "sites('" + escapeValue(s.id()) + "')" }

func listFollowedSites(c *call) (*reply, error) {
	var sites []*siteStore
	for _, s := range c.s.tenant.sites {
		if slices.Contains(c.user.followed, s) && c.checkSite(s) == nil {
			sites = append(sites, s)
		}
	}
	return list(c, siteListing(sites))
}

// followSites adds sites to those that a person follows, or removes them.
func followSites(c *call) (*reply, error) {
	var in struct {
		Value []struct {
			ID string `json:"id"`
		} `json:"value"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	var sites []*siteStore
	for _, v := range in.Value {
		s := c.s.tenant.siteByID(v.ID)
		if s == nil {
			return nil, failf(codeDriveNotFound, "Requested site could not be found")
		}
		if err := c.checkSite(s); err != nil {
			return nil, err
		}
		sites = append(sites, s)
	}
	others := slices.DeleteFunc(c.user.followed, func(s *siteStore) bool { return slices.Contains(sites, s) })
	if strings.HasSuffix(c.route.pattern, "/remove") {
		c.user.followed = others
		return emptyReply(http.StatusNoContent), nil
	}
	c.user.followed = append(others, sites...)
	return jsonReply(object{{"@odata.context", c.metadata("sites")}, {"value", plainlyAll(c, siteSchema, sites)}}), nil
}
