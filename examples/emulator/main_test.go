package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// asProgram makes the test binary be the program.
const asProgram = "M365_EMULATOR_TEST_RUNS_MAIN"

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(asVisitor) != "":
		visit(strings.Fields(os.Getenv(asVisitor)))
	case os.Getenv(asProgram) != "":
		main()
	default:
		os.Exit(m.Run())
	}
}

// asVisitor makes the test's binary a program of somebody's that asks for the
// addresses which it names, by the environment's proxy and certificates.
const asVisitor = "M365_EMULATOR_TEST_VISIT"

func visit(addresses []string) {
	for _, address := range addresses {
		resp, err := http.Get(address)
		if err != nil {
			fmt.Println("refused:", err)
			continue
		}
		_, _ = io.Copy(os.Stdout, resp.Body)
		resp.Body.Close()
		fmt.Println()
	}
}

// program is the emulator as a process to be started, with a home of its own.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self, args...)
	home := t.TempDir()
	cmd.Env = append(os.Environ(), asProgram+"=1", readyEnv+"=", "HOME="+home, "XDG_CACHE_HOME="+home, "TMPDIR="+home)
	return cmd
}

// result is how a process ended.
type result struct {
	code     int
	out, err string
}

func runProgram(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), stderr.String()}
}

// running is an emulator that serves.
type running struct {
	ready
	cmd    *exec.Cmd
	line   string
	stderr *bytes.Buffer
}

// serving starts an emulator and waits for its line; the test's end interrupts it.
func serving(t *testing.T, args ...string) *running {
	t.Helper()
	r := &running{cmd: program(t, append([]string{"serve"}, args...)...), stderr: &bytes.Buffer{}}
	r.cmd.Stderr = r.stderr
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		_ = r.cmd.Wait()
	})
	if r.line, err = bufio.NewReader(out).ReadString('\n'); err != nil {
		_ = r.cmd.Wait()
		t.Fatalf("serve said no line: %v; standard error: %s", err, r.stderr)
	}
	if err := json.Unmarshal([]byte(r.line), &r.ready); err != nil {
		t.Fatalf("the line %q is not JSON: %v", r.line, err)
	}
	return r
}

// interrupt is Ctrl-C, and how the process ends then.
func (r *running) interrupt(t *testing.T) {
	t.Helper()
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v, want exit code 0; standard error: %s", err, r.stderr)
	}
}

// client trusts the emulator's authority, and asks the proxy if it is to.
func (r *running) client(t *testing.T, byProxy bool) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(r.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatalf("%s holds no certificate", r.CAFile)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	if byProxy {
		proxy, err := url.Parse(r.Proxy)
		if err != nil {
			t.Fatal(err)
		}
		transport.Proxy = http.ProxyURL(proxy)
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// fetch gets a URL with a token, "" for none.
func fetch(t *testing.T, client *http.Client, token, address string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatalf("GET %s: %v", address, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// tokenOf asks the running emulator for a token, by the command.
func (r *running) tokenOf(t *testing.T, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ready.json")
	if err := os.WriteFile(file, []byte(r.line), 0o600); err != nil {
		t.Fatal(err)
	}
	got := runProgram(t, program(t, append([]string{"token", "-ready", file}, args...)...))
	if got.code != 0 {
		t.Fatalf("token %q exited with %d: %s", args, got.code, got.err)
	}
	return strings.TrimSpace(got.out)
}

func TestHelpAndMistakes(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"help"}, {"-h"}, {"serve", "-h"}, {"exec", "--help"}, {"token", "-h"}} {
		if got := runProgram(t, program(t, args...)); got.code != 0 || !strings.Contains(got.out, "emulator ") || got.err != "" {
			t.Errorf("%q: exit code %d, out %q, err %q, want help on standard output", args, got.code, got.out, got.err)
		}
	}
	dir := t.TempDir()
	badJSON, badRoute := filepath.Join(dir, "json"), filepath.Join(dir, "route")
	noPEM, badPEM := filepath.Join(dir, "key"), filepath.Join(dir, "certificate")
	for file, text := range map[string]string{
		noPEM: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", badPEM: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		badJSON: "{\n\"fault\":", badRoute: `{"faults":[{"route":"GET /me/nothing","status":500}]}`,
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	empty, missing := t.TempDir(), filepath.Join(t.TempDir(), "no such")
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"dance"}, `no command "dance"`},
		{[]string{"serve", "-bogus"}, "-bogus"},
		{[]string{"serve", "now"}, `"now"`},
		{[]string{"serve", "-listen", "8443"}, "not an address"},
		{[]string{"serve", "-listen", "0.0.0.0:0"}, "not a loopback address"},
		{[]string{"serve", "-listen", "127.0.0.1:65534"}, "no port"},
		{[]string{"serve", "-approve", "never"}, "neither auto nor page"},
		{[]string{"serve", "-users", "-1"}, "not negative"},
		{[]string{"serve", "-users", "many"}, "-users"},
		{[]string{"serve", "-users", "1000000000"}, "at most"},
		{[]string{"serve", "-messages", "1000001"}, "at most"},
		{[]string{"serve", "-users", "3", "-data", empty}, "one of them"},
		{[]string{"serve", "-seed", "3"}, "-seed is for"},
		{[]string{"serve", "-throttle", "2x"}, "neither off nor real"},
		{[]string{"serve", "-throttle", "-1"}, "neither off nor real"},
		{[]string{"serve", "-throttle", "NaN"}, "neither off nor real"},
		{[]string{"serve", "-token-lifetime", "1"}, "token-lifetime"},
		{[]string{"serve", "-token-lifetime", "0s"}, "shorter than a second"},
		{[]string{"serve", "-data", missing}, "no such file"},
		{[]string{"serve", "-data", empty}, "-data: " + empty + ": the folder has none of the folders"},
		{[]string{"serve", "-faults", missing}, "no such file"},
		{[]string{"serve", "-faults", badJSON}, "line 2"},
		{[]string{"serve", "-faults", badRoute}, badRoute + ": line 1: no route \"GET /me/nothing\""},
		{[]string{"serve", "-certificate", missing}, "-certificate: open " + missing},
		{[]string{"serve", "-certificate", noPEM}, "-certificate: " + noPEM + ": no certificate"},
		{[]string{"serve", "-certificate", badPEM}, "-certificate: " + badPEM + ": x509"},
		{[]string{"serve", "-log", empty}, "-log"},
		{[]string{"serve", "-ready", filepath.Join(missing, "x")}, "-ready: " + filepath.Join(missing, "x") + " cannot be written"},
		{[]string{"exec"}, "no command"},
		{[]string{"exec", "-ready", missing, "--", "true"}, "no emulator is running"},
		{[]string{"exec", "-trace", "-ready", missing, "--", "true"}, "-trace is for an emulator of its own"},
		{[]string{"token"}, "no emulator is running"},
		{[]string{"token", "-ready", os.DevNull}, "not the ready line"},
		{[]string{"token", "Mail.Read"}, `"Mail.Read"`},
		{[]string{"token", "-app", "-scopes", "Mail.Read"}, "-app is for nobody"},
	} {
		got := runProgram(t, program(t, test.args...))
		if got.code != exitUsage || got.out != "" || strings.Count(got.err, "\n") != 1 || !strings.Contains(got.err, test.want) {
			t.Errorf("%q: exit code %d, out %q, err %q, want 2 and one line with %q", test.args, got.code, got.out, got.err, test.want)
		}
	}
}
