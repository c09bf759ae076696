package graphtools_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestParamsCannotLeaveTheRoute(t *testing.T) {
	t.Parallel()
	r := setup(t).mount([]string{"all"})
	tests := []struct {
		endpoint, params string
		want             agenttool.Code
	}{
		{"/me", `{"$expand":"messages"}`, agenttool.CodePermissionDisabled},
		{"/me", `{"$expand":"MESSAGES($top=1)"}`, agenttool.CodePermissionDisabled},
		{"/me", `{"$expand":"manager,drive"}`, agenttool.CodePermissionDisabled},
		{"/me", `{"$expand":"manager($expand=messages)"}`, agenttool.CodeInvalidArgument},
		{"/me", `{"$expand":"manager($select=id;$expand=messages)"}`, agenttool.CodeInvalidArgument},
		{"/users", `{"$expand":"*"}`, agenttool.CodeInvalidArgument},
		{"/me/messages", `{"$expand":"singleValueExtendedProperties"}`, agenttool.CodePermissionDisabled},
		{"/me/messages", `{"$expand":""}`, agenttool.CodeInvalidArgument},
		{"/me/drive/root", `{"$expand":"listItem"}`, agenttool.CodePermissionDisabled},
		{"/me", `{"$select":"id,mailboxSettings"}`, agenttool.CodePermissionDisabled},
		{"/me", `{"$select":"MAILBOXSETTINGS/userPurpose"}`, agenttool.CodePermissionDisabled},
		{"/me", `{"$select":"id,manager/mail"}`, agenttool.CodePermissionDisabled},
		{"/me", `{"$expand":"manager($select=id,mailboxSettings)"}`, agenttool.CodePermissionDisabled},
		{"/me", `{"$expand":"manager($select=messages/subject)"}`, agenttool.CodePermissionDisabled},
		{"/me", `{"$select":"id&$expand=messages"}`, agenttool.CodeInvalidArgument},
		{"/me/messages", `{"$select":"from/microsoft.graph.x/y"}`, agenttool.CodePermissionDisabled},
		{"/me/drive/root", `{"$select":"content"}`, agenttool.CodePermissionDisabled},
		{"/me/drive/root/children", `{"$filter":"createdByUser/mail eq 'x'"}`, agenttool.CodePermissionDisabled},
		{"/users", `{"$filter":"mailboxSettings/userPurpose eq 'shared'"}`, agenttool.CodePermissionDisabled},
		{"/users", `{"$filter":"mailboxSettings ne null"}`, agenttool.CodePermissionDisabled},
		{"/users", `{"$filter":"messages/any(m:contains(m/subject,'merger'))"}`, agenttool.CodePermissionDisabled},
		{"/users", `{"$filter":"not (MESSAGES/any( m : m/isRead))"}`, agenttool.CodePermissionDisabled},
		{"/users", `{"$filter":"messages/$count gt 5"}`, agenttool.CodePermissionDisabled},
		{"/users", `{"$filter":"otherMails/$count gt 5"}`, agenttool.CodeInvalidArgument},
		{"/users", `{"$filter":"messages('1')/subject eq 'x'"}`, agenttool.CodeInvalidArgument},
		{"/users", `{"$filter":"displayName eq 'it''s' and messages/any()"}`, agenttool.CodePermissionDisabled},
		{"/users", `{"$filter":"startswith(displayName,'a') or startswith(messages/subject,'b')"}`, agenttool.CodePermissionDisabled},
		{"/users", `{"$filter":"otherMails/any(m:m eq 'a') and m/subject eq messages/subject"}`, agenttool.CodePermissionDisabled},
		{"/users", `{"$filter":"otherMails/any(messages:messages/subject eq 'x')"}`, agenttool.CodeInvalidArgument},
		{"/users", `{"$filter":"unheardOf/id eq 'x'"}`, agenttool.CodePermissionDisabled},
		{"/users", `{"$filter":"$it/messages/any()"}`, agenttool.CodeInvalidArgument},
		{"/users", `{"$filter":"cast(manager,'x') eq null"}`, agenttool.CodeInvalidArgument},
		{"/users", `{"$filter":"displayName eq 'x"}`, agenttool.CodeInvalidArgument},
		{"/users", `{"$filter":"displayName eq 'x%27 or messages%2Fany()'"}`, agenttool.CodeInvalidArgument},
		{"/users", `{"$filter":"displayName eq 'a\u0001'"}`, agenttool.CodeInvalidArgument},
		{"/users", `{"$orderby":"manager/mail"}`, agenttool.CodePermissionDisabled},
		{"/users", `{"$orderby":"displayName desc, mailboxSettings/userPurpose"}`, agenttool.CodePermissionDisabled},
		{"/teams/1/members", `{"$filter":"microsoft.graph.aadUserConversationMember/user/mail eq 'x'"}`, agenttool.CodePermissionDisabled},
		{"/me/chats", `{"$filter":"members/any(m:m/microsoft.graph.aadUserConversationMember/user/mail eq 'x')"}`, agenttool.CodePermissionDisabled},
		{"/me/messages", `{"$filter":"subject eq '` + strings.Repeat("x", 4<<10) + `'"}`, agenttool.CodeInvalidArgument},
		{"/me/messages", `{"$filter":"subject eq '` + strings.Repeat("é", 1024) + `'","$search":"` + strings.Repeat("x", 2048) + `"}`, agenttool.CodeInvalidArgument},
		{"/me/messages", `{"$top":"+5"}`, agenttool.CodeInvalidArgument},
		{"/me/messages", `{"$skiptoken":"x"}`, agenttool.CodeInvalidArgument},
		{"/me/messages", `{"$format":"xml"}`, agenttool.CodeInvalidArgument},
		{"/me/messages", `{"select":"id"}`, agenttool.CodeInvalidArgument},
		{"/me/messages", `{"$top":0}`, agenttool.CodeInvalidArgument},
		{"/me/messages", `{"$top":"many"}`, agenttool.CodeInvalidArgument},
		{"/me/messages", `{"$top":1.5}`, agenttool.CodeInvalidArgument},
		{"/me/messages", `{"$skip":-1}`, agenttool.CodeInvalidArgument},
		{"/me/messages", `{"$count":"maybe"}`, agenttool.CodeInvalidArgument},
		{"/me/messages", `{"$filter":["x"]}`, agenttool.CodeInvalidArgument},
		{"/me/messages", `{"$filter":"a","$filter":"b"}`, agenttool.CodeInvalidArgument},
		{"/me/joinedTeams", `{"$top":5}`, agenttool.CodeInvalidArgument},
	}
	for _, tt := range tests {
		in := `{"endpoint":"` + tt.endpoint + `","params":` + tt.params + `}`
		wantCode(t, in, r.call(in), tt.want)
	}
	for _, in := range []string{
		`{"endpoint":"/me","paginate":true}`, `{"endpoint":"/me","cursor":"x"}`, `{"endpoint":"/me","body":{"a":1}}`, `{"endpoint":"/me","method":"PUT"}`,
		`{"endpoint":"/me","Method":"GET"}`, `{"endpoint":"/me","headers":{}}`, `{"endpoint":["/me"]}`, `{"endpoint":"/me/messages","cursor":"AAAA"}`,
	} {
		wantCode(t, in, r.call(in), agenttool.CodeInvalidArgument)
	}
	if n, last := r.requests(); n != 0 {
		t.Errorf("Graph gets %d requests, the last for %s?%s, want 0", n, last.Path, last.Query)
	}
}

