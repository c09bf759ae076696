package graphtest

import (
	"net/url"
	"strings"
)

// driveSchema is https://learn.microsoft.com/graph/api/resources/drive.
var driveSchema = &schema[*driveStore]{
	name: "drive", page: 200, maxPage: 1000, keep: []string{"id"},
	props: []property[*driveStore]{
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, s *driveStore) any { return s.started }},
		{name: "description", typ: "Edm.String", get: func(*call, *driveStore) any { return "" }},
		{name: "id", typ: "Edm.String", get: func(_ *call, s *driveStore) any { return s.id }},
		{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, s *driveStore) any { return s.root.modified }},
		{name: "name", typ: "Edm.String", get: func(_ *call, s *driveStore) any { return s.name }},
		{name: "webUrl", typ: "Edm.String", get: func(_ *call, s *driveStore) any { return s.webURL(s.root) }},
		{name: "driveType", typ: "Edm.String", get: func(_ *call, s *driveStore) any { return s.owner.driveType() }},
		{name: "createdBy", typ: "identitySet", get: func(_ *call, s *driveStore) any { return s.identity(nil) }},
		{name: "lastModifiedBy", typ: "identitySet", get: func(_ *call, s *driveStore) any { return s.identity(nil) }},
		{name: "owner", typ: "identitySet", get: func(_ *call, s *driveStore) any { return s.owner.identity }},
		{name: "quota", typ: "quota", get: func(_ *call, s *driveStore) any { return s.quotaObject() }},
		{name: "sharePointIds", typ: "sharepointIds", show: selected, get: func(_ *call, s *driveStore) any { return s.sharepointIDs() }},
		{name: "system", typ: "systemFacet", show: selected},
	},
}

// quotaObject is https://learn.microsoft.com/graph/api/resources/quota.
func (s *driveStore) quotaObject() object {
	state := "normal"
	switch left := float64(s.free()) / float64(s.quota); {
	case left <= 0:
		state = "exceeded"
	case left < 0.01:
		state = "critical"
	case left < 0.1:
		state = "nearing"
	}
	return object{{"deleted", s.binned}, {"remaining", s.free()}, {"state", state}, {"total", s.quota}, {"used", s.root.size}}
}

// sharepointIDs is https://learn.microsoft.com/graph/api/resources/sharepointids.
func (s *driveStore) sharepointIDs() object {
	return object{
		{"listId", s.owner.list}, {"siteId", s.owner.site}, {"siteUrl", s.owner.siteURL}, {"tenantId", s.tenant.ID}, {"webId", s.owner.web},
	}
}

func escapePath(p string) string {
	elements := strings.Split(p, "/")
	for i, e := range elements {
		elements[i] = url.PathEscape(e)
	}
	return strings.Join(elements, "/")
}

// webURL is where a browser would find an item.
func (s *driveStore) webURL(n *driveNode) string {
	where := s.owner.siteURL + "/" + escapePath(s.owner.path)
	if p := n.path(); p != "" {
		where += "/" + escapePath(p)
	}
	return where
}

// free is how many bytes the quota leaves.
func (s *driveStore) free() int64 { return max(0, s.quota-s.root.size) }
