package graphtools_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/graphtools"
)

const (
	messagesRoute = "GET /me/messages"
	messagesURL   = "https://graph.example/v1.0/me/messages" // becomes Graph's own
)

// strange mounts the tools over a Graph that answers as no Graph should: the
// faults of lists come one after another, the last for good.
func strange(t *testing.T, faults ...graphtest.Fault) *rig {
	t.Helper()
	r := setup(t).mount([]string{"read"})
	r.answers(faults...)
	return r
}

func (r *rig) answers(faults ...graphtest.Fault) {
	r.t.Helper()
	r.graph.ClearFaults()
	for i, f := range faults {
		if f.Route == "" {
			f.Route = messagesRoute
		}
		if i == len(faults)-1 {
			f.Count = -1
		}
		f.Body = strings.ReplaceAll(f.Body, messagesURL, r.graph.URL()+"/v1.0/me/messages")
		if err := r.graph.Fail(f); err != nil {
			r.t.Fatal(err)
		}
	}
}

// says is an answer with a body.
func says(format string, args ...any) graphtest.Fault {
	return graphtest.Fault{Body: fmt.Sprintf(format, args...)}
}

func TestALinkToAnotherHostIsNotFollowed(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	evil := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer evil.Close()
	r := strange(t, says(`{"value":[{"id":"1","subject":"one"}],"@odata.nextLink":%q}`, evil.URL+"/v1.0/me/messages"))
	first := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages"}`))
	if !first.HasMore || strings.Contains(first.NextCursor, "127.0.0.1") {
		t.Errorf("the first page is %+v, want one that says there is more", first)
	}
	wantCode(t, "the cursor", r.call(map[string]any{"endpoint": "/me/messages", "cursor": first.NextCursor}), agenttool.CodeUnavailable)
	all := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages","paginate":true}`))
	if len(all.Items) != 1 || !all.Truncated || !strings.Contains(all.Note, "M365_UNAVAILABLE") {
		t.Errorf("all pages are %+v, want one and why there are no more", all)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the other host is asked %d times, want 0", n)
	}
}

func TestListsThatGoRoundInCirclesEnd(t *testing.T) {
	t.Parallel()
	r := strange(t, says(`{"value":[{"id":"1"}],"@odata.nextLink":"%s?$skiptoken=again"}`, messagesURL))
	list := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages","paginate":true}`))
	if n, _ := r.requests(); n != 2 || len(list.Items) != 2 || !list.Truncated {
		t.Errorf("a circular list gives %+v after %d requests, want two items after 2", list, n)
	}
}

func TestLongLinksAndEmptyPagesDoNotBreakAWalk(t *testing.T) {
	t.Parallel()
	const pages = 6
	token := strings.Repeat("t", 7000)
	var faults []graphtest.Fault
	for page := range pages {
		items := `null`
		if page%2 == 0 {
			items = fmt.Sprintf(`{"id":"%d","subject":"Message %03d","bodyPreview":%q},null`, page, page/2, strings.Repeat("x", 3000))
		}
		next := ""
		if page+1 < pages {
			next = fmt.Sprintf(`,"@odata.nextLink":"%s?$skiptoken=%d-%s"`, messagesURL, page+1, token)
		}
		faults = append(faults, says(`{"value":[%s]%s}`, items, next))
	}
	r := strange(t, faults...)
	var got []string
	in := map[string]any{"endpoint": "/me/messages"}
	for range pages {
		page := read[listOf[mail]](t, r.call(in))
		got = append(got, subjectsOf(page.Items)...)
		if !page.HasMore {
			break
		}
		in["cursor"] = page.NextCursor
	}
	if n, last := r.requests(); n != pages || last.Query != fmt.Sprintf("$skiptoken=%d-%s", pages-1, token) {
		t.Errorf("%d requests and the last of %.20s…, want %d, each of its link", n, last.Query, pages)
	}
	if want := subjects(pages / 2); strings.Join(got, ",") != strings.Join(want, ",") {
		t.Errorf("the walk gives %q, want %q", got, want)
	}
}

