package graphtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// calendarSchema is https://learn.microsoft.com/graph/api/resources/calendar.
var calendarSchema = &schema[*calendarState]{
	name: "calendar", page: 10, maxPage: 1000, keep: []string{"id"},
	props: []property[*calendarState]{
		{name: "id", typ: "Edm.String", get: func(_ *call, cal *calendarState) any { return cal.ID }},
		{name: "name", typ: "Edm.String", get: func(_ *call, cal *calendarState) any { return cal.Name }},
		{name: "color", typ: "calendarColor", get: func(_ *call, cal *calendarState) any { return orElse(cal.Color, "auto") }},
		{name: "hexColor", typ: "Edm.String", get: func(*call, *calendarState) any { return "" }},
		{name: "isDefaultCalendar", typ: "Edm.Boolean", get: func(_ *call, cal *calendarState) any { return cal.isDefault() }},
		{name: "changeKey", typ: "Edm.String", get: func(_ *call, cal *calendarState) any { return outlookID("calendar change", cal.ID, cal.version)[:24] }},
		{name: "canShare", typ: "Edm.Boolean", get: func(*call, *calendarState) any { return true }},
		{name: "canViewPrivateItems", typ: "Edm.Boolean", get: func(*call, *calendarState) any { return true }},
		{name: "canEdit", typ: "Edm.Boolean", get: func(c *call, cal *calendarState) any {
			return c.token.app || cal.roleOf(c.s.tenant.byID[c.token.objectID]) >= slices.Index(calendarRoles, "write")
		}},
		{name: "allowedOnlineMeetingProviders", typ: "[]onlineMeetingProviderType", get: func(*call, *calendarState) any { return []string{"teamsForBusiness"} }},
		{name: "defaultOnlineMeetingProvider", typ: "onlineMeetingProviderType", get: func(*call, *calendarState) any { return "teamsForBusiness" }},
		{name: "isTallyingResponses", typ: "Edm.Boolean", get: func(*call, *calendarState) any { return true }},
		{name: "isRemovable", typ: "Edm.Boolean", get: func(_ *call, cal *calendarState) any { return !cal.isDefault() }},
		{name: "owner", typ: "emailAddress", get: func(_ *call, cal *calendarState) any { return emailAddress(cal.owner.DisplayName, cal.owner.Mail) }},
	},
}

func (cal *calendarState) isDefault() bool { return cal.owner.calendar.calendars[0] == cal }

// calendarColors are the values of calendarColor that can be chosen.
var calendarColors = []string{"auto", "lightBlue", "lightGreen", "lightOrange", "lightGray", "lightYellow", "lightTeal", "lightPink", "lightBrown", "lightRed", "maxColor"}

// calendarOf finds the calendar that a path means; the default one if it names none.
func calendarOf(c *call) (*calendarState, error) {
	store := c.user.calendar
	id, named := c.vars["calendar"]
	if !named {
		return store.calendars[0], nil
	}
	cal := store.calendar(id)
	if cal == nil {
		return nil, fail(codeItemNotFound)
	}
	if c.vars["group"] != "" {
		if g, err := groupOf(c); err != nil || cal.group != g {
			return nil, fail(codeItemNotFound)
		}
	}
	return cal, nil
}

// listCalendars lists all calendars, or those of a group.
func listCalendars(c *call) (*reply, error) {
	items := c.lendable(c.user.calendar.calendars)
	if strings.Contains(strings.ToLower(c.route.pattern), "calendargroup") {
		g, err := groupOf(c)
		if err != nil {
			return nil, err
		}
		items = slices.DeleteFunc(items, func(cal *calendarState) bool { return cal.group != g })
	}
	return list(c, listing[*calendarState]{schema: calendarSchema, items: items, context: userContext(c) + "/calendars"})
}

func getCalendar(c *call) (*reply, error) {
	cal, err := permittedCalendar(c)
	if err != nil {
		return nil, err
	}
	return one(c, calendarSchema, cal, userContext(c)+"/calendars")
}

