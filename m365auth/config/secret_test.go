package config_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/config"
)

func TestASecretComesFromVariableFileOrCode(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "secret"), "from-file\r\n")
	fromCode := map[string]func() (m365auth.Secret, error){
		"client_secret": func() (m365auth.Secret, error) { return m365auth.NewSecret("from-code"), nil },
	}
	tests := map[string]struct {
		mount      string
		env        env
		secrets    map[string]func() (m365auth.Secret, error)
		want       string
		wantOrigin string
	}{
		"environment":       {env: env{"M365_CLIENT_SECRET": "from ${env}"}, want: "from ${env}", wantOrigin: "environment M365_CLIENT_SECRET"},
		"variable in mount": {mount: "client_secret: ${S}", env: env{"S": "from-s", "M365_CLIENT_SECRET": "hidden"}, want: "from-s", wantOrigin: "mount line 1 from ${S}"},
		"file in mount":     {mount: "client_secret_file: ~/secret", env: env{"M365_CLIENT_SECRET": "hidden"}, want: "from-file", wantOrigin: "mount line 1"},
		"file in variable":  {mount: "client_secret_file: ${F}", env: env{"F": filepath.Join(dir, "secret")}, want: "from-file", wantOrigin: "mount line 1 from ${F}"},
		"file in env":       {env: env{"M365_CLIENT_SECRET_FILE": "~/secret"}, want: "from-file", wantOrigin: "environment M365_CLIENT_SECRET_FILE"},
		"code":              {mount: "client_secret: ${S}", env: env{"S": "hidden"}, secrets: fromCode, want: "from-code", wantOrigin: "code"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lookup := func(name string) (string, bool) {
				if name == "M365_CLIENT_ID" {
					return "an-id", true
				}
				return test.env.lookup(name)
			}
			s, err := config.Load(&config.Options{Mount: config.MountYAML([]byte(test.mount)), Env: lookup, Home: dir, Secrets: test.secrets})
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Auth.ClientSecret.Reveal(); got != test.want {
				t.Errorf("ClientSecret = %q, want %q", got, test.want)
			}
			if got := s.Origin("client_secret").String(); got != test.wantOrigin {
				t.Errorf("Origin = %q, want %q", got, test.wantOrigin)
			}
			for _, printed := range []string{s.Explain(), fmt.Sprintf("%v %+v %#v", s, *s, s)} {
				if strings.Contains(printed, test.want) {
					t.Errorf("settings print as %s, want the secret redacted", printed)
				}
			}
		})
	}
}

func TestASecretThatCannotBeHadIsAnError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "empty"), "\n")
	writeFile(t, filepath.Join(dir, "huge"), strings.Repeat("x", 65<<10))
	locked := errors.New("the vault is locked")
	supply := func(s string, err error) func() (m365auth.Secret, error) {
		return func() (m365auth.Secret, error) { return m365auth.NewSecret(s), err }
	}
	tests := map[string]struct {
		file    string
		secrets map[string]func() (m365auth.Secret, error)
		want    string
		cause   error
	}{
		"empty file":  {file: "~/empty", want: "client_secret_file (environment M365_CLIENT_SECRET_FILE): the file is empty"},
		"huge file":   {file: "~/huge", want: "client_secret_file (environment M365_CLIENT_SECRET_FILE): is not a small regular file"},
		"folder":      {file: "~/.", want: "client_secret_file (environment M365_CLIENT_SECRET_FILE): is not a small regular file"},
		"callback":    {secrets: map[string]func() (m365auth.Secret, error){"client_secret": supply("", locked)}, want: "client_secret (code): cannot be supplied: the vault is locked", cause: locked},
		"nothing":     {secrets: map[string]func() (m365auth.Secret, error){"client_secret": supply("", nil)}, want: "client_secret (code): is empty"},
		"no callback": {secrets: map[string]func() (m365auth.Secret, error){"client_secret": nil}, want: "client_secret (code): is no secret that code can supply"},
		"no secret":   {secrets: map[string]func() (m365auth.Secret, error){"client_id": supply("x", nil)}, want: "client_id (code): is no secret that code can supply"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			vars := env{"M365_CLIENT_ID": "an-id", "M365_CLIENT_SECRET_FILE": test.file}
			s, err := config.Load(&config.Options{Env: vars.lookup, Home: dir, Secrets: test.secrets})
			p := problemsOf(t, s, err)
			if got := p[0].String(); len(p) != 1 || !strings.HasPrefix(got, test.want) {
				t.Errorf("Load() = %v, want %s", err, test.want)
			}
			if test.cause != nil && !errors.Is(err, test.cause) {
				t.Errorf("Load() = %v, want one that matches its cause", err)
			}
		})
	}
}

