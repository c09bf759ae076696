package m365graph

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// loop is the retry loop with the policy of this one call. It is made anew, as
// the policy may not be changed under other calls.
func (k *call) loop(ctx context.Context) *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient:   k.client.http,
		Logger:       nil, // it would print whole URLs
		RetryMax:     max(0, k.client.opts.MaxRetries),
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
			return k.authorize(ctx, req)
		},
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

// check runs after each attempt, and once more after read has seen what it lets
// stand.
func (k *call) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if err == nil && (k.judged == resp || k.says(resp)) {
		return false, nil
	}
	k.judged = resp
	var v verdict
	now := time.Now()
	switch {
	case err != nil && ctx.Err() != nil:
		v = verdict{maybe: !k.watch.neverSent()}
	case err != nil:
		v = judgeError(k.safety, err, k.watch.neverSent())
		k.wait = backoff(k.attempts-1, 0, k.client.opts.MaxWait)
	default:
		k.no = newError(resp, k.method, k.path, now, k.anonymous)
		_, asked := parseRetryAfter(resp.Header.Get("Retry-After"), now)
		v = judgeStatus(k.safety, resp.StatusCode, asked)
		k.wait = backoff(k.attempts-1, k.no.RetryAfter, k.client.opts.MaxWait)
	}
	k.maybe = k.maybe || v.maybe
	k.logAttempt(ctx, resp)
	return v.again && k.worthWaiting(ctx), err
}

// says reports whether an answer says yes. A redirect does only where it is what
// was asked for: anywhere else it is some gateway's.
func (k *call) says(resp *http.Response) bool {
	return resp.StatusCode < http.StatusMultipleChoices || k.stream && resp.StatusCode < http.StatusBadRequest
}

// worthWaiting reports whether the next attempt would start within the limits
// of the client and of the caller.
func (k *call) worthWaiting(ctx context.Context) bool {
	if k.no != nil && k.no.RetryAfter > k.client.opts.MaxWait {
		return false
	}
	deadline, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || time.Now().Add(k.wait).Before(deadline))
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
		body, err := readBody(resp, k.method)
		if err != nil {
			return err
		}
		yes.Body = body
	}
	k.yes, k.no = yes, nil
	k.logAttempt(ctx, resp)
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

func readBody(resp *http.Response, method string) ([]byte, error) {
	if method == http.MethodHead {
		return nil, nil
	}
	if resp.ContentLength > maxBody {
		return nil, errBodyTooLarge
	}
	var buf bytes.Buffer
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

func (k *call) logAttempt(ctx context.Context, resp *http.Response) {
	if !k.client.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	status, id := 0, ""
	if resp != nil {
		status, id = resp.StatusCode, line(resp.Header.Get("request-id"))
	}
	k.client.log.LogAttrs(ctx, slog.LevelDebug, "graph request",
		slog.String("method", k.method), slog.String("path", k.path), slog.Int("status", status),
		slog.Int("attempt", k.attempts), slog.Duration("took", time.Since(k.started)),
		slog.String("request_id", id))
}
