package graphtest

import (
	"fmt"
	"slices"
	"strings"
)

// Scopes and roles that calendars ask for, the narrowest first. The shared ones reach into calendars that others lend.
var (
	calendarReadScopes  = []string{"Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite", "Calendars.Read.Shared", "Calendars.ReadWrite.Shared"}
	calendarReadRoles   = []string{"Calendars.ReadBasic.All", "Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite"}
	calendarFullScopes  = []string{"Calendars.Read", "Calendars.ReadWrite", "Calendars.Read.Shared", "Calendars.ReadWrite.Shared"}
	calendarFullRoles   = []string{"Calendars.Read", "Calendars.ReadWrite"}
	calendarWriteScopes = []string{"Calendars.ReadWrite", "Calendars.ReadWrite.Shared"}
	calendarWriteRoles  = []string{"Calendars.ReadWrite"}
)

// calendarRoles are the values of calendarRoleType, the least first; each lets do what those before it do.
var calendarRoles = []string{"none", "freeBusyRead", "limitedRead", "read", "write", "delegateWithoutPrivateEventAccess", "delegateWithPrivateEventAccess"}

// CalendarPermission says what somebody else may do with a calendar, as in
// https://learn.microsoft.com/graph/api/resources/calendarpermission.
type CalendarPermission struct {
	Recipient        // without an address: everybody in the organization
	Role      string // "freeBusyRead", "limitedRead", "read", "write", "delegateWithoutPrivateEventAccess" or "delegateWithPrivateEventAccess"
}

// roleOf is what a person may do with a calendar, as a place in calendarRoles. The owner may do everything.
func (cal *calendarState) roleOf(u *userState) int {
	if u == cal.owner {
		return len(calendarRoles)
	}
	role := 0
	for _, p := range cal.Permissions {
		if p.Address == "" || u != nil && u.has(p.Address) {
			role = max(role, slices.Index(calendarRoles, p.Role))
		}
	}
	return role
}

// lendsReading tells whether a calendar may be read with somebody else's token.
func lendsReading(c *call, me *userState) bool {
	cal := c.addressedCalendar()
	return cal != nil && cal.roleOf(me) >= slices.Index(calendarRoles, "limitedRead") &&
		c.token.has([]string{"Calendars.Read.Shared", "Calendars.ReadWrite.Shared"})
}

// lendsWriting tells whether a calendar may be changed with somebody else's token.
func lendsWriting(c *call, me *userState) bool {
	cal := c.addressedCalendar()
	return cal != nil && cal.roleOf(me) >= slices.Index(calendarRoles, "write") && c.token.has([]string{"Calendars.ReadWrite.Shared"})
}

// lendable are those calendars of a list that the one who asks may read.
func (c *call) lendable(calendars []*calendarState) []*calendarState {
	if c.token.app {
		return calendars
	}
	me := c.s.tenant.byID[c.token.objectID]
	return slices.DeleteFunc(slices.Clone(calendars), func(cal *calendarState) bool {
		return cal.roleOf(me) < slices.Index(calendarRoles, "limitedRead")
	})
}

// addressedCalendar is the calendar that a path is about; nil if it leads nowhere.
func (c *call) addressedCalendar() *calendarState {
	if c.user == nil {
		return nil
	}
	if id := c.vars["event"]; id != "" {
		if view, ok := c.user.calendar.find(id); ok {
			return view.calendar
		}
		return nil
	}
	cal, err := calendarOf(c)
	if err != nil {
		return nil
	}
	return cal
}

// hides tells whether what an event is about is kept from the one who asks: the token reads only the basics, or the
// calendar's owner shows others no more, or the event is private.
func (v *eventView) hides(c *call) bool {
	if v.open {
		return false
	}
	full := calendarFullScopes
	if c.token.app {
		full = calendarFullRoles
	}
	if !c.token.has(full) {
		return true
	}
	if c.token.app {
		return false
	}
	return v.secret(c) || v.calendar.roleOf(c.s.tenant.byID[c.token.objectID]) <= slices.Index(calendarRoles, "limitedRead")
}

// secret tells whether an event is private and the one who asks a borrower who may not view what is: then they learn when
// it is and how it shows, and no more. See https://learn.microsoft.com/graph/outlook-share-or-delegate-calendar.
func (v *eventView) secret(c *call) bool {
	if v.Sensitivity != "private" && v.Sensitivity != "confidential" || v.open || c.token.app {
		return false
	}
	return v.calendar.roleOf(c.s.tenant.byID[c.token.objectID]) < slices.Index(calendarRoles, "delegateWithPrivateEventAccess")
}

// privateSubject is what a secret event is called.
const privateSubject = "Private Appointment"

// unlessSecret is a property, or what stands for it where the event is secret.
func (v *eventView) unlessSecret(c *call, value, instead any) any {
	if v.secret(c) {
		return instead
	}
	return value
}

// shows is a property, or nothing where it is kept back.
func (v *eventView) shows(c *call, value any) any {
	if v.hides(c) {
		return nil
	}
	return value
}

// settlePermissions checks what the tenant lends, and adds the entry of everybody.
func (cal *calendarState) settlePermissions() error {
	cal.Permissions = slices.Clone(cal.Permissions)
	for i, p := range cal.Permissions {
		if cal.Permissions[i].Role = oneOf(p.Role, calendarRoles); cal.Permissions[i].Role == "" {
			return fmt.Errorf("permissions of %q: %q is not one of %s", p.Address, p.Role, strings.Join(calendarRoles, ", "))
		}
	}
	if !slices.ContainsFunc(cal.Permissions, func(p CalendarPermission) bool { return p.Address == "" }) {
		cal.Permissions = append(cal.Permissions, CalendarPermission{Role: "freeBusyRead"})
	}
	return nil
}
