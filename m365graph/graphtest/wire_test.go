package graphtest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestControlInformationIsLeftOutIfAsked(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(5))
	for _, accept := range []string{"application/json;odata.metadata=none", "text/plain, application/json; odata.metadata=none"} {
		a := f.do(t, "GET", "/me/messages?$top=2&$count=true&$expand=attachments", "", "Accept", accept)
		page := a.json(t)
		if page["@odata.nextLink"] == nil || page["@odata.count"] != 5.0 || page["@odata.context"] != nil {
			t.Errorf("Accept %s: the page has %v, want the count and the next link alone", accept, page)
		}
		if strings.Contains(string(a.body), "@odata.etag") || len(page["value"].([]any)) != 2 {
			t.Errorf("Accept %s: the items are %s, want two without ETags", accept, a.body)
		}
		if got := a.header.Get("Content-Type"); !strings.Contains(got, "odata.metadata=none") {
			t.Errorf("Accept %s: Content-Type = %q", accept, got)
		}
		if all, _ := walk(t, f, "/me/messages?$top=2", "Accept", accept); len(all) != 5 {
			t.Errorf("Accept %s: %d messages, want 5", accept, len(all))
		}
	}
	for _, accept := range []string{"*/*", "application/json", "application/json;odata.metadata=minimal", "none", ";none"} {
		if me := f.get(t, "/me", "Accept", accept); me["@odata.context"] == nil {
			t.Errorf("Accept %s: there is no context", accept)
		}
	}
}

func TestScriptsOfOtherOriginsAreLetIn(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	a := f.do(t, "OPTIONS", "/me/messages", "", "Origin", "https://app.contoso.example", "Authorization", "-",
		"Access-Control-Request-Method", "PATCH", "Access-Control-Request-Headers", "authorization,prefer")
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "PATCH", "Access-Control-Allow-Headers": "authorization,prefer",
	} {
		if got := a.header.Get(name); a.status != 200 || got != want {
			t.Errorf("preflight = %d with %s %q, want 200 with %q", a.status, name, got, want)
		}
	}
	a = f.do(t, "GET", "/me", "", "Origin", "https://app.contoso.example")
	if a.status != 200 || a.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(a.header.Get("Access-Control-Expose-Headers"), "Retry-After") {
		t.Errorf("a request of a script = %d %v, want headers that let it read the answer", a.status, a.header)
	}
	a = f.do(t, "GET", "/me", "", "Origin", "https://app.contoso.example", "Authorization", "-")
	if a.status != 401 || a.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("a request without a token = %d, want 401 that the script can read", a.status)
	}
	for _, header := range [][]string{{}, {"Origin", "https://app.contoso.example"}} {
		if a := f.do(t, "OPTIONS", "/me", "", header...); a.status != 405 {
			t.Errorf("OPTIONS %v = %d, want 405", header, a.status)
		}
	}
	if a := f.do(t, "GET", "/me", ""); a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a program that is no script is told of origins")
	}
}

// Bodies arrive in chunks, and after the client was told to go on.
func TestBodiesArriveInAnyWay(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	for name, expect := range map[string]string{"in chunks": "", "after 100 Continue": "100-continue"} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", f.URL()+"/v1.0/me/sendMail", io.MultiReader(strings.NewReader(quote)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+f.token)
		req.Header.Set("Content-Type", `application/json; charset="utf-8"; odata.metadata=minimal`)
		if expect != "" {
			req.Header.Set("Expect", expect)
		}
		res, err := f.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusAccepted {
			t.Errorf("%s: sendMail = %d, want 202", name, res.StatusCode)
		}
	}
	f.AssertExecuted(t, "POST /me/sendMail", 2)
}
