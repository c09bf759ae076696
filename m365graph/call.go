package m365graph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/m365go/sdk/m365auth"
)

// call is one request on its way through the retry loop, and what is known of
// its attempts. One goroutine at a time touches it.
type call struct {
	client *Client
	safety Safety
	scope  scope
	ticket uint64 // its place in the scope's queue
	inside bool   // admitted to the wire

	method, url string
	path        string // what errors and logs show
	header      http.Header
	body        []byte
	open        func() (io.Reader, error)
	length      int64
	buffer      *bytes.Buffer // for the body of the answer; nil for one of its own
	stream      bool          // leave the body of the answer to the caller, and take a redirect
	redirect    bool          // take a redirect
	anonymous   bool          // a content host: no token
	told        bool          // the items of a batch, or the session of an upload, tell whether it may have happened
	token       m365auth.TokenRequest

	attempts int
	last     int       // the attempt that is not followed by another
	others   uint64    // how many of its scope were answered when it was last throttled
	deadline time.Time // no attempt begins after it; zero for none
	started  time.Time
	watch    watch
	wait     time.Duration
	judged   *http.Response // the last answer, once its verdict is known
	no       *Error         // what it said, if it said no
	maybe    bool           // a write may have happened, in this attempt or an earlier one
	yes      *Response
}

// send runs the retry loop once.
func (k *call) send(ctx context.Context) (*Response, error) {
	k.judged, k.no, k.yes = nil, nil, nil
	k.last = k.attempts + 1 + max(0, k.client.opts.MaxRetries)
	callers := ctx
	if err := ctx.Err(); err != nil {
		return nil, k.failure(ended(callers, k.plain(err)))
	}
	ctx, end := k.watch.follow(ctx, k.safety.repeatable())
	ctx, stop := k.limit(ctx)
	defer stop()
	streams := false
	defer func() { // after a panic of the caller's code too
		k.leave(false)
		if !streams {
			end(nil)
		}
	}()
	err := k.run(ctx)
	if k.yes != nil && k.yes.stream != nil {
		streams = true
		k.yes.stream = &stream{k.yes.stream, end}
		return k.yes, nil
	}
	if cause := context.Cause(ctx); errors.Is(cause, errReplayed) || err != nil && errors.Is(cause, errTooLong) {
		err = cause
	}
	switch {
	case errors.Is(err, errPaused):
	case err != nil:
		return nil, k.failure(ended(callers, k.plain(err)))
	case k.yes != nil:
		return k.yes, nil
	}
	return k.refused()
}

// refused is what an answer that says no comes to.
func (k *call) refused() (*Response, error) {
	k.no.Attempts = k.attempts
	if k.method == http.MethodDelete && k.no.Status == http.StatusNotFound && k.maybe {
		// An earlier attempt's answer was lost, and it had done its work.
		return &Response{Status: http.StatusNoContent, Header: http.Header{}}, nil
	}
	return nil, k.outcome(k.no)
}

// errTooLong ends a call that used up its time.
var errTooLong = fmt.Errorf("the call took longer than Options.CallTimeout: %w", context.DeadlineExceeded)

// limit ends the call in time. What is streamed takes as long as it takes, and
// only waits for its turn and its token no longer than others.
func (k *call) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	most := k.client.opts.CallTimeout
	if k.deadline.IsZero() && most > 0 { // the first time, and not after a new token
		k.deadline = time.Now().Add(most)
	}
	if by, ok := ctx.Deadline(); ok && (k.deadline.IsZero() || by.Before(k.deadline)) {
		k.deadline = by
	}
	if k.stream || k.open != nil {
		return ctx, func() {}
	}
	return k.inTime(ctx)
}

// inTime ends at the call's deadline, unless ctx does by itself.
func (k *call) inTime(ctx context.Context) (context.Context, context.CancelFunc) {
	if by, ok := ctx.Deadline(); k.deadline.IsZero() || ok && !by.After(k.deadline) {
		return ctx, func() {}
	}
	return context.WithDeadlineCause(ctx, k.deadline, errTooLong)
}

// run leaves an answer in k.yes or k.no, or returns why there is none.
func (k *call) run(ctx context.Context) error {
	if err := k.enter(ctx); err != nil {
		return err
	}
	req, err := k.request(ctx)
	if err != nil {
		return err
	}
	_, err = k.loop(ctx).Do(req)
	return err
}

