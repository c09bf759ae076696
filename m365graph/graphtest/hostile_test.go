package graphtest_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// soon is far longer than any answer may take on the slowest machine, and far
// shorter than work that grows with the square of a request.
const soon = 20 * time.Second

// hurried sends a request that must be answered, and not by a failure of ours.
func (f *fixture) hurried(t *testing.T, name, method, path, body string, header ...string) *answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, f.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	req.Header.Set("Authorization", "Bearer "+f.token)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	a, err := roundTrip(f.Client(), req)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return &answer{}
	}
	if a.status >= 500 {
		t.Errorf("%s = %d %.300s, want an answer of Graph's", name, a.status, a.body)
	}
	return a
}

func TestHostileQueriesAreAnsweredSoon(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(50))
	const n = 300_000
	for name, query := range map[string]string{
		"open parentheses":  "$filter=" + strings.Repeat("(", n),
		"negations":         "$filter=" + strings.Repeat("not%20", n/6) + "isRead",
		"alternatives":      "$filter=isRead" + strings.Repeat("%20or%20isRead", n/14),
		"a long list":       "$filter=subject%20in%20('a'" + strings.Repeat(",'a'", n/4) + ")",
		"nested functions":  "$filter=" + strings.Repeat("tolower(", n/8),
		"a long path":       "$filter=from" + strings.Repeat("/emailAddress", n/13) + "%20eq%201",
		"nested lambdas":    "$filter=" + strings.Repeat("toRecipients/any(a:", n/19),
		"a name repeated":   "$select=" + strings.Repeat("id,", n/3),
		"nested expansions": "$expand=" + strings.Repeat("attachments($expand=", n/20),
		"many orders":       "$orderby=" + strings.Repeat("subject,", n/8) + "subject",
		"a long search":     "$search=%22" + strings.Repeat("a%20OR%20", n/9) + "a%22",
		"a long token":      "$skiptoken=" + strings.Repeat("x", n),
		"a long number":     "$top=" + strings.Repeat("9", n),
		"many parameters":   strings.Repeat("a&", n/2),
	} {
		f.hurried(t, name, "GET", "/v1.0/me/messages?"+query, "")
	}
	if a := f.hurried(t, "a name repeated", "GET", "/v1.0/me/messages?$top=1&$select=subject,subject,Subject", ""); strings.Count(string(a.body), `"subject":`) != 1 || !strings.Contains(string(a.body), "messages(subject)") {
		t.Errorf("a property that was asked for three times: %s, want it once and in the context", a.body)
	}
}

func TestHostilePathsAreAnsweredSoon(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	const n = 300_000
	for name, path := range map[string]string{
		"dots": "/v1.0/me/%2e%2e/users", "a slash in a segment": "/v1.0/me%2Fmessages", "NUL": "/v1.0/me/messages/%00", "no UTF-8": "/v1.0/me/messages/%ff%fe",
		"a long id": "/v1.0/me/messages/" + strings.Repeat("a", n), "many segments": "/v1.0/" + strings.Repeat("a/", n/2), "many colons": "/v1.0/me/drive/root" + strings.Repeat(":/a:", n/4),
		"a deep path": "/v1.0/me/drive/root:/" + strings.Repeat("a/", n/2) + "b:/children", "dots in a drive": "/v1.0/me/drive/root:/%2e%2e/%2e%2e/etc/passwd:/content",
		"NUL in a drive": "/v1.0/me/drive/root:/a%00b:/content", "no UTF-8 in a drive": "/v1.0/me/drive/root:/%ff:/content", "empty segments": "/v1.0//me///messages",
		"parentheses": "/v1.0/me/messages" + strings.Repeat("(", n), "many arguments": "/v1.0/me/drive/root/search(" + strings.Repeat("q='a',", n/6) + ")",
		"a version twice": "/v1.0/v1.0/me", "no version": "/me", "no path": "/", "a backslash": "/v1.0/me/drive/root:/a%5Cb:/children", "a semicolon": "/v1.0/me;x=1/messages",
	} {
		for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "BREW"} {
			f.hurried(t, method+" "+name, method, path, "x")
		}
	}
}

