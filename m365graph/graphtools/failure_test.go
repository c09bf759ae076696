package graphtools_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestGraphsRefusalsBecomeCodes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status int
		code   string
		want   agenttool.Code
	}{
		{400, "BadRequest", agenttool.CodeInvalidArgument},
		{401, "InvalidAuthenticationToken", agenttool.CodeNotConnected},
		{403, "ErrorAccessDenied", agenttool.CodePolicyBlocked},
		{404, "ErrorItemNotFound", agenttool.CodeNotFound},
		{405, "Request_BadRequest", agenttool.CodeInvalidArgument},
		{409, "nameAlreadyExists", agenttool.CodeConflict},
		{410, "resyncRequired", agenttool.CodeConflict},
		{412, "ErrorIrresolvableConflict", agenttool.CodeConflict},
		{413, "RequestEntityTooLarge", agenttool.CodeInvalidArgument},
		{414, "UriTooLong", agenttool.CodeInvalidArgument},
		{423, "resourceLocked", agenttool.CodeConflict},
		{429, "TooManyRequests", agenttool.CodeThrottled},
		{500, "InternalServerError", agenttool.CodeUnavailable},
		{502, "BadGateway", agenttool.CodeUnavailable},
		{503, "ServiceUnavailable", agenttool.CodeUnavailable},
		{504, "GatewayTimeout", agenttool.CodeUnavailable},
		{507, "quotaLimitReached", agenttool.CodeConflict},
		{509, "activityLimitReached", agenttool.CodeThrottled},
	}
	for _, tt := range tests {
		r := setup(t).mount([]string{"read"})
		if err := r.graph.Fail(graphtest.Fault{Route: "GET /me", Count: -1, Status: tt.status, Code: tt.code, Message: "No\u202e."}); err != nil {
			t.Fatal(err)
		}
		res := r.call(`{"endpoint":"/me"}`)
		if wantCode(t, fmt.Sprintf("a call that is answered %d", tt.status), res, tt.want); res.Error == nil {
			continue
		}
		if res.Error.Details["status"] != tt.status || res.Error.Details["graph_code"] != tt.code || res.Error.Details["request_id"] == "" {
			t.Errorf("%d answers the details %v, want the status, Graph's code and its request id", tt.status, res.Error.Details)
		}
		if strings.Contains(res.Text, "\u202e") || !strings.HasPrefix(res.Text, string(tt.want)+": ") {
			t.Errorf("%d answers %q, want the code first and no invisible character", tt.status, res.Text)
		}
	}
}

func TestThrottlingTellsHowLong(t *testing.T) {
	t.Parallel()
	r := setup(t).mount([]string{"read"})
	if err := r.graph.Throttle("GET /me", 0, 1, "93"); err != nil {
		t.Fatal(err)
	}
	res := r.call(`{"endpoint":"/me"}`)
	wantCode(t, "/me", res, agenttool.CodeThrottled)
	if got := res.Error.Details["retry_after_seconds"]; got != 93 {
		t.Errorf("retry_after_seconds is %v, want 93", got)
	}
}

func TestThrottlingIsWaitedOutIfItIsShort(t *testing.T) {
	t.Parallel()
	r := setup(t, mailbox(4, 100)...)
	r.opts.Client.MaxRetries = 3
	r.mount([]string{"read"})
	if err := r.graph.Throttle("GET /me/messages", 1, 2, "0.01"); err != nil {
		t.Fatal(err)
	}
	list := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages","paginate":true,"params":{"$top":2}}`))
	if diff := cmp.Diff(subjects(4), subjectsOf(list.Items)); diff != "" || list.Truncated {
		t.Errorf("the list differs (-want +got):\n%s", diff)
	}
}

func TestAForbiddenCallNamesTheScopesThatAreMissing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		endpoint string
		scopes   []string
		want     agenttool.Code
		missing  []string
	}{
		{"/me/messages", []string{"User.Read"}, agenttool.CodeScopeMissing, []string{"Mail.Read"}},
		{"/users", []string{"User.Read"}, agenttool.CodeScopeMissing, []string{"User.ReadBasic.All"}},
		{"/me/messages", []string{"Mail.ReadWrite"}, "", nil},
		{"/users/" + ops + "/messages", []string{"Mail.Read"}, agenttool.CodePolicyBlocked, nil},
	}
	for _, tt := range tests {
		r := setup(t)
		r.scopes = tt.scopes
		r = r.again().mount([]string{"read"})
		res := r.call(map[string]any{"endpoint": tt.endpoint})
		if tt.want == "" {
			if !res.Success {
				t.Errorf("%s with %q answers %s, want success", tt.endpoint, tt.scopes, res.Text)
			}
			continue
		}
		wantCode(t, tt.endpoint, res, tt.want)
		if tt.missing != nil && !cmp.Equal(res.Error.Details["scopes"], tt.missing) {
			t.Errorf("%s with %q answers the details %v, want the scopes %q", tt.endpoint, tt.scopes, res.Error.Details, tt.missing)
		}
	}
}

func TestAClaimsChallengeAsksForASignIn(t *testing.T) {
	t.Parallel()
	r := setup(t).mount([]string{"read"})
	err := r.graph.Fail(graphtest.Fault{Route: "GET /me", Count: -1, Status: 401, Code: "InvalidAuthenticationToken", Header: http.Header{
		"Www-Authenticate": {`Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="`},
	}})
	if err != nil {
		t.Fatal(err)
	}
	res := r.call(`{"endpoint":"/me"}`)
	wantCode(t, "/me", res, agenttool.CodeNotConnected)
	if strings.Contains(res.Text, "access_token") {
		t.Errorf("the answer %q shows the claims", res.Text)
	}
}

func TestAGatewaysPageIsNotRelayed(t *testing.T) {
	t.Parallel()
	r := setup(t).mount([]string{"read"})
	if err := r.graph.Fail(graphtest.Fault{Route: "GET /me", HTML: "<html>canary</html>", Status: 200}); err != nil {
		t.Fatal(err)
	}
	res := r.call(`{"endpoint":"/me"}`)
	wantCode(t, "/me", res, agenttool.CodeInvalidArgument)
	if whole, _ := json.Marshal(res); strings.Contains(string(whole), "canary") {
		t.Errorf("the answer relays the page: %s", whole)
	}
	if err := r.graph.Fail(graphtest.Fault{Route: "GET /me", Cut: graphtest.CutBefore}); err != nil {
		t.Fatal(err)
	}
	res = r.call(`{"endpoint":"/me"}`)
	wantCode(t, "a cut connection", res, agenttool.CodeUnavailable)
	if strings.Contains(res.Text, r.graph.Host()) {
		t.Errorf("the answer %q tells the address", res.Text)
	}
}

func TestAnEndedCallSaysSo(t *testing.T) {
	t.Parallel()
	r := setup(t).mount([]string{"read"})
	if err := r.graph.Fail(graphtest.Fault{Route: "GET /me", Delay: time.Minute}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := contextWithCaller(t, 50*time.Millisecond)
	defer cancel()
	res := r.host.Call(ctx, "m365_graph", json.RawMessage(`{"endpoint":"/me"}`))
	wantCode(t, "/me", res, agenttool.CodeUnavailable)
	if !strings.Contains(res.Text, "too long") {
		t.Errorf("a call beyond its deadline answers %q, want it to say so", res.Text)
	}
}
