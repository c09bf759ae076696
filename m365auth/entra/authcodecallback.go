package entra

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"

	"github.com/m365go/sdk/m365auth"
)

const (
	maxState = 512
	maxCode  = 16 << 10
)

var (
	errCallback  = errors.New("the callback is not an answer of Entra's")
	errCodeShape = regexp.MustCompile(`^[a-z0-9_]{1,64}$`)
	correlation  = regexp.MustCompile(`Correlation ID: ([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})`)
	traceNumber  = regexp.MustCompile(`Trace ID: ([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})`)
)

// callback is what a browser brought back.
type callback struct {
	state   string
	code    m365auth.Secret
	failure *oauthError // instead of a code
}

// parseCallback reads the parameters of a redirect. They come from a browser, so
// nothing in them is believed before the state was compared.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#successful-response
func parseCallback(v url.Values) (callback, error) {
	c := callback{state: v.Get("state"), code: m365auth.NewSecret(v.Get("code"))}
	for _, name := range []string{"state", "code", "error", "error_description", "claims"} {
		if len(v[name]) > 1 { // which one counts?
			return callback{}, errCallback
		}
	}
	code, failed := v.Get("code"), v.Has("error")
	switch {
	case c.state == "" || len(c.state) > maxState:
		return callback{}, errCallback
	case failed == v.Has("code"), !failed && (code == "" || len(code) > maxCode || strings.ContainsFunc(code, isOdd)):
		return callback{}, errCallback
	case failed:
		c.failure = readFailure(v)
	}
	return c, nil
}

// isOdd reports what no code holds.
func isOdd(r rune) bool { return r <= ' ' || r > '~' }

// readFailure keeps what helps of an error, and of the description only numbers
// and ids: it can name people.
func readFailure(v url.Values) *oauthError {
	description := v.Get("error_description")
	e := &oauthError{Code: v.Get("error"), Numbers: numbersIn(description)}
	if !errCodeShape.MatchString(e.Code) {
		e.Code = "unknown_error"
	}
	if m := correlation.FindStringSubmatch(description); m != nil {
		e.Correlation = m[1]
	}
	if m := traceNumber.FindStringSubmatch(description); m != nil {
		e.Trace = m[1]
	}
	if claims := v.Get("claims"); len(claims) < maxCode && checkClaims(claims) == nil {
		e.Claims = claims
	}
	return e
}

// explainCallback makes the error of a redirect that brought no code.
func (p *Provider) explainCallback(op string, f *oauthError, asked []string) error {
	e := &m365auth.Error{
		Op: op, Kind: classify(0, *f), OAuthCode: f.Code, AADSTS: f.Numbers,
		CorrelationID: f.Correlation, TraceID: f.Trace, Claims: f.Claims,
	}
	if f.Code == "access_denied" && e.Kind == m365auth.ErrConsentRequired {
		e.Kind = m365auth.ErrDeclined // they were asked just now
	}
	p.advise(e, asked)
	if e.Kind == m365auth.ErrDeclined {
		e.Remedy = "start another sign-in when the person wants to"
	}
	return e
}

// nonceIn reads the nonce of an ID token, whose signature need not be checked:
// it came from Entra over TLS.
func nonceIn(idToken string) string {
	var claims struct {
		Nonce string `json:"nonce"`
	}
	parts := strings.Split(idToken, ".")
	if len(parts) != 3 || decodeSegment(parts[1], &claims) != nil {
		return ""
	}
	return claims.Nonce
}

// decodeSegment reads a part of a JWT.
func decodeSegment(segment string, v any) error {
	b, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}
