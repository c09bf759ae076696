package m365graph_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
)

// faults are what may come in place of a page without costing the walk anything.
var faults = map[string]func(page string) (*http.Response, error){
	"throttled": func(string) (*http.Response, error) {
		return graphError(429, "TooManyRequests", "Retry-After", "0.25"), nil
	},
	"busy":    func(string) (*http.Response, error) { return graphError(503, "ServiceUnavailable"), nil },
	"expired": func(string) (*http.Response, error) { return graphError(401, "InvalidAuthenticationToken"), nil },
	"reset":   func(string) (*http.Response, error) { return nil, errors.New("connection reset by peer") },
	"cut": func(page string) (*http.Response, error) {
		resp := reply(200, page[:len(page)/2])
		resp.ContentLength = int64(len(page))
		return resp, nil
	},
}

var passing = []string{"throttled", "busy", "reset", "cut"}

// randomFaults are few enough that no call runs out of attempts.
func randomFaults(r *rand.Rand) []string {
	var names []string
	for range r.IntN(3) {
		names = append(names, passing[r.IntN(len(passing))])
	}
	if r.IntN(4) == 0 {
		names = append(names, "expired")
	}
	return names
}

// randomList makes pages of items that are numbered through, with nulls between
// them, and returns how many items there are.
func randomList(r *rand.Rand) (pages []string, items int) {
	for range 1 + r.IntN(8) {
		var page []string
		for range r.IntN(6) {
			if r.IntN(5) == 0 {
				page = append(page, "null")
				continue
			}
			items++
			page = append(page, fmt.Sprintf(`{"id":"%d"}`, items))
		}
		pages = append(pages, strings.Join(page, ","))
	}
	return pages, items
}

// faulty answers as w does, after the faults that are due for the link.
func faulty(w *wire, due func(link string) []string) *wire {
	left := map[string][]string{}
	good := w.answer
	w.answer = func(n int, req *http.Request) (*http.Response, error) {
		link := req.URL.String()
		if _, ok := left[link]; !ok {
			left[link] = due(link)
		}
		resp, err := good(n, req)
		if len(left[link]) == 0 || err != nil {
			return resp, err
		}
		fault := left[link][0]
		left[link] = left[link][1:]
		page := make([]byte, resp.ContentLength)
		if _, err := resp.Body.Read(page); err != nil {
			return nil, err
		}
		return faults[fault](string(page))
	}
	return w
}

// walkWhole walks a list to its end, from cap to cap.
func walkWhole(t *testing.T, c *m365graph.Client, q m365graph.Query) (ids []string) {
	t.Helper()
	for range 200 {
		got, err := collect(m365graph.All[item](t.Context(), c, inbox, &q))
		ids = append(ids, got...)
		var cut *m365graph.TruncatedError
		if !errors.As(err, &cut) {
			if err != nil {
				t.Errorf("All = %v", err)
			}
			return ids
		}
		q.Cursor = cut.Cursor
	}
	t.Errorf("the list does not end; so far %v", ids)
	return ids
}

// Whatever the pages look like, whatever fails in between and wherever a cap
// cuts, each item comes once and in order, and a prefetch asks for nothing that
// a plain walk does not.
func TestWalkingAnyListYieldsEachItemOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 4))
		pages, n := randomList(r)
		q := m365graph.Query{MaxItems: r.IntN(2) * r.IntN(7), MaxPages: r.IntN(2) * r.IntN(4)}
		want := make([]string, n)
		for i := range want {
			want[i] = strconv.Itoa(i + 1)
		}
		due := map[string][]string{}
		var asked [2][]string
		for i, prefetch := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				w := faulty(book(pages...), func(link string) []string {
					if _, ok := due[link]; !ok {
						due[link] = randomFaults(r)
					}
					return due[link]
				})
				c := newClient(t, &counting{}, &m365graph.Options{HTTPClient: &http.Client{Transport: w}})
				q.Prefetch = prefetch
				got := walkWhole(t, c, q)
				if diff := cmp.Diff(want, append([]string{}, got...)); diff != "" {
					t.Errorf("seed %d: %d pages, prefetch %v (-want +got):\n%s", seed, len(pages), prefetch, diff)
				}
				for _, req := range w.requests() {
					asked[i] = append(asked[i], req.URL.String())
				}
			})
		}
		if diff := cmp.Diff(asked[0], asked[1]); diff != "" {
			t.Errorf("seed %d: requests (-plain +prefetch):\n%s", seed, diff)
		}
	}
}

