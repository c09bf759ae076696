package m365graph

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxErrorBody bounds what is read of an error's body, and maxMessage what is
// kept of its message: a gateway may answer with a whole page of HTML.
const (
	maxErrorBody = 64 << 10
	maxMessage   = 1 << 10
	maxInner     = 16
)

// errorBody is Graph's envelope. The inner error is spelled both ways on the
// wire, and nests.
type errorBody struct {
	Code       string          `json:"code"`
	Message    string          `json:"message"`
	Target     string          `json:"target"`
	RequestID  string          `json:"request-id"`
	RequestID2 string          `json:"requestId"`
	Inner      json.RawMessage `json:"innerError"`
	Inner2     json.RawMessage `json:"innererror"`
}

func (b *errorBody) inner() json.RawMessage {
	if len(b.Inner) > 0 {
		return b.Inner
	}
	return b.Inner2
}

// newError makes an error of an answer. It reads at most maxErrorBody of the
// body and closes it.
func newError(resp *http.Response, method, path string, now time.Time) *Error {
	e := &Error{Method: method, Path: path, Status: resp.StatusCode}
	e.RequestID = resp.Header.Get("request-id")
	e.ClientRequestID = resp.Header.Get("client-request-id")
	e.Diagnostic = line(resp.Header.Get("x-ms-ags-diagnostic"))
	e.Date, _ = http.ParseTime(resp.Header.Get("Date"))
	e.RetryAfter, _ = parseRetryAfter(resp.Header.Get("Retry-After"), now)
	e.Claims = parseClaims(resp.Header.Values("WWW-Authenticate"))
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	_ = resp.Body.Close()
	e.readBody(body)
	return e
}

func (e *Error) readBody(body []byte) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	var envelope struct {
		Error       json.RawMessage `json:"error"`
		Description string          `json:"error_description"`
	}
	if json.Unmarshal(body, &envelope) != nil || len(envelope.Error) == 0 {
		e.Message = plainMessage(body)
		return
	}
	var outer errorBody
	if err := json.Unmarshal(envelope.Error, &outer); err != nil {
		// OAuth's shape, which some gateways answer with: a bare code.
		_ = json.Unmarshal(envelope.Error, &e.Code)
		e.Code, e.Message = line(e.Code), line(envelope.Description)
		return
	}
	e.Code, e.Target = line(outer.Code), line(outer.Target)
	e.Message = line(outer.Message)
	for next := outer.inner(); len(next) > 0 && len(e.Inner) < maxInner; {
		var in errorBody
		if json.Unmarshal(next, &in) != nil {
			break
		}
		if in.Code != "" {
			e.Inner = append(e.Inner, line(in.Code))
		}
		if e.RequestID == "" {
			e.RequestID = in.RequestID + in.RequestID2
		}
		next = in.inner()
	}
}

// plainMessage says what kind of body came where Graph's envelope was expected.
func plainMessage(body []byte) string {
	switch {
	case len(body) == 0:
		return ""
	case body[0] == '<':
		return "the answer is a page of HTML, so a gateway sent it"
	}
	return clip(line(string(body)), 200)
}

// line makes text from outside one line of bounded length.
func line(s string) string { return clip(strings.Join(strings.Fields(s), " "), maxMessage) }

// parseClaims returns the claims of a WWW-Authenticate challenge as JSON, or
// nothing. Entra sends them in base64, padded or not, of either alphabet.
// https://learn.microsoft.com/entra/identity-platform/claims-challenge
func parseClaims(challenges []string) string {
	for _, c := range challenges {
		_, rest, ok := strings.Cut(c, `claims="`)
		if !ok {
			continue
		}
		encoded, _, ok := strings.Cut(rest, `"`)
		if !ok {
			continue
		}
		encoded = strings.TrimRight(encoded, "=")
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			plain, err := enc.DecodeString(encoded)
			var object map[string]json.RawMessage
			if err == nil && json.Unmarshal(plain, &object) == nil && object != nil {
				return string(plain)
			}
		}
	}
	return ""
}
