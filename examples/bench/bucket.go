package main

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync"
	"time"
)

// bucket is a server that lets so many requests a second through, some at once,
// and tells each of the others, to the millisecond, when the next token will be
// there. Nothing is kept for those who wait, so whoever asks first then gets it.
// All requests count as one client's in one scope. It is a quota and no Graph: its
// rate and its burst, which Graph publishes for itself, are what is varied here.
type bucket struct {
	rate, burst float64
	trip        time.Duration // there and back

	mu       sync.Mutex
	tokens   float64
	at       time.Time // when tokens was counted
	refusals []refusal // that still hold
	passed   int
	refused  int
	early    int
}

// refusal is an answer that the client has.
type refusal struct{ heard, until time.Time }

// hearing is how long a client may take to act on an answer. Requests sent within
// it were on their way.
const hearing = 2 * time.Millisecond

func newBucket(rate, burst float64, trip time.Duration) *bucket {
	return &bucket{rate: rate, burst: burst, trip: trip, tokens: burst, at: time.Now()}
}

// RoundTrip answers a request.
func (b *bucket) RoundTrip(req *http.Request) (*http.Response, error) {
	b.send(time.Now())
	if err := travel(req, b.trip/2); err != nil {
		return nil, err
	}
	arrived := time.Now()
	wait := b.take(arrived)
	if err := travel(req, b.trip/2); err != nil {
		return nil, err
	}
	if wait == 0 {
		return reply(req, http.StatusOK, `{"id":"1"}`), nil
	}
	b.hear(refusal{heard: time.Now(), until: arrived.Add(wait)})
	resp := reply(req, http.StatusTooManyRequests, `{"error":{"code":"TooManyRequests","message":""}}`)
	resp.Header.Set("Retry-After", fmt.Sprintf("%.3f", wait.Seconds()))
	return resp, nil
}

// send judges a request by what its client has heard: it comes too early if it
// arrives before the end of a wait.
func (b *bucket) send(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	arrives, held := now.Add(b.trip/2), b.refusals[:0]
	early := false
	for _, r := range b.refusals {
		if arrives.Before(r.until) {
			held = append(held, r)
			early = early || now.Sub(r.heard) > hearing
		}
	}
	b.refusals = held
	if early {
		b.early++
	}
}

func (b *bucket) hear(r refusal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refusals = append(b.refusals, r)
}

// take returns zero for a token, or how long it is until there is one.
func (b *bucket) take(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.burst, b.tokens+now.Sub(b.at).Seconds()*b.rate)
	b.at = now
	if b.tokens >= 1 {
		b.tokens--
		b.passed++
		return 0
	}
	b.refused++
	ms := math.Ceil((1 - b.tokens) / b.rate * 1000)
	return time.Duration(max(ms, 1)) * time.Millisecond
}

// counts returns how many requests passed, were refused, and came too early.
func (b *bucket) counts() (passed, refused, early int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.passed, b.refused, b.early
}

func travel(req *http.Request, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-req.Context().Done():
		return req.Context().Err()
	}
}

func reply(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req, ContentLength: int64(len(body)),
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
	}
}
