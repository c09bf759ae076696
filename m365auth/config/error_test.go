package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/config"
)

// canary stands for a secret that was written where it does not belong.
const canary = "canary-7f3a91"

const id = "client_id: an-id\n"

// wrongSettings are mistakes, each with the problem that it must be told as.
var wrongSettings = map[string]struct {
	mount, file string
	env         env
	want        string // of the only problem
}{
	"unknown key in mount":       {mount: id + "tenant_idd: x", want: "tenant_idd (mount line 2): unknown key; did you mean tenant_id?"},
	"unknown key in file":        {mount: id, file: "scops: [a]", want: "scops (user file USERFILE:1): unknown key; did you mean scopes?"},
	"dashes":                     {mount: id + "cache-path: /x", want: "cache-path (mount line 2): unknown key; did you mean cache_path?"},
	"another case":               {mount: id + "Api_Version: beta", want: "Api_Version (mount line 2): unknown key; did you mean api_version?"},
	"dotted key":                 {mount: id + "tenant.id: x", want: "tenant.id (mount line 2): unknown key; did you mean tenant_id?"},
	"alias in mount":             {mount: id + "default_tenant: x", want: "default_tenant (mount line 2): is a name for the user file; write tenant_id"},
	"alias and key in file":      {mount: id, file: "tenant_id: a\ndefault_tenant: b", want: "default_tenant (user file USERFILE:2): is given twice, before as tenant_id (user file USERFILE:1); keep one"},
	"duplicate key in YAML":      {mount: id + id, want: "client_id (mount line 2): is given twice, before as client_id (mount line 1); keep one"},
	"key that is no text":        {mount: id + "12: x", want: `"!!int 12" (mount line 2): unknown key`},
	"merge key":                  {mount: id + "<<: {read_only: true}", want: `"!!merge <<" (mount line 2): unknown key`},
	"quoted number":              {mount: id + `max_pages: "12"`, want: "max_pages (mount line 2): is text, not a whole number; write it in digits, without quotes"},
	"fraction":                   {mount: id + "max_pages: 1.5", want: "max_pages (mount line 2): is a fraction or an outsized number, not a whole number"},
	"number for text":            {mount: id + "tenant_id: 12", want: "tenant_id (mount line 2): is a number, not text; put it in quotes"},
	"version without its v":      {mount: id + "api_version: 1.0", want: "api_version (mount line 2): is a fraction or an outsized number, not text"},
	"text for list":              {mount: id + "permissions: read", want: "permissions (mount line 2): is text, not a list; write [a, b]"},
	"number in list":             {mount: id + "permissions: [read, 1]", want: "permissions (mount line 2): element 2: is a number, not text"},
	"two names in one element":   {mount: id + `scopes: ["Mail.Read User.Read"]`, want: "scopes (mount line 2): element 1: has a space in it"},
	"yes for true":               {mount: id + "read_only: yes", want: "read_only (mount line 2): is text, not true or false"},
	"date for text":              {mount: id + "account: 2026-01-02", want: "account (mount line 2): is a date, unless it is quoted, not text"},
	"table for text":             {mount: id + "account: {id: x}", want: "account (mount line 2): is a table, not text"},
	"tag":                        {mount: id + "account: !thing x", want: "account (mount line 2): is a value with a YAML tag, not text"},
	"alias":                      {mount: id + "account: &a x\napproval: *a", want: "approval (mount line 3): is a YAML alias, not text"},
	"no value":                   {mount: id + "account:", want: "account (mount line 2): is empty; give it a value, or remove it"},
	"empty text":                 {mount: id + `account: ""`, want: "account (mount line 2): is empty; remove the key"},
	"space at the end":           {mount: id + `account: "x "`, want: "account (mount line 2): begins or ends with a space"},
	"page size":                  {mount: id + "default_page_size: 1000", want: "default_page_size (mount line 2): is out of range; use 1 to 999"},
	"no pages":                   {mount: id, env: env{"M365_MAX_PAGES": "0"}, want: "max_pages (environment M365_MAX_PAGES): is out of range; use 1 to 1000000"},
	"number in environment":      {mount: id, env: env{"M365_MAX_PAGES": "ten"}, want: "max_pages (environment M365_MAX_PAGES): is other text, not a whole number"},
	"truth in environment":       {mount: id, env: env{"M365_READ_ONLY": "1"}, want: "read_only (environment M365_READ_ONLY): is other text, not true or false"},
	"version":                    {mount: id + "api_version: v2.0", want: "api_version (mount line 2): is not a known value; use one of v1.0, beta"},
	"method":                     {mount: id + "method: password", want: "method (mount line 2): is not a known value; use one of device_code, browser,"},
	"method without its need":    {mount: id + "method: client_secret", want: "client_secret (mount line 2): is not set, and the method needs it"},
	"tenant":                     {mount: id + "tenant_id: a/b", want: "tenant_id (mount line 2): is not a tenant; use"},
	".default among scopes":      {mount: id + "scopes: [.default, Mail.Read]", want: "scopes (mount line 2): mixes .default with other scopes"},
	"scopes that ask nothing":    {mount: id + "scopes: [openid, offline_access]", want: "scopes (mount line 2): asks for no permission"},
	"unset variable":             {mount: id + "tenant_id: ${NOT_SET}", want: "tenant_id (mount line 2 from ${NOT_SET}): the variable NOT_SET is not set; set it"},
	"empty variable":             {mount: id + "tenant_id: ${EMPTY}", env: env{"EMPTY": ""}, want: "tenant_id (mount line 2 from ${EMPTY}): the variable EMPTY is not set; set it"},
	"variable inside text":       {mount: id + "account: x-${ID}", want: "account (mount line 2): has a ${VAR} inside other text; let ${VAR} be the whole value"},
	"variable as a host":         {mount: id + "base_url: ${ID}", want: "base_url (mount line 2 from ${ID}): a host does not come from a variable; write it out"},
	"literal secret in mount":    {mount: id + "client_secret: " + canary, want: "client_secret (mount line 2): a secret is not written out here; set M365_CLIENT_SECRET in the environment, write ${VAR} or client_secret_file, or supply it from code"},
	"literal secret in file":     {mount: id, file: "certificate_password: " + canary, want: "certificate_password (user file USERFILE:1): a secret is not written out here"},
	"secret and its file":        {mount: id, env: env{"M365_CLIENT_SECRET": canary, "M365_CLIENT_SECRET_FILE": "/x"}, want: "client_secret_file (environment M365_CLIENT_SECRET_FILE): is set beside M365_CLIENT_SECRET; keep one"},
	"relative path":              {mount: id + "cache_path: tokens", want: "cache_path (mount line 2): the path depends on the working folder"},
	"missing client id":          {want: "client_id (default): is not set in any layer; set M365_CLIENT_ID, or client_id in the mount or in USERFILE"},
	"empty client id in env":     {env: env{"M365_CLIENT_ID": ""}, want: "client_id (default): is not set in any layer"},
	"foreign login host":         {mount: id + "authority: https://login.contoso.example/common", want: "authority (mount line 2): is not a host of a known cloud; use one of login.microsoftonline.com, login.microsoftonline.us,"},
	"foreign Graph host":         {mount: id, env: env{"M365_BASE_URL": "https://graph.contoso.example"}, want: "base_url (environment M365_BASE_URL): is not a host of a known cloud; use one of graph.microsoft.com,"},
	"host that only begins well": {mount: id + "base_url: https://graph.microsoft.com.contoso.example", want: "base_url (mount line 2): is not a host of a known cloud"},
	"user part before the host":  {mount: id + "base_url: https://graph.microsoft.com@contoso.example", want: "base_url (mount line 2): is not a plain https address"},
	"plain http":                 {mount: id + "base_url: http://graph.microsoft.com", want: "base_url (mount line 2): is not a plain https address"},
	"version in the host":        {mount: id + "base_url: https://graph.microsoft.com/v1.0", want: "base_url (mount line 2): has a path; write the root, and the version as api_version"},
	"authority without tenant":   {mount: id + "authority: https://login.microsoftonline.com/", want: "authority (mount line 2): does not end in a tenant"},
	"two clouds":                 {mount: id + "authority: https://login.microsoftonline.com/common", env: env{"M365_BASE_URL": "https://dod-graph.microsoft.us"}, want: "base_url (environment M365_BASE_URL): is of another cloud than authority (mount line 2); keep to one cloud"},
	"cloud and another's host":   {mount: id + "cloud: gcchigh\nbase_url: https://dod-graph.microsoft.us", want: "base_url (mount line 3): is of another cloud than cloud (mount line 2)"},
	"unknown cloud":              {mount: id + "cloud: mars", want: "cloud (mount line 2): is not a known cloud; use one of global, gcchigh, dod, china"},
	"two tenants":                {mount: id + "tenant_id: a\nauthority: https://login.microsoftonline.com/b", want: "tenant_id (mount line 2): is another tenant than that of authority (mount line 3)"},
	"redirect":                   {mount: id + "redirect_url: http://contoso.example", want: "redirect_url (mount line 2): is not an address to come back to"},
	"relative M365_CONFIG":       {mount: id, env: env{"M365_CONFIG": "m365.yaml"}, want: "M365_CONFIG (environment M365_CONFIG): the path depends on the working folder"},
	"two documents":              {mount: id + "---\n" + id, want: "mount: holds more than one YAML document; keep one"},
	"no YAML":                    {mount: id + "\t- " + canary + ": [", want: "mount: is not YAML: "},
	"unknown anchor":             {mount: id + "account: *" + canary, want: "mount: is not YAML: a part of it cannot be read"},
	"no settings":                {mount: "just text", want: "mount: is text, not settings; mount a table"},
	"no settings in file":        {mount: id, file: "[a]", want: "user file USERFILE: is a list, not settings"},
	"setting beside the tools":   {mount: id + "tools: [{module: tool-m365-auth, config: {client_id: x}}]", want: "client_id (mount line 1): stands beside the list of tools; move it below config: of tool-m365-auth"},
	"module unknown":             {mount: "[{module: tool-m365-auth, config: {client_id: x}}, {module: tool-m365-grph}]", want: "module (mount line 1): is no module of ours; use tool-m365-auth or tool-m365-graph"},
	"module twice":               {mount: "[{module: tool-m365-auth, config: {client_id: x}}, {module: tool-m365-auth}]", want: "module (mount line 1): lists tool-m365-auth twice"},
	"config is no table":         {mount: "[{module: tool-m365-auth, config: [x]}]", env: env{"M365_CLIENT_ID": "x"}, want: "config (mount line 1): of tool-m365-auth is a list, not a table"},
	"key of the other module":    {mount: "[{module: tool-m365-auth, config: {client_id: x, max_pages: 1}}]", want: "max_pages (mount tool-m365-auth:1): is a setting of tool-m365-graph; move it"},
	"modules of two clouds":      {mount: "[{module: tool-m365-auth, config: {client_id: x, cloud: dod}}, {module: tool-m365-graph, config: {cloud: china}}]", want: "cloud (mount tool-m365-graph:1): is given twice, before as cloud (mount tool-m365-auth:1)"},
}