func TestALinkTooLongForACursorCostsNoItems(t *testing.T) {
	t.Parallel()
	for _, n := range []int{7000, 12_000, 13_500, 14_000, 14_500, 20_000, 200_000} {
		pages := []graphtest.Fault{
			says(`{"value":[{"id":"1","subject":"one","bodyPreview":%q}],"@odata.nextLink":"%s?page=1"}`, strings.Repeat("x", 18_000), messagesURL),
			// without items, so that nothing but the link grows
			says(`{"value":[],"@odata.nextLink":"%s?page=2&$skiptoken=%s"}`, messagesURL, strings.Repeat("t", n)),
		}
		r := strange(t, pages...)
		first := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages"}`))
		if len(first.Items) != 1 || first.NextCursor == "" {
			t.Fatalf("the first page is %+v, want its item and a cursor", first)
		}
		next := read[listOf[mail]](t, r.call(map[string]any{"endpoint": "/me/messages", "cursor": first.NextCursor}))
		switch fits := n < 14_000; {
		case !next.HasMore || (next.NextCursor != "") != fits:
			t.Errorf("a link of %d bytes gives %+v, want more to come and a cursor: %t", n, next, fits)
		case !fits && (!next.Truncated || !strings.Contains(next.Note, "too long to hand on")):
			t.Errorf("a link of %d bytes gives %+v, want it to say why there is no cursor", n, next)
		}
		r.answers(pages...)
		both := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages","paginate":true}`))
		if len(both.Items) != 1 || both.Items[0].Subject != "one" || !both.HasMore || !both.Truncated {
			t.Errorf("pages before a link of %d bytes are %+v, want the item and more to come", n, both)
		}
	}
}

func TestLongParamsLeaveRoomForItemsAndCursor(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"wide": strings.Repeat("é ", 1300), "quotes": strings.Repeat(`"\`, 1900), "plain": strings.Repeat("x", 4000),
		"behind a short link": strings.Repeat(`"\`, 1900),
	} {
		var items []string
		for i := range 12 {
			items = append(items, fmt.Sprintf(`{"id":"%d","subject":"Message %03d","bodyPreview":%q}`, i, i, strings.Repeat("y", 2000)))
		}
		filter := "subject eq '" + text + "'"
		echo := "$filter=" + url.QueryEscape(filter)
		if name == "behind a short link" {
			echo = ""
		}
		r := strange(t, says(`{"value":[%s],"@odata.nextLink":"%s?%s&$skip=10"}`, strings.Join(items, ","), messagesURL, echo))
		params := map[string]any{"$filter": filter}
		in := map[string]any{"endpoint": "/me/messages", "params": params}
		var got []string
		for len(got) < 12 {
			page := read[listOf[mail]](t, r.call(in))
			if len(page.Items) == 0 || page.NextCursor == "" {
				t.Fatalf("%s: a page is %+v after %d items, want some and a cursor", name, page, len(got))
			}
			_, last := r.requests()
			if asked, err := url.ParseQuery(last.Query); err != nil || asked.Get("$filter") != filter {
				t.Errorf("%s: Graph is asked for %q, %v, want the whole filter", name, asked, err)
			}
			got = append(got, subjectsOf(page.Items)...)
			in["cursor"] = page.NextCursor // beside the same params, which is allowed
		}
		if want := subjects(12); strings.Join(got, ",") != strings.Join(want, ",") {
			t.Errorf("%s: the walk gives %q, want %q", name, got, want)
		}
		params["$filter"] = filter + " or isRead eq true"
		wantCode(t, "other params", r.call(in), agenttool.CodeInvalidArgument)
	}
}