// postCalendar makes an empty calendar.
func postCalendar(c *call) (*reply, error) {
	g, err := groupOf(c)
	if err != nil {
		return nil, err
	}
	store := c.user.calendar
	cal := &calendarState{owner: c.user, group: g}
	cal.ID = outlookID("calendar made", c.user.ID, store.created)
	if err := c.readCalendar(cal); err != nil {
		return nil, err
	}
	rep, err := created(c, calendarSchema, cal, userContext(c)+"/calendars")
	if err != nil {
		return nil, err
	}
	store.created++
	store.calendars = append(store.calendars, cal)
	return rep, nil
}

// patchCalendar renames or colours a calendar.
func patchCalendar(c *call) (*reply, error) {
	cal, err := calendarOf(c)
	if err != nil {
		return nil, err
	}
	changed := *cal
	if err := c.readCalendar(&changed); err != nil {
		return nil, err
	}
	cal.Name, cal.Color = changed.Name, changed.Color
	cal.version++
	return one(c, calendarSchema, cal, userContext(c)+"/calendars")
}

// deleteCalendar takes out a calendar with all that is in it.
func deleteCalendar(c *call) (*reply, error) {
	cal, err := calendarOf(c)
	if err != nil {
		return nil, err
	}
	if cal.isDefault() {
		return nil, refuse(codeDistinguished, "The default calendar can't be deleted.")
	}
	store := c.user.calendar
	for _, e := range slices.Clone(cal.events) {
		store.remove(e)
	}
	store.calendars = slices.DeleteFunc(store.calendars, func(o *calendarState) bool { return o == cal })
	return emptyReply(http.StatusNoContent), nil
}

// readCalendar reads the body of a POST or PATCH.
func (c *call) readCalendar(cal *calendarState) error {
	fields := map[string]func(json.RawMessage) error{
		"name": func(raw json.RawMessage) error { return read(raw, &cal.Name) },
		"color": func(raw json.RawMessage) error {
			var word string
			if err := read(raw, &word); err != nil {
				return err
			}
			if cal.Color = oneOf(word, calendarColors); cal.Color == "" {
				return failf(codeRequestBody, "Requested value '%s' was not found.", word)
			}
			return nil
		},
	}
	for i := range calendarSchema.props { // Graph passes over what it sets itself
		if name := strings.ToLower(calendarSchema.props[i].name); fields[name] == nil {
			fields[name] = func(json.RawMessage) error { return nil }
		}
	}
	if err := c.readProperties("calendar", fields); err != nil {
		return err
	}
	switch {
	case strings.TrimSpace(cal.Name) == "":
		return refuse(codePropertyInvalid, "At least one property failed validation. A calendar needs a name.")
	case slices.ContainsFunc(c.user.calendar.calendars, func(o *calendarState) bool { return o.ID != cal.ID && strings.EqualFold(o.Name, cal.Name) }):
		return &graphError{code: codeFolderExists, status: http.StatusConflict, message: "A folder with the specified name already exists."}
	}
	return nil
}

// readProperties reads a resource's properties, by lower-cased name; one that the type does not have is refused.
func (c *call) readProperties(typ string, fields map[string]func(json.RawMessage) error) error {
	return c.readFields(fields, func(name string) error { return unknownProperty(name, typ) })
}

// readFields hands each member of the body to the function of its lower-cased name. Annotations are passed over.
func (c *call) readFields(fields map[string]func(json.RawMessage) error, unknown func(name string) error) error {
	var raw map[string]json.RawMessage
	if err := c.decode(&raw); err != nil {
		return err
	}
	for name, value := range raw {
		if strings.Contains(name, "@") {
			continue
		}
		set := fields[strings.ToLower(name)]
		if set == nil {
			return unknown(name)
		}
		if err := set(value); err != nil {
			return err
		}
	}
	return nil
}
