package m365graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/m365go/sdk/m365auth"
)

// contentFile is a file, one version of which is read by one or many requests.
type contentFile struct {
	client *Client
	path   Path

	asking chan struct{}   // holds one while Graph is asked for the link
	link   m365auth.Secret // where the content is; empty until Graph has said so

	pinning sync.Mutex
	pinned  *contentVersion // the version that is read; nil until an answer names it
	worked  m365auth.Secret // the last link that was good
}

func newContentFile(c *Client, path Path, eTag string) *contentFile {
	f := &contentFile{client: c, path: path, asking: make(chan struct{}, 1)}
	f.want(eTag)
	return f
}

// want forgets the version that was read, for the one of this eTag or, if there
// is none, for any.
func (f *contentFile) want(eTag string) {
	f.pinned = nil
	if eTag != "" {
		f.pinned = &contentVersion{eTag: eTag, size: -1}
	}
}

// fetch asks for a part of the file; a length of 0 means the rest of it. A link
// that is refused although it has worked before, for this part or another, has
// lapsed, and Graph is asked for the next one.
func (f *contentFile) fetch(ctx context.Context, offset, length int64) (*Response, error) {
	lapsed := m365auth.Secret{}
	for {
		link, direct, err := f.locate(ctx, lapsed)
		if err != nil || direct != nil {
			return direct, err
		}
		resp, err := f.follow(ctx, link, offset, length)
		if !f.mayRenew(link, err) || link.Equal(lapsed) { // Graph may give the same one again
			return resp, err
		}
		lapsed = link
	}
}

// mayRenew notes whether a link works, and reports whether it did and does no
// more.
func (f *contentFile) mayRenew(link m365auth.Secret, err error) bool {
	f.pinning.Lock()
	defer f.pinning.Unlock()
	if err == nil {
		f.worked = link
	}
	return hasLapsed(err) && f.worked.Equal(link)
}

// hasLapsed reports whether err is how a host refuses a link that is too old.
func hasLapsed(err error) bool {
	no, ok := errors.AsType[*Error](err)
	if !ok || no.HasCode(codeMalware) {
		return false
	}
	switch no.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		return true
	}
	return false
}

// locate returns the link to the content, or the content itself where Graph
// answers with it. Whoever comes with a lapsed link gets the next one, which is
// asked for once for all of them.
func (f *contentFile) locate(ctx context.Context, lapsed m365auth.Secret) (link m365auth.Secret, direct *Response, err error) {
	select {
	case f.asking <- struct{}{}:
		defer func() { <-f.asking }()
	case <-ctx.Done():
		return link, nil, ctx.Err()
	}
	if !f.link.IsZero() && !f.link.Equal(lapsed) {
		return f.link, nil, nil
	}
	resp, err := f.client.Do(ctx, &Request{Path: f.path, stream: true, Header: http.Header{"Accept-Encoding": identity}})
	if err != nil || !isRedirect(resp.Status) {
		return link, resp, err
	}
	_ = resp.stream.Close()
	f.link = redirectTo(f.client.root, resp)
	return f.link, nil, nil
}

// identity wants the bytes as they are: compressed ones have other positions.
var identity = []string{"identity"}

const maxRedirects = 5

// follow asks the host that a link leads to, and those that it sends us to.
func (f *contentFile) follow(ctx context.Context, link m365auth.Secret, offset, length int64) (*Response, error) {
	for range maxRedirects {
		k, err := f.client.contentCall(http.MethodGet, link, SafetyRead)
		if err != nil {
			return nil, fmt.Errorf("m365graph: GET %s: follow the redirect: %w", f.path, err)
		}
		k.stream = true
		if offset > 0 || length > 0 {
			k.header.Set("Range", rangeHeader(offset, length))
		}
		k.header["Accept-Encoding"] = identity
		resp, err := k.send(ctx)
		if err != nil || !isRedirect(resp.Status) {
			return resp, err
		}
		_ = resp.stream.Close()
		link = redirectTo(link.Reveal(), resp)
	}
	return nil, fmt.Errorf("m365graph: GET %s: more than %d redirects", f.path, maxRedirects)
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// redirectTo returns where an answer of the URL from sends us. A whole URL is
// kept byte for byte: another spelling would not match its signature.
func redirectTo(from string, resp *Response) m365auth.Secret {
	to := resp.Header.Get("Location")
	if strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") {
		if u, err := url.Parse(from); err == nil {
			to = u.Scheme + "://" + u.Host + to
		}
	}
	return m365auth.NewSecret(to)
}

func rangeHeader(offset, length int64) string {
	if length == 0 {
		return fmt.Sprintf("bytes=%d-", offset)
	}
	return fmt.Sprintf("bytes=%d-%d", offset, offset+length-1)
}
