package m365graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Sentinels for errors.Is. An [*Error] matches those that its status and codes
// stand for.
var (
	// ErrNotFound: there is no such resource, or it is not visible (404).
	ErrNotFound = errors.New("m365graph: not found")
	// ErrConflict: the name or the state is taken (409).
	ErrConflict = errors.New("m365graph: conflict")
	// ErrPrecondition: the resource has changed since its eTag was read (412).
	ErrPrecondition = errors.New("m365graph: precondition failed")
	// ErrThrottled: too many requests (429, 509); RetryAfter says how long to
	// wait, and it is longer than the client was told to.
	ErrThrottled = errors.New("m365graph: throttled")
	// ErrForbidden: the token does not allow it (403).
	ErrForbidden = errors.New("m365graph: forbidden")
	// ErrUnauthenticated: the token was refused, a fresh one too (401).
	ErrUnauthenticated = errors.New("m365graph: unauthenticated")
	// ErrClaims: Entra wants the person again; Claims is what to pass to the
	// sign-in. It matches ErrUnauthenticated or ErrForbidden too.
	ErrClaims = errors.New("m365graph: claims challenge")
	// ErrResync: a saved delta or page position has lapsed; start over (410).
	ErrResync = errors.New("m365graph: resync required")
	// ErrQuota: the drive or the mailbox is full (507).
	ErrQuota = errors.New("m365graph: quota exceeded")
	// ErrLocked: somebody else holds the file (423).
	ErrLocked = errors.New("m365graph: locked")
	// ErrHostNotAllowed: a link led to a host that the cloud does not name.
	// Nothing was sent there.
	ErrHostNotAllowed = errors.New("m365graph: host not allowed")
	// ErrAmbiguous: a write was sent and its outcome is unknown. Look before
	// sending it again.
	ErrAmbiguous = errors.New("m365graph: the write may have happened")
	// ErrTruncated: a cap of yours ended a list; see [TruncatedError].
	ErrTruncated = errors.New("m365graph: list truncated")
)

// Error is an answer of Graph that says no. It holds no request and no token.
// https://learn.microsoft.com/graph/errors
type Error struct {
	// Method and Path are what was asked; the path is without its query.
	Method, Path string
	// Status is the HTTP status.
	Status int
	// Code, Message and Target are the outermost error's. Code may be empty
	// where a gateway answered in Graph's place; Message is for developers.
	Code, Message, Target string
	// Inner are the nested codes, outermost first; each refines the last.
	Inner []string
	// Details are the codes that stand beside it, of its parts or targets; at
	// most 16.
	Details []string
	// RequestID and ClientRequestID are what Microsoft's support asks for. A
	// gateway gives no RequestID; ClientRequestID is our own, and always there
	// but from content hosts.
	RequestID, ClientRequestID string
	// Date is the server's time of the answer; zero if it did not say.
	Date time.Time
	// Diagnostic is the x-ms-ags-diagnostic header, which names the data center.
	Diagnostic string
	// RetryAfter is how long Graph asks to wait; zero if it does not say.
	RetryAfter time.Duration
	// Claims is the challenge to sign in with, as JSON.
	Claims string
	// Location is where an answer that matches [ErrResync] says to start over, as
	// it came: it may lead anywhere, and hold words of the query.
	Location string
	// Attempts is how often the request was sent.
	Attempts int
}

// Error returns one line with the request, the status, the codes and the ids.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "m365graph: %s %s: %d", e.Method, e.Path, e.Status)
	if text := strings.ToLower(http.StatusText(e.Status)); text != "" {
		b.WriteString(" " + text)
	}
	if e.Code != "" {
		b.WriteString(", " + e.Code)
	}
	for _, code := range e.Inner {
		b.WriteString("/" + code)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	var notes []string
	if e.RetryAfter > 0 {
		notes = append(notes, "retry after "+e.RetryAfter.String())
	}
	if e.Attempts > 1 {
		notes = append(notes, fmt.Sprintf("sent %d times", e.Attempts))
	}
	switch {
	case e.RequestID != "":
		notes = append(notes, "request-id "+e.RequestID)
	case e.ClientRequestID != "":
		notes = append(notes, "client-request-id "+e.ClientRequestID)
	}
	if len(notes) > 0 {
		b.WriteString(" (" + strings.Join(notes, ", ") + ")")
	}
	return b.String()
}

// HasCode reports whether code is the error's own, a nested one or a detail's,
// ignoring case, which Graph is not consistent in.
func (e *Error) HasCode(code string) bool {
	same := func(c string) bool { return strings.EqualFold(c, code) }
	return code != "" && (same(e.Code) || slices.ContainsFunc(e.Inner, same) || slices.ContainsFunc(e.Details, same))
}

var statusSentinel = map[int]error{
	http.StatusUnauthorized:        ErrUnauthenticated,
	http.StatusForbidden:           ErrForbidden,
	http.StatusNotFound:            ErrNotFound,
	http.StatusConflict:            ErrConflict,
	http.StatusGone:                ErrResync,
	http.StatusPreconditionFailed:  ErrPrecondition,
	http.StatusLocked:              ErrLocked,
	http.StatusTooManyRequests:     ErrThrottled,
	http.StatusInsufficientStorage: ErrQuota,
	statusBandwidthExceeded:        ErrThrottled,
}

// statusBandwidthExceeded is Graph's 509, which net/http does not name.
const statusBandwidthExceeded = 509

// codeSentinel holds what some services say with another status than they should.
var codeSentinel = map[string]error{
	"resyncrequired":                 ErrResync,
	"resyncchangesapplydifferences":  ErrResync,
	"resyncchangesuploaddifferences": ErrResync,
	"syncstatenotfound":              ErrResync,
	"activitylimitreached":           ErrThrottled,
	"throttledrequest":               ErrThrottled,
	"quotalimitreached":              ErrQuota,
}

// Is reports whether target is a sentinel that the answer stands for.
func (e *Error) Is(target error) bool {
	if target == ErrClaims {
		return e.Claims != ""
	}
	if target == nil {
		return false
	}
	says := func(code string) bool { return codeSentinel[strings.ToLower(code)] == target }
	return target == statusSentinel[e.Status] || says(e.Code) || slices.ContainsFunc(e.Inner, says)
}

// TruncatedError ends a list that a cap of the caller's cut short. It matches
// [ErrTruncated].
type TruncatedError struct {
	// Items is how many were yielded.
	Items int
	// Cursor resumes the list when given as [Query].Cursor. It is a link to
	// the Graph host and may hold the query's own words; it is not a secret.
	Cursor string
}

// Error says how many items came.
func (e *TruncatedError) Error() string {
	return fmt.Sprintf("m365graph: list truncated after %d items; resume it with Query.Cursor", e.Items)
}

// Is reports whether target is [ErrTruncated].
func (e *TruncatedError) Is(target error) bool { return target == ErrTruncated }

// ambiguous marks cause as the end of a write that may have happened.
func ambiguous(method, path string, cause error) error {
	return fmt.Errorf("%w: %s %s: %w", ErrAmbiguous, method, path, cause)
}

// ended makes err match what ended the caller's context, if it has ended, and why
// it did: of the two, each layer below us tells another.
func ended(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	for _, end := range []error{context.Cause(ctx), ctx.Err()} {
		if !errors.Is(err, end) {
			err = fmt.Errorf("%w: %w", end, err)
		}
	}
	return err
}
