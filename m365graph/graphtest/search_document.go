package graphtest

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// findable is something that Microsoft Search finds.
type findable struct {
	id, entity string
	props      map[string][]string            // what a restriction can name, in lower case; "": what words alone look through
	look       func(property string) []string // gives the same, in their place; nil: props do
	when       time.Time                      // newer ones come first among equals
	words      string                         // what the summary is taken from
	show       func() object                  // the resource
	fields     func() object                  // what "fields" can ask for beside it; nil: nothing
	private    bool                           // in somebody's OneDrive
	rank       int                            // how often and where it was found
}

// finds tells whether the query finds the document, and ranks it.
func (d *findable) finds(q *odata.Search, now time.Time) bool {
	if q == nil {
		return true
	}
	found := q.Holds(func(t odata.Term) bool { return d.fits(t, now) })
	for _, t := range q.Terms {
		if found && t.Property == "" && d.fits(odata.Term{Property: d.headline(), Operator: ":", Value: t.Value}, now) {
			d.rank += 10
		}
		if found && d.fits(t, now) {
			d.rank++
		}
	}
	return found
}

// headline is the property that counts most.
func (d *findable) headline() string {
	if d.look != nil {
		return "subject"
	}
	return "title"
}

// searchAliases are other names of properties, in the words of Outlook, of
// SharePoint's index and of Graph.
var searchAliases = map[string]string{
	"createdby": "author", "fileextension": "filetype", "lastmodifiedtime": "lastmodifieddatetime", "write": "lastmodifieddatetime",
	"modified": "lastmodifieddatetime", "created": "createddatetime", "createdtime": "createddatetime", "displayname": "title", "url": "path", "weburl": "path",
	"received": "receiveddatetime", "sent": "sentdatetime", "date": "receiveddatetime", "hasattachments": "hasattachment", "filename": "name",
	"modifiedby": "editor", "lastmodifiedby": "editor",
}

// property gives the values of a property, by any of its names.
func (d *findable) property(name string) []string {
	name = strings.ToLower(name)
	if d.look != nil {
		return d.look(name)
	}
	if alias, ok := searchAliases[name]; ok {
		name = alias
	}
	return d.props[name]
}

// fits tells whether one term is met. A path is met by all that lies below it.
func (d *findable) fits(t odata.Term, now time.Time) bool {
	values := d.property(t.Property)
	switch strings.ToLower(t.Property) {
	case "path", "url", "weburl":
		want := strings.ToLower(strings.Trim(t.Value, `"\`))
		return len(values) > 0 && strings.HasPrefix(strings.ToLower(values[0]), strings.TrimSuffix(want, "/"))
	case "isdocument", "hasattachment", "hasattachments", "isread":
		yes := strings.EqualFold(t.Value, "true") || strings.EqualFold(t.Value, "yes") || t.Value == "1"
		return len(values) > 0 && (values[0] == "true") == yes
	}
	return t.Match(values, now)
}

// maxSummary is how many characters a summary has, without its marks.
const maxSummary = 200

// summary is the part of the text around the first word that was found, with
// all that were found between <c0> and </c0>, and <ddd/> where text is left out.
func (d *findable) summary(q *odata.Search) string {
	text := strings.Join(strings.Fields(d.words), " ")
	if q == nil {
		return cutText(text)
	}
	var wanted []string
	for _, t := range q.Terms {
		if t.Property == "" {
			wanted = append(wanted, strings.Fields(strings.ToLower(strings.Trim(t.Value, `"*`)))...)
		}
	}
	lower := strings.ToLower(text)
	first := len(text)
	for _, w := range wanted {
		if at := strings.Index(lower, w); at >= 0 && len(lower) == len(text) {
			first = min(first, at)
		}
	}
	lead := ""
	if first < len(text) && first > maxSummary/2 {
		start := strings.LastIndexByte(text[:first-maxSummary/4], ' ') + 1
		text, lead = text[start:], "<ddd/> "
	}
	return lead + highlight(cutText(text), wanted)
}

// cutText ends a text that is too long between two words.
func cutText(text string) string {
	if len(text) <= maxSummary {
		return text
	}
	end := maxSummary
	for !utf8.RuneStart(text[end]) {
		end--
	}
	if space := strings.LastIndexByte(text[:end], ' '); space > 0 {
		end = space
	}
	return text[:end] + " <ddd/>"
}

// highlight marks the words that begin with one that was wanted.
func highlight(text string, wanted []string) string {
	var out strings.Builder
	for len(text) > 0 {
		n := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if n == 0 {
			_, n = utf8.DecodeRuneInString(text)
		} else if n < 0 {
			n = len(text)
		}
		word := text[:n]
		text = text[n:]
		if containsFold(wanted, word) {
			word = "<c0>" + word + "</c0>"
		}
		out.WriteString(word)
	}
	return out.String()
}
