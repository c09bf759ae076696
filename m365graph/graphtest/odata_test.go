package graphtest

import (
	"strings"
	"testing"
	"time"
)

// sample is a message with something in every kind of property.
func sample() *message {
	m := &message{folder: &folder{id: "F"}}
	m.ID, m.Subject = "M", "Re: the plant's budget (50%)"
	m.From = &Recipient{Name: "Operations", Address: "ops@contoso.example"}
	m.ToRecipients = []Recipient{{Name: "Sales Desk", Address: "sales@contoso.example"}, {Address: "legal@contoso.example"}}
	m.Categories = []string{"Red", "Budget"}
	m.Importance = "high"
	m.ReceivedDateTime = time.Date(2026, 3, 4, 9, 30, 0, 500_000_000, time.UTC)
	m.Attachments = []*Attachment{{Name: "a.txt"}}
	return m
}

// match evaluates a filter on a message.
func match(t testing.TB, filter string, m *message) (bool, error) {
	t.Helper()
	e, err := parseFilter(filter, "message", messageSchema.typeOf)
	if err != nil {
		return false, err
	}
	env := &environment{property: func(name string) any {
		p, ok := messageSchema.find(name)
		if !ok {
			t.Fatalf("the parser let %q through", name)
		}
		return p.value(&call{}, m)
	}}
	return e.holds(env), nil
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
		got, err := match(t, filter, sample())
		if err != nil {
			t.Errorf("parseFilter(%q) = %v, want no error", filter, err)
		} else if got != want {
			t.Errorf("%q holds = %t, want %t", filter, got, want)
		}
	}
}

func TestFilterIsRefused(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string]string{
		"subject eq":                              "Syntax error at position 10",
		"subject 'x'":                             "Syntax error at position 8",
		"eq 'x'":                                  "Could not find a property named 'eq' on type 'microsoft.graph.message'",
		"subject eq 'x":                           "unterminated string literal at position 13",
		"subject eq 'x' and":                      "Syntax error at position 18",
		"(isRead eq true":                         "Syntax error at position 15",
		"isRead eq true)":                         "Syntax error at position 14",
		"isRead == true":                          "character '=' is not valid at position 7",
		"isRead eq 'true'":                        "incompatible types was detected. Found operand types 'Edm.Boolean' and 'Edm.String' for operator kind 'Equal'",
		"receivedDateTime ge '2026-03-04'":        "'Edm.DateTimeOffset' and 'Edm.String' for operator kind 'GreaterThanOrEqual'",
		"receivedDateTime ge 2026-13-04":          "Unrecognized 'Edm.DateTimeOffset' literal '2026-13-04'",
		"subject eq 5":                            "'Edm.String' and 'Edm.Int32'",
		"subject eq 5x":                           "'Edm.String' and 'Edm.Int32'",
		"subject eq 1.2.3":                        "Unrecognized numeric literal '1.2.3'",
		"from eq 'x'":                             "'recipient' and 'Edm.String'",
		"from/emailAddress/addr eq 'x'":           "Could not find a property named 'addr' on type 'microsoft.graph.emailAddress'",
		"subject/length eq 5":                     "The parent value for a property access",
		"isJunk eq true":                          "Could not find a property named 'isJunk'",
		"attachments/any(a:a/name eq 'x')":        "Could not find a property named 'attachments'",
		"subject":                                 "must evaluate to a single boolean value",
		"subject and isRead":                      "operator kind 'And'",
		"not subject":                             "operator kind 'Not'",
		"frob(subject)":                           "unknown function with name 'frob'",
		"contains(subject)":                       "No function signature for the function with name 'contains'",
		"contains(subject,5)":                     "No function signature",
		"contains(subject,'x'":                    "Syntax error at position 20",
		"subject in 'x'":                          "Syntax error at position 11",
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
		_, err := match(t, filter, sample())
		if err == nil {
			t.Errorf("parseFilter(%q) succeeded, want an error with %q", filter, want)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("parseFilter(%q) = %v, want an error with %q", filter, err, want)
		}
	}
}

func TestFilterRemembersWhatItUses(t *testing.T) {
	t.Parallel()
	e, err := parseFilter("importance eq 'high' and from/emailAddress/name ne 'x' and toRecipients/any(r:r/emailAddress/name eq 'y') and Importance eq 'low'", "message", messageSchema.typeOf)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(e.paths, " "), "importance from/emailAddress/name toRecipients"; got != want {
		t.Errorf("paths = %q, want %q", got, want)
	}
	if !e.operators["ne"] || !e.operators["any"] || e.operators["not"] {
		t.Errorf("operators = %v, want ne and any, not not", e.operators)
	}
}

