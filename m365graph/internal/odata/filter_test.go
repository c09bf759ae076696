package odata_test

import (
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// record is a resource of the tests.
type record map[string]any

// model is a small part of Graph's.
func model(typeName string) odata.Members {
	members := map[string]map[string]string{
		"message": {
			"subject": "Edm.String", "isRead": "Edm.Boolean", "isDraft": "Edm.Boolean", "hasAttachments": "Edm.Boolean", "importance": "importance",
			"receivedDateTime": "Edm.DateTimeOffset", "from": "recipient", "sender": "recipient", "toRecipients": "[]recipient", "ccRecipients": "[]recipient",
			"categories": "[]Edm.String", "flag": "followupFlag", "size": "Edm.Int64", "day": "Edm.Date", "skuId": "Edm.Guid", "days": "dayFlags",
		},
		"recipient":    {"emailAddress": "emailAddress"},
		"emailAddress": {"name": "Edm.String", "address": "Edm.String"},
		"followupFlag": {"flagStatus": "flagStatus"},
		"note":         {"subject": "Edm.String"},
	}[typeName]
	if members == nil {
		return nil
	}
	return func(name string) (string, bool) {
		for m, typ := range members {
			if strings.EqualFold(m, name) {
				return typ, true
			}
		}
		return "", false
	}
}

func (r record) Property(name string) any { return r.Member(r, name) }

func (record) Member(value any, name string) any {
	r, _ := value.(record)
	for k, v := range r {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return nil
}

func (record) Elements(value any) iter.Seq[any] {
	all, ok := value.([]any)
	if !ok {
		return nil
	}
	return func(yield func(any) bool) {
		for _, v := range all {
			if !yield(v) {
				return
			}
		}
	}
}

func recipient(name, address string) record {
	return record{"emailAddress": record{"name": name, "address": address}}
}

// sample is a message with something in every kind of property.
var sample = record{
	"@odata.type": "#microsoft.graph.message",
	"subject":     "Re: the plant's budget (50%)", "isRead": false, "isDraft": false, "hasAttachments": true, "importance": "high",
	"receivedDateTime": time.Date(2026, 3, 4, 9, 30, 0, 500_000_000, time.UTC),
	"from":             recipient("Operations", "ops@contoso.example"),
	"toRecipients":     []any{recipient("Sales Desk", "sales@contoso.example"), record{"emailAddress": record{"address": "legal@contoso.example"}}},
	"ccRecipients":     []any{},
	"categories":       []any{"Red", "Budget"},
	"flag":             record{"flagStatus": "notFlagged"},
	"size":             int64(1 << 20), "day": "2026-03-02", "skuId": "184efa21-98c3-4e5d-95ab-d07053a96e67", "days": "monday,friday",
}

// match evaluates a filter on the sample.
func match(filter string) (bool, error) {
	f, err := odata.Parse(filter, "message", model)
	if err != nil {
		return false, err
	}
	return f.Holds(odata.NewEnv(sample)), nil
}

func TestFilterHolds(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string]bool{
		// comparisons
		"subject eq 'RE: THE PLANT''S BUDGET (50%)'": true,
		"subject ne 'x'":                    true,
		"subject gt 'Q' and subject lt 'S'": true,
		"isRead eq false":                   true,
		"isRead":                            false,
		"not isRead":                        true,
		"hasAttachments ne true":            false,
		"importance eq 'high'":              true,
		"importance eq microsoft.graph.importance'high'":   true,
		"receivedDateTime ge 2026-03-04T09:30:00Z":         true,
		"receivedDateTime ge 2026-03-04T09:30:00.5Z":       true,
		"receivedDateTime gt 2026-03-04T09:30:00.5000000Z": false,
		"receivedDateTime lt 2026-03-04T10:30:01+01:00":    true,
		"receivedDateTime le 2026-03-04T09:30Z":            false,
		"receivedDateTime gt 2026-03-04":                   true,
		"receivedDateTime lt 2026-03-04":                   false,
		"'a' lt 'b'":                                       true,
		"1 lt 1.5e1 and -2 le -2":                          true,
		// paths
		"from/emailAddress/address eq 'OPS@contoso.example'": true,
		"From/EmailAddress/Address eq 'ops@contoso.example'": true,
		"sender/emailAddress/address eq null":                true,
		"sender/emailAddress/address ne null":                false,
		"sender/emailAddress/address gt 'a'":                 false,
		"sender/emailAddress/address ne 'a'":                 true,
		"flag/flagStatus eq 'notFlagged'":                    true,
		// logic
		"isRead eq true or isDraft eq false":                               true,
		"isRead eq true or isDraft eq false and importance eq 'low'":       false,
		"(isRead eq false or isDraft eq true) and importance eq 'high'":    true,
		"not (isRead eq false) or not contains(subject,'plant')":           false,
		"not startswith(subject,'x') and not not startswith(subject,'re')": true,
		"startswith(sender/emailAddress/address,'x')":                      false,
		"not startswith(sender/emailAddress/address,'x')":                  false, // null decides nothing
		"startswith(sender/emailAddress/address,'x') or isRead eq false":   true,
		"startswith(sender/emailAddress/address,'x') and isRead eq true":   false,
		// functions
		"startswith(subject, 're: THE')":                true,
		"startsWith(subject,'x')":                       false,
		"endswith(subject,'%)')":                        true,
		"contains(subject,'budget')":                    true,
		"contains(tolower(subject),toupper('BUDGET'))":  true,
		"length(trim('  ab ')) eq 2":                    true,
		"contains(from/emailAddress/name,'operations')": true,
		// lists
		"importance in ('low','high')":       true,
		"importance in ('low', 'normal')":    false,
		"subject in ('x')":                   false,
		"sender/emailAddress/name in (null)": true,
		"importance in ('low',null)":         false,
		// numbers, dates, identifiers, flags
		"size eq 1048576 and size gt 1048575.5":                                  true,
		"day eq 2026-03-02 and day lt 2026-03-02T00:00:01Z":                      true,
		"day in (2026-03-01,2026-03-02)":                                         true,
		"skuId eq 184EFA21-98c3-4e5d-95ab-d07053a96e67":                          true,
		"skuId eq 084efa21-98c3-4e5d-95ab-d07053a96e67":                          false,
		"days has 'friday' and days has microsoft.graph.dayFlags'Monday,friday'": true,
		"days has 'sunday'":                                                      false,
		// counts and types
		"toRecipients/$count eq 2 and ccRecipients/$count eq 0": true,
		"toRecipients/any(r:r/emailAddress/name eq null)":       true,
		"isof('microsoft.graph.message')":                       true,
		"isof(microsoft.graph.note)":                            false,
		"microsoft.graph.message/isRead eq false":               true,
		"microsoft.graph.note/subject eq null":                  true,
		"$it/isRead eq false":                                   true,
		"categories/any(c:c eq $it/subject)":                    false,
		"categories/Any(c: c EQ 'red') AND NOT isRead":          true,
		// functions of numbers and times
		"year(receivedDateTime) eq 2026 and month(receivedDateTime) eq 3 and day(receivedDateTime) eq 4":   true,
		"hour(receivedDateTime) eq 9 and minute(receivedDateTime) eq 30 and second(receivedDateTime) eq 0": true,
		"date(receivedDateTime) eq 2026-03-04":                         true,
		"indexof(subject,'PLANT') eq 8 and indexof(subject,'x') eq -1": true,
		"substring(subject,4,3) eq 'the' and substring('abc',9) eq ''": true,
		"concat(subject,'!') eq 'Re: the plant''s budget (50%)!'":      true,
		"floor(1.5) eq 1 and ceiling(1.5) eq 2 and round(1.5) eq 2":    true,
		// quantifiers
		"toRecipients/any(r:r/emailAddress/address eq 'legal@contoso.example')":   true,
		"toRecipients/all(r:endswith(r/emailAddress/address,'@contoso.example'))": true,
		"toRecipients/all(r:contains(r/emailAddress/address,'sales'))":            false,
		"toRecipients/any()": true,
		"ccRecipients/any()": false,
		"ccRecipients/all(r:r/emailAddress/address eq 'x')":                                        true,
		"categories/any(c:c eq 'budget')":                                                          true,
		"categories/any(c:c eq 'blue')":                                                            false,
		"categories/any(c:startswith(c,'R') and importance eq 'high')":                             true,
		"toRecipients/any(r:categories/any(c:c eq 'Red') and r/emailAddress/name eq 'Sales Desk')": true,
	} {
		got, err := match(filter)
		if err != nil {
			t.Errorf("Parse(%q) = %v, want no error", filter, err)
		} else if got != want {
			t.Errorf("%q holds = %t, want %t", filter, got, want)
		}
	}
}

func TestFilterIsRefused(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string]string{
		"subject eq":                       "Syntax error at position 10",
		"subject 'x'":                      "Syntax error at position 8",
		"eq 'x'":                           "Could not find a property named 'eq' on type 'microsoft.graph.message'",
		"subject eq 'x":                    "unterminated string literal at position 13",
		"subject eq 'x' and":               "Syntax error at position 18",
		"(isRead eq true":                  "Syntax error at position 15",
		"isRead eq true)":                  "Syntax error at position 14",
		"isRead == true":                   "character '=' is not valid at position 7",
		"isRead eq 'true'":                 "incompatible types was detected. Found operand types 'Edm.Boolean' and 'Edm.String' for operator kind 'Equal'",
		"receivedDateTime ge '2026-03-04'": "'Edm.DateTimeOffset' and 'Edm.String' for operator kind 'GreaterThanOrEqual'",
		"receivedDateTime ge 2026-13-04":   "Unrecognized 'Edm.DateTimeOffset' literal '2026-13-04'",
		"subject eq 5":                     "'Edm.String' and 'Edm.Int32'",
		"subject eq 5x":                    "'Edm.String' and 'Edm.Int32'",
		"subject eq 1.2.3":                 "Unrecognized numeric literal '1.2.3'",
		"from eq 'x'":                      "'recipient' and 'Edm.String'",
		"from/emailAddress/addr eq 'x'":    "Could not find a property named 'addr' on type 'microsoft.graph.emailAddress'",
		"subject/length eq 5":              "The parent value for a property access",
		"isJunk eq true":                   "Could not find a property named 'isJunk'",
		"attachments/any(a:a/name eq 'x')": "Could not find a property named 'attachments'",
		"subject":                          "must evaluate to a single boolean value",
		"subject and isRead":               "operator kind 'And'",
		"not subject":                      "operator kind 'Not'",
		"frob(subject)":                    "unknown function with name 'frob'",
		"contains(subject)":                "No function signature for the function with name 'contains'",
		"contains(subject,5)":              "No function signature",
		"contains(subject,'x'":             "Syntax error at position 20",
		"subject in 'x'":                   "Syntax error at position 11",
		"size add 5 gt 10":                 "The operator 'add' at position 5",
		"skuId eq '184efa21-98c3-4e5d-95ab-d07053a96e67'": "Found operand types 'Edm.Guid' and 'Edm.String' for operator kind 'Equal'",
		"subject eq 184efa21-98c3-4e5d-95ab-d07053a96e67": "Found operand types 'Edm.String' and 'Edm.Guid'",
		"subject has 'x'":              "operator kind 'Has'",
		"subject/$count eq 1":          "The $count segment may only be used following a collection.",
		"isof('microsoft.graph.frob')": "in a cast",
		"microsoft.graph.frob/x eq 1":  "The type 'microsoft.graph.frob' is not defined in the model.",
		"substringof('x',subject)":     "unknown function with name 'substringof'",
		"contains(from,'x')":           "No function signature",
		"contains(subject,'x',)":       "Syntax error at position 21",
		"$it eq null":                  "Syntax error at position 4",
		"toRecipients/any(a:toRecipients/any(b:toRecipients/any(c:toRecipients/any(d:d/emailAddress/name eq 'x'))))": "nesting limit",
		"subject in ('x' 'y')":                    "Syntax error at position 16",
		"subject in (5)":                          "'Edm.String' and 'Edm.Int32'",
		"subject/any(x:x eq 'a')":                 "Any/All may only be used following a collection",
		"categories/any(:c eq 'x')":               "Syntax error at position 15",
		"categories/any(c c eq 'x')":              "Syntax error at position 17",
		"categories/any(c:c)":                     "Any/All query expression must evaluate to a single boolean value",
		"categories/any(c:c/x eq 'a')":            "The parent value for a property access",
		"categories/all()":                        "Syntax error",
		"categories/any(c:c eq 'x'":               "Syntax error at position 25",
		"categories/any(c:c eq 'x') and c eq 'x'": "Could not find a property named 'c'",
		"":                                     "Syntax error at position 0",
		"subject/ eq 'x'":                      "The parent value for a property access",
		"subject//x":                           "Syntax error",
		strings.Repeat("(", 500) + "isRead":    "recursion limit",
		strings.Repeat("not ", 500) + "isRead": "recursion limit",
	} {
		_, err := match(filter)
		if err == nil {
			t.Errorf("Parse(%q) succeeded, want an error with %q", filter, want)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q) = %v, want an error with %q", filter, err, want)
		}
	}
}

