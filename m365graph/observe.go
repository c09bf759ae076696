package m365graph

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// Hooks are told what a client does, for metrics and for people who wait. Each
// may be nil. They are called by the goroutine that works, several at a time, so
// they must be safe for that and quick. None is given a token, a link, an id of
// a resource or anything that was sent or came.
type Hooks struct {
	// Request is called after each attempt.
	Request func(context.Context, Event)
	// Retry is called before the wait for a further attempt.
	Retry func(context.Context, Event)
	// Throttle is called when Graph says that there are too many requests, and
	// all others of the same mailbox, drive or service wait too.
	Throttle func(context.Context, Event)
	// Page is called when a page of a list has come.
	Page func(context.Context, Event)
}

// Event is what a hook is told.
type Event struct {
	// Method is the HTTP method.
	Method string
	// Route is the path with {id} in place of ids, addresses and names:
	// "/users/{id}/messages".
	Route string
	// Service is whose limits count: mailbox, drive, teams, content or other.
	Service string
	// Attempt counts from 1.
	Attempt int
	// Status is the HTTP status; 0 if no answer came.
	Status int
	// Took is how long the attempt lasted, with the body of its answer unless
	// that is streamed.
	Took time.Duration
	// Wait is how long nothing is sent.
	Wait time.Duration
	// Items is how many a page has.
	Items int
	// RequestID and ClientRequestID are what Microsoft's support asks for.
	RequestID, ClientRequestID string
	// Err is why no answer came.
	Err error
}

// LogValue lists what is known.
func (e Event) LogValue() slog.Value {
	attrs := make([]slog.Attr, 0, 10)
	attrs = append(attrs, slog.String("method", e.Method), slog.String("route", e.Route))
	if e.Attempt > 0 {
		attrs = append(attrs, slog.Int("attempt", e.Attempt))
	}
	if e.Status > 0 {
		attrs = append(attrs, slog.Int("status", e.Status))
	}
	if e.Took > 0 {
		attrs = append(attrs, slog.Duration("took", e.Took))
	}
	if e.Wait > 0 {
		attrs = append(attrs, slog.String("service", e.Service), slog.Duration("wait", e.Wait))
	}
	if e.Items > 0 {
		attrs = append(attrs, slog.Int("items", e.Items))
	}
	if e.RequestID != "" {
		attrs = append(attrs, slog.String("request_id", e.RequestID))
	}
	if e.ClientRequestID != "" {
		attrs = append(attrs, slog.String("client_request_id", e.ClientRequestID))
	}
	if e.Err != nil {
		attrs = append(attrs, slog.String("error", e.Err.Error()))
	}
	return slog.GroupValue(attrs...)
}

// observer tells hooks and log the same.
type observer struct {
	hooks Hooks
	log   *slog.Logger
}

// tell calls hook and writes a line. Nothing is made for nobody.
func (o *observer) tell(ctx context.Context, hook func(context.Context, Event), level slog.Level, text string, event func() Event) {
	logs := o.log != nil && o.log.Enabled(ctx, level)
	if hook == nil && !logs {
		return
	}
	e := event()
	if hook != nil {
		hook(ctx, e)
	}
	if logs {
		o.log.LogAttrs(ctx, level, text, slog.Any("graph", e))
	}
}

// page tells of a page that was read.
func (o *observer) page(ctx context.Context, path Path, requestID string, items int) {
	o.tell(ctx, o.hooks.Page, slog.LevelDebug, "graph page", func() Event {
		p := path.String()
		return Event{Method: http.MethodGet, Route: routeOf(p), Service: scopeOf(p).String(), Items: items, RequestID: requestID}
	})
}

// event is what can be told of the call's last attempt.
func (k *call) event(resp *http.Response, err error) Event {
	e := Event{
		Method: k.method, Route: routeOf(k.path), Service: k.scope.String(), Attempt: k.attempts,
		ClientRequestID: k.clientRequestID(), Err: k.plain(err),
	}
	if resp != nil {
		e.Status, e.RequestID = resp.StatusCode, line(resp.Header.Get("request-id"))
		if k.anonymous {
			withoutLinks(k.url, &e.RequestID)
		}
	}
	return e
}

func (k *call) tellAttempt(ctx context.Context, resp *http.Response, err error) {
	k.client.observe.tell(ctx, k.client.observe.hooks.Request, slog.LevelDebug, "graph request", func() Event {
		e := k.event(resp, err)
		e.Took = time.Since(k.started)
		return e
	})
}

// tellWait tells that nothing is sent for a while, and why.
func (k *call) tellWait(ctx context.Context, resp *http.Response, err error, throttled, again bool) {
	event := func() Event {
		e := k.event(resp, err)
		e.Wait = k.wait
		return e
	}
	o := &k.client.observe
	if throttled {
		o.tell(ctx, o.hooks.Throttle, slog.LevelWarn, "graph throttled", event)
	}
	if again {
		o.tell(ctx, o.hooks.Retry, slog.LevelDebug, "graph retry", event)
	}
}

// withoutURL drops every *url.Error, whose text holds the whole URL, and of a
// pre-authenticated link that is a secret. A caller's transport may nest them. What
// a token provider says is left whole: no link of Graph's is in it.
func withoutURL(err error) error {
	if _, ok := errors.AsType[*tokenError](err); ok {
		return err
	}
	for u, ok := errors.AsType[*url.Error](err); ok; u, ok = errors.AsType[*url.Error](err) {
		err = u.Err
	}
	return err
}
