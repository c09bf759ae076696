package graphtools_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/config"
	"github.com/m365go/sdk/m365graph/graphtools"
)

var update = flag.Bool("update", false, "write the snapshots of testdata anew")

func TestMountRefusesWrongSettings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		cfg  map[string]any
		says string
	}{
		{"an unknown permission", map[string]any{"permissions": []any{"outlook.delete"}}, `"outlook.delete" is unknown`},
		{"none beside others", map[string]any{"permissions": []any{"none", "read"}}, `"none" stands beside others`},
		{"an unknown toolset", map[string]any{"toolsets": []any{"excel"}}, `"excel" is unknown`},
		{"an unknown key", map[string]any{"permission": "read"}, "permissions"},
		{"another host", map[string]any{"base_url": "https://evil.example"}, "base_url"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := setup(t)
			cleanup, err := graphtools.MountWith(t.Context(), r.host, tt.cfg, &r.opts)
			if err == nil || !strings.Contains(err.Error(), tt.says) || cleanup != nil {
				t.Errorf("Mount fails with %v, want it to say %q", err, tt.says)
			}
			if tools := r.host.Tools(); len(tools) != 0 {
				t.Errorf("%d tools are mounted, want 0", len(tools))
			}
		})
	}
	r := setup(t)
	_, err := graphtools.MountWith(t.Context(), r.host, map[string]any{"permission": "read"}, &r.opts)
	var wrong *config.Error
	if !errors.As(err, &wrong) || !errors.Is(err, m365auth.ErrConfig) {
		t.Errorf("Mount fails with %v, want a *config.Error", err)
	}
}

func TestMountReadsTheWholePlan(t *testing.T) {
	t.Parallel()
	r := setup(t).mount(nil, map[string]any{"tools": []any{
		map[string]any{"module": "tool-m365-auth", "config": map[string]any{"client_id": "app"}},
		map[string]any{"module": "tool-m365-graph", "config": map[string]any{"permissions": []any{"read"}}},
	}})
	if res := r.call(`{"endpoint":"/me"}`); !res.Success {
		t.Errorf("/me answers %s, want the permissions of the plan's own node", res.Text)
	}
}

func TestToolsetsNarrowWhatIsOffered(t *testing.T) {
	t.Parallel()
	r := setup(t).mount([]string{"read"}, map[string]any{"toolsets": []any{"graph"}})
	if _, ok := r.host.Tool("m365_graph"); !ok {
		t.Error("the toolset graph does not offer m365_graph")
	}
}

func TestMountTwiceIsRefused(t *testing.T) {
	t.Parallel()
	r := setup(t).mount([]string{"read"})
	if _, err := graphtools.MountWith(t.Context(), r.host, nil, &r.opts); err == nil || !strings.Contains(err.Error(), "taken") {
		t.Errorf("a second Mount fails with %v, want it to say that the name is taken", err)
	}
}

func TestCleanupEndsTheToolsAndFreesTheirNames(t *testing.T) {
	t.Parallel()
	r := setup(t)
	ctx := agenttool.WithCaller(t.Context(), desk)
	var first agenttool.Tool
	for range 2 {
		cleanup, err := graphtools.MountWith(t.Context(), r.host, map[string]any{"permissions": []any{"read"}}, &r.opts)
		if err != nil {
			t.Fatalf("mount: %v", err)
		}
		tool, _ := r.host.Tool("m365_graph")
		if first == (agenttool.Tool{}) {
			first = tool
		}
		for range 2 {
			if err := cleanup(t.Context()); err != nil {
				t.Errorf("cleanup = %v, want nil", err)
			}
		}
		if len(r.host.Tools()) != 0 {
			t.Error("after the cleanup the tool is still mounted")
		}
		wantCode(t, "/me of a tool that somebody kept", tool.Execute(ctx, json.RawMessage(`{"endpoint":"/me"}`)), agenttool.CodeUnavailable)
	}
	if n, _ := r.requests(); n != 0 {
		t.Errorf("Graph gets %d requests, want 0", n)
	}
	r.mount([]string{"read"})
	wantCode(t, "/me of the first mount's tool", first.Execute(ctx, json.RawMessage(`{"endpoint":"/me"}`)), agenttool.CodeUnavailable)
	if said := first.Execute(ctx, json.RawMessage(`{"endpoint":"/me"}`)).Error; !strings.Contains(said.Message, "no longer mounted") {
		t.Errorf("a tool that somebody kept says %v, want why it does not work", said)
	}
	if res := r.call(`{"endpoint":"/me"}`); !res.Success {
		t.Errorf("/me of the last mount answers %s, want success", res.Text)
	}
}

func TestTokensAreLookedForAtTheCall(t *testing.T) {
	t.Parallel()
	r := setup(t)
	if err := r.host.SetTokens(agenttool.TokensService, nil); err != nil {
		t.Fatal(err)
	}
	r.mount([]string{"read"})
	wantCode(t, "nobody mounted", r.call(`{"endpoint":"/me"}`), agenttool.CodeNotConnected)
	if err := r.host.SetTokens(agenttool.TokensService, m365auth.ProviderFunc(r.token)); err != nil {
		t.Fatal(err)
	}
	if res := r.call(`{"endpoint":"/me"}`); !res.Success {
		t.Errorf("with a provider mounted later /me answers %s, want success", res.Text)
	}
	if err := r.host.SetTokens(agenttool.TokensService, m365auth.Static("another")); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "two mounted", r.call(`{"endpoint":"/me"}`), agenttool.CodeUnavailable)
	if n, _ := r.requests(); n != 1 {
		t.Errorf("Graph gets %d requests, want 1", n)
	}
}

type audit []agenttool.AuditEvent

