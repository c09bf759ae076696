package graphtools_test

import (
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365graph/graphtools"
)

// routes are endpoints and the permissions that each needs besides graph.read.
var routes = []struct {
	endpoint    string
	permissions []string
}{
	{"/me", []string{"people.read"}},
	{"me", []string{"people.read"}},
	{"/users", []string{"people.read"}},
	{"/users/ops@contoso.example", []string{"people.read"}},
	{"/users('ops@contoso.example')/manager", []string{"people.read"}},
	{"/me/people", []string{"people.read"}},
	{"/me/messages", []string{"outlook.read"}},
	{"/ME/Messages", []string{"outlook.read"}},
	{"/me/%6dessages", []string{"outlook.read"}},
	{"/me/messages/AAMk=", []string{"outlook.read"}},
	{"/me/messages('AAMk=')/attachments", []string{"outlook.read"}},
	{"/me/mailFolders/inbox/messages", []string{"outlook.read"}},
	{"/me/mailFolders('inbox')/messages", []string{"outlook.read"}},
	{"/users/sales@contoso.example/messages", []string{"outlook.read"}},
	{"/users/messages/messages", []string{"outlook.read"}},
	{"/me/events", []string{"calendar.read"}},
	{"/me/calendar/events", []string{"calendar.read"}},
	{"/me/calendarView", []string{"calendar.read"}},
	{"/users/sales@contoso.example/calendar/calendarView", []string{"calendar.read"}},
	{"/me/drive", []string{"onedrive.read"}},
	{"/me/drive/root/children", []string{"onedrive.read"}},
	{"/me/drive/root:/Plans/2026 draft.txt", []string{"onedrive.read"}},
	{"/me/drive/root:/Plans/a%20b:/children", []string{"onedrive.read"}},
	{"/me/drive/items/01ABC:/x/y", []string{"onedrive.read"}},
	{"/me/drive/root/search(q='plan')", []string{"onedrive.read"}},
	{"/me/drive/root/search(q='it''s')", []string{"onedrive.read"}},
	{"/drives/b!x/root/children", []string{"onedrive.read", "sharepoint.read"}},
	{"/sites", []string{"sharepoint.read"}},
	{"/sites/contoso.example:/sites/hr", []string{"sharepoint.read"}},
	{"/sites/contoso.example:/sites/hr:/drives", []string{"sharepoint.read"}},
	{"/sites/root/drive/root:/a:/children", []string{"sharepoint.read"}},
	{"/sites/contoso.example,1,2/lists/l1/items", []string{"sharepoint.read"}},
	{"/me/chats", []string{"teams.read"}},
	{"/chats/19:abc@thread.v2/messages", []string{"teams.read"}},
	{"/chats/19%3Aabc%40thread.v2/messages", []string{"teams.read"}},
	{"/teams/t1/channels/c1/messages/m1/replies", []string{"teams.read"}},
}

func TestEachRouteNeedsItsOwnPermissions(t *testing.T) {
	t.Parallel()
	r := setup(t)
	for _, route := range routes {
		exactly := append([]string{"graph.read"}, route.permissions...)
		before, _ := r.requests()
		if res := r.again().mount(exactly).call(map[string]any{"endpoint": route.endpoint}); !res.Success && res.Error.Code == agenttool.CodePermissionDisabled {
			t.Errorf("%s with %q answers %s, want it asked", route.endpoint, exactly, res.Text)
		}
		if after, _ := r.requests(); after != before+1 {
			t.Errorf("%s with %q makes %d requests, want 1", route.endpoint, exactly, after-before)
		}
		all, err := graphtools.Permissions(graphtools.PresetAll)
		if err != nil {
			t.Fatal(err)
		}
		for _, off := range exactly {
			rest := without(all, off)
			before, _ := r.requests()
			wantCode(t, route.endpoint, r.again().mount(rest).call(map[string]any{"endpoint": route.endpoint}), agenttool.CodePermissionDisabled)
			if after, _ := r.requests(); after != before {
				t.Errorf("%s without %s makes %d requests, want 0", route.endpoint, off, after-before)
			}
		}
	}
}

func TestNothingIsCallableUntilItIsSwitchedOn(t *testing.T) {
	t.Parallel()
	for _, permissions := range [][]string{nil, {}, {"none"}, {"outlook.read", "people.read"}} {
		r := setup(t).mount(permissions)
		for _, in := range []string{
			`{"endpoint":"/me"}`, `{"endpoint":"/me/messages","paginate":true}`, `{"endpoint":"https://graph.example/x"}`, `{}`, `[]`,
			`{"method":"POST","endpoint":"/me/sendMail","body":{}}`, `{"method":"DELETE","endpoint":"/me/messages/1"}`, `{"endpoint":"/$batch"}`,
		} {
			wantCode(t, in, r.call(in), agenttool.CodePermissionDisabled)
		}
		if n, _ := r.requests(); n != 0 {
			t.Errorf("with %q Graph gets %d requests, want 0", permissions, n)
		}
	}
}

func TestWritesAreRefusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	r := setup(t)
	tests := []struct {
		permissions []string
		settings    map[string]any
		want        agenttool.Code
	}{
		{[]string{"all"}, nil, agenttool.CodeApprovalUnavailable},
		{[]string{"read"}, nil, agenttool.CodePermissionDisabled},
		{[]string{"all"}, map[string]any{"read_only": true}, agenttool.CodePermissionDisabled},
	}
	for _, tt := range tests {
		host := r.again().mount(tt.permissions, tt.settings)
		for _, in := range []string{
			`{"method":"POST","endpoint":"/me/sendMail","body":{"message":{}}}`, `{"method":"post","endpoint":"/$batch","body":{}}`,
			`{"method":"PATCH","endpoint":"/me/messages/1","body":{"isRead":true}}`, `{"method":"DELETE","endpoint":"/me/messages/1"}`,
		} {
			wantCode(t, in, host.call(in), tt.want)
		}
	}
	if n, _ := r.requests(); n != 0 {
		t.Errorf("Graph gets %d requests, want 0", n)
	}
}

