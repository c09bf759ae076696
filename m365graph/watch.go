package m365graph

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// watch follows what an attempt puts on the wire, through net/http's own hooks.
// A transport that does not call them leaves everything possible.
type watch struct{ asked, got, wrote atomic.Bool }

// errReplayed ends an attempt that the transport was about to send again.
var errReplayed = errors.New("the connection broke after the request was written")

// follow watches the attempts made under the returned context. For a request
// that may be sent only once it ends that context where the transport would send
// it again by itself: over HTTP/2 net/http does so after some resets, although
// the server may have had all of it. The gate puts the hooks under the request, so
// that what a token provider sends with the same context is not taken for it.
func (w *watch) follow(ctx context.Context, repeatable bool) (context.Context, context.CancelCauseFunc) {
	ctx, end := context.WithCancelCause(ctx)
	return context.WithValue(ctx, watchKey{}, &httptrace.ClientTrace{
		GetConn: func(string) { w.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) {
			if w.wrote.Load() && !repeatable {
				end(errReplayed)
			}
			w.got.Store(true)
		},
		WroteHeaders: func() { w.wrote.Store(true) },
	}), end
}

// begin forgets the last attempt.
func (w *watch) begin() {
	w.asked.Store(false)
	w.got.Store(false)
	w.wrote.Store(false)
}

// neverSent reports whether the attempt certainly got no connection.
func (w *watch) neverSent() bool { return w.asked.Load() && !w.got.Load() }

// watchKey is where a context holds the hooks of a watch.
type watchKey struct{}

// underWatch returns the request with the hooks that its context holds.
func underWatch(req *http.Request) *http.Request {
	hooks, ok := req.Context().Value(watchKey{}).(*httptrace.ClientTrace)
	if !ok {
		return req
	}
	return req.WithContext(httptrace.WithClientTrace(req.Context(), hooks))
}
