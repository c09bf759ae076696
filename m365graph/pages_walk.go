package m365graph

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
)

// rawPage is a page with its items still unread.
type rawPage struct {
	envelope
	body      *bytes.Buffer // what the envelope is a part of
	link      string        // where the page came from
	requestID string
}

// pageItems reads the items of a page, which is the costly part of it.
func pageItems[T any](p *rawPage) ([]T, error) {
	items, err := decodeItems[T](&p.envelope)
	if err != nil {
		return nil, fmt.Errorf("m365graph: read the answer (request-id %s): %w", p.requestID, err)
	}
	return items, nil
}

// pageWalk goes from page to page of one list by Graph's links. Each page is
// sent the query's headers, which the links do not carry.
type pageWalk struct {
	client *Client
	path   Path
	query  *Query
	link   string // of the next page; empty is the list's beginning
	loops  bool   // the next page was read before
	// seen holds what stands for the links that were followed: they may be
	// long, and a list may have many.
	seen  map[[sha256.Size]byte]bool
	ahead *pageAhead
	// spare are the bodies of pages whose items were read: at most two are in
	// use, and a list may have a thousand.
	spare []*bytes.Buffer
}

// pageAhead is a page that is fetched while the one before it is read.
type pageAhead struct {
	cancel context.CancelFunc
	done   chan struct{} // closed once page and err are there
	page   *rawPage
	err    error
	thrown any // what a hook, a provider or a transport panicked with
}

func newPageWalk(c *Client, path Path, q *Query, link string) *pageWalk {
	return &pageWalk{client: c, path: path, query: q, link: link, seen: map[[sha256.Size]byte]bool{}}
}

// next returns the next page. It is not to be called after the last one, whose
// Next is empty.
func (w *pageWalk) next(ctx context.Context) (*rawPage, error) {
	if w.loops {
		return nil, fmt.Errorf("m365graph: GET %s: the list goes round in circles", w.path)
	}
	page, err := w.await(ctx)
	if err != nil {
		return nil, err
	}
	w.seen[sha256.Sum256([]byte(page.link))] = true
	w.link = page.Next
	w.loops = w.seen[sha256.Sum256([]byte(page.Next))]
	return page, nil
}

// await returns the page under way, or else fetches it.
func (w *pageWalk) await(ctx context.Context) (*rawPage, error) {
	a := w.ahead
	if a == nil {
		return w.fetch(ctx, w.link, w.buffer())
	}
	w.settle()
	if ctx.Err() != nil {
		return w.fetch(ctx, w.link, w.buffer()) // which sends nothing, and says why
	}
	return a.page, a.err
}

// prefetch begins to fetch the page that next will return, if there is one and
// the query asks for it. The caller stops the walk in any case.
func (w *pageWalk) prefetch(ctx context.Context) {
	if !w.query.Prefetch || w.link == "" || w.loops || w.ahead != nil {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	a := &pageAhead{cancel: cancel, done: make(chan struct{})}
	w.ahead = a
	body := w.buffer()
	go func() {
		defer close(a.done)
		// The caller may have ways to go on, and a goroutine of ours has none.
		defer func() { a.thrown = recover() }()
		a.page, a.err = w.fetch(ctx, w.link, body)
	}()
}

// stop ends what is under way, and returns when nothing is.
func (w *pageWalk) stop() {
	if w.ahead != nil {
		w.ahead.cancel()
		w.settle()
	}
}

// settle waits for what is under way. A panic there goes on in the caller.
func (w *pageWalk) settle() {
	a := w.ahead
	<-a.done
	w.ahead = nil
	a.cancel()
	if a.thrown != nil {
		panic(a.thrown)
	}
}

// buffer returns what the body of a page can be read into.
func (w *pageWalk) buffer() *bytes.Buffer {
	if n := len(w.spare) - 1; n >= 0 {
		b := w.spare[n]
		w.spare = w.spare[:n]
		return b
	}
	return new(bytes.Buffer)
}

// maxSpare is the size of a page from which its memory is not kept.
const maxSpare = 8 << 20

// done takes a page back whose items were read, as they are copies.
func (w *pageWalk) done(p *rawPage) {
	if p.body.Cap() <= maxSpare {
		w.spare = append(w.spare, p.body)
	}
	p.body, p.envelope = nil, envelope{Next: p.Next, Count: p.Count, Delta: p.Delta}
}

// fetch reads one page. It leaves the walk as it is, so that it may run beside
// the walk's owner.
func (w *pageWalk) fetch(ctx context.Context, link string, body *bytes.Buffer) (*rawPage, error) {
	resp, err := w.client.Do(ctx, &Request{Method: http.MethodGet, Path: w.path, Query: w.query, link: link, buffer: body})
	if err != nil {
		return nil, err
	}
	page := &rawPage{body: body, link: resp.url, requestID: resp.RequestID()}
	if err := resp.Decode(&page.envelope); err != nil {
		return nil, err
	}
	if len(page.Value) == 0 || page.Value[0] != '[' {
		return nil, fmt.Errorf("m365graph: GET %s: the answer is no list (request-id %s)", w.path, page.requestID)
	}
	return page, nil
}
