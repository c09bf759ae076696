package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestServeAnswersUntilInterrupted(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ready.json")
	r := serving(t, "-ready", file)
	written, err := os.ReadFile(file)
	if err != nil || string(written) != r.line {
		t.Errorf("-ready wrote %q, %v, want the line %q", written, err, r.line)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the ready file is %v, %v, want it for its owner alone", info.Mode(), err)
	}
	if r.Users[0].UPN == "" || r.Users[0].ID == "" || !strings.HasPrefix(r.Users[0].DriveID, "b!") || r.ClientID == "" || r.ClientSecret == "" {
		t.Errorf("the line %s lacks a user, a drive, a client or its secret", r.line)
	}
	pem, err := os.ReadFile(r.CAFile)
	if err != nil || bytes.Count(pem, []byte("BEGIN")) != 1 || !bytes.HasPrefix(pem, []byte("-----BEGIN CERTIFICATE-----")) {
		t.Errorf("%s holds %q, %v, want one certificate and no key", r.CAFile, pem, err)
	}
	token := r.tokenOf(t)
	direct, proxied := r.client(t, false), r.client(t, true)
	if code, body := fetch(t, direct, token, r.Graph+"/v1.0/me/drive"); code != 200 || !strings.Contains(body, r.Users[0].DriveID) {
		t.Errorf("the drive answered %d %s, want the one of the line", code, body)
	}
	if code, body := fetch(t, proxied, token, "https://graph.microsoft.com/v1.0/me"); code != 200 || !strings.Contains(body, r.Users[0].ID) {
		t.Errorf("/me under the real name answered %d %s, want the person of the line", code, body)
	}
	if code, body := fetch(t, proxied, "", "https://login.microsoftonline.us/"+r.TenantID+"/v2.0/.well-known/openid-configuration"); code != 200 || !strings.Contains(body, `"https://login.microsoftonline.us/`) {
		t.Errorf("discovery under a real name answered %d %s", code, body)
	}
	r.interrupt(t)
	for _, path := range []string{file, r.CAFile, filepath.Dir(filepath.Dir(r.CAFile))} {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s is there after the end: %v", path, err)
		}
	}
	if r.stderr.Len() > 0 {
		t.Errorf("standard error: %s", r.stderr)
	}
}

// Ctrl-C before it is ready is an end like any other.
func TestServeInterruptedWhileItStarts(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{{"serve"}, {"serve", "-users", "1000", "-messages", "1"}} {
		var out, stderr bytes.Buffer
		if code := run(ctx, args, streams{strings.NewReader(""), &out, &stderr}); code != 0 || out.Len()+stderr.Len() > 0 {
			t.Errorf("%q: exit code %d, out %q, err %q, want an end without a word", args, code, &out, &stderr)
		}
	}
}

// The certificate covers whatever loopback address it is to serve on.
func TestListenOnAnotherLoopbackAddress(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("this system has one loopback address")
	}
	ln.Close()
	r := serving(t, "-listen", "127.0.0.2:0")
	for _, address := range []string{r.Graph + "/v1.0/me", "https://graph.microsoft.com/v1.0/me"} {
		if code, _ := fetch(t, r.client(t, strings.Contains(address, "microsoft")), r.tokenOf(t), address); code != 200 {
			t.Errorf("%s answered %d, want 200", address, code)
		}
	}
}

func TestTwoAtOnceAndAPortInUse(t *testing.T) {
	t.Parallel()
	one, two := serving(t), serving(t)
	if one.Graph == two.Graph || one.ClientSecret == two.ClientSecret || one.CAFile == two.CAFile {
		t.Errorf("two emulators share something: %s and %s", one.line, two.line)
	}
	if code, _ := fetch(t, two.client(t, false), one.tokenOf(t), two.Graph+"/v1.0/me"); code != 401 {
		t.Errorf("the token of one emulator answered %d at another, want 401", code)
	}
	got := runProgram(t, program(t, "serve", "-listen", strings.TrimPrefix(one.Graph, "https://")))
	if got.code != exitUsage || got.out != "" || strings.Count(got.err, "\n") != 1 || !strings.Contains(got.err, "-listen: "+strings.TrimPrefix(one.Login, "https://")) && !strings.Contains(got.err, "-listen: "+strings.TrimPrefix(one.Graph, "https://")) || !strings.Contains(got.err, "in use") {
		t.Errorf("on a port in use: exit code %d, out %q, err %q, want 2 and one line", got.code, got.out, got.err)
	}
}

// A fixed port fixes those of sign-in, content and proxy, too.
func TestListenTakesFourPorts(t *testing.T) {
	t.Parallel()
	got, err := addresses("127.0.0.1:40000")
	if want := [4]string{"127.0.0.1:40000", "127.0.0.1:40001", "127.0.0.1:40002", "127.0.0.1:40003"}; err != nil || got != want {
		t.Errorf("addresses = %v, %v, want %v", got, err, want)
	}
	if got, err := addresses("127.0.0.1:65533"); err == nil {
		t.Errorf("addresses(127.0.0.1:65533) = %v, want an error: there are not four", got)
	}
}