func TestWrongSettingsAreNamedWithTheirLayerAndRemedy(t *testing.T) {
	t.Parallel()
	for name, test := range wrongSettings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := home(t, test.file)
			s, err := config.Load(&config.Options{Mount: config.MountYAML([]byte(test.mount)), Env: test.env.lookup, Home: dir})
			problems := problemsOf(t, s, err)
			if len(problems) != 1 {
				t.Fatalf("Load() = %v, want one problem", err)
			}
			want := strings.ReplaceAll(test.want, "USERFILE", filepath.Join(dir, ".amplifier", "m365", "config.yaml"))
			if got := problems[0].String(); !strings.HasPrefix(got, want) {
				t.Errorf("Load() = %s\nwant %s", got, want)
			}
			if strings.Contains(err.Error(), canary) {
				t.Errorf("Load() = %v, which shows a secret", err)
			}
		})
	}
}

// problemsOf checks what holds for every failure of Load.
func problemsOf(t *testing.T, s *config.Settings, err error) []config.Problem {
	t.Helper()
	if s != nil || err == nil {
		t.Fatalf("Load() = %+v, %v, want no settings and an error", s, err)
	}
	var e *config.Error
	if !errors.As(err, &e) || !errors.Is(err, m365auth.ErrConfig) || len(e.Problems) == 0 {
		t.Fatalf("Load() = %#v, want a *config.Error that matches ErrConfig", err)
	}
	for _, p := range e.Problems {
		if p.Detail == "" || p.Remedy == "" {
			t.Errorf("problem %+v, want a detail and a remedy", p)
		}
	}
	return e.Problems
}

