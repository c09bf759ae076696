package m365graph_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// confidant collects all that a client says to anybody.
type confidant struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (c *confidant) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.Write(p)
}

// print writes values as people print them.
func (c *confidant) print(values ...any) {
	for _, v := range values {
		fmt.Fprintf(c, "%v\n%+v\n%#v\n%s\n", v, v, v, v)
		slog.New(slog.NewJSONHandler(c, nil)).Info("value", "v", v)
		slog.New(slog.NewTextHandler(c, nil)).Info("value", "v", v)
		for err, _ := v.(error); err != nil; err = errors.Unwrap(err) {
			fmt.Fprintf(c, "%+v\n%#v\n", err, err)
		}
		if err, ok := v.(error); ok {
			if no, ok := errors.AsType[*m365graph.Error](err); ok {
				fmt.Fprintf(c, "%+v\n", *no)
			}
		}
	}
}

func (c *confidant) listen(o *m365graph.Options) {
	tell := func(_ context.Context, e m365graph.Event) { c.print(e) }
	o.Hooks = m365graph.Hooks{Request: tell, Retry: tell, Throttle: tell}
	o.Logger = slog.New(slog.NewJSONHandler(c, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// indiscreet are answers of a content host that repeat the link they came by.
var indiscreet = map[string]func(link *url.URL) (*http.Response, error){
	"a code":           echo(`{"error":{"code":%q,"message":"no"}}`, whole),
	"a message":        echo(`{"error":{"code":"x","message":%q}}`, whole),
	"a path and query": echo(`{"error":{"code":"x","message":"cannot serve '%s', sorry"}}`, (*url.URL).RequestURI),
	"a query":          echo(`{"error":{"code":"x","message":"bad query (%s)"}}`, func(u *url.URL) string { return u.RawQuery }),
	"a value":          echo(`{"error":{"code":"x","message":"the ticket %s has lapsed"}}`, func(*url.URL) string { return canary }),
	"an escaped link":  echo(`{"error":{"code":"x","message":"see /login?to=%s"}}`, func(u *url.URL) string { return url.QueryEscape(u.String()) }),
	"a target":         echo(`{"error":{"code":"x","message":"no","target":%q}}`, whole),
	"a nested code":    echo(`{"error":{"code":"x","innerError":{"code":%q}}}`, whole),
	"an id":            echo(`{"error":{"code":"x","innerError":{"request-id":%q}}}`, whole),
	"OAuth's form":     echo(`{"error":"x","error_description":%q}`, whole),
	"a page":           echo(`<html>%s</html>`, whole),
	"a failed state": func(u *url.URL) (*http.Response, error) {
		return reply(200, fmt.Sprintf(`{"status":"failed","errorCode":"x","statusDescription":"the ticket %s of %s"}`, canary, u.RequestURI())), nil
	},
	"a redirect": func(u *url.URL) (*http.Response, error) { return reply(302, "", "Location", u.String()+"%zz"), nil },
	"headers": func(u *url.URL) (*http.Response, error) {
		return reply(403, "", "request-id", u.String(), "client-request-id", u.String(), "x-ms-ags-diagnostic", u.String(), "Location", u.String()), nil
	},
	"an error of a transport": func(u *url.URL) (*http.Response, error) {
		return nil, &url.Error{Op: "Put", URL: u.String(), Err: fmt.Errorf("proxy: cannot fetch %s: %w", u, errReset)}
	},
	"an error that joins": func(u *url.URL) (*http.Response, error) {
		return nil, errors.Join(errReset, &url.Error{Op: "Put", URL: u.String(), Err: errReset})
	},
	"busy": func(u *url.URL) (*http.Response, error) {
		return reply(429, fmt.Sprintf(`{"error":{"code":"x","message":%q}}`, u), "Retry-After", "1"), nil
	},
	"no JSON": func(u *url.URL) (*http.Response, error) { return reply(200, `{"uploadUrl":"`+u.String()), nil },
	"other types": func(u *url.URL) (*http.Response, error) {
		return reply(200, fmt.Sprintf(`{"uploadUrl":[%q],"expirationDateTime":%q}`, u, u)), nil
	},
}

func whole(u *url.URL) string { return u.String() }

func echo(format string, part func(*url.URL) string) func(*url.URL) (*http.Response, error) {
	return func(u *url.URL) (*http.Response, error) { return reply(403, fmt.Sprintf(format, part(u))), nil }
}

// Whoever has a link can use it. Whatever a host says, no link stands in an
// error, a log, an event or a value that is printed.
func TestNobodyIsToldALink(t *testing.T) {
	t.Parallel()
	path := m365graph.P("me", "drive", "items", "1", "x")
	flows := map[string]func(ctx context.Context, c *m365graph.Client) (any, error){
		"commit": func(ctx context.Context, c *m365graph.Client) (any, error) { return c.CommitUpload(ctx, session()) },
		"cancel": func(ctx context.Context, c *m365graph.Client) (any, error) {
			return nil, c.CancelUpload(ctx, session())
		},
		"download": func(ctx context.Context, c *m365graph.Client) (any, error) { return c.Download(ctx, path, nil) },
		"open":     func(ctx context.Context, c *m365graph.Client) (any, error) { return c.OpenFile(ctx, path) },
		"wait": func(ctx context.Context, c *m365graph.Client) (any, error) {
			return c.Wait(ctx, monitorLink, &m365graph.WaitOptions{Every: time.Second})
		},
		"upload": func(ctx context.Context, c *m365graph.Client) (any, error) {
			s := session()
			resp, err := c.Upload(ctx, s, strings.NewReader("x"), 1, nil)
			return []any{resp, s}, err
		},
		"download to": func(ctx context.Context, c *m365graph.Client) (any, error) {
			return c.DownloadTo(ctx, path, &sheet{}, nil)
		},
	}
	for flow, run := range flows {
		for says, answer := range indiscreet {
			t.Run(flow+", "+says, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := &wire{answer: func(_ int, r *http.Request) (*http.Response, error) {
						if r.URL.Host != "graph.microsoft.com" {
							return answer(r.URL)
						}
						return reply(302, "", "Location", "https://contoso.sharepoint.com/dl?tempauth="+canary), nil
					}}
					var heard confidant
					ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
					defer cancel()
					v, err := run(ctx, setup(t, w, heard.listen))
					if len(w.requests()) == 0 {
						t.Fatalf("nothing was asked: %v", err)
					}
					heard.print(v, err)
					if at := strings.Index(heard.out.String(), canary); at >= 0 {
						text := heard.out.String()
						t.Errorf("told: %s", text[max(0, at-300):min(len(text), at+100)])
					}
				})
			})
		}
	}
}

