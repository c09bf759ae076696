package m365graph

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// loop is the retry loop with the policy of this one call. It is made anew, as
// the policy may not be changed under other calls.
func (k *call) loop(ctx context.Context) *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient:   k.transport(),
		Logger:       nil,         // it would print whole URLs
		RetryMax:     math.MaxInt, // check knows when to end
		RetryWaitMax: k.client.opts.MaxWait,
		RequestLogHook: func(retryablehttp.Logger, *http.Request, int) {
			k.attempts++
			k.started = time.Now()
			k.watch.begin()
		},
		CheckRetry: k.check,
		Backoff:    func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return k.wait },
		PrepareRetry: func(req *http.Request) error {
			// The copy that the loop makes shares the last attempt's headers,
			// which a connection may still be writing; and a long wait
			// outlives a token.
			req.Header = req.Header.Clone()
			if err := k.enter(ctx); err != nil {
				return err
			}
			return k.authorize(ctx, req)
		},
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

// maxTurns is how often a call is sent in the hope of its turn. Some resources are
// throttled by themselves while all others of their scope are answered.
const maxTurns = 100

// check runs after each attempt, and once more after read has seen what it lets
// stand.
func (k *call) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if err == nil && (k.judged == resp || k.says(resp)) {
		return false, nil
	}
	k.judged = resp
	v, throttled := k.judge(ctx, resp, err)
	k.maybe = k.maybe || v.maybe
	if throttled && k.attempts < maxTurns && k.othersGoOn() {
		k.last++
	}
	again := v.again && k.attempts < k.last && k.worthWaiting(ctx)
	if throttled {
		k.client.limiter.throttle(k.scope, k.wait)
	}
	k.leave(err == nil && !throttled) // before the hooks, which may call Graph themselves
	k.tellAttempt(ctx, resp, err)
	if throttled || again {
		k.tellWait(ctx, resp, err, throttled, again)
	}
	if throttled {
		k.wait = 0 // the limiter waits, for all
	}
	return again, err
}

// judge says what the end of an attempt means, and sets the wait for the next.
func (k *call) judge(ctx context.Context, resp *http.Response, err error) (v verdict, throttled bool) {
	most := k.client.opts.MaxWait
	switch now := time.Now(); {
	case err != nil && ctx.Err() != nil:
		return verdict{maybe: !k.watch.neverSent()}, false
	case err != nil:
		k.wait = backoff(k.attempts-1, 0, most)
		return judgeError(k.safety, err, k.watch.neverSent()), false
	default:
		k.no = newError(resp, k.method, k.path, now, k.anonymous)
		if k.anonymous {
			k.no.hide(k.url)
		}
		k.no.ClientRequestID = cmp.Or(k.no.ClientRequestID, k.clientRequestID()) // a gateway does not return it
		k.wait = backoff(k.attempts-1, k.no.RetryAfter, most)
		_, asked := parseRetryAfter(resp.Header.Get("Retry-After"), now)
		if resp.StatusCode == http.StatusServiceUnavailable {
			k.client.fresh() // Graph wants the next try on another connection
		}
		if resp.StatusCode == http.StatusLocked && k.client.opts.RetryLocked {
			return verdict{again: true}, false // nothing was executed
		}
		return judgeStatus(k.safety, resp.StatusCode, asked), isThrottle(resp.StatusCode, asked)
	}
}

// says reports whether an answer says yes. A redirect does only where it is what
// was asked for: anywhere else it is some gateway's.
func (k *call) says(resp *http.Response) bool {
	return resp.StatusCode < http.StatusMultipleChoices || (k.stream || k.redirect) && resp.StatusCode < http.StatusBadRequest
}

// othersGoOn reports whether the scope was given something since the call was
// last throttled. Then the call's turn will come, and its refusal counts for
// nothing; many callers would starve otherwise.
func (k *call) othersGoOn() bool {
	before := k.others
	k.others = k.client.limiter.answered(k.scope)
	return before > 0 && k.others > before
}

// worthWaiting reports whether the next attempt would start within the limits
// of the client and of the caller.
func (k *call) worthWaiting(ctx context.Context) bool {
	if k.no != nil && k.no.RetryAfter > k.client.opts.MaxWait {
		return false
	}
	return ctx.Err() == nil && (k.deadline.IsZero() || time.Now().Add(k.wait).Before(k.deadline))
}

// transport is the client for the call's host.
func (k *call) transport() *http.Client {
	if k.anonymous {
		return k.client.content
	}
	return k.client.http
}

// read takes the body of an answer. It runs inside the retry loop, so that a
// body cut short is fetched again where that is safe.
func (k *call) read(ctx context.Context, resp *http.Response) error {
	if !k.says(resp) {
		return nil // check has read it
	}
	restore(resp.Header)
	yes := &Response{Status: resp.StatusCode, Header: resp.Header, url: k.url, length: resp.ContentLength}
	if k.stream {
		yes.stream = resp.Body
	} else {
		defer resp.Body.Close()
		body, err := readBody(resp, k.method, k.buffer)
		if err != nil {
			return err
		}
		yes.Body = body
	}
	k.yes, k.no = yes, nil
	k.leave(true)
	k.tellAttempt(ctx, resp, nil)
	return nil
}

const (
	// maxBody bounds an answer that is kept in memory. The largest page of
	// Graph is far smaller; files are streamed.
	maxBody = 256 << 20
	// firstBuffer is as much as is set aside on a server's word alone.
	firstBuffer = 1 << 20
)

// errBodyTooLarge is final: the next answer would be as large.
var errBodyTooLarge = fmt.Errorf("the answer is over %d bytes, more than is kept in memory", maxBody)

func readBody(resp *http.Response, method string, buf *bytes.Buffer) ([]byte, error) {
	if method == http.MethodHead {
		return nil, nil
	}
	if resp.ContentLength > maxBody {
		return nil, errBodyTooLarge
	}
	if buf == nil {
		buf = new(bytes.Buffer)
	}
	buf.Reset()
	buf.Grow(int(min(max(resp.ContentLength, 0), firstBuffer)) + bytes.MinRead)
	n, err := buf.ReadFrom(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, err
	case n > maxBody:
		return nil, errBodyTooLarge
	case resp.ContentLength > n:
		return nil, io.ErrUnexpectedEOF
	case n == 0:
		return nil, nil
	}
	return buf.Bytes(), nil
}
