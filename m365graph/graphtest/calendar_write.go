package graphtest

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"github.com/m365go/sdk/m365graph/internal/recurrence"
)

// postEvent creates an event. The same transactionId again is the same request sent twice: it gets the event that the first
// one made, unless it asks for something else.
func postEvent(c *call) (*reply, error) {
	cal, err := calendarOf(c)
	if err != nil {
		return nil, err
	}
	input, err := readEvent(c)
	if err != nil {
		return nil, err
	}
	transaction, posted, err := transactionOf(input)
	if err != nil {
		return nil, err
	}
	store := c.user.calendar
	if known := store.byTransaction(transaction); known != nil {
		if known.posted != posted {
			return nil, &graphError{
				code: codeTransactionUsed, status: http.StatusConflict,
				message: "Your request can't be completed. The TransactionId specified in the request has already been used to create a different event.",
			}
		}
		return createdEvent(c, known)
	}
	if !input.has("start") || !input.has("end") {
		return nil, refuse(codePropertyInvalid, "At least one property failed validation. An event needs a start and an end.")
	}
	e := newEventState(cal, &Event{IsReminderOn: true, ReminderMinutes: 15, TransactionID: transaction}, c.now)
	e.ID = outlookID("event made", c.user.ID, store.created)
	e.posted = posted
	if err := input.apply(e); err != nil {
		return nil, err
	}
	if err := e.settle(); err != nil {
		return nil, err
	}
	reply, err := createdEvent(c, e)
	if err != nil { // a preference or option that cannot be met: nothing was made
		return nil, err
	}
	store.created++
	store.add(e)
	store.record(cal, e.ID, itemCreated)
	c.meet(e, nil, input)
	return reply, nil
}

func createdEvent(c *call, e *eventState) (*reply, error) {
	rep, err := answerEvent(c, e.view())
	if err != nil {
		return nil, err
	}
	rep.status = http.StatusCreated
	return rep, nil
}

// transactionOf reads the transactionId of a request, and sums up the rest of it.
func transactionOf(input given) (id, sum string, err error) {
	if value := input["transactionid"]; value != nil {
		if err := read(value, &id); err != nil {
			return "", "", err
		}
	}
	var parts []any
	for _, name := range slices.Sorted(maps.Keys(input)) {
		var v any // decoded, so that spaces and the order of members do not count
		if err := json.Unmarshal(input[name], &v); err != nil {
			return "", "", fail(codeBadRequest)
		}
		b, err := json.Marshal(v)
		if err != nil {
			return "", "", err
		}
		parts = append(parts, name, string(b))
	}
	return id, base64.StdEncoding.EncodeToString(digest(parts...)), nil
}

func (s *calendarStore) byTransaction(id string) *eventState {
	if id == "" {
		return nil
	}
	for _, e := range s.events {
		if e.TransactionID == id && e.master == nil {
			return e
		}
	}
	return nil
}

// patchEvent changes an event or a series. Changing one occurrence makes it an exception.
func patchEvent(c *call) (*reply, error) {
	view, err := eventOf(c)
	if err != nil {
		return nil, err
	}
	if err := checkChangeKey(c, view); err != nil {
		return nil, err
	}
	input, err := readEvent(c)
	if err != nil {
		return nil, err
	}
	changed := *view.eventState // kept only if all of it is good
	if view.kind == "occurrence" {
		changed = c.user.calendar.exceptionOf(view)
	}
	if err := input.apply(&changed); err != nil {
		return nil, err
	}
	if changed.master != nil {
		changed.Recurrence = nil
	}
	if input.has("start", "end", "isallday", "recurrence") || view.kind == "occurrence" {
		if err := changed.resettle(); err != nil {
			return nil, err
		}
	}
	was := *view.eventState
	if view.kind == "occurrence" {
		was = c.user.calendar.exceptionOf(view)
		_ = was.settle() // it is within what its series is
	}
	if changed.isOrganizer() && changed.rescheduled(&was) {
		changed.askAgain()
	}
	changed.touch(c.now)
	rep, err := answerEvent(c, changed.view())
	if err != nil {
		return nil, err
	}
	c.user.calendar.replace(view, &changed)
	if view.kind == "occurrence" {
		c.meet(&changed, &was, input)
	} else {
		c.meet(view.eventState, &was, input)
	}
	return rep, nil
}

// exceptionOf makes an exception that still equals the occurrence.
func (s *calendarStore) exceptionOf(view *eventView) eventState {
	x := *view.eventState
	x.ID, x.master, x.day = view.id, view.eventState, s.dayOfOccurrence(view)
	x.Recurrence, x.TransactionID, x.posted, x.ICalUID = nil, "", "", ""
	x.Attendees = slices.Clone(x.Attendees)
	loc, zone := view.series.Loc, x.start.zone
	if loc.String() != x.start.loc.String() {
		zone = view.Recurrence.Range.RecurrenceTimeZone
	}
	if x.IsAllDay {
		x.Start = DateTimeTimeZone{view.startDay().String(), zone}
		x.End = DateTimeTimeZone{view.endDay().String(), zone}
		return x
	}
	x.Start = DateTimeTimeZone{view.start.In(loc).Format(graphDateTime), zone}
	x.End = DateTimeTimeZone{view.end.In(loc).Format(graphDateTime), zone}
	return x
}

// resettle is settle for an event that changed. An exception must stay between its neighbours.
func (e *eventState) resettle() error {
	master := e.master
	if err := e.settle(); err != nil || master == nil {
		return err
	}
	r := master.series.Rule
	moved := master.dayOf(e.start.time())
	for n := range r.Days(e.day, e.day) {
		before, after := r.Number(n-1), r.Number(n+1)
		if x := master.exceptions[before]; x != nil {
			before = master.dayOf(x.start.time())
		}
		if x := master.exceptions[after]; x != nil {
			after = master.dayOf(x.start.time())
		}
		if n > 0 && moved <= before || moved >= after {
			return refuse(codeCrossing, "Modified occurrence is crossing or overlapping adjacent occurrence.")
		}
	}
	return nil
}

// replace puts a changed event in the place of the old one.
func (s *calendarStore) replace(view *eventView, changed *eventState) {
	s.record(changed.calendar, view.id, itemUpdated)
	if changed.start.time() != view.start {
		delete(s.reminders, view.id)
	}
	if view.kind == "occurrence" {
		s.events[changed.ID] = changed
		changed.master.exceptions[changed.day] = changed
		return
	}
	old := view.eventState
	if changed.series != old.series {
		s.retire(old)
	}
	for _, x := range old.exceptions { // those of a rule that is no more
		if now := changed.exceptions[x.day]; now == nil || now.ID != x.ID {
			s.drop(x)
		}
	}
	*old = *changed
}

// dayOfOccurrence tells which of its series an occurrence is.
func (s *calendarStore) dayOfOccurrence(view *eventView) recurrence.Day {
	return view.dayOf(view.start)
}