func TestDataLogAndProblems(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"mail/Inbox/1.eml": "From: Plant <plant@contoso.example>\r\nTo: Sales Desk <sales@contoso.example>\r\nSubject: Forty pallets\r\nDate: Mon, 16 Nov 2026 08:00:00 +0000\r\n\r\nAt nine.\r\n",
		"mail/Inbox/2.eml": "",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	log := filepath.Join(t.TempDir(), "requests.jsonl")
	r := serving(t, "-data", dir, "-log", log, "-approve", "page")
	token := r.tokenOf(t, "-user", "sales@contoso.example", "-scopes", "Mail.Read")
	if code, body := fetch(t, r.client(t, false), token, r.Graph+"/v1.0/me/messages?$select=subject"); code != 200 || !strings.Contains(body, "Forty pallets") {
		t.Errorf("messages answered %d %s, want the file's", code, body)
	}
	if code, _ := fetch(t, r.client(t, false), token, r.Graph+"/v1.0/me/events"); code != 403 {
		t.Errorf("events with Mail.Read alone answered %d, want 403", code)
	}
	fetch(t, r.client(t, true), "", "https://login.microsoftonline.com/common/discovery/v2.0/keys")
	r.interrupt(t)
	if !strings.Contains(r.stderr.String(), "2.eml") {
		t.Errorf("standard error %q does not name the file that could not be loaded", r.stderr)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), token) || strings.Contains(string(text), r.ClientSecret) {
		t.Error("the log holds a secret")
	}
	var got []entry
	for line := range strings.Lines(string(text)) {
		var e entry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		got = append(got, e)
	}
	if len(got) != 3 || got[0].Path != "/v1.0/me/messages" || got[0].Query != "$select=subject" || got[0].Status != 200 ||
		got[1].Status != 403 || got[2].Service != "login" || got[2].Host != "login.microsoftonline.com" {
		t.Errorf("the log is %s, want the three requests and nothing else", text)
	}
}

func TestGeneratedTenant(t *testing.T) {
	t.Parallel()
	r := serving(t, "-users", "5", "-messages", "40", "-seed", "7")
	if len(r.Users) != 5 {
		t.Errorf("the line names %d people, want 5", len(r.Users))
	}
	client, sum := r.client(t, false), 0
	for _, p := range r.Users {
		code, body := fetch(t, client, r.tokenOf(t, "-user", p.UPN), r.Graph+"/v1.0/me/messages?$count=true&$top=1")
		var list struct {
			Count int `json:"@odata.count"`
		}
		if err := json.Unmarshal([]byte(body), &list); code != 200 || err != nil {
			t.Fatalf("messages of %s answered %d %s", p.UPN, code, body)
		}
		sum += list.Count
	}
	if sum < 40 {
		t.Errorf("the mailboxes hold %d messages, want at least the 40", sum)
	}
	if code, body := fetch(t, client, r.tokenOf(t), r.Graph+"/v1.0/me/joinedTeams"); code != 200 || !strings.Contains(body, "displayName") {
		t.Errorf("the teams answered %d %s, want some", code, body)
	}
}

