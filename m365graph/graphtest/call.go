package graphtest

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/blob"
)

// call is one request on its way through a handler.
type call struct {
	s       *Server
	r       *http.Request
	x       *httpExchange
	route   *route
	version string            // v1.0 or beta
	base    string            // https://host/version, as the client wrote the host
	path    string            // after the version, decoded, for contexts and links
	vars    map[string]string // path parameters
	args    map[string]string // arguments of a function segment
	// property is what is asked for of the resource of the route; nil: all.
	property *propertyPath
	params   []param           // query, decoded, in order
	prefer   map[string]string // lower-cased Prefer tokens
	applied  []string          // for Preference-Applied
	token    *token            // nil on the content host
	user     *userState        // whose data the path addresses; nil outside of ~
	body     []byte
	spool    *blob.Spool // in place of body, where the route spools
	now      time.Time

	userSight, groupSight sight // of the directory, once they were asked for
}

// param is one pair of the query.
type param struct{ name, value string }

// parseQuery decodes what net/url would, but keeps the order and takes a
// semicolon for an ordinary character, as $expand needs it.
func parseQuery(raw string) ([]param, error) {
	var params []param
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		k, v, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(k)
		if err != nil {
			return nil, failf(codeBadRequest, "The query specified in the URI is not valid. %v.", err)
		}
		value, err := url.QueryUnescape(v)
		if err != nil {
			return nil, failf(codeBadRequest, "The query specified in the URI is not valid. %v.", err)
		}
		params = append(params, param{name, value})
	}
	return params, nil
}

// param gives the first value of a query parameter, without regard to case.
func (c *call) param(name string) string {
	for _, p := range c.params {
		if strings.EqualFold(p.name, name) {
			return p.value
		}
	}
	return ""
}

// parsePrefer reads all Prefer headers into lower-cased names and bare
// values.
func parsePrefer(values []string) map[string]string {
	prefer := map[string]string{}
	for _, v := range values {
		for item := range strings.SplitSeq(v, ",") {
			name, value, _ := strings.Cut(item, "=")
			prefer[strings.ToLower(strings.TrimSpace(name))] = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return prefer
}

// apply notes that a preference was honoured.
func (c *call) apply(preference string) { c.applied = append(c.applied, preference) }

// decode reads the JSON body into v. Members v does not know are left alone.
func (c *call) decode(v any) error {
	if len(c.body) == 0 {
		return failf(codeBadRequest, "Empty Payload. JSON content expected.")
	}
	contentType := c.r.Header.Get("Content-Type")
	if contentType == "" {
		return failf(codeBadRequest, "Write requests (excluding DELETE) must contain the Content-Type header declaration.")
	}
	if media, _, err := mime.ParseMediaType(contentType); err != nil || media != "application/json" {
		return fail(codeUnsupportedMedia)
	}
	if err := json.Unmarshal(c.body, v); err != nil {
		return failf(codeBadRequest, "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	return nil
}

// metadata is the @odata.context of a resource at path, such as
// users('…')/messages.
func (c *call) metadata(path string) string { return c.base + "/$metadata#" + path }
