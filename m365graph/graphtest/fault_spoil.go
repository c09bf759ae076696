package graphtest

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/loopback"
)

// cut ends the connection, if the fault says so, before anything is answered.
func (x *httpExchange) cut(f *Fault) {
	switch f.Cut {
	case CutReset:
		loopback.Reset(x.r.Context())
		panic(http.ErrAbortHandler)
	case CutBefore, CutItem:
		panic(http.ErrAbortHandler)
	case CutStall:
		if f.CutAfter == 0 {
			x.stall()
		}
	}
}

// stall keeps the client waiting until it has left.
func (x *httpExchange) stall() {
	<-x.r.Context().Done()
	panic(http.ErrAbortHandler)
}

// cutWithin has the body end after so many bytes, if the fault says so.
func (x *httpExchange) cutWithin(otherwise int64) {
	f := x.fault
	if f == nil || !f.cutsBody() {
		return
	}
	x.w.cutAfter = f.CutAfter
	if x.w.cutAfter == 0 {
		x.w.cutAfter = max(otherwise, 1)
	}
	if f.Cut == CutStall {
		x.w.onCut = x.stall
	}
}

// skew moves the clock that the request sees.
func (x *httpExchange) skew(by time.Duration) {
	if by != 0 {
		x.call.now = x.call.now.Add(by)
		x.w.Header().Set("Date", x.call.now.Format(http.TimeFormat))
	}
}

// contentType is the type of an answer, or what a fault makes of it.
func (x *httpExchange) contentType(own string) string {
	if x.fault != nil && x.fault.ContentType != "" {
		return x.fault.ContentType
	}
	return own
}

// spoil damages a document.
func (j JSONFault) spoil(doc []byte) []byte {
	switch j {
	case JSONTruncated:
		return doc[:len(doc)/2]
	case JSONBroken:
		return append([]byte("}"), doc...)
	case JSONEmpty:
		return nil
	}
	return doc
}

// patched is a document after a merge patch. Both are JSON.
func patched(doc []byte, patch string) []byte {
	read := func(from io.Reader) (v any) {
		dec := json.NewDecoder(from)
		dec.UseNumber()
		_ = dec.Decode(&v) // it is JSON
		return v
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(mergePatch(read(bytes.NewReader(doc)), read(strings.NewReader(patch)))) // as it was read from JSON
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// mergePatch is https://www.rfc-editor.org/rfc/rfc7396#section-2.
func mergePatch(target, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	members, ok := target.(map[string]any)
	if !ok {
		members = map[string]any{}
	}
	for name, v := range changes {
		if v == nil {
			delete(members, name)
			continue
		}
		members[name] = mergePatch(members[name], v)
	}
	return members
}

// spoilPage changes a page as the fault says. What is no page stays.
func (x *httpExchange) spoilPage(doc []byte) []byte {
	members, ok := membersOf(doc)
	if !ok {
		return doc
	}
	var page object
	isPage := false
	for _, m := range members {
		switch raw := m.value.(json.RawMessage); {
		case m.name == "value" && len(raw) > 0 && raw[0] == '[':
			isPage = true
			page = append(page, member{"value", x.fault.Page.items(raw, x.number)})
		case x.fault.Page != PageShuffled && (m.name == "@odata.nextLink" || m.name == "@odata.deltaLink"):
		default:
			page = append(page, m)
		}
	}
	if !isPage {
		return doc
	}
	switch link := "https://" + x.r.Host + x.r.URL.RequestURI(); {
	case x.fault.Page == PageReplayed:
		page = append(page, member{"@odata.nextLink", link})
	case x.fault.Page == PageEmpty && x.r.URL.RawQuery == "":
		page = append(page, member{"@odata.nextLink", link + "?&"})
	case x.fault.Page == PageEmpty: // which leads on, so it is another link
		page = append(page, member{"@odata.nextLink", link + "&"})
	}
	return appendJSON(nil, page)
}

// items is what becomes of the items of a page.
func (p PageFault) items(raw json.RawMessage, seed int64) any {
	switch p {
	case PageEmpty:
		return []any{}
	case PageShuffled:
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) != nil {
			return raw
		}
		luck := rand.New(rand.NewPCG(uint64(seed), 1)) //nolint:gosec // an order, not a secret
		luck.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		shuffled := make([]any, len(items))
		for i, item := range items {
			shuffled[i] = item
		}
		return shuffled
	}
	return raw
}

// membersOf takes a JSON object apart without reading its values.
func membersOf(doc []byte) (members object, ok bool) {
	dec := json.NewDecoder(bytes.NewReader(doc))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, false
		}
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return nil, false
		}
		text, _ := name.(string)
		members = append(members, member{text, value})
	}
	return members, true
}