func TestFaultsAndThrottling(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "faults.json")
	if err := os.WriteFile(file, []byte(`{"faults":[{"route":"GET /me","count":2,"status":503}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	r := serving(t, "-faults", file)
	token, client := r.tokenOf(t), r.client(t, false)
	for i, want := range []int{503, 503, 200} {
		if code, body := fetch(t, client, token, r.Graph+"/v1.0/me"); code != want {
			t.Errorf("request %d of the spoiled route answered %d %s, want %d", i+1, code, body, want)
		}
	}
	r = serving(t, "-throttle", "0.0005")
	token, client = r.tokenOf(t), r.client(t, false)
	var got []int
	for range 12 {
		code, _ := fetch(t, client, token, r.Graph+"/v1.0/me/messages?$top=1")
		got = append(got, code)
	}
	if got[0] != 200 || !slices.Contains(got, 429) {
		t.Errorf("a small part of the limits answered %v, want 200 first and 429 later", got)
	}
}

func TestTokensEnd(t *testing.T) {
	t.Parallel()
	r := serving(t, "-token-lifetime", "1s")
	token, client := r.tokenOf(t), r.client(t, false)
	<-time.After(1100 * time.Millisecond)
	if code, text := fetch(t, client, token, r.Graph+"/v1.0/me"); code != 401 || !strings.Contains(text, "InvalidAuthenticationToken") {
		t.Errorf("after its lifetime a token was answered %d %s, want 401", code, text)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	r := serving(t, "-token-lifetime", "2h")
	file := filepath.Join(t.TempDir(), "ready.json")
	if err := os.WriteFile(file, []byte(r.line), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := runProgram(t, program(t, "token", "-ready", file, "-user", "ghost@contoso.example")); got.code != exitUsage || !strings.Contains(got.err, "ghost@contoso.example") {
		t.Errorf("a token of nobody: exit code %d, %q, want 2 and the name", got.code, got.err)
	}
	// Without -ready it is the one that was started last, in this home.
	cmd := program(t, "token", "--scopes", "Mail.Read", "User.Read")
	cmd.Env = r.cmd.Env
	if got := runProgram(t, cmd); got.code != 0 || strings.Count(got.out, ".") != 2 {
		t.Errorf("token without -ready: exit code %d, out %q, err %q, want a token", got.code, got.out, got.err)
	}
	for _, scopes := range []string{"Bogus", "Mail.Read Bogus", "https://graph.microsoft.com/Bogus"} {
		got := runProgram(t, program(t, "token", "-ready", file, "-scopes", scopes))
		if got.code != exitUsage || got.out != "" || !strings.Contains(got.err, "Bogus\"") {
			t.Errorf("-scopes %q: exit code %d, out %q, err %q, want 2 and the name", scopes, got.code, got.out, got.err)
		}
	}
	client := r.client(t, false)
	if code, body := fetch(t, client, r.tokenOf(t, "-app"), r.Graph+"/v1.0/users"); code != 200 || !strings.Contains(body, r.Users[1].ID) {
		t.Errorf("with the application's token /users answered %d %s, want the people", code, body)
	}
	if code, _ := fetch(t, client, r.tokenOf(t, "-app"), r.Graph+"/v1.0/me"); code != 400 {
		t.Errorf("with the application's token /me answered %d, want 400", code)
	}
	wrong := strings.Replace(r.line, r.ControlKey, "x", 1)
	if err := os.WriteFile(file, []byte(wrong), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := runProgram(t, program(t, "token", "-ready", file)); got.code != exitUsage || got.out != "" {
		t.Errorf("with another key: exit code %d, out %q, want 2 and no token", got.code, got.out)
	}
	r.interrupt(t)
	for _, args := range [][]string{{"token", "-ready", file}, {"exec", "-ready", file, "--", "echo", "ran"}} {
		got := runProgram(t, program(t, args...))
		if got.code != exitUsage || got.out != "" || !strings.Contains(got.err, "no emulator answers") {
			t.Errorf("%q after the end: exit code %d, out %q, err %q, want 2 and why", args, got.code, got.out, got.err)
		}
	}
}

// Whoever reads the log of a request cannot repeat it.
func TestLogHidesTokensInAddresses(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"":                                "",
		"$top=5&access_token=canary":      "$top=5&access_token=hidden",
		"Access%5Ftoken=canary&a=b":       "Access_token=hidden&a=b",
		"authtoken=canary":                "authtoken=hidden",
		"tempauth=canary":                 "tempauth=hidden",
		"$skiptoken=kept&$deltatoken=is":  "$skiptoken=kept&$deltatoken=is",
		"$skiptoken=eyJh.eyJb.canary&x=1": "$skiptoken=hidden&x=1",
	} {
		if got := graphEntry(graphtest.Request{Query: query}).Query; got != want {
			t.Errorf("the query %q is logged as %q, want %q", query, got, want)
		}
	}
	for path, want := range map[string]string{
		"/v1.0/me/drive/root:/a.b": "/v1.0/me/drive/root:/a.b", "/v1.0/users/eyJh.eyJb.canary/messages": "/v1.0/users/hidden/messages",
	} {
		if got := graphEntry(graphtest.Request{Path: path}).Path; got != want {
			t.Errorf("the path %q is logged as %q, want %q", path, got, want)
		}
	}
}

func TestLogHidesTokensInTheUserAgent(t *testing.T) {
	t.Parallel()
	r := graphtest.Request{Header: http.Header{"User-Agent": {"tool/1 Bearer eyJh.eyJb.canary"}}}
	if got := graphEntry(r).UserAgent; got != "tool/1 Bearer hidden" {
		t.Errorf("the user agent is logged as %q, want it without the token", got)
	}
}

// A short lifetime is there to see a program renew its token.
func TestTokensExpire(t *testing.T) {
	t.Parallel()
	r := serving(t, "-token-lifetime", "1s")
	token, client := r.tokenOf(t), r.client(t, false)
	for deadline := time.Now().Add(30 * time.Second); ; <-time.After(100 * time.Millisecond) {
		code, body := fetch(t, client, token, r.Graph+"/v1.0/me")
		if code == 401 && strings.Contains(body, "InvalidAuthenticationToken") {
			return
		}
		if code != 200 || time.Now().After(deadline) {
			t.Fatalf("/me answered %d %s, want 200 until the token expires, and 401 then", code, body)
		}
	}
}
