package m365graph

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
)

// Request is one call of Graph. Only Path is required.
type Request struct {
	// Method is the HTTP method; empty means GET.
	Method string
	// Path is the resource.
	Path Path
	// Query says which part of it; nil means Graph's defaults.
	Query *Query
	// Body is marshalled to JSON; nil means none.
	Body any
	// Content is sent in place of Body, as it is.
	Content *Content
	// IfMatch is an eTag, exactly as Graph gave it; the write happens only if
	// the resource still has it, and is [ErrPrecondition] otherwise.
	IfMatch string
	// Header holds further headers. Those that have a field of their own here
	// or in Options, and Authorization, are refused.
	Header http.Header
	// Safety says when the request may be sent again.
	Safety Safety

	link     string        // a whole URL of Graph's own making, in place of Path and Query
	buffer   *bytes.Buffer // what the body of the answer is read into; nil for one of its own
	stream   bool          // leave the body of the answer to the caller
	redirect bool          // take a redirect as an answer, which a stream does too
}

// Content is a body that is not JSON.
type Content struct {
	// Open returns the bytes from their beginning; it is called for each
	// attempt. A Close method of the reader is called when the attempt ends.
	Open func() (io.Reader, error)
	// Length is the number of bytes, which Graph must know beforehand.
	Length int64
	// Type is the media type; empty means application/octet-stream.
	Type string
}

// reader opens what is to be sent.
func (c *Content) reader() (io.Reader, error) {
	r, err := c.Open()
	if err == nil && r == nil {
		err = errors.New("Content.Open returned no reader")
	}
	return r, err
}

const octetStream = "application/octet-stream"

// Response is an answer that says yes.
type Response struct {
	// Status is the HTTP status, below 400.
	Status int
	// Header is the answer's.
	Header http.Header
	// Body is the whole body; empty for 202 and 204.
	Body []byte

	url    string
	stream io.ReadCloser
	length int64
}

// String names the status and the request id, and nothing of what came: headers
// and bodies hold links that work without a sign-in.
func (r Response) String() string {
	return fmt.Sprintf("the answer %d (request-id %s)", r.Status, r.RequestID())
}

// GoString is String.
func (r Response) GoString() string { return r.String() }

// LogValue is String.
func (r Response) LogValue() slog.Value { return slog.StringValue(r.String()) }

// RequestID is Graph's id of the call, for Microsoft's support.
func (r *Response) RequestID() string { return line(r.Header.Get("request-id")) }

// Decode reads the JSON body into v. No body, or null, is an error. A byte order
// mark, which /$count is seen to send, is no part of it.
func (r *Response) Decode(v any) error {
	body := bytes.TrimSpace(bytes.TrimPrefix(r.Body, []byte("\xef\xbb\xbf")))
	if len(body) == 0 || string(body) == "null" {
		return fmt.Errorf("m365graph: the answer %d holds nothing (request-id %s)", r.Status, r.RequestID())
	}
	if err := decodeJSON(body, v); err != nil {
		return fmt.Errorf("m365graph: read the answer (request-id %s): %w", r.RequestID(), err)
	}
	return nil
}

// Do sends a request and returns the answer, or an [*Error] if Graph says no.
// It waits where Graph is busy and repeats the request where that is safe; see
// [Safety]. Where a write may have happened although no answer came, the error
// matches [ErrAmbiguous] beside its cause. A redirect is an answer, not followed.
func (c *Client) Do(ctx context.Context, req *Request) (*Response, error) {
	k, err := c.newCall(req)
	if err != nil {
		return nil, err
	}
	return k.do(ctx)
}

// do sends the request, and once more with another token if that was refused.
func (k *call) do(ctx context.Context) (*Response, error) {
	resp, err := k.send(ctx)
	refused, ok := errors.AsType[*Error](err)
	if !ok || !k.renewToken(refused) {
		return resp, err
	}
	// A refused token is refused before anything is executed, so a write is
	// sent again as well; once, or a broken account would be hammered.
	resp, err = k.send(ctx)
	if _, answered := errors.AsType[*Error](err); err != nil && !answered {
		return nil, fmt.Errorf("%w; it was sent again because of: %w", err, refused)
	}
	return resp, err
}

// newCall checks everything that can be before the first byte is sent.
func (c *Client) newCall(req *Request) (*call, error) {
	if req == nil {
		return nil, errors.New("m365graph: the request is nil")
	}
	req, err := req.resolve()
	if err != nil {
		return nil, err
	}
	k := &call{client: c, method: req.Method, buffer: req.buffer, stream: req.stream, redirect: req.redirect, header: http.Header{}}
	if k.method == "" {
		k.method = http.MethodGet
	}
	k.token.Account = c.opts.Account
	k.safety = req.Safety.resolve(k.method, req.IfMatch != "")
	if err := k.locate(req); err != nil {
		return nil, err
	}
	k.scope = scopeOf(k.path)
	if err := k.setBody(req); err != nil {
		return nil, err
	}
	return k, k.setHeader(req)
}

