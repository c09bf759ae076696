package graphtest

import "strings"

// Scopes of mail, by what they let do.
var (
	basicMail  = []string{"Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite"}
	readMail   = []string{"Mail.Read", "Mail.ReadWrite"}
	writeMail  = []string{"Mail.ReadWrite"}
	sendScopes = []string{"Mail.Send"}

	basicMailRoles = []string{"Mail.ReadBasic", "Mail.ReadBasic.All", "Mail.Read", "Mail.ReadWrite"}
)

// folderSchema is https://learn.microsoft.com/graph/api/resources/mailfolder.
var folderSchema = &schema[*folder]{
	name: "mailFolder", keep: []string{"id"}, page: 10, maxPage: 1000,
	annotate: func(f *folder) object {
		if f.search != nil {
			return object{{"@odata.type", "#microsoft.graph.mailSearchFolder"}}
		}
		return nil
	},
	props: []property[*folder]{
		{name: "id", typ: "Edm.String", get: func(_ *call, f *folder) any { return f.id }},
		{name: "displayName", typ: "Edm.String", get: func(_ *call, f *folder) any { return f.name }},
		{name: "parentFolderId", typ: "Edm.String", get: func(_ *call, f *folder) any { return f.parentID() }},
		{name: "childFolderCount", typ: "Edm.Int32", get: func(_ *call, f *folder) any { return len(f.shown(false)) }},
		{name: "unreadItemCount", typ: "Edm.Int32", get: func(c *call, f *folder) any { return f.unreadCount(c) }},
		{name: "totalItemCount", typ: "Edm.Int32", get: func(c *call, f *folder) any { return len(f.contents(c)) }},
		{name: "isHidden", typ: "Edm.Boolean", get: func(_ *call, f *folder) any { return f.hidden }},
		{name: "wellKnownName", typ: "Edm.String", show: selected, get: func(_ *call, f *folder) any { return orNull(f.wellKnown) }},
		searchProperty("isSupported", "Edm.Boolean", func(*searchFolder) any { return true }),
		searchProperty("includeNestedFolders", "Edm.Boolean", func(s *searchFolder) any { return s.nested }),
		searchProperty("sourceFolderIds", "[]Edm.String", func(s *searchFolder) any { return s.sources }),
		searchProperty("filterQuery", "Edm.String", func(s *searchFolder) any { return s.filter }),
	},
}

func init() { // refers to itself
	folderSchema.props = append(folderSchema.props, property[*folder]{
		name: "childFolders", typ: "[]mailFolder", show: expanded,
		get: func(c *call, f *folder) any {
			sh := &shape[*folder]{schema: folderSchema}
			for i := range folderSchema.props {
				if p := &folderSchema.props[i]; p.show == always {
					sh.props = append(sh.props, p)
				}
			}
			shown := f.shown(c.wantsHidden())
			children := make([]object, len(shown))
			for i, child := range shown {
				children[i] = sh.render(c, child)
			}
			return children
		},
	})
}

// parentID names the parent. That of the root is no folder anybody can see.
func (f *folder) parentID() any {
	if f.parent == nil {
		return outlookID("store", f.id)
	}
	return f.parent.id
}

// shown are the children, without those that are hidden.
func (f *folder) shown(hidden bool) []*folder {
	if hidden {
		return f.children
	}
	shown := make([]*folder, 0, len(f.children))
	for _, child := range f.children {
		if !child.hidden {
			shown = append(shown, child)
		}
	}
	return shown
}

// wantsHidden reads the option of folders alone that shows hidden ones.
func (c *call) wantsHidden() bool { return strings.EqualFold(c.param("includeHiddenFolders"), "true") }