// Values that hold a link print nothing of it.
func TestWhatHoldsALinkPrintsWithoutIt(t *testing.T) {
	t.Parallel()
	d := newDrive(t, testtenant.Issuer(t), digits(3*block))
	c := d.client(t)
	file, err := c.Download(t.Context(), filePath, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	open := openFile(t, d)
	defer open.Close()
	op, err := setup(t, monitor(t, replying(303, "", "Location", monitorLink.Reveal()))).Wait(t.Context(), monitorLink, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp := &m365graph.Response{Status: 202, Header: http.Header{"Location": {monitorLink.Reveal()}, "Request-Id": {"request-7"}}, Body: []byte(uploadURL)}
	s := session()
	var heard confidant
	holds := struct{ R m365graph.Response }{*resp}
	fmt.Fprintf(&heard, "%v %+v %#v %s", holds, holds, holds, holds)
	heard.print(file, *file, open, op, *op, s, *s, s.Save(), resp, *resp,
		m365graph.WaitOptions{}, resp.Monitor(), m365auth.NewSecret(canary), spooled(t, stream{strings.NewReader(uploadURL)}, 0))
	if text := heard.out.String(); strings.Contains(text, canary) || !strings.Contains(text, "request-7") {
		t.Errorf("printed:\n%s", text)
	}
}