func TestFilterRemembersWhatItUses(t *testing.T) {
	t.Parallel()
	e, err := odata.Parse("importance eq 'high' and from/emailAddress/name ne 'x' and toRecipients/any(r:r/emailAddress/name eq 'y') and Importance eq 'low'", "message", model)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(e.Paths, " "), "importance from/emailAddress/name toRecipients"; got != want {
		t.Errorf("paths = %q, want %q", got, want)
	}
	if !e.Operators["ne"] || !e.Operators["any"] || e.Operators["not"] {
		t.Errorf("operators = %v, want ne and any, not not", e.Operators)
	}
}

func TestOrderIsRead(t *testing.T) {
	t.Parallel()
	keys, err := odata.ParseOrder("from/emailAddress/name desc, receivedDateTime asc,subject", "message", model)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, k := range keys {
		got = append(got, k.Path+map[bool]string{true: "-", false: "+"}[k.Desc])
	}
	if got, want := strings.Join(got, " "), "from/emailAddress/name- receivedDateTime+ subject+"; got != want {
		t.Errorf("keys = %q, want %q", got, want)
	}
	for _, text := range []string{"subject down", "subject,", ",subject", "from", "categories", "isJunk", "subject desc asc", "'x'", "categories/any()", "subject eq"} {
		if _, err := odata.ParseOrder(text, "message", model); err == nil {
			t.Errorf("ParseOrder(%q) succeeded, want an error", text)
		}
	}
}

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		"subject eq 'it''s' and (isRead eq false or not contains(subject,'é'))",
		"receivedDateTime ge 2026-03-04T09:30:00.5+01:00 and importance in ('low',null)",
		"toRecipients/any(r:categories/all(c:c ne r/emailAddress/name))", "length(subject) gt -1.5e3", "((((", "a/b/c/", "''", "not", "1:2,3",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		if got, err := match(filter); err == nil {
			if not, err := match("not (" + filter + ")"); err == nil && got && not {
				t.Errorf("%q holds, and so does its negation", filter)
			}
		}
	})
}