func TestAllProblemsAreToldAtOnceStrongestLayerFirst(t *testing.T) {
	t.Parallel()
	s, err := load(t, "max_pages: x\nclientid: an-id", env{"M365_READ_ONLY": "maybe"}, "api_version: v3\ncolour: red")
	var got []string
	for _, p := range problemsOf(t, s, err) {
		got = append(got, p.Origin.Layer.String()+" "+p.Key)
	}
	want := []string{"mount max_pages", "mount clientid", "environment read_only", "user file api_version", "user file colour", "default client_id"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if lines := strings.Count(err.Error(), "\n"); lines != len(want) {
		t.Errorf("Error() = %v, want a line for each of %d problems", err, len(want))
	}
}

func TestAHiddenValueIsCheckedToo(t *testing.T) {
	t.Parallel()
	s, err := load(t, "client_id: an-id\nmax_pages: 3", nil, "max_pages: many")
	if p := problemsOf(t, s, err); len(p) != 1 || p[0].Origin.Layer != config.LayerFile {
		t.Errorf("Load() = %v, want one problem of the user file", err)
	}
}

func TestAFileThatIsNamedMustBeReadable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.yaml")
	vars := env{"M365_CLIENT_ID": "an-id"}
	if _, err := config.Load(&config.Options{Env: vars.lookup, Home: dir}); err != nil {
		t.Errorf("Load without a user file = %v, want nil", err)
	}
	if _, err := config.Load(&config.Options{Env: vars.lookup, Home: dir, File: os.DevNull}); err != nil {
		t.Errorf("Load with os.DevNull = %v, want nil", err)
	}
	for name, opts := range map[string]*config.Options{
		"option":   {File: missing, Env: vars.lookup},
		"variable": {Env: env{"M365_CLIENT_ID": "an-id", "M365_CONFIG": missing}.lookup},
		"secret":   {Env: env{"M365_CLIENT_ID": "an-id", "M365_CLIENT_SECRET_FILE": missing}.lookup},
		"folder":   {Env: env{"M365_CLIENT_ID": "an-id", "M365_CONFIG": dir}.lookup},
	} {
		opts.Home = dir
		s, err := config.Load(opts)
		p := problemsOf(t, s, err)
		if !strings.Contains(p[0].Detail, "cannot be read") || name != "folder" && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Load with a missing %s = %v, want one that matches fs.ErrNotExist", name, err)
		}
	}
}

