package graphtest

import (
	"strings"
	"unicode/utf8"

	"github.com/m365go/sdk/m365graph/internal/htmltext"
)

// preview is the beginning of a body, on one line, at most 255 characters.
func (b Body) preview() string {
	text := b.Content
	if b.isHTML() {
		text = htmltext.FromHTML(text, 255)
	} else if len(text) > 4*255*2 {
		text = text[:4*255*2]
	}
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	if utf8.RuneCountInString(text) <= 255 {
		return text
	}
	return string([]rune(text)[:255])
}

// plain is a body as text, for searches.
func (b Body) plain() string {
	if b.isHTML() {
		return htmltext.FromHTML(b.Content, maxSearched)
	}
	return b.Content
}

func (b Body) isHTML() bool { return strings.EqualFold(b.ContentType, "html") }

// bodyObject shows a body in the form that the request prefers, which is
// HTML unless it says text.
func bodyObject(c *call, b Body) object {
	if strings.EqualFold(c.prefer["outlook.body-content-type"], "text") {
		text := b.Content
		if b.isHTML() {
			text = htmltext.FromHTML(text, 0)
		}
		return object{{"contentType", "text"}, {"content", text}}
	}
	if b.isHTML() || b.Content == "" {
		return object{{"contentType", "html"}, {"content", b.Content}}
	}
	return object{{"contentType", "html"}, {"content", htmltext.ToHTML(b.Content)}}
}

// applyOutlook notes the preferences that hold for mail and events alike.
func (c *call) applyOutlook() {
	if t := strings.ToLower(c.prefer["outlook.body-content-type"]); t == "text" || t == "html" {
		c.apply(`outlook.body-content-type="` + t + `"`)
	}
	if c.immutableIDs() {
		c.apply(`IdType="ImmutableId"`)
	}
}

// immutableIDs tells whether ids that survive a move are asked for.
func (c *call) immutableIDs() bool {
	return strings.EqualFold(c.prefer["idtype"], "ImmutableId")
}