func TestHostileEndpointsMakeNoRequest(t *testing.T) {
	t.Parallel()
	r := setup(t).mount([]string{"all"})
	tests := []struct {
		endpoint string
		want     agenttool.Code
	}{
		{"", agenttool.CodeInvalidArgument},
		{"/", agenttool.CodeInvalidArgument},
		{"https://evil.example/v1.0/me", agenttool.CodeInvalidArgument},
		{"//evil.example/me", agenttool.CodeInvalidArgument},
		{"/me/../users", agenttool.CodeInvalidArgument},
		{"/me/%2e%2e/users", agenttool.CodeInvalidArgument},
		{"/me/%252e%252e/users", agenttool.CodeInvalidArgument},
		{"/me/messages%2f1", agenttool.CodeInvalidArgument},
		{"/me\\messages", agenttool.CodeInvalidArgument},
		{"/me//messages", agenttool.CodeInvalidArgument},
		{"/me/messages?$expand=attachments", agenttool.CodeInvalidArgument},
		{"/me/messages#x", agenttool.CodeInvalidArgument},
		{"/me/messages/\r\nHost: evil.example", agenttool.CodeInvalidArgument},
		{"/me/messages/%", agenttool.CodeInvalidArgument},
		{"/v1.0/me/messages", agenttool.CodeInvalidArgument},
		{"/beta/me/messages", agenttool.CodeInvalidArgument},
		{"/me/drive/root:/../secret:/children", agenttool.CodeInvalidArgument},
		{"/" + strings.Repeat("a", 9000), agenttool.CodeInvalidArgument},
		{"/$batch", agenttool.CodePermissionDisabled},
		{"/$metadata", agenttool.CodePermissionDisabled},
		{"/me/$value", agenttool.CodePermissionDisabled},
		{"/me/photo/$value", agenttool.CodePermissionDisabled},
		{"/me/messages/$count", agenttool.CodePermissionDisabled},
		{"/me/messages/1/$value", agenttool.CodePermissionDisabled},
		{"/me/messages/1/%24value", agenttool.CodePermissionDisabled},
		{"/me/messages/%2524value", agenttool.CodeInvalidArgument},
		{"/me/messages/microsoft%252Egraph.eventMessage", agenttool.CodeInvalidArgument},
		{"/me/messages('%2524value')", agenttool.CodeInvalidArgument},
		{"/me/messages/100%25", agenttool.CodePermissionDisabled},
		{"/me/messages('100%25')", agenttool.CodePermissionDisabled},
		{"/me/drive/root:/a.txt%253A/content", agenttool.CodeInvalidArgument},
		{"/me/messages/1/attachments/2/$value", agenttool.CodePermissionDisabled},
		{"/me/manager/$ref", agenttool.CodePermissionDisabled},
		{"/me/manager/messages", agenttool.CodePermissionDisabled},
		{"/me/microsoft.graph.user/messages", agenttool.CodePermissionDisabled},
		{"/users/microsoft.graph.delta()", agenttool.CodePermissionDisabled},
		{"/me('messages')", agenttool.CodePermissionDisabled},
		{"/me/drive/items/1/content", agenttool.CodePermissionDisabled},
		{"/me/drive/root:/a.txt:/content", agenttool.CodePermissionDisabled},
		{"/me/drive/root:/a.txt%3A/content", agenttool.CodePermissionDisabled},
		{"/me/drive/root%3A/a.txt%3A/content", agenttool.CodePermissionDisabled},
		{"/me/drive/items/1/createdByUser/messages", agenttool.CodePermissionDisabled},
		{"/me/drive/items/1/listItem", agenttool.CodePermissionDisabled},
		{"/me/drive/list/items", agenttool.CodePermissionDisabled},
		{"/me/drive/root/search(q='x')/../../messages", agenttool.CodeInvalidArgument},
		{"/me/drive/root/search(q='x'", agenttool.CodePermissionDisabled},
		{"/me/drive/root/search", agenttool.CodePermissionDisabled},
		{"/me/drive/root/microsoft.graph.search(q='x')", agenttool.CodePermissionDisabled},
		{"/teams/1/group/drive", agenttool.CodePermissionDisabled},
		{"/teams/1/channels/2/filesFolder", agenttool.CodePermissionDisabled},
		{"/sites/root/onenote/pages", agenttool.CodePermissionDisabled},
		{"/groups/1/messages", agenttool.CodePermissionDisabled},
		{"/shares/u!x/driveItem", agenttool.CodePermissionDisabled},
		{"/me/contacts", agenttool.CodePermissionDisabled},
		{"/me/mailboxSettings", agenttool.CodePermissionDisabled},
		{"/applications", agenttool.CodePermissionDisabled},
		{"/me/ſites", agenttool.CodePermissionDisabled},
	}
	for _, tt := range tests {
		wantCode(t, tt.endpoint, r.call(map[string]any{"endpoint": tt.endpoint}), tt.want)
	}
	if n, last := r.requests(); n != 0 {
		t.Errorf("Graph gets %d requests, the last for %s, want 0", n, last.Path)
	}
}
