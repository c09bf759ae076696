package m365graph

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
)

// maxDeltaRestarts bounds how often one round starts over.
const maxDeltaRestarts = 3

// errDeltaLeft stands for a loop that was left.
var errDeltaLeft = errors.New("the loop was left")

// deltaStart is where a round begins or goes on.
type deltaStart struct {
	link  string // empty is the collection's beginning
	given bool   // Graph gave the link in place of one that it refused
}

// Round returns an iterator over what has changed since the cursor, to the end
// of the round. An error comes once, last, with a zero item; ranging over a round
// again goes on where it ended, and so does the next round after a complete one.
// A round may be empty.
//
// Apply the changes in the order they come, each as if it could have been applied
// before: Graph repeats items, and the last state counts. Where Graph has
// forgotten the cursor, an item of kind [DeltaReset] comes before everything is
// listed again.
func (r *DeltaReader[T]) Round(ctx context.Context) iter.Seq2[DeltaItem[T], error] {
	return func(yield func(DeltaItem[T], error) bool) {
		at := deltaStart{link: r.place}
		for restarts := 0; ; restarts++ {
			if r.reset != nil && !yield(*r.reset, nil) {
				return
			}
			began, err := r.follow(ctx, at.link, yield)
			if err == nil || errors.Is(err, errDeltaLeft) {
				return
			}
			again, ok := r.startOver(at, began, err)
			if !ok || restarts == maxDeltaRestarts {
				yield(DeltaItem[T]{}, err)
				return
			}
			at = again
		}
	}
}

// follow yields the pages from link to the end of the round. It reports whether
// there was one.
func (r *DeltaReader[T]) follow(ctx context.Context, link string, yield func(DeltaItem[T], error) bool) (began bool, err error) {
	query := &r.query
	if r.reset == nil {
		if query, err = r.first(); err != nil {
			return false, err
		}
	}
	walk := newPageWalk(r.client, r.path, query, link)
	defer walk.stop()
	for {
		page, err := walk.next(ctx)
		if err != nil {
			return began, err
		}
		walk.prefetch(ctx)
		changes, err := readChanges[T](page)
		if err != nil {
			return began, err
		}
		walk.done(page)
		r.client.observe.page(ctx, r.path, page.requestID, len(changes))
		for _, change := range changes {
			if !yield(change, nil) {
				if link == "" && !began {
					r.beginAnew()
				}
				return began, errDeltaLeft
			}
		}
		began = true
		if page.Next == "" {
			err = r.complete(page)
		} else if r.reset == nil && r.client.allowsLink(page.Next) {
			r.place = page.Next
		}
		if r.place == "" {
			r.beginAnew() // as the round ends here, or the next fetch fails
		}
		if page.Next == "" {
			return true, err
		}
	}
}

// beginAnew makes a reset of a round that was left behind its beginning. That
// cannot be returned to: what goes meanwhile would never be told of.
func (r *DeltaReader[T]) beginAnew() {
	if r.reset == nil && r.latest == "" {
		r.reset = &DeltaItem[T]{Kind: DeltaReset}
	}
}

func readChanges[T any](page *rawPage) ([]DeltaItem[T], error) {
	marks, err := pageItems[deltaMark](page)
	if err != nil {
		return nil, err
	}
	items, err := pageItems[T](page)
	if err != nil {
		return nil, err
	}
	changes := make([]DeltaItem[T], len(items))
	for i := range changes {
		changes[i] = DeltaItem[T]{ID: marks[i].ID, Item: items[i]}
		if reason, yes := marks[i].removed(); yes {
			changes[i].Kind, changes[i].Reason = DeltaRemoved, reason
		}
	}
	return changes, nil
}

// complete takes the delta link, now that all before it was yielded.
func (r *DeltaReader[T]) complete(last *rawPage) error {
	if last.Delta == "" {
		return fmt.Errorf("m365graph: GET %s: the round ends without a delta link (request-id %s)", r.path, last.requestID)
	}
	if !r.client.allowsLink(last.Delta) {
		return fmt.Errorf("%w: the delta link of %s", ErrHostNotAllowed, r.path)
	}
	r.cursor, r.place, r.reset = last.Delta, last.Delta, nil
	return nil
}

// startOver decides where to go on after an error, if anywhere. The link that
// Graph gives with a 410 has been seen broken, and then the collection is read
// from its beginning; if that fails too there is nothing left to try.
func (r *DeltaReader[T]) startOver(at deltaStart, began bool, err error) (deltaStart, bool) {
	refused, answered := errors.AsType[*Error](err)
	switch {
	case !answered, !began && at.link == "":
		return at, false
	case !errors.Is(refused, ErrResync):
		broken := refused.Status == http.StatusBadRequest || refused.Status == http.StatusNotFound
		return deltaStart{}, broken && at.given && !began
	}
	keep := refused.HasCode("resyncChangesUploadDifferences") || r.reset != nil && r.reset.KeepLocal
	r.reset = &DeltaItem[T]{Kind: DeltaReset, Reason: refused.Code, KeepLocal: keep}
	r.place = ""
	if r.client.allowsLink(refused.Location) && (began || !at.given) {
		return deltaStart{link: refused.Location, given: true}, true
	}
	return deltaStart{}, true
}
