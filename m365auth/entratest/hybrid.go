package entratest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// usualMode is the response mode of a request that names none: an id_token never
// stands in a query. https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html
func usualMode(responseType string) string {
	if slices.Contains(strings.Fields(responseType), "id_token") {
		return "fragment"
	}
	return "query"
}

// readResponseType reads what the answer is to bear.
// https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#send-the-sign-in-request
func (a *authorization) readResponseType(q url.Values) *problem {
	kinds := strings.Fields(q.Get("response_type"))
	if len(kinds) == 0 {
		return newProblem(900144, "response_type")
	}
	for _, kind := range kinds {
		switch kind {
		case "code":
			a.code = true
		case "id_token":
			a.idToken = true
		default:
			return newProblem(700051, kind)
		}
	}
	switch {
	case !a.idToken:
	case !a.app.IDTokens:
		return newProblem(700054, "id_token")
	case a.mode == "query":
		a.mode = "fragment"
		return newProblem(70007, "query")
	case a.nonce == "":
		return newProblem(900144, "nonce")
	}
	return nil
}

// granted is what the client gets of a person who has signed in and consented.
func (s *Server) granted(c *call, a authorization, u User) (url.Values, *problem) {
	values, g := url.Values{}, grantOf{user: u, app: a.app, scopes: a.scopes, nonce: a.nonce}
	if a.code {
		code := s.newCode(c.now, a, u)
		sum := sha256.Sum256([]byte(code))
		g.codeHash = base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
		values.Set("code", code)
	}
	if a.idToken {
		token, err := s.idToken(c, g)
		if err != nil {
			return nil, newProblem(90033, "")
		}
		values.Set("id_token", token)
	}
	return values, nil
}
