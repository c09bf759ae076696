package graphtest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// The limits of https://learn.microsoft.com/graph/json-batching: how many
// requests a batch may hold, and how many of them Outlook works on at once.
const (
	maxBatch      = 20
	batchParallel = 4
)

func batchRoutes() []route {
	return []route{{
		method: "POST", pattern: "/$batch", doc: "https://learn.microsoft.com/graph/json-batching", service: directory,
		options: optNone, public: true, unlocked: true, handle: postBatch,
		differs: "At most four requests of a batch are under way at once, whichever service they are for.",
	}}
}

// batchItem is one request of a batch.
type batchItem struct {
	ID        looseText
	Method    string
	URL       string
	Headers   map[string]looseText
	Body      json.RawMessage
	DependsOn []looseText

	exchange *httpExchange
	answer   *itemWriter
	done     bool
	missing  bool // in the answer to the batch
}

// looseText is the id or a header's value of a request in a batch, where clients
// write numbers and truths bare as well.
type looseText string

// folded is the text without regard to case.
func (v looseText) folded() string { return strings.ToLower(string(v)) }

func (v *looseText) UnmarshalJSON(b []byte) error {
	var text string
	switch {
	case b[0] == '"':
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
	case b[0] == '{' || b[0] == '[':
		return fmt.Errorf("not text: %s", b)
	case string(b) != "null":
		text = string(b)
	}
	*v = looseText(text)
	return nil
}

// header gives a header of the item, without regard to case.
func (it *batchItem) header(name string) string {
	for k, v := range it.Headers {
		if strings.EqualFold(k, name) {
			return string(v)
		}
	}
	return ""
}

// writes tells whether the item must have a body.
func (it *batchItem) writes() bool {
	return it.Method == http.MethodPost || it.Method == http.MethodPut || it.Method == http.MethodPatch
}

// postBatch answers https://learn.microsoft.com/graph/json-batching. It does
// so without a lock: each request of the batch takes its own.
func postBatch(c *call) (*reply, error) {
	if c.x.entry.Batch != "" {
		return nil, failf(codeBadRequest, "A batch request must not contain another batch request.")
	}
	items, err := c.readBatch()
	if err != nil {
		return nil, err
	}
	b := &batch{c: c, items: items}
	for open := items; len(open) > 0; open = slices.DeleteFunc(slices.Clone(open), func(it *batchItem) bool { return it.done }) {
		if !b.runSome(open) {
			panic(http.ErrAbortHandler) // one was cut, and so is what it came in
		}
	}
	responses := make([]object, 0, len(items))
	for _, it := range items {
		if !it.missing {
			responses = append(responses, it.response())
		}
	}
	luck := rand.New(rand.NewPCG(uint64(c.s.sequence.Load()), uint64(len(items)))) //nolint:gosec // an order, not a secret
	luck.Shuffle(len(responses), func(i, j int) { responses[i], responses[j] = responses[j], responses[i] })
	return jsonReply(object{{"responses", responses}}), nil
}

// readBatch reads the requests and holds them to the rules that fail a batch
// as a whole.
func (c *call) readBatch() ([]*batchItem, error) {
	var in struct{ Requests []*batchItem }
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if len(in.Requests) == 0 {
		return nil, failf(codeBadRequest, "Invalid batch payload format.")
	}
	if len(in.Requests) > maxBatch {
		return nil, failf(codeBadRequest, "Number of requests inside batch exceeds the limit.")
	}
	seen := map[string]bool{}
	for _, it := range in.Requests {
		if it == nil || it.ID == "" || it.Method == "" || it.URL == "" {
			return nil, failf(codeBadRequest, "Invalid batch payload format.")
		}
		it.Method = strings.ToUpper(it.Method)
		if seen[it.ID.folded()] {
			return nil, failf(codeBadRequest, "Request Id %s has to be unique in a batch.", it.ID)
		}
		hasBody := len(it.Body) > 0 && string(it.Body) != "null"
		if it.writes() && (!hasBody || it.header("Content-Type") == "") {
			return nil, failf(codeBadRequest, "Write request id : %s does not contain Content-Type header or body.", it.ID)
		}
		for _, d := range it.DependsOn {
			if !seen[d.folded()] {
				return nil, failf(codeBadRequest, "Invalid dependency for request Id %s.", it.ID)
			}
		}
		seen[it.ID.folded()] = true
	}
	return in.Requests, checkPattern(in.Requests)
}

// checkPattern takes the patterns of dependencies that Graph takes: none,
// each on the one before, or all that have one on the same.
func checkPattern(items []*batchItem) error {
	serial, same := true, true
	var first looseText
	for i, it := range items {
		on := func(id looseText) bool { return len(it.DependsOn) == 1 && it.DependsOn[0].folded() == id.folded() }
		if i > 0 && !on(items[i-1].ID) {
			serial = false
		}
		if len(it.DependsOn) > 0 && first == "" {
			first = it.DependsOn[0]
		}
		if len(it.DependsOn) > 0 && !on(first) {
			same = false
		}
	}
	for _, it := range items {
		if len(it.DependsOn) > 0 && !serial && !same {
			return failf(codeBadRequest, "Invalid dependency for request Id %s.", it.ID)
		}
	}
	return nil
}

// batch is a batch at work.
type batch struct {
	c     *call
	items []*batchItem
}

// failedDependency tells whether something that it depends on failed, and
// whether all of that is answered.
func (b *batch) failedDependency(it *batchItem) (failed, ready bool) {
	for _, on := range b.items {
		if !slices.ContainsFunc(it.DependsOn, func(id looseText) bool { return id.folded() == on.ID.folded() }) {
			continue
		}
		if !on.done {
			return false, false
		}
		failed = failed || on.answer.status >= http.StatusBadRequest || on.missing && !on.exchange.fault.After
	}
	return failed, true
}

// runSome carries out the next few of the open items. They are admitted in
// order, so that a fault of the first request hits the first. It is false if
// the connection is to be cut.
func (b *batch) runSome(open []*batchItem) bool {
	var admitted []*batchItem
	taken := 0
	for _, it := range open {
		failed, ready := b.failedDependency(it)
		if !ready {
			continue
		}
		if taken++; taken > batchParallel {
			break
		}
		it.answer = &itemWriter{header: http.Header{}}
		x, err := b.exchange(it)
		it.exchange = x
		switch {
		case failed:
			x.writeError(fail(codeDependency))
		case err != nil:
			x.writeError(err)
		case x.admit():
			admitted = append(admitted, it)
			continue
		}
		it.finish()
	}
	whole := make([]bool, len(admitted))
	var slow sync.WaitGroup
	for i, it := range admitted {
		if f := it.exchange.fault; f != nil && f.Delay > 0 {
			slow.Go(func() { whole[i] = it.run() })
			continue
		}
		whole[i] = it.run()
	}
	slow.Wait()
	return !slices.Contains(whole, false)
}

func (it *batchItem) finish() {
	it.exchange.finish()
	it.done = true
}

// run carries an admitted item out; false if it is to be cut.
func (it *batchItem) run() (whole bool) {
	defer func() {
		it.finish()
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			f := it.exchange.fault
			it.missing = f != nil && f.Cut == CutItem
			whole = it.missing
		default:
			panic(p)
		}
	}()
	it.exchange.answer()
	return true
}
