package graphtest_test

import (
	"strings"
	"testing"
)

func TestQueryIsRefused(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(3))
	for _, tt := range []struct{ query, code, message string }{
		{"$frob=1", "RequestBroker--ParseUri", "'$frob'"},
		{"$search=from:ops", "BadRequest", "Syntax error: character ':' is not valid at position 4 in 'from:ops'."},
		{"$search=%22x%22&$filter=isRead%20eq%20true", "SearchWithFilter", "'$filter' is not supported with '$search'"},
		{"$search=%22x%22&$orderby=subject", "SearchWithOrderBy", "'$orderby' is not supported with '$search'"},
		{"$search=%22x%22&$skip=1", "SearchWithSkip", "'$skip'"},
		{"$search=%22x%22&$count=true", "SearchWithCount", "'$count'"},
		{"$format=xml", "UnsupportedMediaType", "'xml'"},
		{"$count=maybe", "RequestBroker--ParseUri", "$count query option"},
		{"$expand=attachments($top=x)", "BadRequest", "$top query option"},
		{"$expand=attachments($top=1;$top=2)", "BadRequest", "Syntax error"},
		{"$top=x", "RequestBroker--ParseUri", "$top query option"},
		{"$top=-1", "RequestBroker--ParseUri", "$top query option"},
		{"$top=1001", "RequestBroker--ParseUri", "The limit of '1000' for Top query has been exceeded. The value from the incoming request is '1001'."},
		{"$skip=-1", "RequestBroker--ParseUri", "$skip query option"},
		{"$top=1&$Top=2", "RequestBroker--ParseUri", "more than once"},
		{"$filter=isJunk%20eq%20true", "RequestBroker--ParseUri", "Could not find a property named 'isJunk' on type 'microsoft.graph.message'."},
		{"$filter=subject%20eq", "RequestBroker--ParseUri", "Syntax error at position 10"},
		{"$orderby=isJunk", "RequestBroker--ParseUri", "isJunk"},
		{"$select=isJunk", "BadRequest", "Parsing OData Select and Expand failed: Could not find a property named 'isJunk'"},
		{"$expand=subject", "BadRequest", "Parsing OData Select and Expand failed"},
		{"$expand=attachments($filter=x)", "BadRequest", "not supported inside"},
		{"$expand=attachments($select=id", "BadRequest", "Syntax error"},
		{"$filter=%zz", "BadRequest", "invalid URL escape"},
		{"%zz=1", "BadRequest", "invalid URL escape"},
		{"$orderby=receivedDateTime&$filter=isRead%20eq%20true", "InefficientFilter", "The restriction or sort order is too complex for this operation."},
		{"$orderby=receivedDateTime,isRead&$filter=isRead%20eq%20true%20and%20receivedDateTime%20ge%202020-01-01", "InefficientFilter", "too complex"},
		{"$orderby=receivedDateTime,subject&$filter=receivedDateTime%20ge%202020-01-01", "InefficientFilter", "too complex"},
	} {
		a := f.do(t, "GET", "/me/messages?"+tt.query, "")
		if a.status != 400 && tt.code != "UnsupportedMediaType" || a.code(t) != tt.code || !strings.Contains(string(a.body), tt.message) {
			t.Errorf("GET /me/messages?%s = %d %s, want 400 %s with %q", tt.query, a.status, a.body, tt.code, tt.message)
		}
	}
	for _, path := range []string{"/me?$top=1", "/me?$filter=id%20eq%20'x'", "/me/mailFolders/inbox?$skiptoken=x"} {
		if a := f.do(t, "GET", path, ""); a.status != 400 {
			t.Errorf("GET %s = %d, want 400", path, a.status)
		}
	}
}

func TestDirectoryHasRulesOfItsOwn(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	f.token = mint(t, map[string]any{"scp": "User.Read.All"})
	eventual := []string{"ConsistencyLevel", "eventual"}
	for _, tt := range []struct {
		query  string
		header []string
		status int
		want   string
	}{
		{"", nil, 200, "Sales Desk"},
		{"?$filter=startswith(displayName,'oper')", nil, 200, "Operations"},
		{"?$filter=userPrincipalName%20in%20('ops@contoso.example')", nil, 200, "Operations"},
		{"?$filter=displayName%20ne%20'Operations'", nil, 400, "Request_UnsupportedQuery"},
		{"?$filter=displayName%20ne%20'Operations'&$count=true", nil, 400, "Request_UnsupportedQuery"},
		{"?$filter=displayName%20ne%20'Operations'", eventual, 400, "Request_UnsupportedQuery"},
		{"?$filter=displayName%20ne%20'Operations'&$count=true", eventual, 200, `"@odata.count":1`},
		{"?$filter=endswith(mail,'example')&$count=true&$orderby=displayName", eventual, 200, `"@odata.count":2`},
		{"?$filter=accountEnabled%20eq%20true&$orderby=displayName", nil, 400, "Request_UnsupportedQuery"},
		{"?$skip=1", nil, 400, "'$skip' is not supported by the service."},
		{"?$top=0", nil, 400, "Invalid page size specified: '0'. Must be between 1 and 999 inclusive."},
		{"?$top=1000", nil, 400, "Invalid page size specified: '1000'"},
		{"?$top=1&$select=mail", nil, 200, "nextLink"},
		{"/$count", nil, 400, "$count is not currently supported"},
		{"/$count", eventual, 200, "2"},
	} {
		a := f.do(t, "GET", "/users"+tt.query, "", tt.header...)
		if a.status != tt.status || !strings.Contains(string(a.body), tt.want) {
			t.Errorf("GET /users%s %v = %d %s, want %d with %q", tt.query, tt.header, a.status, a.body, tt.status, tt.want)
		}
	}
	if page := f.get(t, "/users?$count=true"); page["@odata.count"] != nil {
		t.Errorf("@odata.count = %v without ConsistencyLevel, want it ignored", page["@odata.count"])
	}
	page := f.get(t, "/users?$count=true&$top=1&$filter=displayName%20ne%20'x'", eventual...)
	if next := f.get(t, page["@odata.nextLink"].(string), eventual...); len(next["value"].([]any)) != 1 {
		t.Errorf("the second page of an advanced query = %v, want one person", next)
	}
}
