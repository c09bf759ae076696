package m365graph

import (
	"context"
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
	// SafetyAuto derives the safety from the method: GET, HEAD, PUT, PATCH and
	// DELETE are [SafetyRepeatable], unless they carry IfMatch; then, and for
	// POST, it is [SafetyOnce].
	SafetyAuto Safety = iota
	// SafetyRepeatable says that sending it twice does no harm.
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
		return SafetyRepeatable
	case http.MethodPut, http.MethodPatch, http.MethodDelete:
		if !conditional {
			return SafetyRepeatable
		}
	}
	return SafetyOnce
}

// verdict is what an attempt's end means for the next one.
type verdict int

const (
	final   verdict = iota // the answer stands
	again                  // send it again
	unknown                // the write may have happened; do not send it again
)

// judgeStatus classifies an answer. Graph answers 429 before it executes
// anything, so every method may be sent again after it.
// https://learn.microsoft.com/graph/throttling
func judgeStatus(s Safety, status int, retryAfter bool) verdict {
	switch status {
	case http.StatusTooManyRequests, statusBandwidthExceeded:
		return again
	case http.StatusServiceUnavailable:
		if s == SafetyRepeatable || s == SafetyOnce && retryAfter {
			return again
		}
		return unknown
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		if s == SafetyRepeatable {
			return again
		}
		return unknown
	case http.StatusRequestTimeout:
		if s == SafetyRepeatable {
			return again
		}
	}
	return final
}

// judgeError classifies an attempt that brought no answer.
func judgeError(s Safety, err error) verdict {
	var dial *net.OpError
	neverSent := errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == "proxyconnect")
	var badCert *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	var source *sourceError
	switch {
	case errors.As(err, &badCert), errors.As(err, &notTLS), errors.Is(err, ErrHostNotAllowed):
		return final // nothing was asked of this server, nor will be of the same again
	case errors.Is(err, errBodyTooLarge), errors.As(err, &source):
		return final
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		if s == SafetyRepeatable || neverSent {
			return final
		}
		return unknown
	case s == SafetyRepeatable, neverSent:
		return again
	}
	return unknown
}

const (
	firstBackoff = 500 * time.Millisecond
	maxShift     = 10
)

// backoff is how long to wait before attempt n+1, n from 0. What Graph asks for
// is waited in full, with a little on top so that clients which were refused
// together do not come back together.
func backoff(n int, asked, most time.Duration) time.Duration {
	if asked > 0 {
		return asked + rand.N(min(asked/10, time.Second)+time.Millisecond)
	}
	d := min(firstBackoff<<min(n, maxShift), most)
	return d/2 + rand.N(d/2+1)
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
