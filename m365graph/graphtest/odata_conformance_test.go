package graphtest_test

import (
	"net/url"
	"strings"
	"testing"
)

// collections are the columns of the table below, one of each kind.
var collections = []string{
	"/users", "/groups/" + allHandID + "/members", "/users/delta", "/me/people", "/organization",
	"/me/messages", "/me/mailFolders", "/me/mailFolders/inbox/messages/delta", "/me/events",
	"/me/drive/root/children", "/sites", "/me/chats",
}

// conformance tells what each collection makes of an option, in the order of
// collections: "+" takes it, "q" refuses it with the code for queries of its
// service, "b" with BadRequest, "u" with Request_UnsupportedQuery, "i" with
// ErrorInvalidRequest, "m" with UnsupportedMediaType.
var conformance = []struct{ option, want string }{
	{"", "+ + + + + + + + + + + +"},
	{"$top=1", "+ + + + + + + + + + + +"},
	{"$top=0", "q q q + q + + + + + + +"},
	{"$top=100000", "q q q q q q q q q + + q"},
	{"$top=x", "q q q q q q q q q q q q"},
	{"$skip=1", "q q q + + + + q + q q q"},
	{"$count=x", "q q q q q q q q q q q q"},
	{"$filter=id eq 'x'", "+ + + + + + + i + + + +"},
	{"$filter=id eq", "q q q q q q q q q q q q"},
	{"$filter=frob eq 1", "q q q q q q q q q q q q"},
	{"$filter=id add 1 eq 2", "q q q q q q q q q q q q"},
	{"$orderby=frob", "q q q q q q q q q q q q"},
	{"$orderby=id down", "q q q q q q q q q q q q"},
	{"$select=id", "+ + + + + + + + + + + +"},
	{"$select=frob", "b b b b b b b b b b b b"},
	{"$expand=frob", "b q b q b b b b b b b b"},
	{`$search="a"`, "b b q + q + q q q q + q"},
	{`$search="displayName:a"`, "u u q + q + q q q q + q"},
	{"$format=atom", "m m m m m m m m m m m q"},
	{"$frob=1", "q q q q q q q q q q q q"},
	{"$skiptoken=x", "q q q q q q q q q q q q"},
	{"$deltatoken=x", "q q q q q q q q q q q q"},
	{"frob=1", "+ + + + + + + + + + + +"},
}

// queryCode is the code for queries of the service behind a path.
func queryCode(path string) string {
	switch {
	case strings.HasPrefix(path, "/me/drive"), strings.HasPrefix(path, "/sites"):
		return "invalidRequest"
	case strings.HasPrefix(path, "/me/chats"):
		return "BadRequest"
	case strings.HasPrefix(path, "/me/"):
		return "RequestBroker--ParseUri"
	}
	return "Request_BadRequest"
}

func TestOptionsConform(t *testing.T) {
	t.Parallel()
	f := setup(t, firm())
	f.token = mint(t, map[string]any{"scp": directoryScopes + " " + allScopes + " Sites.Read.All Chat.Read"})
	for _, row := range conformance {
		name, value, _ := strings.Cut(row.option, "=")
		for i, want := range strings.Fields(row.want) {
			path := collections[i]
			code := map[string]string{"q": queryCode(path), "b": "BadRequest", "u": "Request_UnsupportedQuery", "i": "ErrorInvalidRequest", "m": "UnsupportedMediaType"}[want]
			a := f.do(t, "GET", path+"?"+name+"="+url.QueryEscape(value), "")
			switch {
			case want == "+" && a.status != 200:
				t.Errorf("GET %s?%s = %d %s, want 200", path, row.option, a.status, a.body)
			case want != "+" && (a.status < 400 || a.status >= 500 || a.code(t) != code):
				t.Errorf("GET %s?%s = %d %s, want %s", path, row.option, a.status, a.body, code)
			}
		}
	}
	for _, path := range collections {
		if a := f.do(t, "GET", path+"?$select=id&%24Select=id", ""); a.status != 400 || !strings.Contains(string(a.body), "more than once") {
			t.Errorf("GET %s with an option twice = %d %s", path, a.status, a.body)
		}
		beta := f.URL() + "/beta" + path
		if a := f.do(t, "GET", beta+"?select=id&TOP=1", ""); a.status != 200 {
			t.Errorf("GET %s with options of beta = %d %s", beta, a.status, a.body)
		}
		if a := f.do(t, "GET", beta+"?select=frob", ""); a.status != 400 {
			t.Errorf("GET %s?select=frob = %d, want 400: beta reads it", beta, a.status)
		}
	}
}

