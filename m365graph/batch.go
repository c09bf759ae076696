package m365graph

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// BatchItem is one request of a batch.
type BatchItem struct {
	// Request is what to send: encoded, judged and repeated as [Client.Do] would.
	// Content of a text type must be UTF-8.
	Request Request
	// ID names the item for DependsOn and in its result; case does not count.
	// Empty means one of the library's own.
	ID string
	// DependsOn names the item that must have succeeded before this one is
	// executed. Graph takes two patterns: items that each depend on the one
	// before, and items that all depend on the same one. At most 20 items hang
	// together; any other pattern is refused.
	DependsOn []string
}

// BatchOptions change how a batch is sent. Nil and the zero value are good
// defaults.
type BatchOptions struct {
	// Parallel is how many requests of up to 20 items are in flight at once.
	// Zero means 4.
	Parallel int
}

// BatchResult is what became of one item: either Response or Err is set.
type BatchResult struct {
	// ID is the item's.
	ID string
	// Response is the answer that says yes. Where a read was answered with a
	// redirect, as content is, its Location is a link that needs no token and is
	// as secret as one.
	Response *Response
	// Err is as of [Client.Do]: an [*Error] with the method and path of the item
	// if Graph said no; of status 424 if the item was not executed because what
	// it depends on failed. It matches [ErrAmbiguous] if the item is a write that
	// may have happened.
	Err error
}

// Decode reads the JSON body of the answer into v, or returns the item's error.
func (r *BatchResult) Decode(v any) error {
	if r.Err != nil {
		return r.Err
	}
	return r.Response.Decode(v)
}

// Batch sends any number of requests, 20 at a time, and returns a result for each
// in the order of the items. An item that is refused because Graph is busy goes
// again by itself, after its own Retry-After and as its Safety allows; what has
// succeeded is never sent twice.
//
// The error says only what stopped the batch as a whole: an item that cannot be
// sent, in which case nothing was and there are no results, or the end of ctx.
// Then the results that came are there, and the other items hold the error of
// ctx, which matches [ErrAmbiguous] only where a write may have happened.
// https://learn.microsoft.com/graph/json-batching
func (c *Client) Batch(ctx context.Context, items []*BatchItem, opts *BatchOptions) ([]BatchResult, error) {
	var o BatchOptions
	if opts != nil {
		o = *opts
	}
	if o.Parallel < 0 {
		return nil, errors.New("m365graph: batch: Parallel must not be negative")
	}
	setDefault(&o.Parallel, 4)
	results := make([]BatchResult, len(items))
	units, err := c.planBatch(items, results)
	if err != nil {
		return nil, err
	}
	r := &batchRun{
		client: c, parallel: o.Parallel, open: len(items), luck: rand.Float64(),
		done: make(chan *batchChunk), back: make(chan []*batchStep),
	}
	for _, u := range units {
		r.queue.add(u)
	}
	r.run(ctx)
	if cause := ctx.Err(); cause != nil {
		for i := range results {
			if errors.Is(results[i].Err, cause) {
				return results, fmt.Errorf("m365graph: batch: %w", cause)
			}
		}
	}
	return results, nil
}

// batchRun sends the items of one batch. One goroutine owns it and every step,
// but for the steps of a chunk while that is in flight.
type batchRun struct {
	client   *Client
	parallel int
	luck     float64
	open     int // steps without a result
	flying   int // chunks
	queue    batchQueue
	done     chan *batchChunk
	back     chan []*batchStep // what a chunk had no room for
}

// run ends when each step has its result. It starts a chunk as soon as there is
// room in flight and anything to send, so that a wait for one delays no other.
func (r *batchRun) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer r.land(cancel)
	cancelled := ctx.Done()
	for r.open > 0 {
		for r.flying < r.parallel && ctx.Err() == nil {
			steps := r.queue.take(time.Now(), r.ready)
			if len(steps) == 0 {
				break
			}
			r.flying++
			go r.send(ctx, &batchChunk{steps: steps, luck: r.luck})
		}
		if r.flying == 0 && ctx.Err() != nil {
			r.abandon(ctx.Err())
			return
		}
		if r.open == 0 {
			return // the last were refused unsent
		}
		var due <-chan time.Time
		if r.flying < r.parallel && ctx.Err() == nil {
			due = r.queue.nextDue()
		}
		select {
		case chunk := <-r.done:
			r.flying--
			if chunk.thrown != nil {
				panic(chunk.thrown)
			}
			r.settle(ctx, chunk)
		case steps := <-r.back:
			r.queue.putBack(steps)
		case <-due:
		case <-cancelled:
			cancelled = nil // what is in flight comes back at once
		}
	}
}

// land waits for what is still in flight after a panic of the caller's code.
func (r *batchRun) land(cancel func()) {
	cancel()
	for r.flying > 0 {
		select {
		case <-r.done:
			r.flying--
		case <-r.back:
		}
	}
}

// ready reports whether a unit may be sent. One whose scope is throttled waits,
// or is refused in Graph's place if that takes too long.
func (r *batchRun) ready(u batchUnit) bool {
	var wait time.Duration
	now, long := time.Now(), false
	for _, s := range u {
		wait = max(wait, r.client.limiter.pause(s.scope))
		long = long || !s.deadline.IsZero() && now.Add(wait).After(s.deadline)
	}
	switch {
	case wait <= 0:
		return true
	case long || wait > r.client.limiter.most:
		for _, s := range u {
			s.refuse(wait)
			s.finish(s.refused())
		}
		r.open -= len(u)
	default:
		u[0].due = now.Add(wait)
		r.queue.add(u)
	}
	return false
}

// abandon ends the steps that wait, none of which is in flight.
func (r *batchRun) abandon(cause error) {
	for _, u := range r.queue.all() {
		for _, s := range u {
			s.finish(nil, s.failure(cause))
		}
	}
}
