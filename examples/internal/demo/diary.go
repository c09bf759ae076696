package demo

import (
	"path"
	"strconv"
	"strings"

	ics "github.com/arran4/golang-ical"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// diary is the calendar folder on its way into a tenant. Its events are converted
// last, since the mailbox's time zone is known only when all were seen.
type diary struct {
	src    *source
	owner  string // address
	full   bool   // a limit was reached, and told
	count  int
	books  []*book
	zones  map[string]int // votes of X-WR-TIMEZONE
	tzids  map[string]int // votes of the events
	series map[string]*entry
	files  map[string]bool // that were read: whether anything of them is used
}

// book is one calendar.
type book struct {
	name    string
	entries []*entry
}

// entry is an event as it stands in a file.
type entry struct {
	file  string
	line  int
	c     ics.Component
	names *zoneNames
	event *graphtest.Event // once converted
	used  bool             // it changes a series
}

// read takes in a folder and its sub-folders. Files at the top are the default
// calendar's.
func (d *diary) read(dir string) {
	d.zones, d.tzids, d.files = map[string]int{}, map[string]int{}, map[string]bool{}
	d.book(dir, "Calendar")
}

func (d *diary) book(dir, name string) {
	b := &book{name: name}
	d.books = append(d.books, b)
	folders, files, _ := d.src.list(dir)
	for _, f := range files {
		file := path.Join(dir, f.Name())
		switch ext := strings.ToLower(path.Ext(file)); {
		case d.full, d.src.ctx.Err() != nil:
		case ext != ".ics" && ext != ".ical" && ext != ".ifb":
			d.src.skip(file, "not an .ics calendar")
		default:
			d.file(b, file)
		}
	}
	for _, f := range folders {
		d.book(path.Join(dir, f.Name()), line(f.Name()))
	}
}

// file takes in the events of one file.
func (d *diary) file(b *book, file string) {
	raw, ok := d.src.read(file, d.src.limits.ics)
	if !ok {
		return
	}
	parsed, err := splitICS(raw)
	if err != nil {
		d.src.skip(file, "%v", err)
		return
	}
	for _, f := range parsed.faults {
		d.src.note(file, "%s", f)
	}
	d.files[file] = false
	if len(parsed.events) == 0 && len(parsed.faults) == 0 {
		d.src.skip(file, "it has no events%s", besides(parsed.others))
	} else if len(parsed.others) > 0 {
		d.src.note(file, "of %s nothing is loaded", strings.Join(parsed.others, ", "))
	}
	names := newZoneNames(parsed.zones)
	if zone, ok := names.resolve(parsed.zone); ok && parsed.zone != "" {
		d.zones[zone]++
	}
	for _, block := range parsed.events {
		if d.src.ctx.Err() != nil {
			return // Load says so
		}
		if d.count >= d.src.limits.events {
			d.full = true
			d.src.skip(file, "the calendar is full at %d events; all from line %d on is left out, and so are all files after it", d.count, block.line)
			return
		}
		c, err := block.parse()
		if err != nil {
			d.src.note(file, "line %d: the event is left out: %v", block.line, err)
			continue
		}
		d.count++
		b.entries = append(b.entries, &entry{file: file, line: block.line, c: c, names: names})
		start, _ := property(c, "DTSTART")
		if zone, ok := names.resolve(parameter(start, "TZID")); ok && parameter(start, "TZID") != "" {
			d.tzids[zone]++
		}
	}
}

// besides names what a calendar has instead of events.
func besides(kinds []string) string {
	if len(kinds) == 0 {
		return ""
	}
	return ", only " + strings.Join(kinds, ", ")
}

// zone settles the mailbox's time zone.
func (d *diary) zone(given string) string {
	for _, zone := range []string{given, winner(d.zones), winner(d.tzids)} {
		if zone != "" {
			return zone
		}
	}
	return "UTC"
}

// calendars converts all events. Series come first, so that their exceptions find
// them, also in other files.
func (d *diary) calendars(zone string) []*graphtest.Calendar {
	d.series = map[string]*entry{}
	var calendars []*graphtest.Calendar
	for _, b := range d.books {
		for _, e := range b.entries {
			if _, exception := property(e.c, "RECURRENCE-ID"); !exception {
				d.convert(e, zone)
			}
		}
	}
	for _, b := range d.books {
		c := &graphtest.Calendar{Name: b.name}
		for _, e := range b.entries {
			if _, exception := property(e.c, "RECURRENCE-ID"); exception {
				d.except(e, zone)
			}
			if e.event != nil {
				c.Events = append(c.Events, e.event)
			}
		}
		if b == d.books[0] || len(c.Events) > 0 {
			calendars = append(calendars, c)
		}
	}
	d.settle()
	return calendars
}

// settle corrects what was told before it was known whether anything of a file
// would be loaded.
func (d *diary) settle() {
	for _, b := range d.books {
		for _, e := range b.entries {
			if e.event != nil || e.used {
				d.files[e.file] = true
			}
		}
	}
	for i, p := range d.src.problems {
		if loaded, ok := d.files[p.File]; ok {
			d.src.problems[i].Loaded = loaded
		}
	}
}

// tell makes a Problem of what an event cannot say, or of a whole event.
func (d *diary) tell(e *entry, format string, args ...any) {
	d.src.note(e.file, "line %d: %q: "+format, append([]any{e.line, e.title()}, args...)...)
}

// title names an event for people.
func (e *entry) title() string {
	runes := []rune(line(text(e.c, "SUMMARY")))
	return string(runes[:min(len(runes), 40)])
}

// sequence counts the revisions of an event.
func sequence(e *entry) int {
	n, err := strconv.Atoi(text(e.c, "SEQUENCE"))
	if err != nil {
		return 0
	}
	return n
}

// convert makes an event, unless the same one was read before.
func (d *diary) convert(e *entry, zone string) {
	uid := text(e.c, "UID")
	if first := d.series[uid]; uid != "" && first != nil {
		if sequence(first) >= sequence(e) {
			d.tell(e, "left out, since %s has it too, and not older", first.file)
			return
		}
		d.tell(first, "left out, since %s has it too, and newer", e.file)
		first.event = nil
	}
	if e.event = d.event(e, zone); e.event != nil && uid != "" {
		d.series[uid] = e
	}
}

// event reads an event, and tells what it cannot. It returns nil for one that is
// left out.
func (d *diary) event(e *entry, zone string) *graphtest.Event {
	r := &eventReader{c: e.c, clock: clock{names: e.names, local: zone}, owner: d.owner}
	event, err := r.event()
	for _, l := range r.lost {
		d.tell(e, "%s", l)
	}
	if err == nil {
		err = event.Validate()
	}
	if err != nil && event != nil && event.Recurrence != nil {
		d.tell(e, "the event is a single one: %v", err)
		event.Recurrence, event.Cancelled = nil, nil
		err = event.Validate()
	}
	if err != nil {
		d.tell(e, "left out: %v", err)
		return nil
	}
	return event
}