// The directory lets properties be filtered and ordered
// by: at once, in advanced queries, or never.
func TestDirectoryFiltersConform(t *testing.T) {
	t.Parallel()
	f := directoryFixture(t)
	for _, tt := range []struct{ path, query, at, advanced string }{
		{"/users", "$filter=displayName eq 'a'", "", ""},
		{"/users", "$filter=displayName in ('a','b')", "", ""},
		{"/users", "$filter=startswith(displayName,'a') or mail eq 'b'", "", ""},
		{"/users", "$filter=displayName ne 'a'", "'ne'", ""},
		{"/users", "$filter=not(displayName eq 'a')", "'not'", ""},
		{"/users", "$filter=displayName ge 'a'", "'ge'", ""},
		{"/users", "$filter=endswith(mail,'a')", "'endsWith'", ""},
		{"/users", "$filter=endswith(displayName,'a')", "'displayName' of resource 'User'", "'displayName' of resource 'User'"},
		{"/users", "$filter=contains(displayName,'a')", "'displayName' of resource 'User'", "'displayName' of resource 'User'"},
		{"/users", "$filter=companyName eq 'a'", "'eq'", ""},
		{"/users", "$filter=department eq null", "'eq'", ""},
		{"/users", "$filter=department ne null", "'ne'", ""},
		{"/users", "$filter=accountEnabled eq true", "", ""},
		{"/users", "$filter=userType eq 'Guest'", "", ""},
		{"/users", "$filter=createdDateTime ge 2026-01-01T00:00:00Z", "", ""},
		{"/users", "$filter=createdDateTime in (2026-01-01T00:00:00Z)", "'in'", ""},
		{"/users", "$filter=aboutMe eq 'a'", "'aboutMe'", "'aboutMe'"},
		{"/users", "$filter=tolower(displayName) eq 'a'", "'tolower'", "'tolower'"},
		{"/users", "$filter=assignedLicenses/any(s:s/skuId eq 184efa21-98c3-4e5d-95ab-d07053a96e67)", "", ""},
		{"/users", "$filter=assignedLicenses/$count ne 0", "'$count'", ""},
		{"/users", "$filter=proxyAddresses/any(p:endswith(p,'a'))", "'endsWith'", ""},
		{"/users", "$filter=businessPhones/any(p:p eq '1')", "", ""},
		{"/users", "$filter=identities/any(i:i/issuer eq 'a' and i/issuerAssignedId eq 'b')", "", ""},
		{"/users", "$filter=id in (" + strings.Repeat("'a',", 15) + "'a')", "Max allowed: 15", ""},
		{"/users", "$filter=id eq 'a'" + strings.Repeat(" or id eq 'a'", 15), "Max allowed: 15", ""},
		{"/users", "$orderby=displayName", "", ""},
		{"/users", "$orderby=userPrincipalName desc", "", ""},
		{"/users", "$orderby=createdDateTime", "Sorting not supported", ""},
		{"/users", "$orderby=jobTitle", "Sorting not supported", "Sorting not supported"},
		{"/users", "$orderby=displayName&$filter=startswith(displayName,'a')", "Sorting not supported", ""},
		{"/users", `$search="displayName:a"`, "'ConsistencyLevel: eventual'", ""},
		{"/users", `$search="aboutMe:a"`, "'aboutMe'", "'aboutMe'"},
		{"/users", `$search="frob:a"`, "'frob'", "'frob'"},
		{"/groups", "$filter=groupTypes/any(t:t eq 'Unified')", "", ""},
		{"/groups", "$filter=not groupTypes/any(t:t eq 'Unified')", "'not'", ""},
		{"/groups", "$filter=groupTypes/$count eq 0", "'$count'", ""},
		{"/groups", "$filter=mailEnabled eq false and securityEnabled eq true", "", ""},
		{"/groups", "$filter=renewedDateTime le 2026-01-01T00:00:00Z", "", ""},
		{"/groups", "$filter=theme eq 'Red'", "'theme' of resource 'Group'", "'theme' of resource 'Group'"},
		{"/me/memberOf", "$filter=displayName eq 'All Hands'", "", ""},
		{"/me/memberOf", "$filter=isof('microsoft.graph.group')", "", ""},
		{"/me/memberOf", "$filter=microsoft.graph.group/displayName eq 'All Hands'", "", ""},
	} {
		name, value, _ := strings.Cut(tt.query, "=")
		second := ""
		if value, second, _ = strings.Cut(value, "&$filter="); second != "" {
			second = "&$filter=" + url.QueryEscape(second)
		}
		query := tt.path + "?" + name + "=" + url.QueryEscape(value) + second
		for _, try := range []struct {
			a    *answer
			want string
		}{{f.do(t, "GET", query, ""), tt.at}, {f.do(t, "GET", query+"&$count=true", "", "ConsistencyLevel", "eventual"), tt.advanced}} {
			switch {
			case try.want == "" && try.a.status != 200:
				t.Errorf("GET %s?%s = %d %s, want 200", tt.path, tt.query, try.a.status, try.a.body)
			case try.want != "" && (try.a.status != 400 || !strings.Contains(string(try.a.body), try.want)):
				t.Errorf("GET %s?%s = %d %s, want 400 with %q", tt.path, tt.query, try.a.status, try.a.body, try.want)
			}
		}
	}
}
