package graphtools_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph/graphtools"
)

// strange mounts the tools over a Graph that answers as no Graph should.
func strange(t *testing.T, answer http.HandlerFunc) *rig {
	t.Helper()
	server := httptest.NewTLSServer(answer)
	t.Cleanup(server.Close)
	entra, err := entratest.New(&entratest.Options{Users: []entratest.User{{UPN: sales}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = entra.Close() })
	r := &rig{t: t, entra: entra, host: agenttool.NewHost(nil)}
	host := strings.TrimPrefix(server.URL, "https://")
	r.opts.Client.Cloud = m365auth.Cloud{Name: "strange", LoginHost: entra.Host(), GraphHost: host}
	r.opts.Client.HTTPClient = server.Client()
	r.opts.Client.MaxRetries = -1
	r.opts.Config.Env = func(string) (string, bool) { return "", false }
	r.opts.Config.File = os.DevNull
	if err := r.host.SetTokens(agenttool.TokensService, m365auth.ProviderFunc(r.token)); err != nil {
		t.Fatal(err)
	}
	return r.mount([]string{"read"})
}

func TestALinkToAnotherHostIsNotFollowed(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	evil := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer evil.Close()
	r := strange(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"value":[{"id":"1","subject":"one"}],"@odata.nextLink":%q}`, evil.URL+"/v1.0/me/messages")
	})
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
	var asked atomic.Int32
	r := strange(t, func(w http.ResponseWriter, req *http.Request) {
		asked.Add(1)
		fmt.Fprintf(w, `{"value":[{"id":"1"}],"@odata.nextLink":"https://%s/v1.0/me/messages?$skiptoken=again"}`, req.Host)
	})
	list := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages","paginate":true}`))
	if n := asked.Load(); n != 2 || len(list.Items) != 2 || !list.Truncated {
		t.Errorf("a circular list gives %+v after %d requests, want two items after 2", list, n)
	}
}

func TestLongLinksAndEmptyPagesDoNotBreakAWalk(t *testing.T) {
	t.Parallel()
	const pages = 6
	token := strings.Repeat("t", 7000)
	r := strange(t, func(w http.ResponseWriter, req *http.Request) {
		page := 0
		_, _ = fmt.Sscanf(req.URL.Query().Get("$skiptoken"), "%d-", &page)
		items := `null`
		if page%2 == 0 {
			items = fmt.Sprintf(`{"id":"%d","subject":"Message %03d","bodyPreview":%q},null`, page, page/2, strings.Repeat("x", 3000))
		}
		next := ""
		if page+1 < pages {
			next = fmt.Sprintf(`,"@odata.nextLink":"https://%s/v1.0/me/messages?$skiptoken=%d-%s"`, req.Host, page+1, token)
		}
		fmt.Fprintf(w, `{"value":[%s]%s}`, items, next)
	})
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
	if want := subjects(pages / 2); strings.Join(got, ",") != strings.Join(want, ",") {
		t.Errorf("the walk gives %q, want %q", got, want)
	}
}

func TestAResourceTooWideToShowKeepsItsPlace(t *testing.T) {
	t.Parallel()
	var wide strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&wide, `,"a rather long name of a member %d":%d`, i, i)
	}
	r := strange(t, func(w http.ResponseWriter, req *http.Request) {
		item := fmt.Sprintf(`{"id":"wide-1","subject":"wide"%s}`, wide.String())
		if strings.HasSuffix(req.URL.Path, "/messages") {
			item = fmt.Sprintf(`{"value":[%s,{"id":"2","subject":"after it"}]}`, item)
		}
		fmt.Fprint(w, item)
	})
	list := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages"}`))
	if len(list.Items) != 2 || list.Items[0].ID != "wide-1" || list.Items[1].Subject != "after it" || !list.Truncated {
		t.Errorf("the list is %+v, want the id of the wide item and the one after it", list)
	}
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
	for name, answer := range map[string]http.HandlerFunc{
		"a redirect to contents": func(w http.ResponseWriter, req *http.Request) {
			http.Redirect(w, req, "https://content.example/x?tempauth=canary", http.StatusFound)
		},
		"bytes":     func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("\x89PNG canary")) },
		"a number":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("42")) },
		"an array":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`["canary"]`)) },
		"no answer": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
	} {
		res := strange(t, answer).call(`{"endpoint":"/me"}`)
		wantCode(t, name, res, agenttool.CodeInvalidArgument)
		if strings.Contains(res.Text, "canary") {
			t.Errorf("%s answers %q, want nothing of it relayed", name, res.Text)
		}
	}
	res := strange(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"value":[1]}`)) }).call(`{"endpoint":"/me/messages"}`)
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
