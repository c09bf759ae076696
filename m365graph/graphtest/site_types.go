package graphtest

import "time"

// Site is a SharePoint site with its document libraries and lists, as in
// https://learn.microsoft.com/graph/api/resources/site. A tenant always has a
// root site; one with an empty Path describes it.
type Site struct {
	// ID is the composite id: [SharePointHost], the GUID of the site
	// collection and the GUID of the site, with commas between.
	ID          string
	Path        string // below the host, such as "sites/marketing"; of a subsite: below its parent
	Name        string // "" means the last element of Path
	Group       string // id of the Microsoft 365 group, or of the team, whose site it is; "" means none
	DisplayName string // "" means Name
	Description string

	// Drives are the document libraries. The first is the default one, named
	// "Documents" unless it says otherwise; one exists in any case.
	Drives []*Drive
	Lists  []*List
	Sites  []*Site // subsites

	// Members are the user principal names of those who may open the site.
	// nil means, for the site of a private Group, who is in it; for a subsite,
	// who may open the site above; otherwise everybody in the tenant.
	Members []string
	// Applications are granted access one by one, which is all that an
	// application has whose only permission is Sites.Selected.
	Applications []*SitePermission

	CreatedDateTime      time.Time
	LastModifiedDateTime time.Time
}

// SitePermission is what one application may do in a site, as in
// https://learn.microsoft.com/graph/api/resources/permission.
type SitePermission struct {
	ID          string
	AppID       string   // the application's client id
	DisplayName string   // of the application
	Roles       []string // "read", "write", "owner" or "fullcontrol"
}

// List is a list of a site, as in
// https://learn.microsoft.com/graph/api/resources/list.
type List struct {
	ID          string
	Name        string // as in its web address; "" means DisplayName
	DisplayName string
	Description string
	Template    string // "genericList" (also ""), "tasks", "events" or another of SharePoint's
	Hidden      bool

	Columns []*Column // beside Title and those that SharePoint gives every list
	Items   []*ListItem

	CreatedDateTime      time.Time
	LastModifiedDateTime time.Time
}

// Column defines a column of a list, as in
// https://learn.microsoft.com/graph/api/resources/columndefinition.
type Column struct {
	ID          string
	Name        string // as fields and filters spell it
	DisplayName string // "" means Name
	Description string
	// Type is the facet that tells the type: "text" (also ""), "number",
	// "currency", "boolean", "choice", "dateTime", "hyperlinkOrPicture",
	// "lookup" or "personOrGroup".
	Type     string
	Choices  []string // of a "choice"
	Required bool
	Indexed  bool // others can be filtered by with a Prefer header only
	ReadOnly bool
	Hidden   bool
}

// ListItem is a row of a list, as in
// https://learn.microsoft.com/graph/api/resources/listitem.
type ListItem struct {
	ID string // a number; "" means the next one
	// Fields are the values by column: strings, numbers, booleans, times and
	// lists of strings.
	Fields map[string]any

	CreatedBy            *Recipient // nil means the application that set up the tenant
	LastModifiedBy       *Recipient // nil means CreatedBy
	CreatedDateTime      time.Time
	LastModifiedDateTime time.Time // zero means CreatedDateTime
}