func folderRoutes() []route {
	const list = "https://learn.microsoft.com/graph/api/user-list-mailfolders"
	const get = "https://learn.microsoft.com/graph/api/mailfolder-get"
	const children = "https://learn.microsoft.com/graph/api/mailfolder-list-childfolders"
	const create = "https://learn.microsoft.com/graph/api/user-post-mailfolders"
	return ofExchange([]route{
		{method: "GET", pattern: "/~/mailFolders", doc: list, scopes: basicMail, roles: basicMailRoles, options: listOptions, handle: listFolders},
		{method: "GET", pattern: "/~/mailFolders/$count", doc: list, scopes: basicMail, roles: basicMailRoles, options: optFilter, handle: countFolders},
		{method: "POST", pattern: "/~/mailFolders", doc: create, scopes: writeMail, options: oneOptions, handle: createFolder,
			differs: "A search folder shows what matches at the time it is read, and knows the filters of messages alone."},
		{method: "GET", pattern: "/~/~folder", doc: get, scopes: basicMail, roles: basicMailRoles, options: oneOptions, handle: getFolder},
		{method: "PATCH", pattern: "/~/~folder", doc: "https://learn.microsoft.com/graph/api/mailfolder-update", scopes: writeMail, options: oneOptions, handle: patchFolder},
		{method: "DELETE", pattern: "/~/~folder", doc: "https://learn.microsoft.com/graph/api/mailfolder-delete", scopes: writeMail, options: optNone, handle: deleteFolder},
		{method: "POST", pattern: "/~/~folder/permanentDelete", doc: "https://learn.microsoft.com/graph/api/mailfolder-permanentdelete", scopes: writeMail, options: optNone,
			handle: permanentlyDeleteFolder},
		{method: "POST", pattern: "/~/~folder/move", doc: "https://learn.microsoft.com/graph/api/mailfolder-move", scopes: writeMail, options: oneOptions, handle: moveFolder},
		{method: "POST", pattern: "/~/~folder/copy", doc: "https://learn.microsoft.com/graph/api/mailfolder-copy", scopes: writeMail, options: oneOptions, handle: copyFolder},
		{method: "GET", pattern: "/~/~folder/childFolders", doc: children, scopes: basicMail, roles: basicMailRoles, options: listOptions, handle: listFolders},
		{method: "GET", pattern: "/~/~folder/childFolders/$count", doc: children, scopes: basicMail, roles: basicMailRoles, options: optFilter, handle: countFolders},
		{method: "POST", pattern: "/~/~folder/childFolders", doc: "https://learn.microsoft.com/graph/api/mailfolder-post-childfolders", scopes: writeMail,
			options: oneOptions, handle: createFolder},
	})
}

// folder finds the folder that the path names, by id or well-known name; the
// root where it names none.
func (c *call) folder() (*folder, error) {
	for _, name := range []string{"grandparent", "parent"} {
		if c.vars[name] != "" {
			if _, err := c.user.mail.folder(c.vars[name]); err != nil {
				return nil, err
			}
		}
	}
	name, named := c.vars["folder"]
	if !named {
		return c.user.mail.root, nil
	}
	return c.user.mail.folder(name)
}

// folder finds a folder by id or well-known name.
func (m *mailbox) folder(name string) (*folder, error) {
	if f := m.wellKnown[strings.ToLower(name)]; f != nil {
		return f, nil
	}
	if f := m.folders[name]; f != nil {
		return f, nil
	}
	if !plausibleID(name) {
		return nil, fail(codeMalformedID)
	}
	return nil, failf(codeItemNotFound, "The specified object was not found in the store., The process failed to get the correct properties.")
}

// plausibleID tells what could be an id of Exchange's from what never was.
func plausibleID(id string) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/"
	return len(id) >= 16 && strings.Trim(id, alphabet) == ""
}

func folderListing(c *call) (listing[*folder], error) {
	f, err := c.folder()
	if err != nil {
		return listing[*folder]{}, err
	}
	return listing[*folder]{schema: folderSchema, items: f.shown(c.wantsHidden()), context: folderContext(c)}, nil
}

// folderContext is the context of the folders below the one that the path
// names.
func folderContext(c *call) string {
	context := userContext(c) + "/mailFolders"
	if name := c.vars["folder"]; name != "" {
		context += "('" + escapeValue(name) + "')/childFolders"
	}
	return context
}

func listFolders(c *call) (*reply, error) {
	l, err := folderListing(c)
	if err != nil {
		return nil, err
	}
	return list(c, l)
}

func countFolders(c *call) (*reply, error) {
	l, err := folderListing(c)
	if err != nil {
		return nil, err
	}
	return count(c, l)
}

func getFolder(c *call) (*reply, error) {
	f, err := c.folder()
	if err != nil {
		return nil, err
	}
	return one(c, folderSchema, f, userContext(c)+"/mailFolders")
}

// userContext is users('id'), where contexts of a person's things begin.
func userContext(c *call) string { return "users('" + escapeValue(c.user.ID) + "')" }
