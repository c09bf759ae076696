package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/config"
)

// env is an environment of nothing but the given variables.
type env map[string]string

func (e env) lookup(name string) (string, bool) {
	v, ok := e[name]
	return v, ok
}

// home returns a home folder whose user file holds text; none if it is empty.
func home(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if text == "" {
		return dir
	}
	folder := filepath.Join(dir, ".amplifier", "m365")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "config.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// load loads a mount in YAML, an environment and a user file in YAML.
func load(t *testing.T, mount string, vars env, file string) (*config.Settings, error) {
	t.Helper()
	return config.Load(&config.Options{Mount: config.MountYAML([]byte(mount)), Env: vars.lookup, Home: home(t, file)})
}

func TestEachKeyInEachLayerHidesTheWeakerOnes(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, k := range layeredKeys(root) {
		t.Run(k.key, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "user.yaml")
			vars := env{"IN_FILE": "from-file-variable", "IN_MOUNT": "from-mount-variable"}
			if k.key != "client_id" {
				vars["M365_CLIENT_ID"] = "an-id" // the one required key
			}
			opts := &config.Options{Env: vars.lookup, Home: root}
			check := func(layer config.Layer, want any) {
				t.Helper()
				s, err := config.Load(opts)
				if err != nil {
					t.Fatalf("Load with %v = %v", layer, err)
				}
				if diff := cmp.Diff(want, get(s, k.key)); diff != "" {
					t.Errorf("%s from %v (-want +got):\n%s", k.key, layer, diff)
				}
				if got := s.Origin(k.key).Layer; got != layer {
					t.Errorf("Origin(%q) = %v, want %v", k.key, got, layer)
				}
			}
			if k.wantDefault != nil {
				check(config.LayerDefault, k.wantDefault)
			}
			writeFile(t, file, k.key+": "+k.file+"\n")
			opts.File = file
			check(config.LayerFile, k.wantFile)
			vars["M365_"+strings.ToUpper(k.key)] = k.env
			check(config.LayerEnvironment, k.wantEnv)
			opts.Mount = config.MountYAML([]byte(k.key + ": " + k.mount + "\n"))
			check(config.LayerMount, k.wantMount)
		})
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestEveryKeyIsExplainedDocumentedAndInTheLayerTable(t *testing.T) {
	t.Parallel()
	s, err := load(t, "client_id: an-id", nil, "")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var explained, tested []string
	for line := range strings.Lines(s.Explain()) {
		key := strings.Fields(line)[0]
		explained = append(explained, key)
		if !strings.Contains(string(doc), "\n//\t"+key+" ") {
			t.Errorf("doc.go does not describe %s", key)
		}
	}
	for _, k := range layeredKeys(t.TempDir()) {
		tested = append(tested, k.key)
	}
	if diff := cmp.Diff(explained, tested); diff != "" {
		t.Errorf("keys explained and keys tested (-explained +tested):\n%s", diff)
	}
}

func TestMountsOfAllShapesAgree(t *testing.T) {
	t.Parallel()
	want, err := load(t, "client_id: an-id\nscopes: [Mail.Read]\ndefault_page_size: 50\nread_only: true\n", nil, "")
	if err != nil {
		t.Fatal(err)
	}
	node := map[string]any{"client_id": "an-id", "scopes": []string{"Mail.Read"}, "default_page_size": 50.0, "read_only": true}
	tools := []any{
		"tool-filesystem",
		map[string]any{"module": "tool-bash", "config": map[string]any{"client_id": 12}},
		map[string]any{"module": "tool-m365-auth", "source": "x", "config": map[string]any{"client_id": "an-id", "scopes": []any{"Mail.Read"}}},
		map[string]any{"module": "tool-m365-graph", "config": map[string]any{"default_page_size": int64(50), "read_only": true}},
	}
	const yamlPlan = `
bundle: {name: desk}
tools:
  - module: tool-m365-auth
    config:
      client_id: an-id
      scopes:
        - Mail.Read
  - module: tool-m365-graph
    config: {default_page_size: 50, read_only: true}
  - module: tool-other
    config: {anything: goes}
`
	const jsonPlan = `[{"module":"tool-m365-auth","config":{"client_id":"an-id","scopes":["Mail.Read"]}},
	{"module":"tool-m365-graph","config":{"default_page_size":50,"read_only":true}}]`
	mounts := map[string]config.Mount{
		"map":       config.MountMap(node),
		"list":      config.MountTools(tools),
		"plan":      config.MountMap(map[string]any{"tools": tools}),
		"yaml plan": config.MountYAML([]byte(yamlPlan)),
		"json list": config.MountJSON([]byte(jsonPlan)),
		"json node": config.MountJSON([]byte(`{"client_id":"an-id","scopes":["Mail.Read"],"default_page_size":50,"read_only":true}`)),
	}
	for name, m := range mounts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := config.Load(&config.Options{Mount: m, Env: env{}.lookup, Home: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			got.Auth.CachePath = want.Auth.CachePath
			if diff := cmp.Diff(want.Auth, got.Auth, cmp.Comparer(m365auth.Secret.Equal)); diff != "" {
				t.Errorf("Auth (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]any{want.Graph, want.Tools}, []any{got.Graph, got.Tools}); diff != "" {
				t.Errorf("Graph, Tools (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnOriginNamesTheVariableTheFileTheLineAndTheModule(t *testing.T) {
	t.Parallel()
	dir := home(t, "# ours\ndefault_tenant: contoso.example\napi_version: ${VERSION}\n")
	file := filepath.Join(dir, ".amplifier", "m365", "config.yaml")
	mount := "- module: tool-m365-auth\n  config:\n    client_id: ${ID}\n"
	s, err := config.Load(&config.Options{
		Mount: config.MountYAML([]byte(mount)), Home: dir,
		Env: env{"ID": "an-id", "VERSION": "beta", "M365_MAX_PAGES": "3"}.lookup,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"client_id":         "mount tool-m365-auth:3 from ${ID}",
		"tenant_id":         "user file " + file + ":2",
		"api_version":       "user file " + file + ":3 from ${VERSION}",
		"max_pages":         "environment M365_MAX_PAGES",
		"default_page_size": "default",
		"no_such_key":       "default",
	}
	for key, origin := range want {
		if got := s.Origin(key).String(); got != origin {
			t.Errorf("Origin(%q) = %q, want %q", key, got, origin)
		}
	}
	if s.Auth.TenantID != "contoso.example" || s.Graph.APIVersion != "beta" {
		t.Errorf("TenantID, APIVersion = %q, %q, want contoso.example, beta", s.Auth.TenantID, s.Graph.APIVersion)
	}
}

func TestOneModuleLeavesTheOtherAlone(t *testing.T) {
	t.Parallel()
	const file = "client_secret: ${NOT_SET}\nscopes: wrong\ndefault_page_size: 40\n"
	vars := env{"M365_CLOUD": "china", "M365_CERTIFICATE_PASSWORD": "a", "M365_CERTIFICATE_PASSWORD_FILE": "/b"}
	opts := &config.Options{Module: config.GraphModule, Env: vars.lookup, Home: home(t, file)}
	opts.Secrets = map[string]func() (m365auth.Secret, error){"client_secret": func() (m365auth.Secret, error) {
		t.Error("the secret was asked for, want no secret for the graph module")
		return m365auth.Secret{}, nil
	}}
	s, err := config.Load(opts)
	if err != nil {
		t.Fatalf("Load of the graph module = %v", err)
	}
	if s.Graph.DefaultPageSize != 40 || s.Graph.BaseURL != "https://microsoftgraph.chinacloudapi.cn" || s.Cloud.Name != "china" {
		t.Errorf("Graph, Cloud = %+v, %v, want 40 a page, China", s.Graph, s.Cloud.Name)
	}
	if !reflect.ValueOf(s.Auth).IsZero() {
		t.Errorf("Auth = %+v, want zero", s.Auth)
	}
	if strings.Contains(s.Explain(), "client_id") {
		t.Errorf("Explain() = %s, want no key of the auth module", s.Explain())
	}

	opts.Module, opts.Secrets = config.AuthModule, nil
	delete(vars, "M365_CERTIFICATE_PASSWORD_FILE")
	opts.Home = home(t, "client_id: an-id\ndefault_page_size: wrong\n")
	if s, err = config.Load(opts); err != nil {
		t.Fatalf("Load of the auth module = %v", err)
	}
	if s.Auth.ClientID != "an-id" || s.Auth.Cloud.Name != "china" || s.Graph != (config.Graph{}) {
		t.Errorf("ClientID, Cloud, Graph = %q, %q, %+v, want an-id, china, zero", s.Auth.ClientID, s.Auth.Cloud.Name, s.Graph)
	}
}
