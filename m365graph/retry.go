package m365graph

import (
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Safety says when a request may be sent again.
type Safety int

const (
	// SafetyAuto derives the safety from the method: GET and HEAD are
	// [SafetyRead]; PUT, PATCH and DELETE are [SafetyRepeatable], unless they
	// carry IfMatch; then, and for POST, it is [SafetyOnce].
	SafetyAuto Safety = iota
	// SafetyRead says that the request changes nothing, as some POSTs do not.
	SafetyRead
	// SafetyRepeatable says that writing it twice leaves what once does.
	SafetyRepeatable
	// SafetyOnce says to send again only where the first certainly did nothing:
	// after a 429, after a 503 with Retry-After, or if no connection was made.
	SafetyOnce
	// SafetySend is [SafetyOnce] for what a person receives, such as a mail: a
	// 503 does not prove enough, so it is not sent again after one either.
	SafetySend
)

func (s Safety) resolve(method string, conditional bool) Safety {
	if s != SafetyAuto {
		return s
	}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return SafetyRead
	case http.MethodPut, http.MethodPatch, http.MethodDelete:
		if !conditional {
			return SafetyRepeatable
		}
	}
	return SafetyOnce
}

// repeatable reports whether sending it after an unknown outcome does no harm.
func (s Safety) repeatable() bool { return s == SafetyRead || s == SafetyRepeatable }

// verdict is what the end of an attempt means.
type verdict struct {
	again bool // send it once more
	maybe bool // a write may have happened, whatever comes next
}

// judgeStatus classifies an answer that says no. Graph answers 429 before it
// executes anything, so every method may be sent again after it.
// https://learn.microsoft.com/graph/throttling
func judgeStatus(s Safety, status int, retryAfter bool) verdict {
	switch status {
	case http.StatusTooManyRequests, statusBandwidthExceeded:
		return verdict{again: true}
	case http.StatusServiceUnavailable:
		refused := retryAfter && s != SafetySend // before it did anything
		return verdict{again: refused || s.repeatable(), maybe: !refused}
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported, http.StatusInsufficientStorage:
		return verdict{}
	case http.StatusRequestTimeout:
		return verdict{again: s.repeatable(), maybe: true}
	}
	// Whatever else a server or a gateway fails with proves nothing.
	failed := status >= http.StatusInternalServerError
	return verdict{again: failed && s.repeatable(), maybe: failed}
}

// isThrottle reports whether an answer says that there are too many requests,
// and not just that this one failed. SharePoint says it with a 503 too.
func isThrottle(status int, retryAfter bool) bool {
	switch status {
	case http.StatusTooManyRequests, statusBandwidthExceeded:
		return true
	}
	return status == http.StatusServiceUnavailable && retryAfter
}

// judgeError classifies an attempt that brought no whole answer, while the
// caller still waits for one.
func judgeError(s Safety, err error, neverSent bool) verdict {
	var badCert *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	var source *sourceError
	// A transport of the caller's own may not call net/http's hooks.
	if dial, ok := errors.AsType[*net.OpError](err); ok && (dial.Op == "dial" || dial.Op == "proxyconnect") {
		neverSent = true
	}
	switch {
	case errors.As(err, &badCert), errors.As(err, &notTLS):
		return verdict{} // nothing was sent, and the next try meets the same server
	case errors.Is(err, errBodyTooLarge), errors.As(err, &source):
		return verdict{maybe: true}
	case neverSent:
		return verdict{again: true}
	}
	return verdict{again: s.repeatable(), maybe: true}
}

const (
	firstBackoff = 500 * time.Millisecond
	maxShift     = 10
)

// backoff is how long to wait before attempt n+1, n from 0. What Graph asks for
// is waited in full, with a little on top so that clients which were refused
// together do not come back together.
func backoff(n int, asked, most time.Duration) time.Duration {
	return backoffAt(n, asked, most, rand.Float64())
}

// backoffAt is backoff with the luck of others, from 0 to 1: what may come back
// together shares it.
func backoffAt(n int, asked, most time.Duration, luck float64) time.Duration {
	if asked > 0 {
		return asked + time.Duration(luck*float64(spread(asked)))
	}
	d := min(firstBackoff<<min(n, maxShift), most)
	return d/2 + time.Duration(luck*float64(d/2))
}

// spread is how much more than Graph asked for is waited at most.
func spread(asked time.Duration) time.Duration {
	return min(asked/20, time.Second) + 1
}

// maxRetryAfter is where an absurd Retry-After is cut, so that sums of it do
// not overflow; no caller waits this long.
const maxRetryAfter = 24 * time.Hour

// parseRetryAfter reads seconds, whole or fractional, or a date, as a duration
// from now. It reports false where the header says nothing usable.
func parseRetryAfter(value string, now time.Time) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0, false
	}
	if secs, err := strconv.ParseFloat(value, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		switch {
		case secs != secs || secs < 0:
			return 0, false
		case secs > maxRetryAfter.Seconds():
			return maxRetryAfter, true
		}
		return time.Duration(secs * float64(time.Second)), true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return max(0, min(at.Sub(now), maxRetryAfter)), true
}
