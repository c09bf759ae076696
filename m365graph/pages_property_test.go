package m365graph_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// passing are what may come in place of a page without costing a walk anything.
var passing = []graphtest.Fault{
	{Code: "TooManyRequests", RetryAfter: "0.25"},
	{Code: "ServiceUnavailable"},
	{Cut: graphtest.CutReset},
	{Cut: graphtest.CutBody},
	{Page: graphtest.PageEmpty},
	{Page: graphtest.PageEmpty},
	{Code: "InvalidAuthenticationToken"},
}

// randomFaults lie so far apart that no call runs out of attempts or tokens.
func randomFaults(r *rand.Rand) (faults []graphtest.Fault) {
	for range r.IntN(20) {
		f := passing[r.IntN(len(passing))]
		f.Skip = r.IntN(4)
		if f.Code == "InvalidAuthenticationToken" {
			f.Skip += 2
		}
		faults = append(faults, f)
	}
	return faults
}

// sameToken is a provider whose token is as good as the last.
var sameToken = m365auth.ProviderFunc(func(context.Context, m365auth.TokenRequest) (m365auth.Token, error) {
	return m365auth.Token{Access: m365auth.NewSecret(bearer)}, nil
})

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
		n, faults := r.IntN(30), randomFaults(r)
		q := m365graph.Query{Top: 1 + r.IntN(6), MaxItems: r.IntN(2) * r.IntN(7), MaxPages: r.IntN(2) * r.IntN(4)}
		if q.MaxItems > 0 { // a cursor counts on the page that it lies in
			faults = slices.DeleteFunc(faults, func(f graphtest.Fault) bool { return f.Page == graphtest.PageEmpty })
		}
		want := make([]string, n)
		for i := range want {
			want[i] = strconv.Itoa(i + 1)
		}
		var asked [2][]string
		for i, prefetch := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				w := tapOwner(t, numbered(n), faults...)
				c := newClient(t, sameToken, &m365graph.Options{HTTPClient: &http.Client{Transport: w}})
				q.Prefetch = prefetch
				got := walkWhole(t, c, q)
				if diff := cmp.Diff(want, append([]string{}, got...)); diff != "" {
					t.Errorf("seed %d: pages of %d, prefetch %v (-want +got):\n%s", seed, q.Top, prefetch, diff)
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

func TestALastingFaultEndsAWalkOnceAndLast(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer graphtest.Fault
		want   error
	}{
		"gone":            {refusing(410, "resyncRequired"), m365graph.ErrResync},
		"no access":       {refusing(403, "ErrorAccessDenied"), m365graph.ErrForbidden},
		"throttled":       {refusing(429, "TooManyRequests", "Retry-After", "3600"), m365graph.ErrThrottled},
		"a foreign link":  {replying(200, `{"value":[{"id":"3"}],"@odata.nextLink":"https://graph.microsoft.com.evil.example/x"}`), m365graph.ErrHostNotAllowed},
		"an old link":     {replying(200, `{"value":[{"id":"3"}],"@odata.nextLink":"`+nextRoot+`p;1%2f~aB%3d"}`), nil},
		"the first again": {replying(200, `{"value":[{"id":"3"}],"@odata.nextLink":"https://graph.microsoft.com/v1.0/me/messages"}`), nil},
		"a broken item":   {replying(200, `{"value":[{"id":[]}],"@odata.nextLink":"`+nextRoot+`p;2%2f~aB%3d"}`), nil},
		"no list":         {replying(200, `{"value":7}`), nil},
	} {
		for _, prefetch := range []bool{false, true} {
			w := tap(t, book(threePages...)[0], tt.answer)
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
		w := tap(t, replying(200, `{"value":[],"@odata.nextLink":`+string(quoted)+`}`), lasting(replying(200, `{"value":[]}`)))
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
