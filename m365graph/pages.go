package m365graph

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"strings"
)

// Page is one page of a list.
type Page[T any] struct {
	// Items are the page's; it may have none although more pages follow.
	Items []T
	// Count is the total that Query.Count asked for; nil on later pages.
	Count *int64
	// Next leads to the page after this one, byte for byte as Graph gave it;
	// empty on the last. It serves as Query.Cursor.
	Next string
	// RequestID is Graph's id of the call.
	RequestID string

	link    string // where the page came from
	dropped int    // items of it that a cursor left behind
}

// Pages returns an iterator over the pages of a list. Nothing is fetched before
// it is ranged over; ranging again starts anew. An error comes once, last, with
// a nil page. Each page is sent the query's preferences, which Graph's links do
// not carry.
//
// A link that was followed before ends the list with an error, as Graph has been
// seen to go round in circles, and a link to a host other than Graph's is
// [ErrHostNotAllowed]. https://learn.microsoft.com/graph/paging
func Pages[T any](ctx context.Context, c *Client, path Path, q *Query) iter.Seq2[*Page[T], error] {
	var query Query
	if q != nil {
		query = *q
	}
	return func(yield func(*Page[T], error) bool) {
		skip, link, err := parseCursor(query.Cursor)
		if err != nil {
			yield(nil, err)
			return
		}
		seen := map[string]bool{link: true}
		items := 0
		for n := 0; ; n++ {
			if query.MaxPages > 0 && n == query.MaxPages {
				yield(nil, &TruncatedError{Items: items, Cursor: link})
				return
			}
			page, err := fetchPage[T](ctx, c, path, &query, link)
			if err != nil {
				yield(nil, err)
				return
			}
			page.drop(skip)
			skip = 0
			items += len(page.Items)
			if !yield(page, nil) || page.Next == "" {
				return
			}
			if seen[page.Next] {
				yield(nil, fmt.Errorf("m365graph: GET %s: the list goes round in circles (request-id %s)", path, page.RequestID))
				return
			}
			link = page.Next
			seen[link] = true
		}
	}
}

// parseCursor reads a link, or what cursorWithin made of one.
func parseCursor(cursor string) (skip int, link string, err error) {
	count, rest, ok := strings.Cut(cursor, "|")
	if !ok || strings.Contains(count, ":") {
		return 0, cursor, nil
	}
	skip, err = strconv.Atoi(count)
	if err != nil || skip < 0 || rest == "" {
		return 0, "", errors.New("m365graph: Query.Cursor is not one of a TruncatedError or a Page")
	}
	return skip, rest, nil
}

// cursorWithin is a place in the middle of the page behind link. Graph's own
// links stand between pages only.
func cursorWithin(link string, skip int) string { return strconv.Itoa(skip) + "|" + link }

func (p *Page[T]) drop(n int) {
	n = min(n, len(p.Items))
	p.Items, p.dropped = p.Items[n:], n
}

func fetchPage[T any](ctx context.Context, c *Client, path Path, q *Query, link string) (*Page[T], error) {
	resp, err := c.Do(ctx, &Request{Method: http.MethodGet, Path: path, Query: q, link: link})
	if err != nil {
		return nil, err
	}
	var wire envelope
	if err := resp.Decode(&wire); err != nil {
		return nil, err
	}
	if len(wire.Value) == 0 || wire.Value[0] != '[' {
		return nil, fmt.Errorf("m365graph: GET %s: the answer is no list (request-id %s)", path, resp.RequestID())
	}
	items, err := decodeItems[T](wire.Value)
	if err != nil {
		return nil, fmt.Errorf("m365graph: read the answer (request-id %s): %w", resp.RequestID(), err)
	}
	page := &Page[T]{Items: items, Count: wire.Count, Next: wire.Next, RequestID: resp.RequestID(), link: resp.url}
	return page, nil
}

// All returns an iterator over the items of a list, page after page. Nothing is
// fetched before it is ranged over; an error comes once, last, with a zero item.
// Where Query.MaxItems or MaxPages ends the list early, and only if more would
// have come, that error is a [*TruncatedError].
func All[T any](ctx context.Context, c *Client, path Path, q *Query) iter.Seq2[T, error] {
	most := 0
	if q != nil {
		most = q.MaxItems
	}
	return func(yield func(T, error) bool) {
		var zero T
		yielded := 0
		for page, err := range Pages[T](ctx, c, path, q) {
			if err != nil {
				yield(zero, err)
				return
			}
			for i, item := range page.Items {
				if !yield(item, nil) {
					return
				}
				yielded++
				if yielded == most {
					if cursor := page.after(i); cursor != "" {
						yield(zero, &TruncatedError{Items: yielded, Cursor: cursor})
					}
					return
				}
			}
		}
	}
}

// after is the cursor behind item i, empty if it was the list's last.
func (p *Page[T]) after(i int) string {
	if i == len(p.Items)-1 {
		return p.Next
	}
	return cursorWithin(p.link, p.dropped+i+1)
}

// Collect returns the items of a list in one slice, for lists known to be small.
// It reads at most the client's MaxPages pages, or Query.MaxPages if that is
// set; if more would have come, the items so far are returned together with a
// [*TruncatedError]. With any other error the slice is nil.
func Collect[T any](ctx context.Context, c *Client, path Path, q *Query) ([]T, error) {
	var query Query
	if q != nil {
		query = *q
	}
	setDefault(&query.MaxPages, c.opts.MaxPages)
	items := []T{}
	for item, err := range All[T](ctx, c, path, &query) {
		if errors.Is(err, ErrTruncated) {
			return items, err
		}
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}
