package graphtools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/graphtools"
)

const (
	sales = "sales@contoso.example"
	ops   = "ops@contoso.example"
)

var desk = agenttool.Caller{Company: "contoso", User: "sales-desk", Session: "s1"}

// rig is a host with the tools mounted, over emulators that speak real HTTP.
type rig struct {
	t     *testing.T
	entra *entratest.Server
	graph *graphtest.Server
	host  *agenttool.LocalHost
	opts  graphtools.Options
	// scopes are those of the tokens; nil gives all that reading needs.
	scopes []string
}

// message makes mail number i of a mailbox, the newest first.
func message(i int, body string) *graphtest.Message {
	return &graphtest.Message{
		Subject: fmt.Sprintf("Message %03d", i), Body: graphtest.Body{Content: body},
		From:             &graphtest.Recipient{Name: "Operations", Address: ops},
		ToRecipients:     []graphtest.Recipient{{Name: "Sales Desk", Address: sales}},
		ReceivedDateTime: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC).Add(-time.Duration(i) * time.Minute),
	}
}

// setup starts the emulators with the given mail in the inbox of the sales desk.
func setup(t *testing.T, inbox ...*graphtest.Message) *rig {
	t.Helper()
	entra, err := entratest.New(&entratest.Options{Users: []entratest.User{{UPN: sales, DisplayName: "Sales Desk"}, {UPN: ops, DisplayName: "Operations"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = entra.Close() })
	tenant := &graphtest.Tenant{ID: entra.TenantID(), DisplayName: "Contoso"}
	for _, u := range entra.Users() {
		user := &graphtest.User{ID: u.ID, UserPrincipalName: u.UPN, DisplayName: u.DisplayName}
		if u.UPN == sales {
			user.Folders = []*graphtest.MailFolder{{WellKnownName: "inbox", DisplayName: "Inbox", Messages: inbox}}
			user.Drive = &graphtest.Drive{Items: []*graphtest.DriveItem{
				{Name: "Plans & drafts", Folder: true, Children: []*graphtest.DriveItem{{Name: "budget 100%.txt", Content: []byte("numbers")}}},
			}}
			user.Calendars = []*graphtest.Calendar{{Events: []*graphtest.Event{{
				Subject: "Stand-up",
				Start:   graphtest.DateTimeTimeZone{DateTime: "2026-03-05T09:00:00", TimeZone: "UTC"},
				End:     graphtest.DateTimeTimeZone{DateTime: "2026-03-05T09:15:00", TimeZone: "UTC"},
			}}}}
		}
		tenant.Users = append(tenant.Users, user)
	}
	graph, err := graphtest.New(&graphtest.Options{Keys: entra.Key, Issuer: entra.Issuer(), Audience: entra.Audience(), Tenant: tenant})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = graph.Close() })
	r := &rig{t: t, entra: entra, graph: graph, host: agenttool.NewHost(nil)}
	r.opts.Client.Cloud = m365auth.Cloud{
		Name: "emulated", LoginHost: entra.Host(), GraphHost: graph.Host(), ContentHosts: []string{graph.ContentHost()},
	}
	r.opts.Client.HTTPClient = graph.Client()
	r.opts.Client.MaxRetries = -1
	r.opts.Config.Env = func(string) (string, bool) { return "", false }
	r.opts.Config.File = os.DevNull
	if err := r.host.SetTokens(agenttool.TokensService, m365auth.ProviderFunc(r.token)); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) token(_ context.Context, req m365auth.TokenRequest) (m365auth.Token, error) {
	scopes := r.scopes
	if scopes == nil {
		scopes = []string{"User.Read", "User.ReadBasic.All", "Mail.Read", "Calendars.Read", "Files.Read.All"}
	}
	if req.Account != "" && req.Account != "object.tenant" {
		return m365auth.Token{}, &m365auth.Error{Kind: m365auth.ErrLoginRequired}
	}
	access, err := r.entra.Token(sales, scopes...)
	return m365auth.Token{Access: m365auth.NewSecret(access), Scopes: scopes}, err
}

