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
	"github.com/m365go/sdk/m365graph/graphtest"
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
var indiscreet = map[string]func(link *url.URL) (graphtest.Fault, error){
	"a code":           echo(`{"error":{"code":%q,"message":"no"}}`, whole),
	"a message":        echo(`{"error":{"code":"x","message":%q}}`, whole),
	"a path and query": echo(`{"error":{"code":"x","message":"cannot serve '%s', sorry"}}`, (*url.URL).RequestURI),
	"a query":          echo(`{"error":{"code":"x","message":"bad query (%s)"}}`, func(u *url.URL) string { return u.RawQuery }),
	"a value":          echo(`{"error":{"code":"x","message":"the ticket %s has lapsed"}}`, pass),
	"an escaped link":  echo(`{"error":{"code":"x","message":"see /login?to=%s"}}`, func(u *url.URL) string { return url.QueryEscape(u.String()) }),
	"a target":         echo(`{"error":{"code":"x","message":"no","target":%q}}`, whole),
	"a nested code":    echo(`{"error":{"code":"x","innerError":{"code":%q}}}`, whole),
	"an id":            echo(`{"error":{"code":"x","innerError":{"request-id":%q}}}`, whole),
	"OAuth's form":     echo(`{"error":"x","error_description":%q}`, whole),
	"a page":           echo(`<html>%s</html>`, whole),
	"a failed state": func(u *url.URL) (graphtest.Fault, error) {
		return replying(200, fmt.Sprintf(`{"status":"failed","errorCode":"x","statusDescription":"the ticket %s of %s"}`, pass(u), u.RequestURI())), nil
	},
	"a redirect": func(u *url.URL) (graphtest.Fault, error) {
		return replying(302, "", "Location", u.String()+"%zz"), nil
	},
	"headers": func(u *url.URL) (graphtest.Fault, error) {
		return replying(403, "", "request-id", u.String(), "client-request-id", u.String(), "x-ms-ags-diagnostic", u.String(), "Location", u.String()), nil
	},
	"an error of a transport": func(u *url.URL) (graphtest.Fault, error) {
		return graphtest.Fault{}, &url.Error{Op: "Put", URL: u.String(), Err: fmt.Errorf("proxy: cannot fetch %s: %w", u, errReset)}
	},
	"an error that joins": func(u *url.URL) (graphtest.Fault, error) {
		return graphtest.Fault{}, errors.Join(errReset, &url.Error{Op: "Put", URL: u.String(), Err: errReset})
	},
	"busy": func(u *url.URL) (graphtest.Fault, error) {
		return replying(429, fmt.Sprintf(`{"error":{"code":"x","message":%q}}`, u), "Retry-After", "1"), nil
	},
	"no JSON": func(u *url.URL) (graphtest.Fault, error) { return replying(200, `{"uploadUrl":"`+u.String()), nil },
	"other types": func(u *url.URL) (graphtest.Fault, error) {
		return replying(200, fmt.Sprintf(`{"uploadUrl":[%q],"expirationDateTime":%q}`, u, u)), nil
	},
}

func whole(u *url.URL) string { return u.String() }

func pass(u *url.URL) string { return u.Query().Get("tempauth") }

func echo(format string, part func(*url.URL) string) func(*url.URL) (graphtest.Fault, error) {
	return func(u *url.URL) (graphtest.Fault, error) { return replying(403, fmt.Sprintf(format, part(u))), nil }
}

// gossip is a drive whose content host answers so, and what nobody else may be
// told of it.
type gossip struct {
	*drive
	t       *testing.T
	answer  func(*url.URL) (graphtest.Fault, error)
	mu      sync.Mutex
	secrets []string
}

func (g *gossip) RoundTrip(r *http.Request) (*http.Response, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		g.secrets = append(g.secrets, token)
		return g.HTTP.Transport.RoundTrip(r)
	}
	g.secrets = append(g.secrets, ticket(g.t, r.URL.String()))
	f, err := g.answer(r.URL)
	if err == nil {
		err = g.Graph.Fail(f)
	}
	if err != nil {
		return nil, err
	}
	return g.HTTP.Transport.RoundTrip(r)
}

// session is one that was begun elsewhere.
func (g *gossip) session(ctx context.Context) *m365graph.UploadSession {
	s, err := g.Client.CreateUploadSession(ctx, sessionPath, nil, "")
	if err != nil {
		g.t.Fatal(err)
	}
	return &m365graph.UploadSession{URL: s.URL}
}

// copying is the monitor of a copy that goes on.
func (g *gossip) copying(ctx context.Context) m365auth.Secret {
	resp, err := g.Client.Do(ctx, &m365graph.Request{
		Method: http.MethodPost, Path: m365graph.P("me", "drive", "items", "1", "copy"), Body: map[string]any{"name": "2.zip"},
	})
	if err != nil {
		g.t.Fatal(err)
	}
	return resp.Monitor()
}

// Whoever has a link can use it. Whatever a host says, no link stands in an
// error, a log, an event or a value that is printed.
func TestNobodyIsToldALink(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	flows := map[string]func(ctx context.Context, g *gossip, c *m365graph.Client) (any, error){
		"commit": func(ctx context.Context, g *gossip, c *m365graph.Client) (any, error) {
			return c.CommitUpload(ctx, g.session(ctx))
		},
		"cancel": func(ctx context.Context, g *gossip, c *m365graph.Client) (any, error) {
			return nil, c.CancelUpload(ctx, g.session(ctx))
		},
		"download": func(ctx context.Context, _ *gossip, c *m365graph.Client) (any, error) {
			return c.Download(ctx, filePath, nil)
		},
		"open": func(ctx context.Context, _ *gossip, c *m365graph.Client) (any, error) {
			return c.OpenFile(ctx, filePath)
		},
		"wait": func(ctx context.Context, g *gossip, c *m365graph.Client) (any, error) {
			return c.Wait(ctx, g.copying(ctx), &m365graph.WaitOptions{Every: time.Second})
		},
		"upload": func(ctx context.Context, g *gossip, c *m365graph.Client) (any, error) {
			s := g.session(ctx)
			resp, err := c.Upload(ctx, s, strings.NewReader("x"), 1, nil)
			return []any{resp, s}, err
		},
		"download to": func(ctx context.Context, _ *gossip, c *m365graph.Client) (any, error) {
			return c.DownloadTo(ctx, filePath, &sheet{}, nil)
		},
	}
	for flow, run := range flows {
		for says, answer := range indiscreet {
			t.Run(flow+", "+says, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					g := &gossip{drive: newDrive(t, issuer, "content"), t: t, answer: answer}
					var heard confidant
					ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
					defer cancel()
					v, err := run(ctx, g, g.through(t, g, heard.listen))
					if len(g.secrets) == 0 {
						t.Fatalf("nothing was asked: %v", err)
					}
					heard.print(v, err)
					for _, secret := range g.secrets {
						text := heard.out.String()
						if at := strings.Index(text, secret); at >= 0 {
							t.Fatalf("told: %s", text[max(0, at-300):min(len(text), at+100)])
						}
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
