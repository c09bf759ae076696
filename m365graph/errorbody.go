package m365graph

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxErrorBody bounds what is read of an error's body, and maxMessage what is
// kept of its message: a gateway may answer with a whole page of HTML.
const (
	maxErrorBody = 64 << 10
	maxMessage   = 1 << 10
	maxInner     = 16
)

// newError makes an error of an answer. It reads at most maxErrorBody of the
// body and closes it. What a content host says is kept only where it has Graph's
// form; see hide.
func newError(resp *http.Response, method, path string, now time.Time, anonymous bool) *Error {
	e := &Error{Method: method, Path: path, Status: resp.StatusCode}
	e.RequestID = line(resp.Header.Get("request-id"))
	e.ClientRequestID = line(resp.Header.Get("client-request-id"))
	e.Diagnostic = line(resp.Header.Get("x-ms-ags-diagnostic"))
	e.Date, _ = http.ParseTime(resp.Header.Get("Date"))
	if !e.Date.IsZero() {
		now = e.Date // a date to wait for is told by the same clock
	}
	e.RetryAfter, _ = parseRetryAfter(resp.Header.Get("Retry-After"), now)
	if resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden {
		// On another answer it proves nothing: the request may have been executed.
		e.Claims = parseClaims(resp.Header.Values("WWW-Authenticate"))
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	_ = resp.Body.Close()
	if !e.readEnvelope(body) && !anonymous {
		e.Message = plainMessage(body)
	}
	if resp.Header.Get("X-Virus-Infected") != "" {
		e.Inner = append(e.Inner, codeMalware)
		e.Message = "the host withholds the file, which it found to be infected"
	}
	switch {
	case anonymous:
		e.Claims = "" // a content host has no token to ask for
	case errors.Is(e, ErrResync):
		e.Location = resp.Header.Get("Location")
	}
	return e
}

// codeMalware is Graph's own for what SharePoint says in a header.
const codeMalware = "malwareDetected"

// hide takes links out of what the host of link has said.
func (e *Error) hide(link string) {
	withoutLinks(link, &e.Code, &e.Message, &e.Target, &e.RequestID, &e.ClientRequestID, &e.Diagnostic)
	for i := range e.Inner {
		withoutLinks(link, &e.Inner[i])
	}
}

// members are those of a JSON object, each to be read by itself: one of a wrong
// type must not cost the others.
type members map[string]json.RawMessage

func (m members) text(name string) string {
	var s string
	_ = json.Unmarshal(m[name], &s)
	return line(s)
}

// inner is the nested error, which is spelled both ways on the wire.
func (m members) inner() members {
	var in members
	if json.Unmarshal(m["innerError"], &in) != nil {
		_ = json.Unmarshal(m["innererror"], &in)
	}
	return in
}

// readEnvelope reads Graph's form of an error, or OAuth's, which some gateways
// answer with.
func (e *Error) readEnvelope(body []byte) bool {
	var envelope, outer members
	body = bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf"))
	if json.Unmarshal(body, &envelope) != nil || len(envelope["error"]) == 0 {
		return false
	}
	if json.Unmarshal(envelope["error"], &outer) != nil {
		e.Code, e.Message = envelope.text("error"), envelope.text("error_description")
		return true
	}
	e.Code, e.Target, e.Message = outer.text("code"), outer.text("target"), outer.text("message")
	for in := outer.inner(); len(in) > 0 && len(e.Inner) < maxInner; in = in.inner() {
		if code := in.text("code"); code != "" {
			e.Inner = append(e.Inner, code)
		}
		if e.RequestID == "" {
			e.RequestID = in.text("request-id") + in.text("requestId")
		}
	}
	var details []json.RawMessage
	_ = json.Unmarshal(outer["details"], &details)
	for _, d := range details[:min(len(details), maxInner)] {
		var detail members
		if json.Unmarshal(d, &detail) == nil && detail.text("code") != "" {
			e.Details = append(e.Details, detail.text("code"))
		}
	}
	return true
}

// plainMessage says what kind of body came where Graph's envelope was expected.
func plainMessage(body []byte) string {
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return ""
	case body[0] == '<':
		return "the answer is a page of HTML, so a gateway sent it"
	}
	return clip(line(string(body)), 200)
}

// line makes text from outside one line of bounded length, without what a
// terminal would act on.
func line(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == utf8.RuneError || !unicode.IsPrint(r) })
	return clip(strings.Join(words, " "), maxMessage)
}

// parseClaims returns the claims of a WWW-Authenticate challenge as JSON, or
// nothing. Entra sends them in base64, padded or not, of either alphabet.
// https://learn.microsoft.com/entra/identity-platform/claims-challenge
func parseClaims(challenges []string) string {
	for _, c := range challenges {
		found := claimsParam.FindStringSubmatch(c)
		if found == nil {
			continue
		}
		encoded := strings.TrimRight(found[1], "=")
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

// claimsParam is the parameter of a challenge; its name may be in any case.
var claimsParam = regexp.MustCompile(`(?i)(?:^|[\s,])claims\s*=\s*"([^"]*)"`)
