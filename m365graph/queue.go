package m365graph

import "container/heap"

// first takes the oldest from the queue.
func (ln *lane) first() *waiter {
	w, _ := heap.Pop(&ln.queue).(*waiter)
	return w
}

// waiter is a call in a queue.
type waiter struct {
	ticket uint64
	ready  chan error // of room for the one word
	at     int        // in the queue, -1 outside
}

// waiters is a heap, the oldest first.
type waiters []*waiter

func (q waiters) Len() int           { return len(q) }
func (q waiters) Less(i, j int) bool { return q[i].ticket < q[j].ticket }
func (q waiters) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].at, q[j].at = i, j
}

// Push is for heap alone.
func (q *waiters) Push(x any) {
	w, _ := x.(*waiter)
	w.at = len(*q)
	*q = append(*q, w)
}

// Pop is for heap alone.
func (q *waiters) Pop() any {
	last := len(*q) - 1
	w := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	w.at = -1
	return w
}
