package config_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/config"
)

// seeds are mounts that JSON and YAML read alike.
var seeds = []string{
	``, `{}`, `[]`, `null`, `"text"`, `{"client_id": "an-id"}`,
	`{"client_id": "${SECRET}", "client_secret": "${SECRET}"}`,
	`{"client_id": "a", "client_id": "b", "Client_Id": "c", "client.id": "d", "client_id ": null}`,
	`{"client_id": "a", "scopes": ["Mail.Read", 1, "${SECRET}", []], "max_pages": "12", "read_only": 1}`,
	`{"authority": "https://login.microsoftonline.us/x", "base_url": "https://dod-graph.microsoft.us/"}`,
	`{"authority": "${SECRET}", "tenant_id": "${SECRET}", "redirect_url": "${SECRET}", "cache_path": "~/x"}`,
	`{"tools": [{"module": "tool-m365-auth", "config": {"client_id": "a"}}, {"module": "tool-m365-graph", "config": {}}, 1]}`,
	`[{"module": "tool-m365-auth", "module": "tool-bash", "config": []}]`,
	`{"default_page_size": 99999999999999999999, "max_pages": 1e400}`,
}

func FuzzMountYAML(f *testing.F) {
	for _, s := range append(seeds, "a: &a [*a]", "? {x: y}\n: z", "client_id: !!binary aGk=\n", "---\n---\n", "client_id: 0x1F", "x: |\n  y") {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { fuzzMount(t, config.MountYAML(data)) })
}

func FuzzMountJSON(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { fuzzMount(t, config.MountJSON(data)) })
}

// fuzzMount holds Load to what it promises of any mount: settings that can be
// used, or problems with a remedy, and no secret in either.
func fuzzMount(t *testing.T, mount config.Mount) {
	s, err := config.Load(&config.Options{Mount: mount, Env: env{"SECRET": canary}.lookup, File: os.DevNull, Home: os.TempDir()})
	if err != nil {
		problemsOf(t, s, err)
		if strings.Contains(err.Error(), canary) {
			t.Errorf("Load() = %v, which shows the value of a variable", err)
		}
		return
	}
	if s.Auth.ClientID == "" && s.Auth.Method != m365auth.MethodManagedIdentity {
		t.Errorf("Load() = %+v, want a client id", s)
	}
	if s.Graph.DefaultPageSize < 1 || s.Graph.DefaultPageSize > 999 || s.Graph.MaxPages < 1 {
		t.Errorf("Graph = %+v, want it within its ranges", s.Graph)
	}
	if !slices.ContainsFunc(m365auth.Clouds(), func(c m365auth.Cloud) bool {
		return c.Name == s.Cloud.Name && c.LoginHost == s.Auth.Cloud.LoginHost && s.Graph.BaseURL == c.GraphURL()
	}) {
		t.Errorf("Cloud, BaseURL = %v, %q, want one known cloud", s.Cloud, s.Graph.BaseURL)
	}
}
