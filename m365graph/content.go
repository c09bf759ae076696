package m365graph

import (
	"fmt"
	"net/http"
	"net/url"
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