func TestJSONIsReadAsStrictlyAsYAML(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		`{"client_id": "x", "client_id": "y"}`:             "client_id (mount line 1): is given twice",
		"{\"client_id\": \"x\",\n\t\"max_pages\": \"12\"}": "max_pages (mount line 2): is text, not a whole number",
		`{"client_id": "x", "max_pages": 1e1}`:             "max_pages (mount line 1): is a fraction or an outsized number",
		`{"client_id": "x", "Account": "y"}`:               "Account (mount line 1): unknown key; did you mean account?",
		`{"client_id": "x", "account": null}`:              "account (mount line 1): is empty",
		"{\"client_id\":\n\"" + canary + "\",":             "mount: is not JSON: line 2 cannot be read",
		`{"client_id": "x"} {}`:                            "mount: is not JSON: line 1 cannot be read",
		"\"\xff\"":                                         "mount: is not JSON: it is not UTF-8",
		strings.Repeat("[", 70) + strings.Repeat("]", 70):  "mount: is not JSON",
	}
	for text, want := range tests {
		s, err := config.Load(&config.Options{Mount: config.MountJSON([]byte(text)), Env: env{"M365_CLIENT_ID": "x"}.lookup, Home: t.TempDir()})
		p := problemsOf(t, s, err)
		if got := p[0].String(); len(p) != 1 || !strings.HasPrefix(got, want) || strings.Contains(got, canary) {
			t.Errorf("Load(%s) = %v, want %s", text, err, want)
		}
	}
	file := filepath.Join(t.TempDir(), "user.JSON")
	writeFile(t, file, "{\n\t\"client_id\": \"an-id\"\n}")
	s, err := config.Load(&config.Options{File: file, Env: env{}.lookup, Home: t.TempDir()})
	if err != nil || s.Auth.ClientID != "an-id" {
		t.Errorf("Load of a JSON file = %+v, %v, want its client id", s, err)
	}
}
