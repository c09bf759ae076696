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
	props: []property[*folder]{
		{name: "id", typ: "Edm.String", get: func(_ *call, f *folder) any { return f.id }},
		{name: "displayName", typ: "Edm.String", get: func(_ *call, f *folder) any { return f.name }},
		{name: "parentFolderId", typ: "Edm.String", get: func(_ *call, f *folder) any { return f.parentID() }},
		{name: "childFolderCount", typ: "Edm.Int32", get: func(_ *call, f *folder) any { return len(f.children) }},
		{name: "unreadItemCount", typ: "Edm.Int32", get: func(_ *call, f *folder) any { return f.unread }},
		{name: "totalItemCount", typ: "Edm.Int32", get: func(_ *call, f *folder) any { return len(f.messages) }},
		{name: "isHidden", typ: "Edm.Boolean", get: func(*call, *folder) any { return false }},
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
			children := make([]object, len(f.children))
			for i, child := range f.children {
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

func folderRoutes() []route {
	const list = "https://learn.microsoft.com/graph/api/user-list-mailfolders"
	const get = "https://learn.microsoft.com/graph/api/mailfolder-get"
	const children = "https://learn.microsoft.com/graph/api/mailfolder-list-childfolders"
	return []route{
		{method: "GET", pattern: "/~/mailFolders", doc: list, service: exchange, scopes: readMail, handle: listFolders},
		{method: "GET", pattern: "/~/mailFolders/$count", doc: list, service: exchange, scopes: readMail, handle: countFolders},
		{method: "GET", pattern: "/~/mailFolders/{folder}", doc: get, service: exchange, scopes: readMail, handle: getFolder},
		{method: "GET", pattern: "/~/mailFolders/{folder}/childFolders", doc: children, service: exchange, scopes: readMail, handle: listFolders},
		{method: "GET", pattern: "/~/mailFolders/{folder}/childFolders/$count", doc: children, service: exchange, scopes: readMail, handle: countFolders},
		{method: "GET", pattern: "/~/mailFolders/{parent}/childFolders/{folder}", doc: get, service: exchange, scopes: readMail, handle: getFolder},
	}
}

// folder finds the folder that the path names, by id or well-known name; the
// root where it names none.
func (c *call) folder() (*folder, error) {
	name, named := c.vars["folder"]
	if !named {
		return c.user.mail.root, nil
	}
	if f := c.user.mail.wellKnown[strings.ToLower(name)]; f != nil {
		return f, nil
	}
	if f := c.user.mail.folders[name]; f != nil {
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
	context := userContext(c) + "/mailFolders"
	if f != c.user.mail.root {
		context += "('" + escapeValue(c.vars["folder"]) + "')/childFolders"
	}
	return listing[*folder]{schema: folderSchema, items: f.children, context: context}, nil
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
