package entra

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// exchange is what was noted of the requests of one call to MSAL.
type exchange struct {
	asked []string  // scopes in short form
	pace  *pollPace // of a device code; nil otherwise
	// replay is the answer that began a device sign-in which goes on in
	// another process; MSAL is given it instead of a new code.
	replay []byte

	mu         sync.Mutex
	err        error // of the last request, if it got no answer
	status     int   // of the last answer
	retryAfter time.Duration
	oauth      oauthError
	readable   bool     // the last answer was a JSON object
	granted    []string // scopes in short form
	interval   *int     // seconds, as a device code's answer gave it
}

// oauthError is Entra's error body. Its description is left out: it can name
// people.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
type oauthError struct {
	Code        string `json:"error"`
	SubError    string `json:"suberror"`
	Numbers     []int  `json:"error_codes"`
	Correlation string `json:"correlation_id"`
	Trace       string `json:"trace_id"`
	Claims      string `json:"claims"`
}

type exchangeKey struct{}

func (x *exchange) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

func exchangeOf(ctx context.Context) *exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{}
}

// failed notes a request without an answer.
func (x *exchange) failed(err error) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.err = err
	return err
}

// note keeps what an answer says, tokens excepted.
func (x *exchange) note(req *http.Request, resp *http.Response, body []byte) {
	var answer struct {
		oauthError
		Description string `json:"error_description"`
		Interval    *int   `json:"interval"`
	}
	readable := json.Unmarshal(body, &answer) == nil
	if len(answer.Numbers) == 0 {
		answer.Numbers = numbersIn(answer.Description)
	}
	if answer.Correlation == "" {
		answer.Correlation = req.Header.Get("client-request-id")
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.err, x.status, x.readable = nil, resp.StatusCode, readable
	x.oauth = answer.oauthError
	x.retryAfter = retryAfter(resp.Header, time.Now())
	x.interval = answer.Interval
}

// numbersIn finds the numbers of a text such as "AADSTS50076: Due to …".
func numbersIn(description string) []int {
	_, rest, found := strings.Cut(description, "AADSTS")
	if !found {
		return nil
	}
	end := 0
	for end < len(rest) && end < 9 && '0' <= rest[end] && rest[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(rest[:end])
	if err != nil {
		return nil
	}
	return []int{n}
}

// retryAfter reads the header of that name, in seconds or as a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if s, err := strconv.ParseFloat(value, 64); err == nil && s > 0 && s < 1e6 {
		return time.Duration(s * float64(time.Second))
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}

// settleScopes notes the scopes of a token and returns the answer such that
// MSAL takes it. MSAL compares spellings, and drops a token, perhaps with the
// only good refresh token, if one scope is not in the answer.
func (x *exchange) settleScopes(body []byte, spelling scopeSpelling) []byte {
	var answer map[string]json.RawMessage
	if json.Unmarshal(body, &answer) != nil || answer["access_token"] == nil {
		return body
	}
	var field string
	if raw, ok := answer["scope"]; ok && json.Unmarshal(raw, &field) != nil {
		return body
	}
	granted := spelling.granted(field)
	if strings.TrimSpace(field) == "" { // RFC 6749, section 5.1: all were granted
		granted = x.asked
	}
	x.mu.Lock()
	x.granted = granted
	x.mu.Unlock()
	all := slices.Clone(granted)
	for _, scope := range x.asked {
		if !containsFold(all, scope) {
			all = append(all, scope)
		}
	}
	raw, err := json.Marshal(strings.Join(spelling.wire(all), " "))
	if err != nil {
		return body
	}
	answer["scope"] = raw
	if out, err := json.Marshal(answer); err == nil {
		return out
	}
	return body
}

// snapshot returns a copy that can be read without the lock.
func (x *exchange) snapshot() exchange {
	x.mu.Lock()
	defer x.mu.Unlock()
	return exchange{
		asked: x.asked, err: x.err, status: x.status, retryAfter: x.retryAfter, oauth: x.oauth,
		readable: x.readable, granted: x.granted, interval: x.interval,
	}
}
