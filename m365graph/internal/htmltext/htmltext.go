// Package htmltext turns the HTML of mail into plain text and back, as far as a
// mailbox needs it: for previews, searches and those who prefer text.
package htmltext

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// FromHTML turns HTML into plain text, simply: blocks become lines, markup
// goes, entities are resolved. It stops once limit characters are there; 0 is
// no limit.
func FromHTML(source string, limit int) string {
	var w writer
	for source != "" {
		text, rest, found := strings.Cut(source, "<")
		w.text(html.UnescapeString(text))
		if !found || limit > 0 && w.count > limit {
			break
		}
		source = w.tag(rest)
	}
	return strings.TrimSpace(w.b.String())
}

// writer writes words with single spaces and blocks on lines of their
// own.
type writer struct {
	b     strings.Builder
	count int
	space bool
	lines int // due before the next word
}

func (w *writer) text(s string) {
	for _, r := range s {
		if unicode.IsSpace(r) {
			w.space = true
			continue
		}
		switch {
		case w.count == 0:
		case w.lines > 0:
			w.b.WriteString("\r\n\r\n"[:2*min(w.lines, 2)])
		case w.space:
			w.b.WriteByte(' ')
			w.count++
		}
		w.space, w.lines = false, 0
		w.b.WriteRune(r)
		w.count++
	}
}

// tag reads a tag after its "<", with the content of those nobody sees, and
// gives the rest.
func (w *writer) tag(s string) string {
	switch {
	case strings.HasPrefix(s, "!--"):
		_, rest, _ := strings.Cut(s, "-->")
		return rest
	case strings.HasPrefix(s, "!"), strings.HasPrefix(s, "?"): // such as a DOCTYPE
		_, rest, _ := strings.Cut(s, ">")
		return rest
	}
	name := tagName(s)
	if name == "" { // no tag: looking for its end would take a look at all that follows
		w.text("<")
		return s
	}
	inside, rest := cutTag(s)
	switch name {
	case "script", "style", "head", "title":
		if !strings.HasPrefix(inside, "/") && !strings.HasSuffix(inside, "/") {
			return skipElement(rest, name)
		}
	case "br":
		w.lines++
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre", "hr":
		w.lines = max(w.lines, 2)
	case "div", "tr", "li", "section", "article", "header", "footer":
		w.lines = max(w.lines, 1)
	case "td", "th":
		w.space = true
	}
	return rest
}

// tagName is the name that a tag begins with, in lower case; "" for what is no
// tag, since its name would have to begin with a letter.
func tagName(s string) string {
	s = strings.TrimPrefix(s, "/")
	if first, _ := utf8.DecodeRuneInString(s); !unicode.IsLetter(first) {
		return ""
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }); i >= 0 {
		s = s[:i]
	}
	return strings.ToLower(s)
}

// cutTag splits at the ">" that ends a tag; one in quotes does not.
func cutTag(s string) (inside, rest string) {
	var quote byte
	for i := range len(s) {
		switch ch := s[i]; {
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '>':
			return s[:i], s[i+1:]
		case (ch == '"' || ch == '\'') && i > 0 && s[i-1] == '=':
			quote = ch
		}
	}
	return s, ""
}

// skipElement goes on after </name>.
func skipElement(s, name string) string {
	for {
		_, after, found := strings.Cut(s, "</")
		if !found {
			return ""
		}
		s = after
		if len(s) >= len(name) && strings.EqualFold(s[:len(name)], name) {
			_, rest := cutTag(s)
			return rest
		}
	}
}

// ToHTML turns plain text into HTML that looks like it.
func ToHTML(text string) string {
	text = html.EscapeString(strings.ReplaceAll(text, "\r\n", "\n"))
	return "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body><div>" +
		strings.ReplaceAll(text, "\n", "<br>\r\n") + "</div></body></html>"
}
