package graphtest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// fuzzed is a server on the firm for as long as a fuzz test goes on.
func fuzzed(f *testing.F) *fixture {
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: firm()})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	return &fixture{s, mint(f, map[string]any{"scp": directoryScopes + " " + allScopes, "exp": 4e9})}
}

// FuzzQuery sends any options to collections of each service.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"$filter=displayName eq 'x'", `$search="displayName:a" OR "mail:b"`, "$expand=manager($levels=9;$select=id)", "$select=displayName,*&$orderby=displayName desc",
		"$filter=microsoft.graph.user/mail eq null and isof('microsoft.graph.group')", "$filter=proxyAddresses/any(p:endswith(p,'x'))&$count=true",
		"$skiptoken=x", "$format=xml", "$top=5&$top=6", "$filter=assignedLicenses/any(s:s/skuId eq 184efa21-98c3-4e5d-95ab-d07053a96e67)",
		"$expand=attachments($filter=name eq 'x';$top=1),*", "$skip=9223372036854775807&$top=1", "$filter=toRecipients/any(t:t/emailAddress/name in ('a',null))",
		"$select=microsoft.graph.fileAttachment/contentBytes", "$expand=members($select=id;$top=1;$skip=9;$count=true;$orderby=id)", "$deltatoken=latest",
	} {
		f.Add(seed)
	}
	x := fuzzed(f)
	f.Fuzz(func(t *testing.T, query string) {
		var escaped []string
		for part := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(part, "=")
			escaped = append(escaped, url.QueryEscape(name)+"="+url.QueryEscape(value))
		}
		for _, path := range []string{"/users", "/groups/" + allHandID + "/members", "/groups", "/groups/delta", "/me/people", "/me/messages", "/me/events", "/me/drive/root/children"} {
			if a := x.do(t, "GET", path+"?"+strings.Join(escaped, "&"), "", "ConsistencyLevel", "eventual"); a.status >= 500 {
				t.Errorf("GET %s?%s = %d %s", path, query, a.status, a.body)
			}
		}
	})
}

// FuzzPath asks for any path.
func FuzzPath(f *testing.F) {
	for _, seed := range []string{
		"/me/drive/root:/a/b:/content", "/users('sales@contoso.example')/messages", "/groups/" + allHandID + "/members/graph.user/$count", "/me/messages/%2F/attachments",
		"/users/delta(token='x')", "/me/drive/items/root%3A%2Fname%3A/content", "/sites/root:/a:/lists", "/directoryObjects/", "/me/photo/$value", "/me/drive/root/search(q='a')",
	} {
		f.Add(seed)
	}
	x := fuzzed(f)
	f.Fuzz(func(t *testing.T, path string) {
		u := &url.URL{Path: "/v1.0/" + strings.TrimPrefix(path, "/")}
		if strings.ContainsAny(u.EscapedPath(), "?#") {
			return
		}
		if a := x.do(t, "GET", x.URL()+u.EscapedPath(), ""); a.status >= 500 {
			t.Errorf("GET %s = %d %s", path, a.status, a.body)
		}
	})
}

// FuzzDirectoryBody writes anything to the directory.
func FuzzDirectoryBody(f *testing.F) {
	for _, seed := range []string{
		`{"accountEnabled":true,"displayName":"X","mailNickname":"x","userPrincipalName":"x@contoso.example","passwordProfile":{"password":"xWwvJ]6NMw"}}`,
		`{"displayName":"X","mailEnabled":false,"mailNickname":"x","securityEnabled":true,"members@odata.bind":["https://x/v1.0/users/` + opsID + `"]}`,
		`{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/` + opsID + `"}`, `{"ids":["x"],"types":["user"]}`, `{"groupIds":null}`, `{"securityEnabledOnly":true}`,
		`{"displayName":null,"businessPhones":[1],"employeeHireDate":"2026-01-01T00:00:00Z"}`, `[]`, `null`, `{"a":`, `{"@odata.id":"://"}`,
	} {
		f.Add(seed)
	}
	x := fuzzed(f)
	f.Fuzz(func(t *testing.T, body string) {
		for _, r := range []struct{ method, path string }{
			{"POST", "/users"}, {"PATCH", "/users/" + bossID}, {"PUT", "/users/" + opsID + "/manager/$ref"}, {"POST", "/groups"}, {"PATCH", "/groups/" + plantID},
			{"POST", "/groups/" + plantID + "/members/$ref"}, {"POST", "/groups/" + plantID + "/owners/$ref"}, {"POST", "/directoryObjects/getByIds"},
			{"POST", "/me/checkMemberGroups"}, {"POST", "/me/checkMemberObjects"}, {"POST", "/me/getMemberGroups"}, {"PUT", "/me/photo/$value"},
		} {
			contentType := "application/json"
			if r.method == http.MethodPut && strings.HasSuffix(r.path, "$value") {
				contentType = "image/png"
			}
			if a := x.do(t, r.method, r.path, body, "Content-Type", contentType); a.status >= 500 {
				t.Errorf("%s %s %s = %d %s", r.method, r.path, body, a.status, a.body)
			}
		}
	})
}
