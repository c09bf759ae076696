package graphtest

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// nextLink is the address of the page that starts at skip. It lies on the
// host, version and path that the client wrote, repeats its options, and is
// signed: with any of them changed, added or gone it is refused.
func (c *call) nextLink(skip, size int) string {
	var kept []param
	var query strings.Builder
	for _, p := range c.params {
		if slices.Contains([]string{"$skip", "$count", "$skiptoken"}, p.name) {
			continue
		}
		kept = append(kept, p)
		query.WriteString(escapeName(p.name) + "=" + escapeValue(p.value) + "&")
	}
	position := itoa(skip) + "." + itoa(size)
	token := position + "." + c.s.signer.sign(c.pageParts(kept, position)...)
	return "https://" + c.r.Host + c.r.URL.EscapedPath() + "?" + query.String() + "$skiptoken=" + opaque(token)
}

// pageParts is what a page token vouches for. The spelling of escapes and
// the order of parameters may change on the way.
func (c *call) pageParts(params []param, position string) []any {
	pairs := make([]string, len(params))
	for i, p := range params {
		pairs[i] = p.name + "=" + p.value
	}
	slices.Sort(pairs)
	parts := []any{c.version, strings.ToLower(c.path), c.token.objectID, position}
	for _, p := range pairs {
		parts = append(parts, p)
	}
	return parts
}

// readSkipToken goes on where a page ended.
func (q *query) readSkipToken(c *call) error {
	changed := failf(c.route.service.badQuery, "The $skiptoken is malformed, or the link it stood in was changed.")
	text, ok := unopaque(c.param("$skiptoken"))
	if !ok {
		return changed
	}
	fields := strings.SplitN(text, ".", 3)
	if len(fields) != 3 {
		return changed
	}
	var kept []param
	for _, p := range c.params {
		if p.name != "$skiptoken" {
			kept = append(kept, p)
		}
	}
	if !c.s.signer.valid(fields[2], c.pageParts(kept, fields[0]+"."+fields[1])...) {
		return changed
	}
	var err1, err2 error
	q.skip, err1 = strconv.Atoi(fields[0])
	q.size, err2 = strconv.Atoi(fields[1])
	if err1 != nil || err2 != nil {
		return changed
	}
	q.next = true
	return nil
}

// escapeValue escapes a query's value, a space as %20.
func escapeValue(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// escapeName leaves the $ of system options readable.
func escapeName(s string) string { return strings.ReplaceAll(escapeValue(s), "%24", "$") }