// copyOf returns an answer that may be read once more.
func copyOf(t *testing.T, resp *http.Response) *http.Response {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	again := *resp
	again.Header, again.Body = resp.Header.Clone(), io.NopCloser(bytes.NewReader(body))
	return &again
}

func TestALastingFaultEndsAWalkOnceAndLast(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer *http.Response
		want   error
	}{
		"gone":            {graphError(410, "resyncRequired"), m365graph.ErrResync},
		"no access":       {graphError(403, "ErrorAccessDenied"), m365graph.ErrForbidden},
		"throttled":       {graphError(429, "TooManyRequests", "Retry-After", "3600"), m365graph.ErrThrottled},
		"a foreign link":  {reply(200, `{"value":[{"id":"3"}],"@odata.nextLink":"https://graph.microsoft.com.evil.example/x"}`), m365graph.ErrHostNotAllowed},
		"an old link":     {reply(200, `{"value":[{"id":"3"}],"@odata.nextLink":"`+nextRoot+`p;1%2f~aB%3d"}`), nil},
		"the first again": {reply(200, `{"value":[{"id":"3"}],"@odata.nextLink":"https://graph.microsoft.com/v1.0/me/messages"}`), nil},
		"a broken item":   {reply(200, `{"value":[{"id":[]}],"@odata.nextLink":"`+nextRoot+`p;2%2f~aB%3d"}`), nil},
		"no list":         {reply(200, `{"value":7}`), nil},
	} {
		for _, prefetch := range []bool{false, true} {
			w := book(threePages...)
			good := w.answer
			w.answer = func(n int, req *http.Request) (*http.Response, error) {
				if n != 1 {
					return good(n, req)
				}
				return copyOf(t, tt.answer), nil
			}
			got, err := collect(m365graph.All[item](t.Context(), setup(t, w), inbox, &m365graph.Query{Prefetch: prefetch}))
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) || len(got) < 2 || len(got) > 3 {
				t.Errorf("%s, prefetch %v: All = %v, %v, want the first page and %v", name, prefetch, got, err, tt.want)
			}
			if n := len(w.requests()); n > 3 || n > 2 && name != "a broken item" {
				t.Errorf("%s, prefetch %v: %d requests, want 2", name, prefetch, n)
			}
		}
	}
}

// FuzzNextLink follows whatever a server, or whoever holds a cursor, gives as a
// link: to Graph's host only, and unchanged.
func FuzzNextLink(f *testing.F) {
	for _, seed := range []string{
		nextRoot + "p;1%2f~aB%3d", "https://graph.microsoft.com/v1.0/me/drive/root/delta?(token=1)", "https://graph.microsoft.com?a b#c",
		"https://GRAPH.microsoft.com:443//x/../y", "http://graph.microsoft.com/x", "https://user@graph.microsoft.com/", "//graph.microsoft.com/x",
		"https://graph.microsoft.com.evil.example/", "https://evil.example/?graph.microsoft.com", "2|" + nextRoot + "x", "-1|x", "\x00", "https://graph.microsoft.com/%zz",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, link string) {
		quoted, err := json.Marshal(link)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(quoted, &link); err != nil { // no UTF-8 in, other bytes out
			t.Fatal(err)
		}
		w := &wire{answer: func(n int, _ *http.Request) (*http.Response, error) {
			if n > 0 {
				return reply(200, `{"value":[]}`), nil
			}
			return reply(200, `{"value":[],"@odata.nextLink":`+string(quoted)+`}`), nil
		}}
		c := setup(t, w)
		_, err = collect(m365graph.All[item](t.Context(), c, inbox, nil))
		_, _ = collect(m365graph.All[item](t.Context(), c, inbox, &m365graph.Query{Cursor: link}))
		for _, req := range w.requests()[1:] {
			if req.URL.Scheme != "https" || !strings.EqualFold(req.URL.Hostname(), "graph.microsoft.com") || req.URL.User != nil {
				t.Errorf("the link %q was followed to %s", link, req.URL)
			}
		}
		if err != nil || link == "" || strings.Trim(link, plainLink) != "" {
			return
		}
		want := strings.TrimLeft(link[len("https://"):], hostBytes)
		if !strings.HasPrefix(want, "/") {
			want = "/" + want
		}
		if got := w.requests()[1].URL.RequestURI(); got != want {
			t.Errorf("the link %q was followed as %q, want %q", link, got, want)
		}
	})
}

// plainLink is what a URL may hold as it is, but for a fragment, which is not
// sent.
const (
	hostBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.:"
	plainLink = hostBytes + "_~%/?[]@!$&'()*+,;="
)
