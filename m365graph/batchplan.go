package m365graph

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxBatch is how many items Graph takes at once.
const maxBatch = 20

// batchStep is an item on its way, with the call that it would be by itself.
type batchStep struct {
	*call
	id       string
	req      *Request
	result   *BatchResult
	parent   *batchStep // what must succeed before it, unless that has
	finished bool
	renewed  bool      // its token was refused once already
	due      time.Time // not to be sent before
	fault    error     // why it could not be sent
}

func (s *batchStep) finish(resp *Response, err error) {
	s.finished, s.result.Response, s.result.Err = true, resp, err
}

// batchUnit is what goes into one chunk as a whole: one step, or several that
// depend on each other, each behind the one that it depends on.
type batchUnit []*batchStep

// due is when all of it may be sent.
func (u batchUnit) due() time.Time {
	var due time.Time
	for _, s := range u {
		if s.due.After(due) {
			due = s.due
		}
	}
	return due
}

// planBatch checks everything that can be before the first byte is sent.
func (c *Client) planBatch(items []*BatchItem, results []BatchResult) ([]batchUnit, error) {
	steps := make([]*batchStep, len(items))
	byID := make(map[string]*batchStep, len(items))
	for i, item := range items {
		if item == nil {
			return nil, fmt.Errorf("m365graph: batch: item %d is nil", i)
		}
		s, err := c.newStep(item)
		if err != nil {
			return nil, fmt.Errorf("m365graph: batch: item %d: %w", i, err)
		}
		if !utf8.ValidString(item.ID) {
			return nil, fmt.Errorf("m365graph: batch: the ID %q is not UTF-8", item.ID)
		}
		if item.ID != "" && byID[strings.ToLower(item.ID)] != nil {
			return nil, fmt.Errorf("m365graph: batch: two items have the ID %q", item.ID)
		}
		s.id, s.result, steps[i] = item.ID, &results[i], s
		if item.ID != "" {
			byID[strings.ToLower(item.ID)] = s
		}
	}
	for i, s := range steps {
		for n := i + 1; s.id == ""; n++ {
			if id := strconv.Itoa(n); byID[id] == nil {
				s.id, byID[id] = id, s
			}
		}
		s.result.ID = s.id
	}
	return joinSteps(items, steps, byID)
}

// newStep checks an item, all but a Body, which is not encoded before its time.
func (c *Client) newStep(item *BatchItem) (*batchStep, error) {
	req := item.Request
	if req.Content == nil {
		req.Body = nil
	}
	k, err := c.newCall(&req)
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(k.path, "/$batch") || strings.EqualFold(k.path, "/%24batch") {
		return nil, errors.New("m365graph: a batch cannot hold a batch")
	}
	k.redirect = k.safety == SafetyRead
	k.header.Del("User-Agent") // these are the whole batch's
	k.header.Del("client-request-id")
	k.header.Del("return-client-request-id")
	return &batchStep{call: k, req: &item.Request}, nil
}

// joinSteps returns the units, in the order of their first items.
func joinSteps(items []*BatchItem, steps []*batchStep, byID map[string]*batchStep) ([]batchUnit, error) {
	children := map[*batchStep][]*batchStep{}
	for i, s := range steps {
		switch deps := items[i].DependsOn; {
		case len(deps) > 1:
			return nil, fmt.Errorf("m365graph: batch: item %q depends on %d others, and Graph takes one", s.id, len(deps))
		case len(deps) == 1:
			if s.parent = byID[strings.ToLower(deps[0])]; s.parent == nil {
				return nil, fmt.Errorf("m365graph: batch: item %q depends on %q, which is not there", s.id, deps[0])
			}
			children[s.parent] = append(children[s.parent], s)
		}
	}
	var units []batchUnit
	joined := 0
	for _, s := range steps {
		if s.parent != nil {
			continue
		}
		unit := batchUnit{s}
		for i := 0; i < len(unit); i++ {
			unit = append(unit, children[unit[i]]...)
		}
		if err := unit.check(); err != nil {
			return nil, err
		}
		units = append(units, unit)
		joined += len(unit)
	}
	if joined < len(steps) {
		return nil, errors.New("m365graph: batch: items depend on each other in a circle")
	}
	return units, nil
}

// check holds a unit to the patterns that Graph takes.
// https://developer.microsoft.com/graph/known-issues/?filterBy=JSON%20batching
func (u batchUnit) check() error {
	if len(u) > maxBatch {
		return fmt.Errorf("m365graph: batch: %d items depend on %q, and at most %d go together", len(u)-1, u[0].id, maxBatch)
	}
	serial, same := true, true
	for i, s := range u[1:] {
		serial = serial && s.parent == u[i]
		same = same && s.parent == u[0]
	}
	if !serial && !same {
		return fmt.Errorf("m365graph: batch: the items that depend on %q are neither a chain nor all on it alone, and Graph takes nothing else", u[0].id)
	}
	return nil
}