// mount mounts the tools with some permissions, and further settings.
func (r *rig) mount(permissions []string, more ...map[string]any) *rig {
	r.t.Helper()
	cfg := map[string]any{}
	if permissions != nil {
		cfg["permissions"] = permissions
	}
	for _, m := range more {
		for k, v := range m {
			cfg[k] = v
		}
	}
	cleanup, err := graphtools.MountWith(r.t.Context(), r.host, cfg, &r.opts)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = cleanup(context.Background()) })
	return r
}

// again is a second host over the same emulators.
func (r *rig) again() *rig {
	r.t.Helper()
	other := *r
	other.host = agenttool.NewHost(nil)
	if err := other.host.SetTokens(agenttool.TokensService, m365auth.ProviderFunc(other.token)); err != nil {
		r.t.Fatal(err)
	}
	return &other
}

// call calls m365_graph as the sales desk, with arguments that are a JSON text
// or anything that becomes one.
func (r *rig) call(in any) agenttool.Result {
	r.t.Helper()
	return r.callAs(desk, in)
}

func (r *rig) callAs(who agenttool.Caller, in any) agenttool.Result {
	r.t.Helper()
	raw, ok := in.(string)
	if !ok {
		encoded, err := json.Marshal(in)
		if err != nil {
			r.t.Fatal(err)
		}
		raw = string(encoded)
	}
	res := r.host.Call(agenttool.WithCaller(r.t.Context(), who), "m365_graph", json.RawMessage(raw))
	r.check(raw, res)
	return res
}

// check holds every answer of every test against what all of them promise.
func (r *rig) check(in string, res agenttool.Result) {
	r.t.Helper()
	whole, err := json.Marshal(res)
	if err != nil {
		r.t.Fatalf("the answer to %s is not JSON: %v", in, err)
	}
	if len(res.Output) > 24<<10 || len(res.Text) > 24<<10 {
		r.t.Errorf("the answer to %s is %d bytes, want at most 24 KB", in, len(res.Output))
	}
	for _, secret := range r.entra.Issued() {
		if strings.Contains(string(whole), secret) {
			r.t.Errorf("the answer to %s holds a token", in)
		}
	}
}

// wantCode checks a failed call.
func wantCode(t *testing.T, in any, res agenttool.Result, want agenttool.Code) {
	t.Helper()
	if res.Success || res.Error == nil || res.Error.Code != want {
		t.Errorf("m365_graph(%v) answers %s, want %s", in, res.Text, want)
	}
}

// listOf is the answer for a collection.
type listOf[T any] struct {
	Items      []T    `json:"items"`
	Count      int    `json:"count"`
	Total      *int64 `json:"total"`
	HasMore    bool   `json:"has_more"`
	NextCursor string `json:"next_cursor"`
	Truncated  bool   `json:"truncated"`
	Note       string `json:"note"`
}

type mail struct {
	ID      string `json:"id"`
	Subject string `json:"subject"`
	Body    *struct {
		Content string `json:"content"`
	} `json:"body"`
}

func read[T any](t *testing.T, res agenttool.Result) T {
	t.Helper()
	var v T
	if !res.Success {
		t.Fatalf("the call fails: %s", res.Text)
	}
	if err := json.Unmarshal(res.Output, &v); err != nil {
		t.Fatalf("the answer %s: %v", res.Output, err)
	}
	return v
}

// requests are how many requests Graph has got, and the last of them.
func (r *rig) requests() (n int, last graphtest.Request) {
	all := r.graph.Requests()
	if len(all) > 0 {
		last = all[len(all)-1]
	}
	return len(all), last
}

// subjects are what a mailbox of n messages should list.
func subjects(n int) []string {
	var want []string
	for i := range n {
		want = append(want, fmt.Sprintf("Message %03d", i))
	}
	return want
}

func subjectsOf(items []mail) []string {
	var got []string
	for _, m := range items {
		got = append(got, m.Subject)
	}
	return got
}

func contextWithCaller(t *testing.T, timeout time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(agenttool.WithCaller(t.Context(), desk), timeout)
}

func without(all []string, id ...string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(id, s) })
}
