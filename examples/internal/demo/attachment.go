package demo

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime/quotedprintable"
	"strings"
	"unicode"

	"github.com/jhillyerd/enmime/v2"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// rawParser leaves the parts as they stand in the file.
var rawParser = enmime.NewParser(
	enmime.RawContent(true),
	enmime.DisableTextConversion(true),
	enmime.SkipMalformedParts(true),
	enmime.MultipartWOBoundaryAsSinglePart(true),
	enmime.MaxStoredPartErrors(20),
)

// body is what a person reads: HTML where there is some, else all text.
func (r *messageReader) body() graphtest.Body {
	root := r.env.Root
	if strings.HasPrefix(root.ContentType, "multipart/") && root.FirstChild == nil {
		r.lose("a multipart without parts")
		return graphtest.Body{ContentType: "text", Content: clean(string(root.Content))}
	}
	if r.env.HTML != "" {
		r.html = root.DepthMatchFirst(func(p *enmime.Part) bool {
			return p.ContentType == "text/html" && p.Disposition != "attachment"
		})
		return graphtest.Body{ContentType: "html", Content: clean(r.env.HTML)}
	}
	content := r.env.Text
	// A part without a type is text (RFC 2045), which the parser overlooks.
	for _, p := range root.DepthMatchAll(func(p *enmime.Part) bool { return p.Parent != nil && p.ContentType == "" && isText(p) }) {
		content += string(p.Content)
	}
	return graphtest.Body{ContentType: "text", Content: clean(content)}
}

// attachments lists the parts that are no body, in the order of the message.
func (r *messageReader) attachments() []*graphtest.Attachment {
	var list []*graphtest.Attachment
	var untouched map[string]*enmime.Part
	for _, p := range r.env.Root.DepthMatchAll(r.isAttachment) {
		content := p.Content
		if strings.HasPrefix(p.ContentType, "text/") {
			// The parser turned text into UTF-8. A file is its bytes.
			if untouched == nil {
				untouched = r.untouched()
			}
			if raw := untouched[p.PartID]; raw != nil {
				content = decodeTransfer(raw)
			}
		}
		kind := line(p.ContentType)
		switch {
		case kind == "" && isText(p):
			kind = "text/plain"
		case kind == "":
			kind = "message/rfc822"
		}
		name := line(p.FileName)
		if strings.ContainsRune(name, unicode.ReplacementChar) {
			r.lose("the name of the attachment %q is not UTF-8", name)
		}
		if name == "" {
			name = fmt.Sprintf("ATT%05d%s", len(list)+1, extension(kind))
		}
		list = append(list, &graphtest.Attachment{
			Name: name, ContentType: kind, ContentID: line(p.ContentID),
			IsInline: p.Disposition == "inline" || p.Disposition == "" && p.ContentID != "",
			Content:  content,
		})
	}
	return list
}

// isText reports whether a part is text to be read. In a digest, a part without a
// type is a message (RFC 2046).
func isText(p *enmime.Part) bool {
	switch p.ContentType {
	case "text/plain", "text/html":
		return true
	case "":
		return p.Parent == nil || p.Parent.ContentType != "multipart/digest"
	}
	return false
}

// isAttachment tells a file from a body, and from another form of the body, such
// as an invitation's text/calendar. More text beside an HTML body, such as the
// footer of a mailing list, becomes a file, as it does in Outlook.
func (r *messageReader) isAttachment(p *enmime.Part) bool {
	switch {
	case strings.HasPrefix(p.ContentType, "multipart/"):
		return false
	case p.Disposition == "attachment", p.FileName != "":
		return true
	case p.Parent != nil && p.Parent.ContentType == "multipart/alternative":
		return false
	case isText(p):
		return r.html != nil && p != r.html && len(bytes.TrimSpace(p.Content)) > 0
	}
	return true
}

// untouched parses the message again, and returns its parts by their place in it.
func (r *messageReader) untouched() map[string]*enmime.Part {
	parts := map[string]*enmime.Part{}
	root, err := rawParser.ReadParts(bytes.NewReader(r.raw))
	if err != nil {
		return parts
	}
	root.DepthMatchAll(func(p *enmime.Part) bool {
		parts[p.PartID] = p
		return false
	})
	return parts
}

// decodeTransfer undoes the transfer encoding of a part. What is damaged is taken
// as far as it can be read; the first parser has told.
func decodeTransfer(p *enmime.Part) []byte {
	var r io.Reader = bytes.NewReader(p.Content)
	switch strings.ToLower(strings.TrimSpace(p.Header.Get("Content-Transfer-Encoding"))) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r) // skips line ends
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	}
	content, _ := io.ReadAll(r) // errors: see above
	return content
}

// extension is for attachments without a name.
func extension(contentType string) string {
	switch {
	case contentType == "message/rfc822":
		return ".eml"
	case contentType == "text/html":
		return ".htm"
	case contentType == "text/calendar":
		return ".ics"
	case strings.HasPrefix(contentType, "text/"), strings.HasPrefix(contentType, "message/"):
		return ".txt"
	case contentType == "image/png":
		return ".png"
	case contentType == "image/jpeg":
		return ".jpg"
	case contentType == "application/pdf":
		return ".pdf"
	}
	return ".dat"
}
