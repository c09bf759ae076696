package m365graph

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/m365go/sdk/m365auth"
)

// checkContent refuses a link to any host but the cloud's own.
func (c *Client) checkContent(u *url.URL) error {
	if c.cloud.AllowsContent(u) {
		return nil
	}
	return fmt.Errorf("%w: a content link leads to %q, which the cloud %q does not name", ErrHostNotAllowed, u.Host, c.cloud.Name)
}

// contentPath begins what errors and logs show of a link.
const contentPath = "content on "

// contentCall prepares a request to a pre-authenticated link: no token, no
// preference, and a path in errors and logs that gives nothing of the link away.
func (c *Client) contentCall(method string, link m365auth.Secret, safety Safety) (*call, error) {
	u, err := url.Parse(link.Reveal())
	if err != nil || link.IsZero() {
		return nil, fmt.Errorf("m365graph: %s: a content link cannot be read", method)
	}
	if err := c.checkContent(u); err != nil {
		return nil, err
	}
	host := strings.ToLower(u.Host)
	return &call{
		client: c, method: method, url: link.Reveal(), path: contentPath + host, scope: scope{serviceContent, host},
		header: http.Header{"User-Agent": {c.identify}}, safety: safety, anonymous: true,
	}, nil
}

// looksLikeLink is a word with a scheme, or with what queries and escapes have.
var looksLikeLink = regexp.MustCompile(`\S*(?:://|[?=%]\S)\S*`)

// aLink stands for what is not told.
const aLink = "(a link)"

// withoutLinks takes links out of texts of the host that link led to, which may
// echo it: whole, in part or escaped.
func withoutLinks(link string, texts ...*string) {
	for _, text := range texts {
		*text = withoutParts(link, looksLikeLink.ReplaceAllString(*text, aLink))
	}
}

// tellingPart is the length from which a part of a link is kept from texts. What
// is shorter is a word of many links, and no authority.
const tellingPart = 12

// withoutParts takes a link out of a text, and those of its parts that may tell.
func withoutParts(link, text string) string {
	u, err := url.Parse(link)
	if err != nil {
		return aLink
	}
	text = strings.ReplaceAll(text, link, aLink)
	for part := range strings.FieldsFuncSeq(u.EscapedPath()+"&"+u.Path+"&"+u.RawQuery, func(r rune) bool { return strings.ContainsRune("/?&=", r) }) {
		if len(part) >= tellingPart {
			text = strings.ReplaceAll(text, part, aLink)
		}
	}
	return text
}

// plain is an error of the transport without the call's link, as it may be told.
func (k *call) plain(err error) error {
	err = withoutURL(err)
	if err == nil || !k.anonymous {
		return err
	}
	if text := withoutParts(k.url, err.Error()); text != err.Error() {
		return &hiddenError{text, err}
	}
	return err
}

// hiddenError is an error whose own text gives a link away.
type hiddenError struct {
	text string
	err  error
}

func (e *hiddenError) Error() string        { return e.text }
func (e *hiddenError) GoString() string     { return e.text }
func (e *hiddenError) Is(target error) bool { return errors.Is(e.err, target) }
func (e *hiddenError) As(target any) bool   { return errors.As(e.err, target) }