func TestParamsWithinTheRouteAreSent(t *testing.T) {
	t.Parallel()
	r := setup(t).mount([]string{"read"})
	// What the params mean is not looked at, but what becomes of them.
	if err := r.graph.Fail(graphtest.Fault{Count: -1, Body: `{"id":"1","value":[]}`}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ endpoint, name, value string }{
		{"/me/messages", "$filter", "from/emailAddress/address eq 'sales@contoso.example' and not (isRead eq true)"},
		{"/me/messages", "$filter", "receivedDateTime ge 2026-03-04T09:00:00Z and contains(subject,'it''s messages/any(x) at 100%')"},
		{"/me/messages", "$filter", "categories/any(c:c eq 'Red') or toRecipients/all( r : startswith(r/emailAddress/address,'a'))"},
		{"/me/messages", "$orderby", "from/emailAddress/name desc,receivedDateTime asc"},
		{"/me/messages", "$select", "id,from/emailAddress, subject"},
		{"/me/messages", "$expand", "attachments($select=name,size)"},
		{"/me/messages", "$search", `"from:ops subject:messages/any"`},
		{"/me/events", "$filter", "start/dateTime ge '2026-03-01' and attendees/any(a:a/emailAddress/address eq 'x')"},
		{"/users", "$filter", "id in ('1','2') or accountEnabled eq false or employeeId eq null"},
		{"/users", "$filter", "proxyAddresses/any(p:endswith(p,'@contoso.example')) and assignedLicenses/any()"},
		{"/users", "$filter", "assignedLicenses/any(s:s/skuId eq 184efa21-98c3-4e5d-95ab-d07053a96e67)"},
		{"/me", "$expand", "manager($select=id,displayName)"},
		{"/me/drive/root/children", "$filter", "file/mimeType eq 'text/plain' and size gt -1"},
		{"/sites", "$filter", "siteCollection/root ne null"},
		{"/sites/x/lists/y/items", "$filter", "fields/Content eq 'x' and fields/Amount gt 1.5e3"},
		{"/sites/x/lists/y/items", "$expand", "fields($select=Title,Content)"},
		{"/sites/x/lists", "$filter", "list/hidden eq false"},
		{"/me/chats", "$filter", "members/any(o:o/displayName eq 'Sales Desk')"},
		{"/me/chats", "$orderby", "lastMessagePreview/createdDateTime desc"},
		{"/teams/1/members", "$filter", "microsoft.graph.aadUserConversationMember/displayName eq 'Sales Desk'"},
	} {
		res := r.call(map[string]any{"endpoint": tt.endpoint, "params": map[string]any{tt.name: tt.value}})
		_, last := r.requests()
		query, err := url.ParseQuery(last.Query)
		if got := query.Get(tt.name); err != nil || !res.Success || got != tt.value {
			t.Errorf("%s with %s=%s sends %q and answers %s, want it sent as it is", tt.endpoint, tt.name, tt.value, got, res.Text)
		}
	}
}
