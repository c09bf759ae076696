package graphtest

// siteSchema is https://learn.microsoft.com/graph/api/resources/site.
var siteSchema = &schema[*siteStore]{
	name: "site", page: 200, maxPage: 1000, keep: []string{"id"},
	props: []property[*siteStore]{
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, s *siteStore) any { return s.created }},
		{name: "description", typ: "Edm.String", get: func(_ *call, s *siteStore) any { return s.description }},
		{name: "id", typ: "Edm.String", get: func(_ *call, s *siteStore) any { return s.id() }},
		{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, s *siteStore) any { return s.modified }},
		{name: "name", typ: "Edm.String", get: func(_ *call, s *siteStore) any { return s.name }},
		{name: "webUrl", typ: "Edm.String", get: func(_ *call, s *siteStore) any { return s.webURL() }},
		{name: "displayName", typ: "Edm.String", get: func(_ *call, s *siteStore) any { return s.displayName }},
		{name: "isPersonalSite", typ: "Edm.Boolean", show: selected, get: func(*call, *siteStore) any { return false }},
		{name: "root", typ: "root", show: unlessNil, get: func(_ *call, s *siteStore) any { return facet(s.parent == nil, object{}) }},
		{name: "siteCollection", typ: "siteCollection", show: unlessNil, get: func(_ *call, s *siteStore) any {
			o := object{{"hostname", SharePointHost}}
			if s.path == "" {
				o = append(o, member{"root", object{}})
			}
			return facet(s.parent == nil, o)
		}},
		{name: "parentReference", typ: "itemReference", show: selected, get: func(_ *call, s *siteStore) any {
			if s.parent == nil {
				return nil
			}
			return object{{"siteId", s.parent.id()}}
		}},
		{name: "sharepointIds", typ: "sharepointIds", show: selected, get: func(_ *call, s *siteStore) any { return s.sharePointIDs() }},
		{name: "drive", typ: "drive", show: expanded, get: func(c *call, s *siteStore) any { return plainly(c, driveSchema, s.drives[0]) }},
		{name: "drives", typ: "[]drive", show: expanded, get: func(c *call, s *siteStore) any { return plainlyAll(c, driveSchema, s.drives) }},
		{name: "lists", typ: "[]list", show: expanded, get: func(c *call, s *siteStore) any { return plainlyAll(c, siteListSchema, s.visibleLists()) }},
		{name: "permissions", typ: "[]permission", show: expanded, get: func(c *call, s *siteStore) any { return plainlyAll(c, sitePermissionSchema, s.permissions) }},
	},
}

// siteListSchema is https://learn.microsoft.com/graph/api/resources/list.
var siteListSchema = &schema[*listStore]{
	name: "list", page: 200, maxPage: 1000, keep: []string{"id"},
	etag: func(l *listStore) string { return `"` + l.id + "," + itoa(l.version) + `"` },
	props: []property[*listStore]{
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, l *listStore) any { return l.created }},
		{name: "description", typ: "Edm.String", get: func(_ *call, l *listStore) any { return l.description }},
		{name: "eTag", typ: "Edm.String", get: func(_ *call, l *listStore) any { return `"` + l.id + "," + itoa(l.version) + `"` }},
		{name: "id", typ: "Edm.String", get: func(_ *call, l *listStore) any { return l.id }},
		{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, l *listStore) any { return l.modified }},
		{name: "name", typ: "Edm.String", get: func(_ *call, l *listStore) any { return l.name }},
		{name: "webUrl", typ: "Edm.String", get: func(_ *call, l *listStore) any { return l.webURL() }},
		{name: "displayName", typ: "Edm.String", get: func(_ *call, l *listStore) any { return l.displayName }},
		{name: "createdBy", typ: "identitySet", get: func(*call, *listStore) any { return systemAccount }},
		{name: "lastModifiedBy", typ: "identitySet", show: selected, get: func(*call, *listStore) any { return systemAccount }},
		{name: "parentReference", typ: "itemReference", get: func(_ *call, l *listStore) any { return object{{"siteId", l.site.id()}} }},
		{name: "sharepointIds", typ: "sharepointIds", show: selected, get: func(_ *call, l *listStore) any {
			return append(l.site.sharePointIDs(), member{"listId", l.id})
		}},
		{name: "system", typ: "systemFacet", show: selected},
		{name: "list", typ: "listInfo", get: func(_ *call, l *listStore) any {
			return object{{"contentTypesEnabled", false}, {"hidden", l.hidden}, {"template", l.template}}
		}},
		{name: "columns", typ: "[]columnDefinition", show: expanded, get: func(c *call, l *listStore) any { return plainlyAll(c, columnSchema, l.columns) }},
		{name: "contentTypes", typ: "[]contentType", show: expanded, get: func(c *call, l *listStore) any { return plainlyAll(c, contentTypeSchema, l.contentTypes()) }},
		{name: "drive", typ: "drive", show: expanded, get: func(c *call, l *listStore) any {
			if l.drive == nil {
				return nil
			}
			return plainly(c, driveSchema, l.drive)
		}},
		{name: "items", typ: "[]listItem", show: expanded, get: func(c *call, l *listStore) any { return plainlyAll(c, listItemSchema, l.all()) }},
	},
}