func TestCodeAloneBringsACloudOfItsOwn(t *testing.T) {
	t.Parallel()
	emulator := m365auth.Cloud{Name: "emulator", LoginHost: "127.0.0.1:8443", GraphHost: "127.0.0.1:9443"}
	opts := &config.Options{Cloud: emulator, Env: env{"M365_CLIENT_ID": "an-id"}.lookup, Home: t.TempDir()}
	s, err := config.Load(opts)
	if err != nil {
		t.Fatal(err)
	}
	if s.Graph.BaseURL != "https://127.0.0.1:9443" || s.Origin("base_url").Layer != config.LayerCode {
		t.Errorf("BaseURL = %q from %v, want the emulator's from code", s.Graph.BaseURL, s.Origin("base_url"))
	}
	if diff := cmp.Diff([]m365auth.Cloud{emulator, emulator}, []m365auth.Cloud{s.Cloud, s.Auth.Cloud}); diff != "" {
		t.Errorf("Cloud, Auth.Cloud (-want +got):\n%s", diff)
	}
	opts.Mount = config.MountMap(map[string]any{"authority": "https://127.0.0.1:8443/common", "base_url": "https://127.0.0.1:9443/"})
	if s, err = config.Load(opts); err != nil || s.Graph.BaseURL != "https://127.0.0.1:9443" {
		t.Errorf("Load with the emulator's own hosts = %+v, %v, want it to agree", s, err)
	}
	opts.Mount = config.MountMap(map[string]any{"base_url": "https://graph.microsoft.com"})
	s, err = config.Load(opts)
	if p := problemsOf(t, s, err); p[0].Key != "base_url" {
		t.Errorf("Load with Microsoft's host = %v, want it refused", err)
	}
	opts.Mount, opts.Cloud.GraphHost = config.Mount{}, "https://x"
	s, err = config.Load(opts)
	if p := problemsOf(t, s, err); p[0].Key != "Cloud" || p[0].Origin.Layer != config.LayerCode {
		t.Errorf("Load with a wrong cloud = %v, want it refused", err)
	}
}

func TestHostsChooseTheCloudAndTheTenant(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		mount, file, wantCloud, wantTenant, wantBase, wantAuthority string
	}{
		"none":                {wantCloud: "global", wantTenant: "common", wantBase: "https://graph.microsoft.com"},
		"authority":           {mount: "authority: https://LOGIN.partner.microsoftonline.cn:443/contoso.example/", wantCloud: "china", wantTenant: "contoso.example", wantBase: "https://microsoftgraph.chinacloudapi.cn", wantAuthority: "https://login.partner.microsoftonline.cn/contoso.example"},
		"authority of two":    {mount: "authority: https://login.microsoftonline.us/common", wantCloud: "gcchigh", wantTenant: "common", wantBase: "https://graph.microsoft.us", wantAuthority: "https://login.microsoftonline.us/common"},
		"authority and graph": {mount: "authority: https://login.microsoftonline.us/common\nbase_url: https://DOD-graph.microsoft.us:443/", wantCloud: "dod", wantTenant: "common", wantBase: "https://dod-graph.microsoft.us", wantAuthority: "https://login.microsoftonline.us/common"},
		"authority and cloud": {mount: "authority: https://login.microsoftonline.us/common\ncloud: dod", wantCloud: "dod", wantTenant: "common", wantBase: "https://dod-graph.microsoft.us", wantAuthority: "https://login.microsoftonline.us/common"},
		"weaker tenant":       {mount: "authority: https://login.microsoftonline.com/b", file: "tenant_id: a", wantCloud: "global", wantTenant: "b", wantBase: "https://graph.microsoft.com", wantAuthority: "https://login.microsoftonline.com/b"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := load(t, "client_id: an-id\n"+test.mount, nil, test.file)
			if err != nil {
				t.Fatal(err)
			}
			if test.wantAuthority != s.Auth.Authority {
				t.Errorf("Authority = %q, want %q", s.Auth.Authority, test.wantAuthority)
			}
			got := []string{s.Cloud.Name, s.Auth.Cloud.Name, s.Auth.TenantID, s.Graph.BaseURL}
			want := []string{test.wantCloud, test.wantCloud, test.wantTenant, test.wantBase}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("cloud, auth cloud, tenant, base (-want +got):\n%s", diff)
			}
		})
	}
}

func TestScopesLoseWhatIsImpliedAndRepeated(t *testing.T) {
	t.Parallel()
	s, err := load(t, "client_id: an-id", env{"M365_SCOPES": "openid Mail.Read,offline_access, Mail.Read\tPROFILE User.Read"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Mail.Read", "User.Read"}, s.Auth.Scopes); diff != "" {
		t.Errorf("Scopes (-want +got):\n%s", diff)
	}
	s, err = load(t, "client_id: an-id\nscopes: [https://graph.microsoft.com/.default, openid]", nil, "")
	if err != nil || len(s.Auth.Scopes) != 1 {
		t.Errorf("Load with .default alone = %v, %v, want it accepted", s, err)
	}
}