func TestHostileDocumentsAreAnsweredSoon(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	f.token = mint(t, map[string]any{"scp": allScopes + " Directory.ReadWrite.All Group.ReadWrite.All User.ReadWrite.All Chat.ReadWrite Files.ReadWrite.All"})
	for name, body := range map[string]string{
		"deep arrays": strings.Repeat("[", 100_000), "deep objects": strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000),
		"depth that parses": `{"subject":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}", "a member twice": `{"subject":"a","subject":"b","displayName":1,"displayName":"b"}`,
		"a byte order mark": "\xef\xbb\xbf{}", "no UTF-8": "{\"subject\":\"\xff\",\"displayName\":\"\xff\"}", "a number beyond": `{"subject":1e99999,"size":1e99999}`,
		"many members": "{" + strings.Repeat(`"a":1,`, 100_000) + `"b":1}`, "two documents": `{"subject":"a"}{"subject":"b"}`, "half a surrogate": `{"subject":"\ud800","displayName":"\ud800"}`,
	} {
		for _, request := range []string{
			"POST /v1.0/me/messages", "POST /v1.0/me/events", "POST /v1.0/$batch", "POST /v1.0/me/drive/root/children", "PATCH /v1.0/users/" + salesID, "POST /v1.0/groups",
			"POST /v1.0/subscriptions", "POST /v1.0/search/query", "POST /v1.0/chats", "POST /v1.0/me/sendMail", "POST /v1.0/me/calendar/getSchedule",
			"POST /v1.0/me/drive/root:/a.txt:/createUploadSession",
		} {
			method, path, _ := strings.Cut(request, " ")
			f.hurried(t, request+" of "+name, method, path, body)
		}
	}
}

func TestAHostileBatchIsAnsweredSoon(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(50))
	urls := []string{
		"", "/", "//", "https://evil.example/me", "/../../users", "/$batch", "?", "#", "/me/messages#x", `\u0000`, "/me/%00", " /me", `/me\r\nX: y`, "/v1.0/me", "%", "/users/%zz",
		"/me/messages?$filter=" + strings.Repeat("(", 100_000), "/me/messages?$search=%22" + strings.Repeat("a%20OR%20", 10_000) + "a%22",
	}
	var items []string
	for i, u := range urls {
		items = append(items, fmt.Sprintf(`{"id":"%d","method":"GET","url":"/%s","headers":{"a\r\nb":"c\r\nd","Host":"evil.example","Authorization":"Bearer x"}}`, i, u))
	}
	items = append(items, `{"id":"brew","method":"BREW \u0000","url":"/me"}`, `{"id":"head","method":"HEAD","url":"/me"}`)
	a := f.hurried(t, "batch", "POST", "/v1.0/$batch", `{"requests":[`+strings.Join(items, ",")+`]}`)
	var statuses []string
	for _, r := range a.json(t)["responses"].([]any) {
		if status := r.(map[string]any)["status"].(float64); status >= 500 || status < 200 {
			statuses = append(statuses, fmt.Sprint(r))
		}
	}
	if len(statuses) > 0 || a.status != http.StatusOK {
		t.Errorf("a batch = %d with %.500v, want Graph's answers", a.status, statuses)
	}
}

func TestHostileHeadersAreAnsweredSoon(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	for _, h := range [][2]string{
		{"X-Large", strings.Repeat("x", 300_000)}, {"Prefer", strings.Repeat("a=b,", 50_000)}, {"Accept", strings.Repeat("application/json;odata.metadata=none,", 8000)},
		{"Client-Request-Id", strings.Repeat("x", 100_000)}, {"If-Match", strings.Repeat(`"`, 100_000)}, {"Authorization", "Bearer " + strings.Repeat("a.", 100_000)},
		{"Authorization", "Bearer " + strings.Repeat("a", 200_000) + ".b.c"}, {"Content-Type", strings.Repeat("a;", 100_000)}, {"Consistencylevel", strings.Repeat("x", 100_000)},
	} {
		f.hurried(t, h[0], "GET", "/v1.0/me", "", h[0], h[1])
	}
}

