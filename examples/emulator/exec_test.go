package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExecPassesOnHowTheProgramEnded(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		command []string
		want    int
		says    string
	}{
		{[]string{"sh", "-c", "exit 0"}, 0, "made no request of Microsoft 365"},
		{[]string{"sh", "-c", "exit 7"}, 7, "made no request of Microsoft 365"},
		{[]string{"sh", "-c", "kill -TERM $$"}, 143, "made no request of Microsoft 365"},
		{[]string{"no-such-program"}, 127, "no-such-program"},
		{[]string{script}, 126, "permission denied"},
	} {
		got := runProgram(t, program(t, append([]string{"exec", "--"}, test.command...)...))
		if got.code != test.want || !strings.Contains(got.err, test.says) || strings.Count(got.err, "\n") != 1 || got.out != "" {
			t.Errorf("exec %q: exit code %d, out %q, err %q, want %d", test.command, got.code, got.out, got.err, test.want)
		}
	}
}

func TestExecTracesAndPassesStreams(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := program(t, "exec", "-trace", "--", "sh", "-c", `cat; `+asVisitor+`="https://graph.microsoft.com/v1.0/me https://example.com/" "$0"`, self)
	cmd.Stdin = strings.NewReader("typed\n")
	got := runProgram(t, cmd)
	if got.code != 0 || !strings.HasPrefix(got.out, "typed\n") || !strings.Contains(got.out, "InvalidAuthenticationToken") || !strings.Contains(got.out, "refused:") {
		t.Errorf("exit code %d, out %q, want what was typed, Graph's answer and a refused tunnel", got.code, got.out)
	}
	for _, want := range []string{"GET https://graph.microsoft.com/v1.0/me 401", "CONNECT example.com:443 refused"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("the trace %q lacks %q", got.err, want)
		}
	}
}

// A program that passes without having asked anything has shown nothing.
func TestExecTellsOfAProgramThatAskedNothing(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const warning = "made no request of Microsoft 365: "
	for _, test := range []struct{ visit, env, want, trace string }{
		{"https://graph.microsoft.com/v1.0/me", "", "", "GET https://graph.microsoft.com/v1.0/me 401"},
		{"https://example.com/", "", warning + "the proxy refused 1", "CONNECT example.com:443 refused: not one of Microsoft 365's hosts"},
		{"http://graph.microsoft.com/v1.0/me", "", warning + "the proxy refused 1", "GET http://graph.microsoft.com refused: Microsoft 365 is there over https alone"},
		{"https://graph.microsoft.com:8443/", "", warning + "the proxy refused 1", "CONNECT graph.microsoft.com:8443 refused: Microsoft 365 is there at port 443 alone"},
		{"https://graph.microsoft.com/v1.0/me", "SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/dev/null", warning + "it was led there", ""},
		{"", "", warning + "does it take the proxy", ""},
	} {
		got := runProgram(t, program(t, "exec", "-trace", "--", "sh", "-c", test.env+" "+asVisitor+`="`+test.visit+` " "$0"`, self))
		if test.want == "" && strings.Contains(got.err, warning) || !strings.Contains(got.err, test.want) || !strings.Contains(got.err, test.trace) {
			t.Errorf("a program that visits %q %s: standard error %q, want %q and %q", test.visit, test.env, got.err, test.want, test.trace)
		}
	}
}

func TestExecUsesARunningEmulator(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ready.json")
	r := serving(t, "-ready", file)
	got := runProgram(t, program(t, "exec", "-ready", file, "--", "sh", "-c", `echo $HTTPS_PROXY $M365_EMULATOR_READY`))
	if want := r.Proxy + " " + file + "\n"; got.code != 0 || got.out != want {
		t.Errorf("exit code %d, out %q, err %q, want %q", got.code, got.out, got.err, want)
	}
	if code, _ := fetch(t, r.client(t, false), "", r.Graph+"/v1.0/me"); code != 401 {
		t.Errorf("after exec the emulator answered %d, want it there", code)
	}
}

func TestEnvironmentKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	r := &ready{Proxy: "http://127.0.0.1:4", CAFile: "/t/ca/ca.pem", NodeProxy: "/t/a b.cjs", Users: []person{{UPN: "sales@contoso.example"}}}
	env := environment([]string{
		"PATH=/bin", "HTTPS_PROXY=http://other:1", "https_proxy=http://other:2", "SSL_CERT_FILE=/other", "NODE_OPTIONS=--max-old-space-size=64",
		"NO_PROXY=build.example,.microsoft.com", "no_proxy=*",
	}, r, "/t/ready.json")
	for name, want := range map[string]string{
		"PATH": "/bin", "HTTPS_PROXY": r.Proxy, "https_proxy": r.Proxy, "SSL_CERT_FILE": r.CAFile, "REQUESTS_CA_BUNDLE": r.CAFile, "HTTPLIB2_CA_CERTS": r.CAFile, "PERL_LWP_SSL_CA_FILE": r.CAFile, "SSL_CERT_DIR": "/t/ca",
		"NODE_OPTIONS": `--max-old-space-size=64 --require="/t/a b.cjs"`, "NODE_EXTRA_CA_CERTS": r.CAFile,
		"NO_PROXY": "localhost,127.0.0.1,::1,build.example", readyEnv: "/t/ready.json",
	} {
		if got := lookup(env, name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	seen := map[string]bool{}
	for _, pair := range env {
		name, _, _ := strings.Cut(pair, "=")
		if seen[name] {
			t.Errorf("%s stands twice", name)
		}
		seen[name] = true
	}
}

func TestNoProxyNeverCoversMicrosoft(t *testing.T) {
	t.Parallel()
	own := "localhost,127.0.0.1,::1"
	for have, want := range map[string]string{
		"": own, ",": own, "*": own, ".com": own, "com": own, "graph.microsoft.com": own, ".sharepoint.com:443": own,
		"contoso.sharepoint.com": own, "*.microsoftonline.com": own, "localhost": own,
		"10.0.0.0/8, build.example": own + ",10.0.0.0/8,build.example",
		"notmicrosoft.com":          own + ",notmicrosoft.com",
	} {
		if diff := cmp.Diff(want, noProxy(have)); diff != "" {
			t.Errorf("noProxy(%q) (-want +got):\n%s", have, diff)
		}
	}
}
