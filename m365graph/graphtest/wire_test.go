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

func TestControlInformationIsWholeIfAsked(t *testing.T) {
	t.Parallel()
	f := setup(t, described())
	address := "users('" + salesID + "')/messages('AAMkMail')"
	const asked = "application/json;odata.metadata=full"
	for _, path := range []string{"/me/messages", "/me/messages?$format=" + asked, "/me/messages?$format=json;odata.metadata=full"} {
		accept := asked
		if strings.Contains(path, "$format") {
			accept = "*/*"
		}
		a := f.do(t, "GET", path, "", "Accept", accept)
		m, _ := a.json(t)["value"].([]any)[0].(map[string]any)
		for name, want := range map[string]any{
			"@odata.type": "#microsoft.graph.message", "@odata.id": f.URL() + "/v1.0/" + address, "@odata.editLink": address,
			"attachments@odata.navigationLink": f.URL() + "/v1.0/" + address + "/attachments", "receivedDateTime@odata.type": "#DateTimeOffset",
			"toRecipients@odata.type": "#Collection(microsoft.graph.recipient)", "importance@odata.type": "#microsoft.graph.importance",
			"subject@odata.type": nil, "isRead@odata.type": nil, "subject": "Plant tour",
		} {
			if m[name] != want {
				t.Errorf("GET %s with Accept %s: %s = %v, want %v", path, accept, name, m[name], want)
			}
		}
		if got := a.header.Get("Content-Type"); !strings.Contains(got, "odata.metadata=full") {
			t.Errorf("GET %s: Content-Type = %q", path, got)
		}
	}
	if me := f.get(t, "/me?$format=json;odata.metadata=none", "Accept", asked); me["@odata.context"] != nil || me["@odata.type"] != nil {
		t.Errorf("me = %v, want it as $format has it", me)
	}
	if me := f.get(t, "/me?$select=businessPhones", "Accept", asked); me["businessPhones@odata.type"] != "#Collection(String)" || me["@odata.editLink"] != "users('"+salesID+"')" {
		t.Errorf("me = %v, want its type and its address", me)
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
