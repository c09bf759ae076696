package demo

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	ics "github.com/arran4/golang-ical"
)

// Bounds on one component of an .ics file: the parser recurses into components,
// and copies a line for each of its parameters.
const (
	maxNesting = 8
	maxLine    = 128 << 10
)

// icsFile is an .ics file taken apart, so that one component that is wrong does not
// take the others with it.
type icsFile struct {
	events []icsBlock
	zones  []icsBlock
	// others are the kinds of components that a mailbox has no place for.
	others []string
	// zone is the mailbox's, by X-WR-TIMEZONE.
	zone string
	// faults are what was left out.
	faults []string
}

// icsBlock is a component as it stands in the file.
type icsBlock struct {
	line int // of its BEGIN
	text string
}

// icsSplitter walks the lines of a file.
type icsSplitter struct {
	file  icsFile
	seen  bool // a VCALENDAR
	kind  string
	begin int
	nest  int
	text  strings.Builder
}

// splitICS takes the components out of a file. Its error is for a file that is no
// calendar at all.
func splitICS(raw []byte) (*icsFile, error) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	s := &icsSplitter{}
	if clean(string(raw)) != string(raw) {
		s.fault("text that is not UTF-8 is replaced")
	}
	at, n := 0, 0
	var logical string
	for physical := range strings.Lines(clean(string(raw))) {
		n++
		physical = strings.TrimRight(physical, "\r\n")
		if physical != "" && (physical[0] == ' ' || physical[0] == '\t') && logical != "" {
			if len(logical) <= maxLine {
				logical += physical[1:]
			}
			continue
		}
		s.take(at, logical)
		at, logical = n, physical
	}
	s.take(at, logical)
	if s.kind != "" {
		s.fault("line %d: the file ends in the middle of a %s, which is left out", s.begin, s.kind)
	}
	if !s.seen {
		return nil, errors.New("not a calendar: it has no BEGIN:VCALENDAR")
	}
	return &s.file, nil
}

func (s *icsSplitter) fault(format string, args ...any) {
	s.file.faults = append(s.file.faults, fmt.Sprintf(format, args...))
}

// take reads one line, unfolded.
func (s *icsSplitter) take(n int, text string) {
	if len(text) > maxLine {
		s.fault("line %d: a line of more than %s is left out", n, size(maxLine))
		return
	}
	key, value, _ := strings.Cut(text, ":")
	key, value = strings.ToUpper(strings.TrimSpace(key)), strings.TrimSpace(value)
	switch kind := strings.ToUpper(value); {
	case key == "BEGIN" && kind == "VCALENDAR", key == "END" && kind == "VCALENDAR":
		s.seen = true
		s.abandon(n)
	case key == "BEGIN" && s.kind == "", key == "BEGIN" && kind == "VEVENT":
		s.abandon(n)
		s.kind, s.begin, s.nest = kind, n, 0
		s.write("BEGIN:" + kind)
	case key == "BEGIN":
		s.nest++
		s.write("BEGIN:" + kind)
	case key == "END" && kind == s.kind && s.kind != "":
		s.write("END:" + kind)
		s.finish()
	case key == "END":
		s.write("END:" + kind)
	case s.kind != "":
		s.write(text)
	case key == "X-WR-TIMEZONE":
		s.file.zone = value
	}
}

// write adds a line to the component. Attached files are not wanted, and large.
func (s *icsSplitter) write(text string) {
	if text != "" && !strings.HasPrefix(strings.ToUpper(text), "ATTACH") {
		s.text.WriteString(text + "\r\n")
	}
}

// abandon gives up a component that was not ended.
func (s *icsSplitter) abandon(n int) {
	if s.kind != "" {
		s.fault("line %d: the %s does not end before line %d, and is left out", s.begin, s.kind, n)
	}
	s.kind = ""
	s.text.Reset()
}

func (s *icsSplitter) finish() {
	block := icsBlock{line: s.begin, text: s.text.String()}
	switch {
	case s.nest > maxNesting:
		s.fault("line %d: a %s of more than %d components is left out", s.begin, s.kind, maxNesting)
	case s.kind == "VEVENT":
		s.file.events = append(s.file.events, block)
	case s.kind == "VTIMEZONE":
		s.file.zones = append(s.file.zones, block)
	case !slices.Contains(s.file.others, s.kind):
		s.file.others = append(s.file.others, s.kind)
	}
	s.kind = ""
	s.text.Reset()
}

// parse reads a component with what lies in it.
func (b icsBlock) parse() (c ics.Component, err error) {
	err = guard(func() error {
		cal, err := ics.ParseCalendar(strings.NewReader("BEGIN:VCALENDAR\r\n" + b.text + "END:VCALENDAR\r\n"))
		if err != nil {
			return err
		}
		if len(cal.Components) != 1 {
			return errors.New("not one component")
		}
		c = cal.Components[0]
		return nil
	})
	return c, err
}

// properties finds properties by name; RFC 5545 does not tell cases apart.
func properties(c ics.Component, name string) []ics.IANAProperty {
	var list []ics.IANAProperty
	for _, p := range c.UnknownPropertiesIANAProperties() {
		if strings.EqualFold(p.IANAToken, name) {
			list = append(list, p)
		}
	}
	return list
}

// property finds the first of a name.
func property(c ics.Component, name string) (ics.IANAProperty, bool) {
	list := properties(c, name)
	if len(list) == 0 {
		return ics.IANAProperty{}, false
	}
	return list[0], true
}

// text is the value of a property, empty if it has none.
func text(c ics.Component, name string) string {
	p, _ := property(c, name)
	return strings.TrimSpace(clean(p.Value))
}

// keyword is the value of a property that is one of a fixed list.
func keyword(c ics.Component, name string) string { return strings.ToUpper(text(c, name)) }

// parameter is the first value of a property's parameter, decoded as RFC 6868 asks.
func parameter(p ics.IANAProperty, name string) string {
	for key, values := range p.ICalParameters {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return clean(strings.NewReplacer("^n", "\n", "^'", `"`, "^^", "^").Replace(values[0]))
		}
	}
	return ""
}
