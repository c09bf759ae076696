package m365graph

import "net/http"

// gate stands between net/http's client and the caller's transport. It keeps
// redirects from the client, which would follow them, name the last URL to the
// next host as Referer, and quote a Location that it cannot read, all of which
// may hold a link's own authority. And it keeps the client from closing
// connections that the caller shares with others.
type gate struct{ base http.RoundTripper }

// unfollowed is where a redirect's Location waits for us; no server can send a
// header of such a name.
const unfollowed = "location unfollowed"

// RoundTrip sends the request.
func (g gate) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := g.base.RoundTrip(underWatch(req))
	if resp == nil {
		return resp, err
	}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 && resp.Header["Location"] != nil {
		resp.Header[unfollowed] = resp.Header["Location"]
		delete(resp.Header, "Location")
	}
	return resp, err
}

// restore gives a redirect its Location back once the client has let it pass.
func restore(h http.Header) {
	if location := h[unfollowed]; location != nil {
		h["Location"] = location
		delete(h, unfollowed)
	}
}
