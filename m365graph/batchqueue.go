package m365graph

import (
	"slices"
	"time"
)

// batchQueue holds what is to be sent. Graph takes a batch in which nothing
// depends on anything, or one in which everything does, so a unit of several
// steps has a chunk to itself.
type batchQueue struct {
	singles, chains []batchUnit // to be sent at once
	later           []batchUnit // the earliest first
}

func (q *batchQueue) add(u batchUnit) {
	switch {
	case !u.due().IsZero():
		at, _ := slices.BinarySearchFunc(q.later, u.due(), func(v batchUnit, due time.Time) int {
			if v.due().After(due) {
				return 1
			}
			return -1 // behind its equals
		})
		q.later = slices.Insert(q.later, at, u)
	case len(u) > 1:
		q.chains = append(q.chains, u)
	default:
		q.singles = append(q.singles, u)
	}
}

// putBack returns steps that were taken last.
func (q *batchQueue) putBack(steps []*batchStep) {
	units := make([]batchUnit, len(steps), len(steps)+len(q.singles))
	for i, s := range steps {
		units[i] = batchUnit{s}
	}
	q.singles = append(units, q.singles...)
}

// take returns the steps of the next chunk; none if nothing may be sent now. What
// ready denies is no longer in the queue unless ready has added it.
func (q *batchQueue) take(now time.Time, ready func(batchUnit) bool) []*batchStep {
	due := 0
	for ; due < len(q.later) && !q.later[due].due().After(now); due++ {
		for _, s := range q.later[due] {
			s.due = time.Time{}
		}
		q.add(q.later[due])
	}
	q.later = slices.Delete(q.later, 0, due)
	next := func(units *[]batchUnit) batchUnit {
		for len(*units) > 0 {
			unit := (*units)[0]
			*units = (*units)[1:]
			if ready(unit) {
				return unit
			}
		}
		return nil
	}
	if unit := next(&q.chains); unit != nil {
		return unit
	}
	var steps []*batchStep
	for len(steps) < maxBatch {
		unit := next(&q.singles)
		if unit == nil {
			break
		}
		steps = append(steps, unit...)
	}
	return steps
}

// nextDue fires when there is more to take; never if nothing waits for its time.
func (q *batchQueue) nextDue() <-chan time.Time {
	if len(q.later) == 0 {
		return nil
	}
	return time.After(time.Until(q.later[0].due()))
}

func (q *batchQueue) all() []batchUnit { return slices.Concat(q.singles, q.chains, q.later) }
