package graphtest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// lentTo is one entry of a calendar's permissions.
type lentTo struct {
	CalendarPermission
	calendar *calendarState
}

// everybody is the entry that each calendar has: what the organization sees.
const everybody = "My Organization"

// calendarPermissionSchema is https://learn.microsoft.com/graph/api/resources/calendarpermission.
var calendarPermissionSchema = &schema[lentTo]{
	name: "calendarPermission", page: 100, maxPage: 1000, keep: []string{"id"},
	props: []property[lentTo]{
		{name: "id", typ: "Edm.String", get: func(_ *call, p lentTo) any { return p.id() }},
		{name: "isRemovable", typ: "Edm.Boolean", get: func(_ *call, p lentTo) any { return p.Address != "" }},
		{name: "isInsideOrganization", typ: "Edm.Boolean", get: func(_ *call, p lentTo) any { return p.inside() }},
		{name: "role", typ: "calendarRoleType", get: func(_ *call, p lentTo) any { return p.Role }},
		{name: "allowedRoles", typ: "[]calendarRoleType", get: func(_ *call, p lentTo) any { return p.allowed() }},
		{name: "emailAddress", typ: "emailAddress", get: func(_ *call, p lentTo) any {
			if p.Address == "" {
				return object{{"name", everybody}}
			}
			return emailAddress(p.Name, p.Address)
		}},
	},
}

func (p lentTo) id() string {
	if p.Address == "" {
		return base64.StdEncoding.EncodeToString([]byte("Default"))
	}
	return base64.StdEncoding.EncodeToString([]byte("ExchangePublishedUser." + strings.ToLower(p.Address)))
}

func (p lentTo) inside() bool {
	return p.Address == "" || p.calendar.owner.tenant.byAddress(p.Address) != nil
}

// allowed are the roles that can be given; delegates are people of the organization.
func (p lentTo) allowed() []string {
	switch {
	case p.Address == "":
		return calendarRoles[:5]
	case p.inside():
		return calendarRoles[1:]
	}
	return calendarRoles[1:4]
}

// lent lists who a calendar is lent to; to anybody but its owner it says nothing.
func (cal *calendarState) lent(c *call) []lentTo {
	if !c.token.app && c.s.tenant.byID[c.token.objectID] != cal.owner {
		return nil
	}
	var list []lentTo
	for _, p := range cal.Permissions {
		list = append(list, lentTo{p, cal})
	}
	return list
}

// calendarPermissionOf finds the entry that a path means, and its place.
func calendarPermissionOf(c *call) (*calendarState, int, error) {
	cal, err := permittedCalendar(c)
	if err != nil {
		return nil, 0, err
	}
	for i, p := range cal.lent(c) {
		if p.id() == c.vars["permission"] {
			return cal, i, nil
		}
	}
	return nil, 0, fail(codeItemNotFound)
}

// permittedCalendar is the calendar of a path, or that of its event.
func permittedCalendar(c *call) (*calendarState, error) {
	if c.vars["event"] == "" {
		return calendarOf(c)
	}
	view, err := eventOf(c)
	if err != nil {
		return nil, err
	}
	return view.calendar, nil
}

func listCalendarPermissions(c *call) (*reply, error) {
	cal, err := permittedCalendar(c)
	if err != nil {
		return nil, err
	}
	return list(c, listing[lentTo]{schema: calendarPermissionSchema, items: cal.lent(c), context: userContext(c) + "/calendar/calendarPermissions"})
}

func getCalendarPermission(c *call) (*reply, error) {
	cal, i, err := calendarPermissionOf(c)
	if err != nil {
		return nil, err
	}
	return one(c, calendarPermissionSchema, cal.lent(c)[i], userContext(c)+"/calendar/calendarPermissions")
}

// postCalendarPermission lends a calendar to somebody.
func postCalendarPermission(c *call) (*reply, error) {
	cal, err := permittedCalendar(c)
	if err != nil {
		return nil, err
	}
	p := lentTo{calendar: cal}
	if err := c.readPermission(&p); err != nil {
		return nil, err
	}
	switch {
	case !strings.Contains(p.Address, "@"):
		return nil, failf(codeInvalidRecipient, "At least one recipient is not valid. '%s' is no address.", p.Address)
	case slices.ContainsFunc(cal.Permissions, func(o CalendarPermission) bool { return strings.EqualFold(o.Address, p.Address) }):
		return nil, refuse(codeInvalidRequest, "Your request can't be completed. The calendar is shared with '%s' already.", p.Address)
	}
	if err := p.checkRole(); err != nil {
		return nil, err
	}
	cal.Permissions = append(slices.Clip(cal.Permissions), p.CalendarPermission)
	return created(c, calendarPermissionSchema, p, userContext(c)+"/calendar/calendarPermissions")
}

// patchCalendarPermission changes the role alone.
func patchCalendarPermission(c *call) (*reply, error) {
	cal, i, err := calendarPermissionOf(c)
	if err != nil {
		return nil, err
	}
	p := cal.lent(c)[i]
	changed := p
	if err := c.readPermission(&changed); err != nil {
		return nil, err
	}
	p.Role = changed.Role
	if err := p.checkRole(); err != nil {
		return nil, err
	}
	cal.Permissions = slices.Clone(cal.Permissions)
	cal.Permissions[i] = p.CalendarPermission
	return one(c, calendarPermissionSchema, p, userContext(c)+"/calendar/calendarPermissions")
}

func deleteCalendarPermission(c *call) (*reply, error) {
	cal, i, err := calendarPermissionOf(c)
	if err != nil {
		return nil, err
	}
	if cal.Permissions[i].Address == "" {
		return nil, refuse(codeInvalidRequest, "Your request can't be completed. '%s' can't be removed.", everybody)
	}
	cal.Permissions = slices.Delete(slices.Clone(cal.Permissions), i, i+1)
	return emptyReply(http.StatusNoContent), nil
}

// readPermission reads the body of a POST or PATCH.
func (c *call) readPermission(p *lentTo) error {
	passed := func(json.RawMessage) error { return nil }
	var to struct{ Name, Address string }
	err := c.readProperties("calendarPermission", map[string]func(json.RawMessage) error{
		"emailaddress": func(raw json.RawMessage) error { return read(raw, &to) },
		"role":         func(raw json.RawMessage) error { return read(raw, &p.Role) },
		"id":           passed, "isinsideorganization": passed, "isremovable": passed, "allowedroles": passed,
	})
	if p.Address == "" {
		p.Recipient = Recipient{Name: to.Name, Address: to.Address}
	}
	return err
}

// checkRole refuses a role that cannot be given to this person.
func (p *lentTo) checkRole() error {
	role := oneOf(p.Role, p.allowed())
	if role == "" {
		return failf(codeRequestBody, "Requested value '%s' was not found.", p.Role)
	}
	p.Role = role
	return nil
}