// listItemSchema is https://learn.microsoft.com/graph/api/resources/listitem.
var listItemSchema = &schema[*listItem]{
	name: "listItem", page: 200, maxPage: 5000, keep: []string{"id"}, etag: (*listItem).eTag,
	props: []property[*listItem]{
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, i *listItem) any { return i.created }},
		{name: "eTag", typ: "Edm.String", get: func(_ *call, i *listItem) any { return i.eTag() }},
		{name: "id", typ: "Edm.String", get: func(_ *call, i *listItem) any { return i.id() }},
		{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, i *listItem) any { return i.modified }},
		{name: "webUrl", typ: "Edm.String", get: func(_ *call, i *listItem) any { return i.webURL() }},
		{name: "name", typ: "Edm.String", show: selected},
		{name: "description", typ: "Edm.String", show: selected},
		{name: "createdBy", typ: "identitySet", get: func(_ *call, i *listItem) any { return i.createdBy }},
		{name: "lastModifiedBy", typ: "identitySet", get: func(_ *call, i *listItem) any { return i.by }},
		{name: "parentReference", typ: "itemReference", get: func(_ *call, i *listItem) any {
			return object{{"id", guid("folder of list", i.list.id)}, {"siteId", i.list.site.id()}}
		}},
		{name: "contentType", typ: "contentTypeInfo", get: func(_ *call, i *listItem) any {
			return object{{"id", i.contentType().id}, {"name", i.contentType().name}}
		}},
		{name: "sharepointIds", typ: "sharepointIds", show: selected, get: func(_ *call, i *listItem) any { return i.sharePointIDs() }},
		{name: "fields", typ: "fieldValueSet", show: expanded, get: func(_ *call, i *listItem) any { return i.fieldSet() }},
		{name: "driveItem", typ: "driveItem", show: expanded, get: func(c *call, i *listItem) any {
			if i.node == nil {
				return nil
			}
			return plainItem(c, driveItem{driveNode: i.node, drive: i.list.drive})
		}},
	},
}

// columnSchema is https://learn.microsoft.com/graph/api/resources/columndefinition.
var columnSchema = &schema[*Column]{name: "columnDefinition", page: 200, maxPage: 1000, keep: []string{"id"}}

func init() {
	columnSchema.props = []property[*Column]{
		{name: "columnGroup", typ: "Edm.String", get: func(*call, *Column) any { return "Custom Columns" }},
		{name: "description", typ: "Edm.String", get: func(_ *call, col *Column) any { return col.Description }},
		{name: "displayName", typ: "Edm.String", get: func(_ *call, col *Column) any { return col.DisplayName }},
		{name: "enforceUniqueValues", typ: "Edm.Boolean", get: func(*call, *Column) any { return false }},
		{name: "hidden", typ: "Edm.Boolean", get: func(_ *call, col *Column) any { return col.Hidden }},
		{name: "id", typ: "Edm.String", get: func(_ *call, col *Column) any { return col.ID }},
		{name: "indexed", typ: "Edm.Boolean", get: func(_ *call, col *Column) any { return col.Indexed }},
		{name: "name", typ: "Edm.String", get: func(_ *call, col *Column) any { return col.Name }},
		{name: "readOnly", typ: "Edm.Boolean", get: func(_ *call, col *Column) any { return col.ReadOnly }},
		{name: "required", typ: "Edm.Boolean", get: func(_ *call, col *Column) any { return col.Required }},
	}
	for _, name := range []string{"text", "number", "currency", "boolean", "choice", "dateTime", "hyperlinkOrPicture", "lookup", "personOrGroup"} {
		columnSchema.props = append(columnSchema.props, property[*Column]{
			name: name, typ: name + "Column", show: unlessNil,
			get: func(_ *call, col *Column) any {
				o := columnTypes[name]
				if name == "choice" {
					o = append(o[:len(o):len(o)], member{"choices", nonNil(col.Choices)})
				}
				return facet(col.Type == name, o)
			},
		})
	}
}

