package m365graph

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/m365go/sdk/m365auth"
)

// Options change how a [Client] works. Nil and the zero value are good defaults.
type Options struct {
	// Cloud is where Graph is. Zero means the global cloud.
	Cloud m365auth.Cloud
	// APIVersion is "v1.0" (the default) or "beta".
	APIVersion string
	// HTTPClient carries the requests; its transport, jar and timeout are
	// used, and it is never changed. Its redirect policy is not used, as
	// redirects decide who sees the token. Nil means a client of our own with
	// pooled connections, HTTP/2 and the proxy of the environment.
	HTTPClient *http.Client
	// Account is whom to act for, an m365auth.Account id. Empty means the
	// provider's only account.
	Account string
	// UserAgent is put before the library's own, in the form that Microsoft
	// asks for: "NONISV|Company|App/1.0".
	UserAgent string
	// PageSize is what typed lists ask for, lowered to each collection's
	// maximum. Zero means 100.
	PageSize int
	// MaxPages caps the collecting helpers such as [Collect]; iterators have no
	// cap. Zero means 10.
	MaxPages int
	// MaxRetries is how often a request is sent again. Zero means 4; a negative
	// number means never. A refusal for too many requests does not count while
	// others of the same scope are answered, up to a hundred times.
	MaxRetries int
	// RetryLocked has a request sent again if somebody else holds the file
	// (423), as others do. False means that it is [ErrLocked] at once.
	RetryLocked bool
	// MaxWait is the longest single wait before a retry. Where Graph asks for
	// a longer one, the call ends with that answer, an [ErrThrottled] or a 503,
	// whose RetryAfter says how long. Zero means one minute; a day is the most.
	MaxWait time.Duration
	// CallTimeout is the most that one call may take with all its attempts,
	// its waits and the reading of its answer. What is streamed by or to the
	// caller is not under it once it flows. Zero means 5 minutes; a negative
	// number means no end but the context's.
	CallTimeout time.Duration
	// Limits bound how much is in flight at once. Zero is a good default.
	Limits Limits
	// Hooks are told of requests, retries, throttling and pages.
	Hooks Hooks
	// Logger receives what Hooks are told: a debug line for each attempt, and a
	// warning where Graph throttles. It shows routes in place of paths. Nil
	// means silence.
	Logger *slog.Logger
}

// Client sends requests to Microsoft Graph. It is safe for concurrent use and
// needs no closing.
type Client struct {
	tokens   m365auth.TokenProvider
	cloud    m365auth.Cloud
	root     string // https://graph.microsoft.com/v1.0
	opts     Options
	http     *http.Client // to Graph, behind the gate
	content  *http.Client // to content hosts: the same without its cookies
	fresh    func()       // closes our own connections at rest
	limiter  *limiter
	observe  observer
	identify string
}

// maxRetries is more than anybody sends.
const maxRetries = 1 << 30

// userAgent names the library; its version is that of the tag.
const userAgent = "m365graph-go/0.1"

// New returns a client that takes its tokens from the given provider.
func New(tokens m365auth.TokenProvider, opts *Options) (*Client, error) {
	if tokens == nil {
		return nil, errors.New("m365graph: a TokenProvider is required; m365auth.Static wraps a token you have")
	}
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Cloud.IsZero() {
		o.Cloud = m365auth.GlobalCloud()
	}
	if err := o.Cloud.Check(); err != nil {
		return nil, err
	}
	if o.APIVersion == "" {
		o.APIVersion = "v1.0"
	}
	if o.APIVersion != "v1.0" && o.APIVersion != "beta" {
		return nil, fmt.Errorf(`m365graph: the API version %q is unknown; use "v1.0" or "beta"`, o.APIVersion)
	}
	setDefault(&o.PageSize, 100)
	setDefault(&o.MaxPages, 10)
	setDefault(&o.MaxRetries, 4)
	setDefault(&o.MaxWait, time.Minute)
	setDefault(&o.CallTimeout, 5*time.Minute)
	if o.PageSize < 0 || o.MaxPages < 0 || o.MaxWait < 0 {
		return nil, errors.New("m365graph: PageSize, MaxPages and MaxWait must not be negative")
	}
	o.MaxRetries, o.MaxWait = min(o.MaxRetries, maxRetries), min(o.MaxWait, maxRetryAfter) // sums do not overflow
	c := &Client{
		tokens: tokens, cloud: o.Cloud, opts: o,
		root:     o.Cloud.GraphURL() + "/" + o.APIVersion,
		limiter:  newLimiter(o.Limits, o.MaxWait),
		observe:  observer{o.Hooks, o.Logger},
		identify: userAgent,
	}
	if o.UserAgent != "" {
		c.identify = o.UserAgent + " " + userAgent
	}
	if !isHeaderText(c.identify) {
		return nil, errors.New("m365graph: UserAgent holds characters that no header can")
	}
	c.connect(o.HTTPClient)
	return c, nil
}

func setDefault[T int | time.Duration](v *T, value T) {
	if *v == 0 {
		*v = value
	}
}

// connect makes the two clients of the caller's, or of one of our own. Both
// share its connections, and neither follows a redirect.
func (c *Client) connect(given *http.Client) {
	hc := http.Client{}
	c.fresh = func() {}
	if given != nil {
		hc = *given
	} else {
		t := newTransport()
		hc.Transport, c.fresh = t, t.CloseIdleConnections
	}
	if hc.Transport == nil {
		hc.Transport = http.DefaultTransport
	}
	hc.Transport = gate{hc.Transport}
	c.http = &hc
	content := hc
	content.Jar = nil
	c.content = &content
}

// newTransport is net/http's own, with more connections to the one host we talk
// to and an end to servers that accept a request and then say nothing.
func newTransport() *http.Transport {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	if base, ok := http.DefaultTransport.(*http.Transport); ok {
		t = base.Clone()
	}
	t.MaxIdleConnsPerHost = 16
	t.ResponseHeaderTimeout = 100 * time.Second
	return t
}

// PageSize is the size of page that a typed list asks for where the collection
// allows at most the given number.
func (c *Client) PageSize(most int) int { return min(c.opts.PageSize, most) }

// Cloud is the cloud that the client talks to.
func (c *Client) Cloud() m365auth.Cloud { return c.cloud }
