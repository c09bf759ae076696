package m365graph

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"strings"
)

// Page is one page of a list.
type Page[T any] struct {
	// Items are the page's; it may have none although more pages follow.
	Items []T
	// Count is the total that Query.Count asked for; nil on later pages.
	Count *int64
	// Next leads to what comes after this page's items: Graph's own link, byte
	// for byte, unless Query.MaxItems cut the page. It serves as Query.Cursor,
	// and is empty at the list's end.
	Next string
	// RequestID is Graph's id of the call.
	RequestID string
}

// Pages returns an iterator over the pages of a list. Nothing is fetched before
// it is ranged over; ranging again starts anew. An error comes once, last, with
// a nil page. Each page is sent the query's preferences, which Graph's links do
// not carry. With Query.Prefetch the next page is on its way while one is read;
// leaving the loop ends that too.
//
// A link that was followed before ends the list with an error, as Graph has been
// seen to go round in circles, and a link to a host other than Graph's is
// [ErrHostNotAllowed]. Where Query.MaxItems or MaxPages ends the list early, and
// only if more would have come, the error is a [*TruncatedError].
// https://learn.microsoft.com/graph/paging
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
		walk := newPageWalk(c, path, &query, link)
		defer walk.stop()
		total := 0
		for n := 1; ; n++ {
			raw, err := walk.next(ctx)
			if err != nil {
				yield(nil, err)
				return
			}
			if query.MaxItems == 0 && n != query.MaxPages {
				walk.prefetch(ctx) // before the items are read, which takes its time
			}
			page, err := readPage[T](raw, skip)
			if err != nil {
				yield(nil, err)
				return
			}
			walk.done(raw)
			c.observe.page(ctx, path, page.RequestID, len(page.Items))
			room := query.MaxItems - total
			if query.MaxItems > 0 && room < len(page.Items) {
				page.Items = page.Items[:room]
				page.Next = cursorWithin(raw.link, skip+room)
			}
			skip = 0
			total += len(page.Items)
			full := query.MaxItems > 0 && total == query.MaxItems
			if !full && n != query.MaxPages {
				walk.prefetch(ctx)
			}
			next := page.Next
			switch {
			case !yield(page, nil) || next == "":
				return
			case full, n == query.MaxPages && !walk.loops:
				yield(nil, &TruncatedError{Items: total, Cursor: next})
				return
			}
		}
	}
}

// readPage reads the items of a page but for the first, which a cursor left
// behind.
func readPage[T any](raw *rawPage, skip int) (*Page[T], error) {
	items, err := pageItems[T](raw)
	if err != nil {
		return nil, err
	}
	items = items[min(skip, len(items)):]
	return &Page[T]{Items: items, Count: raw.Count, Next: raw.Next, RequestID: raw.requestID}, nil
}

// All returns an iterator over the items of a list, page after page, as [Pages]
// gives them. Nothing is fetched before it is ranged over; an error comes once,
// last, with a zero item. Where Query.MaxItems or MaxPages ends the list early,
// and only if more would have come, that error is a [*TruncatedError].
func All[T any](ctx context.Context, c *Client, path Path, q *Query) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range Pages[T](ctx, c, path, q) {
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
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

// Count returns how many items a collection holds, without any of them: path is
// the collection's own. Of the query only Filter, Search, Params and Eventual
// count. The directory counts in its eventually consistent index, which it is
// asked for by itself as [Query] says.
// https://learn.microsoft.com/graph/query-parameters
func Count(ctx context.Context, c *Client, path Path, q *Query) (int64, error) {
	var query Query
	if q != nil {
		query = Query{Filter: q.Filter, Search: q.Search, Params: q.Params, Eventual: q.Eventual}
	}
	n, err := Get[int64](ctx, c, path.Join("$count"), &query)
	if err != nil {
		return 0, err
	}
	return *n, nil
}
