package graphtools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365graph"
)

const (
	// reserve is what is kept free of an answer for everything but the data and
	// the cursor: the Guard's label, the names of the members, and a note.
	reserve = 2000
	// minItems is what is kept for items, however long the cursor is.
	minItems = 4 << 10
)

// singleAnswer is the answer to a call for one resource.
type singleAnswer struct {
	Data      any    `json:"data"`
	Truncated bool   `json:"truncated,omitempty"`
	Note      string `json:"note,omitempty"`
}

// listAnswer is the answer to a call for a collection.
type listAnswer struct {
	Items []json.RawMessage `json:"items"`
	Count int               `json:"count"`
	// Total is what $count=true asked for; Graph tells it on the first page.
	Total *int64 `json:"total,omitempty"`
	// HasMore and NextCursor say whether and where the list goes on; there is no
	// cursor if Graph's own link is too long for one. Truncated says that the
	// list would have gone on here, but for a limit of this tool's, or that a
	// value was shortened.
	HasMore    bool   `json:"has_more"`
	NextCursor string `json:"next_cursor,omitempty"`
	Truncated  bool   `json:"truncated,omitempty"`
	Note       string `json:"note,omitempty"`
}

const (
	noteShortened = "long values were shortened; ask for fewer fields with $select"
	noteNoCursor  = "the list goes on after these %d items, but Graph's link to the rest is too long to hand on: ask for less with $filter, or leave these out with $skip"
)

func (g *graphTool) single(ctx context.Context, call graphCall, params map[string]string) (any, error) {
	resp, err := g.client.Do(ctx, &m365graph.Request{Path: call.path, Query: &m365graph.Query{Params: params, Prefer: preferences}})
	if err != nil {
		return nil, err
	}
	v, err := decode(resp.Body)
	if err != nil || resp.Status != 200 {
		return nil, errNotJSON
	}
	data, cut, err := fit(clean(v), maxOutput-reserve)
	if err != nil {
		return nil, err
	}
	answer := singleAnswer{Data: data, Truncated: cut}
	if cut {
		answer.Note = noteShortened
	}
	return answer, nil
}

// errNotJSON stands for an answer that no agent could read.
var errNotJSON = &agenttool.Error{
	Code:    agenttool.CodeInvalidArgument,
	Message: "the endpoint answers with something other than a JSON object",
	Hint:    "ask for the item itself: its name, size and link",
}

// preferences ask for bodies without markup.
var preferences = m365graph.Prefer{TextBody: true}

// list collects items from a place on: one page, or with paginate as many as
// maxPages and the size of an answer allow.
func (g *graphTool) list(ctx context.Context, call graphCall, from place, bound []byte) (any, error) {
	pages := 1
	if call.Paginate {
		pages = g.maxPages
	}
	c := collection{at: from}
	query := &m365graph.Query{Params: from.Params, Prefer: preferences, Cursor: from.Link, MaxPages: pages}
	for page, err := range m365graph.Pages[json.RawMessage](ctx, g.client, call.path, query) {
		if errors.Is(err, m365graph.ErrTruncated) {
			break // c.at says where the list goes on
		}
		if err != nil && len(c.items) == 0 {
			return nil, err
		}
		if err != nil {
			c.note = "the next page failed: " + g.explain(ctx, err, call.target).Error()
			break
		}
		more, err := c.add(page)
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
	}
	return c.answer(g, call.Paginate, bound)
}

// collection is a list in the making.
type collection struct {
	items     []json.RawMessage
	size      int
	total     *int64
	at        place // where the list goes on
	ended     bool  // it does not
	shortened bool
	full      bool // the answer is, before the page was
	note      string
}

// add takes a page, or as much of it as there is room for, and reports whether
// there may be room for another.
func (c *collection) add(page *m365graph.Page[json.RawMessage]) (bool, error) {
	if page.Count != nil {
		c.total = page.Count
	}
	room, err := roomBeside(c.at, page.Next)
	if err != nil {
		return false, err
	}
	if c.size > room {
		c.full = true // the link behind this page is longer than the last
		return false, nil
	}
	for _, raw := range page.Items[min(c.at.Skip, len(page.Items)):] {
		v, err := decode(raw)
		if err != nil {
			return false, errNotJSON
		}
		item, err := encode(clean(v))
		if err != nil {
			return false, err
		}
		if len(item) > room && len(c.items) == 0 {
			if item, _, err = fit(clean(v), room); err != nil {
				return false, err
			}
			c.shortened = true
		}
		if c.size+len(item) > room {
			c.full = true
			return false, nil
		}
		c.items, c.size = append(c.items, item), c.size+len(item)+1
		c.at.Skip++
	}
	c.at = c.at.behind(page.Next)
	c.ended = page.Next == ""
	return true, nil
}

// roomBeside is how many bytes of items fit beside the longer of two cursors:
// the one into a page and the one behind it.
func roomBeside(at place, next string) (int, error) {
	into, err := cursorSize(at)
	if err != nil {
		return 0, err
	}
	after, err := cursorSize(at.behind(next))
	return maxOutput - reserve - max(into, after), err
}

func (c *collection) answer(g *graphTool, paginate bool, bound []byte) (listAnswer, error) {
	a := listAnswer{Items: c.items, Count: len(c.items), Total: c.total, HasMore: !c.ended, Note: c.note}
	if a.Items == nil {
		a.Items = []json.RawMessage{}
	}
	a.Truncated = c.shortened || c.full || c.note != "" || paginate && a.HasMore
	if c.shortened && a.Note == "" {
		a.Note = noteShortened
	}
	if !a.HasMore {
		return a, nil
	}
	switch size, err := cursorSize(c.at); {
	case err != nil:
		return listAnswer{}, err
	case size == 0:
		a.Truncated = true
		a.Note = strings.TrimPrefix(a.Note+"; ", "; ") + fmt.Sprintf(noteNoCursor, a.Count)
		return a, nil
	}
	var err error
	if a.NextCursor, err = g.sealer.seal(c.at, bound); err != nil {
		return listAnswer{}, err
	}
	if a.Note == "" && a.Truncated {
		a.Note = fmt.Sprintf("the list goes on after these %d items; pass next_cursor as cursor", a.Count)
	}
	return a, nil
}

func decode(raw []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	return v, nil
}

// encode writes JSON without the escapes that are for web pages only.
func encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
