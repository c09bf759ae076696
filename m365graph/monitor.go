package m365graph

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/m365go/sdk/m365auth"
)

// WaitOptions change how the end of a long operation is waited for. Nil is a
// good default.
type WaitOptions struct {
	// Progress is called with each answer that says how far the operation is,
	// from 0 to 100. It never steps back and must not block.
	Progress func(percent float64)
	// Every is how long to wait between two questions where the server does
	// not say. Zero means a second at first and up to ten later.
	Every time.Duration
}

// Operation is what a long operation has come to.
type Operation struct {
	// Status is the server's word: "completed", "succeeded".
	Status string
	// ResourceID is what was made; empty if the server does not say.
	ResourceID string
	// ResourceLocation is where that is; empty if the server does not say. It
	// is kept as a secret because some hosts put authority into it.
	ResourceLocation m365auth.Secret
}

const (
	firstPoll = time.Second
	lastPoll  = 10 * time.Second
)

// Monitor is where the operation that this answer began can be watched with
// [Client.Wait], by this process or a later one; empty if it began none. Some
// hosts let whoever has it see the operation, so keep it as a secret.
func (r *Response) Monitor() m365auth.Secret {
	if r.Status != http.StatusAccepted {
		return m365auth.Secret{}
	}
	return m365auth.NewSecret(cmp.Or(r.Header.Get("Location"), r.Header.Get("Operation-Location")))
}

// Wait asks a monitor until its operation has ended, or ctx has, which does not
// end the operation. An operation that fails is an [*OperationError]. After any
// other error it may still be under way, and Wait can be called again.
//
// A monitor on the Graph host is asked with the token, one on a content host
// without.
// https://learn.microsoft.com/graph/long-running-actions-overview
func (c *Client) Wait(ctx context.Context, monitor m365auth.Secret, opts *WaitOptions) (*Operation, error) {
	var o WaitOptions
	if opts != nil {
		o = *opts
	}
	switch {
	case monitor.IsZero():
		return nil, errors.New("m365graph: wait: the answer names no operation to wait for")
	case o.Every < 0:
		return nil, errors.New("m365graph: wait: Every must not be negative")
	}
	far := 0.0
	for wait := cmp.Or(o.Every, firstPoll); ; {
		resp, err := c.askMonitor(ctx, monitor)
		if err != nil {
			return nil, err
		}
		state, err := readOperation(resp)
		if err != nil {
			return nil, err
		}
		if far = max(far, state.percent); o.Progress != nil && state.percent >= 0 {
			o.Progress(far)
		}
		if state.done {
			return &state.op, nil
		}
		pause := wait
		if asked, ok := parseRetryAfter(resp.Header.Get("Retry-After"), time.Now()); ok && asked > 0 {
			pause = asked
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, fmt.Errorf("m365graph: wait for an operation, which may go on: %w", ctx.Err())
		case <-timer.C:
		}
		if o.Every == 0 {
			wait = min(2*wait, lastPoll)
		}
	}
}

// askMonitor gets the state of an operation. Teams names a place below the API
// version, without a host.
func (c *Client) askMonitor(ctx context.Context, monitor m365auth.Secret) (*Response, error) {
	link := monitor.Reveal()
	switch {
	case strings.HasPrefix(link, "//"): // a host follows
	case strings.HasPrefix(link, "/v1.0/"), strings.HasPrefix(link, "/beta/"):
		link = c.cloud.GraphURL() + link
	case strings.HasPrefix(link, "/"):
		link = c.root + link
	}
	if u, err := url.Parse(link); err == nil && c.cloud.AllowsToken(u) {
		return c.Do(ctx, &Request{link: link, redirect: true})
	}
	k, err := c.contentCall(http.MethodGet, monitor, SafetyRead)
	if err != nil {
		return nil, err
	}
	k.redirect = true
	k.header.Set("Accept", "application/json")
	return k.send(ctx)
}