func TestAWordyFailureOfAPageLeavesTheItems(t *testing.T) {
	t.Parallel()
	r := strange(t)
	for size := 21_000; size < 22_600; size += 25 { // up to and beyond what there is room for
		r.answers(
			says(`{"value":[{"id":"1","x":%q}],"@odata.nextLink":"%s?$skip=1"}`, strings.Repeat("y", size), messagesURL),
			graphtest.Fault{Code: "BadRequest", Status: http.StatusBadRequest, Message: strings.Repeat(`"\`, 600)})
		list := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages","paginate":true}`))
		if len(list.Items) != 1 || list.Items[0].ID != "1" || list.NextCursor == "" || !strings.Contains(list.Note, `and says "`) {
			t.Fatalf("with an item of %d bytes the list is %d items and %q, want 1, a cursor and the quoted reason", size, len(list.Items), list.Note)
		}
	}
}

func TestAnswersAreLabelled(t *testing.T) {
	t.Parallel()
	r := setup(t, mailbox(1, 100)...).mount([]string{"read"})
	if res := r.call(`{"endpoint":"/me/messages"}`); !res.Untrusted || !strings.HasPrefix(res.Text, "Content from Microsoft 365, written by others") {
		t.Errorf("mail answers %q, untrusted: %t, want it labelled", res.Text, res.Untrusted)
	}
	if res := r.call(`{"endpoint":"/$batch"}`); res.Untrusted {
		t.Errorf("a refusal answers %q, labelled as content", res.Text)
	}
}

func TestAResourceTooWideToShowKeepsItsPlace(t *testing.T) {
	t.Parallel()
	var wide strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&wide, `,"a rather long name of a member %d":%d`, i, i)
	}
	item := fmt.Sprintf(`{"id":"wide-1","subject":"wide"%s}`, wide.String())
	r := strange(t, says(`{"value":[%s,{"id":"2","subject":"after it"}]}`, item))
	list := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages"}`))
	if len(list.Items) != 2 || list.Items[0].ID != "wide-1" || list.Items[1].Subject != "after it" || !list.Truncated {
		t.Errorf("the list is %+v, want the id of the wide item and the one after it", list)
	}
	r.answers(graphtest.Fault{Route: "GET /me/messages/{id}", Body: item})
	one := read[struct {
		Data      map[string]string `json:"data"`
		Truncated bool              `json:"truncated"`
	}](t, r.call(`{"endpoint":"/me/messages/wide-1"}`))
	if one.Data["id"] != "wide-1" || !strings.Contains(one.Data["note"], "$select") || !one.Truncated {
		t.Errorf("the item is %+v, want its id and how to see more", one)
	}
}

func TestAnswersThatAreNoObjectAreRefused(t *testing.T) {
	t.Parallel()
	r := strange(t)
	for name, fault := range map[string]graphtest.Fault{
		"a redirect to contents": {Status: http.StatusFound, Header: http.Header{"Location": {"https://content.example/x?tempauth=canary"}}},
		"bytes":                  {Body: "\x89PNG canary", ContentType: "application/octet-stream"},
		"a number":               {Body: "42"},
		"an array":               {Body: `["canary"]`},
		"no answer":              {Status: http.StatusNoContent},
	} {
		fault.Route = "GET /me"
		r.answers(fault)
		res := r.call(`{"endpoint":"/me"}`)
		wantCode(t, name, res, agenttool.CodeInvalidArgument)
		if strings.Contains(res.Text, "canary") {
			t.Errorf("%s answers %q, want nothing of it relayed", name, res.Text)
		}
	}
	r.answers(says(`{"value":[1]}`))
	res := r.call(`{"endpoint":"/me/messages"}`)
	wantCode(t, "a list of numbers", res, agenttool.CodeInvalidArgument)
}

// TestMountOfAClientAlone keeps the promise that a host which was told nothing
// offers nothing. It sets the environment, so it is not parallel.
func TestMountOfAClientAlone(t *testing.T) {
	t.Setenv("M365_CONFIG", os.DevNull)
	t.Setenv("M365_CLIENT_ID", "22223333-cccc-4444-dddd-5555eeee6666")
	t.Setenv("M365_PERMISSIONS", "")
	host := agenttool.NewHost(nil)
	cleanup, err := graphtools.Mount(t.Context(), host, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cleanup(t.Context()) }()
	ctx := agenttool.WithCaller(t.Context(), desk)
	wantCode(t, "/me", host.Call(ctx, "m365_graph", []byte(`{"endpoint":"/me"}`)), agenttool.CodePermissionDisabled)
}