// ownHeaders are set from fields, so that the client knows what they mean.
var ownHeaders = map[string]string{
	"Authorization": "the TokenProvider", "Host": "Options.Cloud", "User-Agent": "Options.UserAgent",
	"If-Match": "Request.IfMatch", "Content-Type": "Request.Content", "Content-Length": "Request.Content",
	"Transfer-Encoding": "Request.Content", "Prefer": "Query.Prefer", "Client-Request-Id": "the client itself",
	"Return-Client-Request-Id": "the client itself",
}

func (k *call) setHeader(req *Request) error {
	h := k.header
	h.Set("Accept", "application/json")
	switch {
	case k.stream:
		h.Set("Accept", "*/*")
	case strings.HasSuffix(k.path, "/$count"):
		h.Set("Accept", "text/plain, application/json")
	}
	for name, values := range req.Header {
		name = http.CanonicalHeaderKey(name)
		if source := ownHeaders[name]; source != "" {
			return fmt.Errorf("m365graph: %s %s: the header %s comes from %s", k.method, k.path, name, source)
		}
		h[name] = values
	}
	if q := req.Query; q != nil {
		if q.Prefer != (Prefer{}) {
			h.Set("Prefer", q.Prefer.header())
		}
		if q.Eventual && h.Get("ConsistencyLevel") == "" {
			h.Set("ConsistencyLevel", "eventual")
		}
	}
	if req.IfMatch != "" {
		h.Set("If-Match", req.IfMatch)
	}
	for name, values := range h {
		for _, v := range values {
			if !isHeaderText(name) || !isHeaderText(v) {
				return fmt.Errorf("m365graph: %s %s: the header %q holds characters that no header can", k.method, k.path, name)
			}
		}
	}
	h["User-Agent"] = []string{k.client.identify}
	h[clientRequestID] = []string{newGUID()}
	h["Return-Client-Request-Id"] = []string{"true"}
	return nil
}

// clientRequestID is the header of a call's own id, which every attempt bears.
const clientRequestID = "Client-Request-Id"

func (k *call) clientRequestID() string { return k.header.Get(clientRequestID) }

// isHeaderText reports whether net/http would send s; it refuses a whole request
// for one bad header, and quotes the value in its error.
func isHeaderText(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\t' || s[i] == 0x7f {
			return false
		}
	}
	return true
}

// newGUID returns a random id in the form that Graph wants.
func newGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	var s [36]byte
	at := 0
	for i, part := range [][]byte{b[:4], b[4:6], b[6:8], b[8:10], b[10:]} {
		if i > 0 {
			s[at] = '-'
			at++
		}
		at += hex.Encode(s[at:], part)
	}
	return string(s[:])
}

// locate sets the URL, and the path that errors and logs show.
func (k *call) locate(req *Request) error {
	c := k.client
	if req.link != "" {
		u, err := url.Parse(req.link)
		if err != nil {
			return fmt.Errorf("m365graph: %s: a link of Graph's cannot be read", k.method)
		}
		if !c.cloud.AllowsToken(u) {
			return fmt.Errorf("%w: %s leads to %q, and the token goes to %s only", ErrHostNotAllowed, k.method, u.Host, c.cloud.GraphHost)
		}
		k.url, k.path = req.link, strings.TrimPrefix(u.EscapedPath(), "/"+c.opts.APIVersion)
		return nil
	}
	if err := req.Path.Err(); err != nil {
		return err
	}
	query, err := req.Query.encode()
	if err != nil {
		return err
	}
	k.path = req.Path.String()
	k.url = c.root + k.path
	if query != "" {
		k.url += "?" + query
	}
	return nil
}

func (k *call) setBody(req *Request) error {
	switch {
	case req.Body != nil && req.Content != nil:
		return fmt.Errorf("m365graph: %s %s: give Body or Content, not both", k.method, k.path)
	case req.Body != nil:
		body, err := encodeJSON(req.Body)
		if err != nil {
			return fmt.Errorf("m365graph: %s %s: write the body: %w", k.method, k.path, err)
		}
		k.body, k.length = body, int64(len(body))
		k.header.Set("Content-Type", "application/json")
	case req.Content != nil:
		if req.Content.Open == nil || req.Content.Length < 0 {
			return fmt.Errorf("m365graph: %s %s: Content needs Open and a Length", k.method, k.path)
		}
		k.open, k.length = req.Content.reader, req.Content.Length
		k.header.Set("Content-Type", cmp.Or(req.Content.Type, octetStream))
	}
	return nil
}
