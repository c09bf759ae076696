package graphtest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// inputs take over the properties of an O that a client may write, by lower-cased name. Exchange reads names without
// regard to case.
type inputs[O any] map[string]func(*O, json.RawMessage) error

// given are the JSON properties of a request, by lower-cased name.
type given map[string]json.RawMessage

// readGiven reads the body of a POST or PATCH. Properties that only Graph writes are passed over, as Graph does with a
// copy of one of its own answers; a property that the type does not have is refused.
func readGiven[S, O any](c *call, s *schema[S], in inputs[O]) (given, error) {
	var raw map[string]json.RawMessage
	if err := c.decode(&raw); err != nil {
		return nil, err
	}
	return lowered(raw, s, in)
}

// lowered checks the names of what was sent, and lowers them.
func lowered[S, O any](raw map[string]json.RawMessage, s *schema[S], in inputs[O]) (given, error) {
	g := given{}
	for name, value := range raw {
		if strings.Contains(name, "@") {
			continue
		}
		key := strings.ToLower(name)
		if _, known := s.find(name); !known && in[key] == nil {
			return nil, unknownProperty(name, s.name)
		}
		g[key] = value
	}
	return g, nil
}

// unknownProperty is told of a property that a type does not have.
func unknownProperty(name, typ string) error {
	return failf(codeRequestBody, "The property '%s' does not exist on type 'microsoft.graph.%s'. Make sure to only use property names that are defined by the type.", name, typ)
}

// apply writes the properties into an O, in order: where both are sent, locations comes after location.
func (in inputs[O]) apply(g given, o *O) error {
	for _, name := range slices.Sorted(maps.Keys(g)) {
		if set := in[name]; set != nil {
			if err := set(o, g[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

// has tells whether one of the properties was sent.
func (g given) has(names ...string) bool {
	for _, name := range names {
		if g[name] != nil {
			return true
		}
	}
	return false
}

// read decodes a property, in Graph's words where it cannot.
func read(value json.RawMessage, v any) error {
	if err := json.Unmarshal(value, v); err != nil {
		return failf(codeRequestBody, "Cannot convert a value of the request to the expected type. Value: %s", value)
	}
	return nil
}

// into sets a simple property. A null leaves its zero value.
func into[O, T any](field func(*O) *T) func(*O, json.RawMessage) error {
	return func(o *O, value json.RawMessage) error {
		var v T // a fresh one: a slice must not write into another's
		if err := read(value, &v); err != nil {
			return err
		}
		*field(o) = v
		return nil
	}
}

// setWord sets a property that is one of a few words.
func setWord[O any](field func(*O) *string, words ...string) func(*O, json.RawMessage) error {
	return func(o *O, value json.RawMessage) error {
		var word string
		if err := read(value, &word); err != nil {
			return err
		}
		known := oneOf(word, words)
		if known == "" {
			return failf(codeRequestBody, "Requested value '%s' was not found.", word)
		}
		*field(o) = known
		return nil
	}
}

// setTime sets a time in a zone.
func setTime[O any](field func(*O) *DateTimeTimeZone) func(*O, json.RawMessage) error {
	return func(o *O, value json.RawMessage) error {
		var v struct {
			DateTime string `json:"dateTime"`
			TimeZone string `json:"timeZone"`
		}
		if err := read(value, &v); err != nil {
			return err
		}
		if v.TimeZone == "" {
			return refuse(codeZoneUnknown, "A valid TimeZone value must be specified. The following TimeZone value is not supported: ''.")
		}
		*field(o) = DateTimeTimeZone{v.DateTime, v.TimeZone}
		return nil
	}
}

// intoBody sets an itemBody.
func intoBody[O any](field func(*O) *Body) func(*O, json.RawMessage) error {
	return func(o *O, value json.RawMessage) error {
		var v struct {
			ContentType string `json:"contentType"`
			Content     string `json:"content"`
		}
		if err := read(value, &v); err != nil {
			return err
		}
		kind := oneOf(orElse(v.ContentType, "text"), []string{"text", "html"})
		if kind == "" {
			return failf(codeRequestBody, "Requested value '%s' was not found.", v.ContentType)
		}
		*field(o) = Body{kind, v.Content}
		return nil
	}
}

// intoRecurrence sets https://learn.microsoft.com/graph/api/resources/patternedrecurrence. The rule itself is checked with
// the times that it repeats.
func intoRecurrence[O any](field func(*O) **PatternedRecurrence) func(*O, json.RawMessage) error {
	return func(o *O, value json.RawMessage) error {
		var v *struct {
			Pattern *struct {
				Type           string   `json:"type"`
				Interval       *int     `json:"interval"`
				Month          int      `json:"month"`
				DayOfMonth     int      `json:"dayOfMonth"`
				DaysOfWeek     []string `json:"daysOfWeek"`
				FirstDayOfWeek string   `json:"firstDayOfWeek"`
				Index          string   `json:"index"`
			} `json:"pattern"`
			Range *struct {
				Type                string `json:"type"`
				StartDate           string `json:"startDate"`
				EndDate             string `json:"endDate"`
				NumberOfOccurrences int    `json:"numberOfOccurrences"`
				RecurrenceTimeZone  string `json:"recurrenceTimeZone"`
			} `json:"range"`
		}
		if err := read(value, &v); err != nil {
			return err
		}
		if v == nil {
			*field(o) = nil
			return nil
		}
		if v.Pattern == nil || v.Range == nil || v.Pattern.Interval == nil || *v.Pattern.Interval < 1 || v.Range.StartDate == "" {
			return refuse(codePropertyInvalid, "At least one property failed validation. A recurrence needs pattern.type, pattern.interval, range.type and range.startDate.")
		}
		p, r := v.Pattern, v.Range
		*field(o) = &PatternedRecurrence{
			RecurrencePattern{p.Type, *p.Interval, p.Month, p.DayOfMonth, p.DaysOfWeek, p.FirstDayOfWeek, p.Index},
			RecurrenceRange{r.Type, r.StartDate, r.EndDate, r.NumberOfOccurrences, r.RecurrenceTimeZone},
		}
		return nil
	}
}

// oneOf returns the spelling of s in the list, or "".
func oneOf(s string, list []string) string {
	for _, known := range list {
		if strings.EqualFold(s, known) {
			return known
		}
	}
	return ""
}
