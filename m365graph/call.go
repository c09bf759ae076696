package m365graph

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/m365go/sdk/m365auth"
)

// call is one request on its way through the retry loop. The loop's hooks are
// shared by all requests and find theirs in the context. One goroutine at a time
// touches it.
type call struct {
	client *Client
	rc     *retryablehttp.Client
	safety Safety

	method, url string
	path        string // what errors and logs show
	header      http.Header
	prefer      string
	ifMatch     string
	body        []byte
	open        func() (io.Reader, error)
	length      int64
	contentType string
	stream      bool
	anonymous   bool // a content host: no token
	token       m365auth.TokenRequest

	attempts int
	started  time.Time
	wait     time.Duration
	judged   *http.Response // the last answer, once its verdict is known
	no       *Error         // what it said, if it said no
	maybe    bool           // the last attempt may have done its work unseen
	yes      *Response
}

type callKey struct{}

func callOf(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }

// send runs the retry loop once.
func (k *call) send(ctx context.Context) (*Response, error) {
	k.judged, k.no, k.yes, k.maybe = nil, nil, nil, false
	req, err := k.request(context.WithValue(ctx, callKey{}, k))
	if err != nil {
		return nil, err
	}
	resp, err := k.rc.Do(req)
	switch {
	case err != nil:
		return nil, k.failure(err)
	case k.yes != nil:
		return k.yes, nil
	case k.no == nil:
		return nil, fmt.Errorf("m365graph: %s %s: an answer %d without a meaning", k.method, k.path, resp.StatusCode)
	}
	k.no.Attempts = k.attempts
	if k.maybe {
		return nil, ambiguous(k.method, k.path, k.no)
	}
	return nil, k.no
}

// failure names an end without an answer. It drops net/http's *url.Error, whose
// text holds the whole URL, and of a pre-authenticated link that is a secret.
func (k *call) failure(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if k.maybe {
		return ambiguous(k.method, k.path, err)
	}
	if k.no != nil {
		k.no.Attempts = k.attempts
		return fmt.Errorf("m365graph: %s %s: %w; the last answer was: %w", k.method, k.path, err, k.no)
	}
	return fmt.Errorf("m365graph: %s %s: %w", k.method, k.path, err)
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
		return nil, k.failure(err)
	}
	// A reader without a Len would be sent chunked, which Graph refuses.
	req.ContentLength = k.length
	k.setHeader(req.Header)
	req.SetResponseHandler(k.read)
	if err := k.authorize(ctx, req.Request); err != nil {
		return nil, k.failure(err)
	}
	return req, nil
}

func (k *call) setHeader(h http.Header) {
	for name, values := range k.header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	h.Set("User-Agent", k.client.identify)
	if k.contentType != "" {
		h.Set("Content-Type", k.contentType)
	}
	if k.anonymous {
		return
	}
	if h.Set("Accept", "application/json"); k.stream {
		h.Set("Accept", "*/*")
	}
	h.Set("client-request-id", newGUID())
	h.Set("return-client-request-id", "true")
	if k.prefer != "" {
		h.Set("Prefer", k.prefer)
	}
	if k.ifMatch != "" {
		h.Set("If-Match", k.ifMatch)
	}
}

// authorize puts the bearer on a request to Graph, and on no other.
func (k *call) authorize(ctx context.Context, req *http.Request) error {
	if k.anonymous {
		return nil
	}
	if !k.client.cloud.AllowsToken(req.URL) {
		return fmt.Errorf("%w: the token does not go to %q", ErrHostNotAllowed, req.URL.Host)
	}
	token, err := k.client.tokens.Token(ctx, k.token)
	// What comes next needs no stronger medicine than the cache.
	k.token.Claims, k.token.ForceRefresh = "", false
	if err != nil {
		return fmt.Errorf("get a token: %w", err)
	}
	if token.Access.IsZero() {
		return errors.New("get a token: the provider returned an empty one")
	}
	req.Header.Set("Authorization", "Bearer "+token.Access.Reveal())
	return nil
}

// countAttempt runs before each attempt.
func countAttempt(_ retryablehttp.Logger, req *http.Request, _ int) {
	k := callOf(req.Context())
	k.attempts++
	k.started = time.Now()
}

// prepareRetry runs after the wait. The copy that the loop makes shares the last
// attempt's headers, which a connection may still be writing; and a long wait
// outlives a token.
func prepareRetry(req *http.Request) error {
	k := callOf(req.Context())
	req.Header = req.Header.Clone()
	return k.authorize(req.Context(), req)
}

// checkRetry runs after each attempt, and once more after read has seen what it
// lets stand.
func checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	k := callOf(ctx)
	if err == nil && (k.judged == resp || resp.StatusCode < http.StatusBadRequest) {
		return false, nil
	}
	k.judged = resp
	var v verdict
	k.wait = backoff(k.attempts-1, 0, k.client.opts.MaxWait)
	if err != nil {
		v = judgeError(k.safety, err)
		k.logAttempt(ctx, 0, "no answer")
	} else {
		k.no = newError(resp, k.method, k.path, time.Now())
		_, asked := parseRetryAfter(resp.Header.Get("Retry-After"), time.Now())
		v = judgeStatus(k.safety, resp.StatusCode, asked)
		k.wait = backoff(k.attempts-1, k.no.RetryAfter, k.client.opts.MaxWait)
		k.logAttempt(ctx, resp.StatusCode, k.no.RequestID)
	}
	k.maybe = v == unknown
	return v == again && k.worthWaiting(ctx), err
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

func callBackoff(_, most time.Duration, attempt int, resp *http.Response) time.Duration {
	if resp == nil {
		return backoff(attempt, 0, most)
	}
	return callOf(resp.Request.Context()).wait
}

// maxBody bounds an answer that is kept in memory. The largest page of Graph is
// far smaller; files are streamed.
const maxBody = 256 << 20

// read takes the body of an answer. It runs inside the retry loop, so that a
// body cut short is fetched again where that is safe.
func (k *call) read(resp *http.Response) error {
	if resp.StatusCode >= http.StatusBadRequest {
		return nil // checkRetry has read it
	}
	yes := &Response{Status: resp.StatusCode, Header: resp.Header, length: resp.ContentLength}
	if k.stream {
		yes.stream = resp.Body
	} else {
		defer resp.Body.Close()
		body, err := readBody(resp)
		if err != nil {
			return err
		}
		yes.Body = body
	}
	k.yes, k.no = yes, nil
	k.logAttempt(resp.Request.Context(), resp.StatusCode, yes.RequestID())
	return nil
}

// errBodyTooLarge is final: the next answer would be as large.
var errBodyTooLarge = fmt.Errorf("the answer is over %d bytes, more than is kept in memory", maxBody)

func readBody(resp *http.Response) ([]byte, error) {
	switch n := resp.ContentLength; {
	case resp.Body == http.NoBody: // HEAD, 204
		return nil, nil
	case n > maxBody:
		return nil, errBodyTooLarge
	case n > 0:
		body := make([]byte, n)
		_, err := io.ReadFull(resp.Body, body)
		return body, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = errBodyTooLarge
	}
	return body, err
}

func (k *call) logAttempt(ctx context.Context, status int, requestID string) {
	if !k.client.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	k.client.log.LogAttrs(ctx, slog.LevelDebug, "graph request",
		slog.String("method", k.method), slog.String("path", k.path), slog.Int("status", status),
		slog.Int("attempt", k.attempts), slog.Duration("took", time.Since(k.started)),
		slog.String("request_id", requestID))
}

// newGUID returns a random id in the form that Graph wants.
func newGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
