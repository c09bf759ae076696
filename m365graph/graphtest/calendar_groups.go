package graphtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// calendarGroup is a heading under which Outlook shows calendars.
type calendarGroup struct {
	id, name, class string
	version         int
}

// ownClass and otherClass are the classes of the groups that everybody has.
const (
	ownClass   = "0006f0b7-0000-0000-c000-000000000046"
	otherClass = "0006f0b8-0000-0000-c000-000000000046"
)

// calendarGroupSchema is https://learn.microsoft.com/graph/api/resources/calendargroup.
var calendarGroupSchema = &schema[*calendarGroup]{
	name: "calendarGroup", page: 10, maxPage: 1000, keep: []string{"id"},
	props: []property[*calendarGroup]{
		{name: "id", typ: "Edm.String", get: func(_ *call, g *calendarGroup) any { return g.id }},
		{name: "name", typ: "Edm.String", get: func(_ *call, g *calendarGroup) any { return g.name }},
		{name: "classId", typ: "Edm.Guid", get: func(_ *call, g *calendarGroup) any { return g.class }},
		{name: "changeKey", typ: "Edm.String", get: func(_ *call, g *calendarGroup) any {
			return outlookID("calendar group change", g.id, g.version)[:24]
		}},
	},
}

func newCalendarGroups(u *userState) []*calendarGroup {
	return []*calendarGroup{
		{id: outlookID("calendar group", u.ID, 0), name: "My Calendars", class: ownClass},
		{id: outlookID("calendar group", u.ID, 1), name: "Other Calendars", class: otherClass},
	}
}

// groupOf finds the group that a path means; the first one if it names none.
func groupOf(c *call) (*calendarGroup, error) {
	groups := c.user.calendar.groups
	id, named := c.vars["group"]
	if !named {
		return groups[0], nil
	}
	for _, g := range groups {
		if g.id == id {
			return g, nil
		}
	}
	return nil, fail(codeItemNotFound)
}

func listCalendarGroups(c *call) (*reply, error) {
	return list(c, listing[*calendarGroup]{schema: calendarGroupSchema, items: c.user.calendar.groups, context: userContext(c) + "/calendarGroups"})
}

func getCalendarGroup(c *call) (*reply, error) {
	g, err := groupOf(c)
	if err != nil {
		return nil, err
	}
	return one(c, calendarGroupSchema, g, userContext(c)+"/calendarGroups")
}

// postCalendarGroup makes a group that holds nothing yet.
func postCalendarGroup(c *call) (*reply, error) {
	store := c.user.calendar
	g := &calendarGroup{id: outlookID("calendar group made", c.user.ID, store.created)}
	if err := c.readGroup(g); err != nil {
		return nil, err
	}
	g.class = guid("calendar group", g.id)
	rep, err := created(c, calendarGroupSchema, g, userContext(c)+"/calendarGroups")
	if err != nil {
		return nil, err
	}
	store.created++
	store.groups = append(store.groups, g)
	return rep, nil
}

// patchCalendarGroup renames a group.
func patchCalendarGroup(c *call) (*reply, error) {
	g, err := groupOf(c)
	if err != nil {
		return nil, err
	}
	changed := *g
	if err := c.readGroup(&changed); err != nil {
		return nil, err
	}
	changed.version++
	rep, err := one(c, calendarGroupSchema, &changed, userContext(c)+"/calendarGroups")
	if err == nil {
		*g = changed
	}
	return rep, err
}

// deleteCalendarGroup takes out a group without calendars.
func deleteCalendarGroup(c *call) (*reply, error) {
	g, err := groupOf(c)
	if err != nil {
		return nil, err
	}
	store := c.user.calendar
	switch {
	case g.class == ownClass || g.class == otherClass:
		return nil, refuse(codeDistinguished, "The calendar group '%s' can't be deleted.", g.name)
	case slices.ContainsFunc(store.calendars, func(cal *calendarState) bool { return cal.group == g }):
		return nil, refuse(codeInvalidRequest, "Your request can't be completed. The calendar group '%s' isn't empty.", g.name)
	}
	store.groups = slices.DeleteFunc(store.groups, func(o *calendarGroup) bool { return o == g })
	return emptyReply(http.StatusNoContent), nil
}

// readGroup reads the body of a POST or PATCH.
func (c *call) readGroup(g *calendarGroup) error {
	passed := func(json.RawMessage) error { return nil }
	err := c.readProperties("calendarGroup", map[string]func(json.RawMessage) error{
		"name": func(raw json.RawMessage) error { return read(raw, &g.name) },
		"id":   passed, "classid": passed, "changekey": passed,
	})
	switch {
	case err != nil:
		return err
	case strings.TrimSpace(g.name) == "":
		return refuse(codePropertyInvalid, "At least one property failed validation. A calendar group needs a name.")
	case slices.ContainsFunc(c.user.calendar.groups, func(o *calendarGroup) bool { return o.id != g.id && strings.EqualFold(o.name, g.name) }):
		return refuse(codeFolderExists, "A calendar group with the name '%s' exists already.", g.name)
	}
	return nil
}