func TestATokenOutOfPlaceIsRefused(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	if a := f.do(t, "GET", "/me?access_token="+f.token, "", "Authorization", "-"); a.status != http.StatusUnauthorized {
		t.Errorf("a token in the query = %d, want 401", a.status)
	}
	for _, r := range f.Requests() {
		if strings.Contains(fmt.Sprint(r), f.token) {
			t.Error("the log holds a token of the query")
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), "GET", f.URL()+"/v1.0/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header["Authorization"] = []string{"Bearer " + f.token, "Bearer " + mint(t, map[string]any{"oid": opsID})}
	if a, err := roundTrip(f.Client(), req); err != nil || a.status != http.StatusUnauthorized {
		t.Errorf("two Authorization headers = %v, %v, want 401", a, err)
	}
}

func TestTheServiceNamesWhatItHas(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	for _, path := range []string{"/v1.0", "/v1.0/", "/beta"} {
		a := f.do(t, "GET", f.URL()+path, "", "Authorization", "-")
		if a.status != http.StatusOK || !strings.Contains(string(a.body), `{"name":"users","kind":"EntitySet","url":"users"}`) {
			t.Errorf("GET %s = %d %s, want the service document", path, a.status, a.body)
		}
	}
	for path, want := range map[string]int{"/v1.0": 401, "/v1.0/me": 401, "/v1.0/$metadata/x": 401} {
		header := []string{"Authorization", "-"}
		if path == "/v1.0" {
			header[1] = "Bearer x"
		}
		if a := f.do(t, "GET", f.URL()+path, "", header...); a.status != want {
			t.Errorf("GET %s with %v = %d, want %d", path, header, a.status, want)
		}
	}
}

// Hosts of content answer HEAD, and Graph itself does not.
func TestHeadIsForContent(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	f.do(t, "PUT", "/me/drive/root:/a.txt:/content", "hello", "Content-Type", "text/plain")
	url := f.do(t, "GET", "/me/drive/root:/a.txt:/content", "").header.Get("Location")
	a := f.do(t, "HEAD", url, "", "Authorization", "-")
	if a.status != http.StatusOK || a.header.Get("Content-Length") != strconv.Itoa(len("hello")) || len(a.body) != 0 {
		t.Errorf("HEAD of a file = %d %v, want 200 and its length", a.status, a.header)
	}
	if a := f.do(t, "HEAD", "/me", ""); a.status != http.StatusMethodNotAllowed {
		t.Errorf("HEAD /me = %d, want 405", a.status)
	}
	for _, r := range f.Requests() {
		if strings.Contains(r.Query, "tempauth=") && !strings.Contains(r.Query, "tempauth=REDACTED") {
			t.Errorf("the log holds the signature of a link: %s", r.Query)
		}
	}
}

func TestALargeDirectoryHasALargerQuota(t *testing.T) {
	t.Parallel()
	tenant := office()
	for i := range 60 {
		tenant.Users = append(tenant.Users, &graphtest.User{UserPrincipalName: fmt.Sprintf("desk%d@contoso.example", i)})
	}
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: tenant, Now: func() time.Time { return now }, Throttling: 0.002})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	f := &fixture{s, mint(t, map[string]any{"appid": "app-1"})}
	if passed, _ := f.until(t, "/me", 50); passed != 10 { // of 5,000 units, and not of 3,500
		t.Errorf("%d requests passed, want 10", passed)
	}
}