func TestOrderIsRead(t *testing.T) {
	t.Parallel()
	keys, err := parseOrder("from/emailAddress/name desc, receivedDateTime asc,subject", "message", messageSchema.typeOf)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, k := range keys {
		got = append(got, k.name+map[bool]string{true: "-", false: "+"}[k.desc])
	}
	if got, want := strings.Join(got, " "), "from/emailAddress/name- receivedDateTime+ subject+"; got != want {
		t.Errorf("keys = %q, want %q", got, want)
	}
	for _, text := range []string{"subject down", "subject,", ",subject", "from", "categories", "isJunk", "subject desc asc", "'x'", "categories/any()", "subject eq"} {
		if _, err := parseOrder(text, "message", messageSchema.typeOf); err == nil {
			t.Errorf("parseOrder(%q) succeeded, want an error", text)
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
	m := sample()
	f.Fuzz(func(t *testing.T, filter string) {
		if got, err := match(t, filter, m); err == nil {
			if not, err := match(t, "not ("+filter+")", m); err == nil && got && not {
				t.Errorf("%q holds, and so does its negation", filter)
			}
		}
	})
}

func FuzzSplitPath(f *testing.F) {
	for _, seed := range []string{
		"/v1.0/me/drive/root:/a/b:/content", "/items/root%3A%2Fname%3A/content", "/me/mailFolders('in''box')/messages", "/x/delta()", "/search(q='a b',t=5)", "//", ":/:", "(')",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		segments, err := splitPath(path)
		if err == nil && len(segments) == 0 {
			t.Errorf("splitPath(%q) gives no segment and no error", path)
		}
		routeTable()[0].find(segments, nil)
	})
}

func TestPathIsTakenApart(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/v1.0/me/":                            "v1.0 me",
		"/drives/d/root:/a%20b/c.txt:/content": "drives d root <a b/c.txt> content",
		"/drive/root:/a/b":                     "drive root <a/b>",
		"/drive/items/id:/10%3A30%20x:/createUploadSession": "drive items id <10:30 x> createUploadSession",
		"/items/root%3A%2Fname%3A/content":                  "items root <name> content",
		"/drive/root:/Report%20(1).docx:/content":           "drive root <Report (1).docx> content",
		"/drive/root:":                        "drive root",
		"/drive/root::/x":                     "drive root: <x>",
		"/me/mailFolders('in''box')/messages": "me mailFolders ('in'box') messages",
		"/me/calendarView/delta()":            "me calendarView delta()",
		"/root/search(q='a b')":               "root search(q=a b)",
		"/users/megan%40contoso.example":      "users megan@contoso.example",
		"/me/messages/a%2Fb":                  "me messages a/b",
	} {
		segments, err := splitPath(path)
		if err != nil {
			t.Errorf("splitPath(%q) = %v", path, err)
			continue
		}
		var got []string
		for _, s := range segments {
			switch {
			case s.isPath:
				got = append(got, "<"+s.text+">")
			case s.isKey:
				got = append(got, "('"+s.text+"')")
			case s.args != nil:
				text := ""
				for k, v := range s.args {
					text += k + "=" + v
				}
				got = append(got, s.text+"("+text+")")
			default:
				got = append(got, s.text)
			}
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("splitPath(%q) = %q, want %q", path, got, want)
		}
	}
	if _, err := splitPath("/me/%zz"); err == nil {
		t.Error("splitPath of a broken escape succeeded, want an error")
	}
}

func TestRoutesAreDocumented(t *testing.T) {
	t.Parallel()
	tables := routeTable()
	for i := range tables {
		tables[i].any(func(l leaf) bool {
			if !l.content && (!strings.HasPrefix(l.doc, "https://learn.microsoft.com/") || len(l.scopes) == 0) {
				t.Errorf("%s %s: doc %q and scopes %q, want a page of Microsoft's and a scope", l.method, l.pattern, l.doc, l.scopes)
			}
			if l.service == nil || l.handle == nil {
				t.Errorf("%s %s has no service or no handler", l.method, l.pattern)
			}
			return false
		})
	}
}

func TestCodesHaveAStatus(t *testing.T) {
	t.Parallel()
	for c, entry := range codes {
		if entry.status < 400 || entry.status > 599 {
			t.Errorf("%s has status %d, want an error's", c, entry.status)
		}
	}
}

func TestHTMLBecomesText(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"plain":                              "plain",
		"a<b>b</b> c":                        "ab c",
		"<p>one</p><p>two</p>":               "one\r\n\r\ntwo",
		"one<br>two<br/><br>three":           "one\r\ntwo\r\n\r\nthree",
		"<div>a\n  b</div><div>c</div>":      "a b\r\nc",
		"<ul><li>a</li><li>b</li></ul>":      "a\r\nb",
		"1 &lt; 2 &amp; 3&nbsp;&#233;":       "1 < 2 & 3 é",
		"1 < 2":                              "1 < 2",
		"<script>if (a < b) {}</script>x":    "x",
		"<STYLE>p > a {}</style>x<style>":    "x",
		"<!-- a > b -->x<!-- open":           "x",
		`<a title="a > b" href='x'>link</a>`: "link",
		"<head><title>t</title></head>x":     "x",
		"<tr><td>a</td><td>b</td></tr>":      "a b",
		"<":                                  "<",
		"":                                   "",
		"<p":                                 "",
	} {
		if got := htmlText(source, 0); got != want {
			t.Errorf("htmlText(%q) = %q, want %q", source, got, want)
		}
	}
}

func FuzzHTMLText(f *testing.F) {
	f.Add("<p>a</p><br><script>x</script>&amp;<!-- y -->")
	f.Add("<<a b='>'")
	f.Fuzz(func(t *testing.T, source string) {
		full := htmlText(source, 0)
		if len(source) < 1000 && htmlText(source, 1000) != full {
			t.Errorf("htmlText(%q) depends on a limit beyond its length", source)
		}
	})
}

func TestPreviewIsShort(t *testing.T) {
	t.Parallel()
	for _, b := range []Body{
		{Content: strings.Repeat("é ", 3000)},
		{ContentType: "html", Content: "<p>" + strings.Repeat("é ", 3000) + "</p>"},
	} {
		if got := len([]rune(b.preview())); got != 255 {
			t.Errorf("preview has %d characters, want 255", got)
		}
	}
	if got := (Body{ContentType: "HTML", Content: "<p>a</p>\n<p>b</p>"}).preview(); got != "a b" {
		t.Errorf("preview = %q, want %q", got, "a b")
	}
}