// contentTypeSchema is https://learn.microsoft.com/graph/api/resources/contenttype.
var contentTypeSchema = &schema[contentType]{
	name: "contentType", page: 200, maxPage: 1000, keep: []string{"id"},
	props: []property[contentType]{
		{name: "description", typ: "Edm.String", get: func(_ *call, t contentType) any { return t.description }},
		{name: "group", typ: "Edm.String", get: func(_ *call, t contentType) any { return t.group }},
		{name: "hidden", typ: "Edm.Boolean", get: func(*call, contentType) any { return false }},
		{name: "id", typ: "Edm.String", get: func(_ *call, t contentType) any { return t.id }},
		{name: "isBuiltIn", typ: "Edm.Boolean", get: func(*call, contentType) any { return false }},
		{name: "name", typ: "Edm.String", get: func(_ *call, t contentType) any { return t.name }},
		{name: "parentId", typ: "Edm.String", get: func(_ *call, t contentType) any { return t.id[:len(t.id)-34] }},
		{name: "readOnly", typ: "Edm.Boolean", get: func(*call, contentType) any { return false }},
		{name: "sealed", typ: "Edm.Boolean", get: func(*call, contentType) any { return false }},
	},
}

// sitePermissionSchema is https://learn.microsoft.com/graph/api/resources/permission.
var sitePermissionSchema = &schema[*SitePermission]{
	name: "permission", page: 200, maxPage: 1000, keep: []string{"id"},
	props: []property[*SitePermission]{
		{name: "id", typ: "Edm.String", get: func(_ *call, p *SitePermission) any {
			return orElse(p.ID, opaque("i:0i.t|ms.sp.ext|"+p.AppID))
		}},
		{name: "roles", typ: "[]Edm.String", get: func(_ *call, p *SitePermission) any { return nonNil(p.Roles) }},
		{name: "grantedToIdentitiesV2", typ: "[]sharePointIdentitySet", get: grantedTo},
		{name: "grantedToIdentities", typ: "[]identitySet", get: grantedTo},
	},
}

func grantedTo(_ *call, p *SitePermission) any {
	return []object{{{"application", object{{"id", p.AppID}, {"displayName", orElse(p.DisplayName, p.AppID)}}}}}
}

// listItemVersionSchema is https://learn.microsoft.com/graph/api/resources/listitemversion.
var listItemVersionSchema = &schema[*listItem]{
	name: "listItemVersion", page: 200, maxPage: 1000, keep: []string{"id"},
	props: []property[*listItem]{
		{name: "id", typ: "Edm.String", get: func(_ *call, i *listItem) any { return itoa(i.version) + ".0" }},
		{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, i *listItem) any { return i.modified }},
		{name: "lastModifiedBy", typ: "identitySet", get: func(_ *call, i *listItem) any { return i.by }},
		{name: "fields", typ: "fieldValueSet", show: expanded, get: func(_ *call, i *listItem) any { return i.fieldSet() }},
	},
}

// sharePointIDs is https://learn.microsoft.com/graph/api/resources/sharepointids.
func (s *siteStore) sharePointIDs() object {
	return object{{"siteId", s.collection}, {"siteUrl", s.webURL()}, {"tenantId", s.tenant.ID}, {"webId", s.web}}
}

func (i *listItem) sharePointIDs() object {
	return append(i.list.site.sharePointIDs(), member{"listId", i.list.id}, member{"listItemId", i.id()}, member{"listItemUniqueId", i.uniqueID()})
}

// siteTypes are the types within sites and lists.
var siteTypes = types{
	"siteCollection":  {"hostname": "Edm.String", "root": "root", "dataLocationCode": "Edm.String"},
	"listInfo":        {"contentTypesEnabled": "Edm.Boolean", "hidden": "Edm.Boolean", "template": "Edm.String"},
	"contentTypeInfo": {"id": "Edm.String", "name": "Edm.String"},
	"root":            {},
	"sharepointIds": {
		"listId": "Edm.String", "listItemId": "Edm.String", "listItemUniqueId": "Edm.String",
		"siteId": "Edm.String", "siteUrl": "Edm.String", "tenantId": "Edm.String", "webId": "Edm.String",
	},
}