// enter waits for a place on the wire. A scope that is paused for too long has
// refused the call in advance.
func (k *call) enter(ctx context.Context) error {
	ctx, stop := k.inTime(ctx)
	defer stop()
	l := k.client.limiter
	if k.ticket == 0 {
		k.ticket = l.ticket()
	}
	err := l.enter(ctx, k.scope, k.ticket, k.deadline)
	k.inside = err == nil
	if errors.Is(err, errPaused) {
		k.refuse(l.pause(k.scope))
	}
	return err
}

// refuse answers in Graph's place, which has asked for a pause.
func (k *call) refuse(pause time.Duration) {
	if k.no == nil {
		k.no = &Error{
			Method: k.method, Path: k.path, Status: http.StatusTooManyRequests,
			Message: "not sent, as Graph has asked for a pause",
		}
	}
	k.no.RetryAfter = pause
}

// leave gives the place back, if the call has one.
func (k *call) leave(answered bool) {
	if k.inside {
		k.inside = false
		k.client.limiter.leave(k.scope, answered)
	}
}

// stream is a body whose context ends with it.
type stream struct {
	io.ReadCloser
	end context.CancelCauseFunc
}

func (s *stream) Close() error {
	err := s.ReadCloser.Close()
	s.end(nil)
	return err
}

// failure names an end without an answer.
func (k *call) failure(err error) error {
	err = fmt.Errorf("m365graph: %s %s: %w", k.method, k.path, k.plain(err))
	if k.no != nil {
		k.no.Attempts = k.attempts
		err = fmt.Errorf("%w; the last answer was: %w", err, k.no)
	}
	return k.outcome(err)
}

// outcome says of a failed write whether it may have happened all the same.
func (k *call) outcome(err error) error {
	if k.maybe && k.safety != SafetyRead && !k.told {
		return ambiguous(k.method, k.path, err)
	}
	return err
}

// renewToken arranges for another token if the answer asks for one, and reports
// whether the request is worth sending again.
func (k *call) renewToken(refused *Error) bool {
	switch {
	case k.anonymous:
		return false
	case refused.Claims != "":
		k.token.Claims = refused.Claims
	case refused.Status == http.StatusUnauthorized:
		k.token.ForceRefresh = true
	default:
		return false
	}
	return true
}

// request builds the first attempt.
func (k *call) request(ctx context.Context) (*retryablehttp.Request, error) {
	var body any
	switch {
	case k.open != nil && k.length > 0:
		body = retryablehttp.ReaderFunc(func() (io.Reader, error) { return k.open() })
	case k.body != nil:
		body = k.body
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, k.method, k.url, body)
	if err != nil {
		return nil, err
	}
	// A reader without a Len would be sent chunked, which Graph refuses.
	req.ContentLength = k.length
	if !k.safety.repeatable() {
		// net/http sends a body again by itself where it can rewind it, even
		// after the server had all of it.
		req.GetBody = nil
	}
	req.Header = k.header
	if k.attempts > 0 {
		// A connection may still be writing those of the last attempt.
		req.Header = k.header.Clone()
	}
	req.SetResponseHandler(func(resp *http.Response) error { return k.read(ctx, resp) })
	return req, k.authorize(ctx, req.Request)
}

// authorize puts the bearer on a request to Graph, and on no other.
func (k *call) authorize(ctx context.Context, req *http.Request) error {
	if k.anonymous {
		return nil
	}
	if !k.client.cloud.AllowsToken(req.URL) {
		return fmt.Errorf("%w: the token does not go to %q", ErrHostNotAllowed, req.URL.Host)
	}
	ctx, stop := k.inTime(ctx)
	defer stop()
	token, err := k.client.tokens.Token(ctx, k.token)
	// What comes next needs no stronger medicine than the cache.
	k.token.Claims, k.token.ForceRefresh = "", false
	if err != nil {
		return &tokenError{err}
	}
	if !isToken(token.Access.Reveal()) {
		return errors.New("get a token: the provider returned one that is empty or no bearer token")
	}
	req.Header.Set("Authorization", "Bearer "+token.Access.Reveal())
	return nil
}

// tokenError is why there is no token. A program may look for each part of it, as
// what a person has to do depends on it.
type tokenError struct{ err error }

func (e *tokenError) Error() string { return "get a token: " + e.err.Error() }
func (e *tokenError) Unwrap() error { return e.err }

// isToken reports whether s can stand in a header: RFC 6750's b64token is a part
// of visible ASCII.
func isToken(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}