func (a *audit) Record(_ context.Context, e agenttool.AuditEvent) error {
	*a = append(*a, e)
	return nil
}

func TestDecisionsAreRecordedWithTheirPermissions(t *testing.T) {
	t.Parallel()
	var events audit
	r := setup(t)
	r.opts.Audit = &events
	r.mount([]string{"graph.read", "people.read"})
	r.call(`{"endpoint":"/me"}`)
	r.call(`{"endpoint":"/drives/b!1"}`)
	want := audit{
		{Caller: desk, Tool: "m365_graph", Effect: agenttool.EffectRead, Permissions: []string{"graph.read", "people.read"}},
		{Caller: desk, Tool: "m365_graph", Effect: agenttool.EffectRead, Permissions: []string{"graph.read", "onedrive.read", "sharepoint.read"}, Code: agenttool.CodePermissionDisabled},
	}
	if diff := cmp.Diff(want, events, cmpopts.IgnoreFields(agenttool.AuditEvent{}, "At")); diff != "" {
		t.Errorf("the audit differs (-want +got):\n%s", diff)
	}
}

func TestCatalogueAndItsPresets(t *testing.T) {
	t.Parallel()
	french := map[string]string{
		"outlook.read": "Outlook — Lire les emails", "outlook.send": "Outlook — Envoyer des emails (HITL)",
		"onedrive.read": "OneDrive — Lire les fichiers", "onedrive.upload": "OneDrive — Uploader des fichiers (HITL)",
		"sharepoint.read": "SharePoint — Lire les sites/fichiers", "sharepoint.upload": "SharePoint — Uploader des fichiers (HITL)",
		"teams.read": "Teams — Lire les messages", "teams.send": "Teams — Envoyer des messages (HITL)",
	}
	var ids []string
	for _, p := range graphtools.Catalogue() {
		ids = append(ids, p.ID)
		if want, ok := french[p.ID]; ok && p.Label("fr") != want {
			t.Errorf("the French label of %s is %q, want %q", p.ID, p.Label("fr"), want)
		}
		if p.Labels["en"] == "" || p.Labels["fr"] == "" {
			t.Errorf("%s has the labels %q, want two", p.ID, p.Labels)
		}
		if p.Approval == strings.HasSuffix(p.ID, ".read") {
			t.Errorf("%s needs approval: %t, want that of writes only", p.ID, p.Approval)
		}
		if admin := slices.Contains([]string{"sharepoint.read", "sharepoint.upload", "teams.read"}, p.ID); p.AdminConsent != admin {
			t.Errorf("%s needs an administrator: %t, want %t", p.ID, p.AdminConsent, admin)
		}
	}
	reads := []string{"outlook.read", "calendar.read", "onedrive.read", "sharepoint.read", "teams.read", "people.read", "graph.read"}
	for _, tt := range []struct {
		names []string
		want  []string
	}{
		{nil, nil}, {[]string{"none"}, nil}, {[]string{"all"}, ids}, {[]string{"read"}, reads},
		{[]string{"people.read", "outlook.read", "people.read"}, []string{"outlook.read", "people.read"}},
		{[]string{"calendar.read", "read"}, reads},
	} {
		got, err := graphtools.Permissions(tt.names...)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("Permissions(%q) = %q, %v, want %q", tt.names, got, err, tt.want)
		}
	}
	scopes := graphtools.Scopes(agenttool.PermissionSet{"outlook.read", "people.read", "graph.read"})
	if want := []string{"Mail.Read", "User.Read", "User.ReadBasic.All"}; !slices.Equal(scopes, want) {
		t.Errorf("Scopes = %q, want %q", scopes, want)
	}
	read, _ := graphtools.Permissions("read")
	for _, scope := range graphtools.Scopes(read) {
		if strings.Contains(scope, "Write") || strings.Contains(scope, "Send") {
			t.Errorf("the preset read asks for %s, want nothing that writes", scope)
		}
	}
}

// TestSnapshot holds what a model sees of the tool. A change of it is a change
// to review: run the test with -update.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	r := setup(t).mount(nil)
	for _, tool := range r.host.Tools() {
		got, err := json.MarshalIndent(map[string]any{
			"name": tool.Name(), "title": tool.Title(), "description": tool.Description(), "annotations": tool.Annotations(),
			"input_schema": tool.InputSchema(), "output_schema": tool.OutputSchema(),
		}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", tool.Name()+".json")
		if *update {
			if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
			t.Errorf("%s differs from its snapshot (-want +got):\n%s", tool.Name(), diff)
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, got); err != nil || compact.Len() > 3<<10 {
			t.Errorf("%s is %d bytes, %v, want at most 3 KB", tool.Name(), compact.Len(), err)
		}
	}
}

// TestSchemaHasTheArgumentsThatAreRead keeps the two from drifting apart.
func TestSchemaHasTheArgumentsThatAreRead(t *testing.T) {
	t.Parallel()
	r := setup(t).mount([]string{"all"})
	tool, _ := r.host.Tool("m365_graph")
	var schema struct {
		Properties map[string]struct {
			Type string `json:"type"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(tool.InputSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	values := map[string]string{"string": `"x"`, "object": `{}`, "boolean": `true`}
	for name, p := range schema.Properties {
		res := r.call(`{"` + name + `":` + values[p.Type] + `}`)
		if strings.Contains(res.Text, "is unknown; there are") || strings.Contains(res.Text, "must be a") {
			t.Errorf("the argument %s of the schema is not read: %s", name, res.Text)
		}
	}
	res := r.call(`{"nonsense":1}`)
	for name := range schema.Properties {
		if !strings.Contains(res.Text, name) {
			t.Errorf("an unknown argument answers %s, want it to list %s", res.Text, name)
		}
	}
}
