package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// start runs the program as a newcomer does, with nobody at the terminal.
func start(t *testing.T, data string) string {
	t.Helper()
	t.Setenv("M365_CLIENT_ID", "")
	var out strings.Builder
	if err := run(t.Context(), &out, data); err != nil {
		t.Fatalf("run: %v\n%s", err, out.String())
	}
	return out.String()
}

func TestTheDemoDoesItsWholeJob(t *testing.T) {
	out := start(t, "")
	for _, want := range []string{
		`open https://127\.0\.0\.1:\d+/devicelogin\n +and enter [A-Z0-9-]+\n`,
		`Nobody sits at this terminal: the demo approves as sales@contoso\.example`,
		`Sales Desk <sales@contoso\.example>`,
		`Times are in the mailbox's zone, Europe/Berlin\.`,
		`\n   2026-\d\d-\d\d \d\d:\d\d +サポート窓口 +【重要】倉庫の図面を添付しました\n`,
		`\n   Mon \d\d \w+ 09:15–09:30 +Daily stand-up +yes +Room Elbe\n`,
		`\n   2026-\d\d-\d\d \d\d:\d\d +40\.0 kB +orders 2026\.csv\n`,
		`Sent to operations@contoso\.example\. In Sent Items:\n.*\n.* operations@contoso\.example +Quick start, `,
		`uploaded 100 %  12\.0 MB of 12\.0 MB\n`,
		`quickXorHash  here (\S+=)   Graph \S+=\n`,
		`The hashes agree\.\n`,
		`Graph refused one slice \(429, Retry-After: 1\); it was sent again after 1\.\d s\.`,
		`token_cache_[0-9a-f]+\.bin +\d+ bytes +-rw-------\n`,
		`sales@contoso\.example, without a sign-in and without a call of Entra\.\n$`,
	} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("the demo does not print %q", want)
		}
	}
	printed := map[string]bool{"…": true}
	for line := range strings.Lines(out) {
		printed[shape(line)] = true
	}
	for _, line := range readmeOutput(t) {
		if !printed[shape(line)] {
			t.Errorf("the README shows %q, and the demo prints no such line", line)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

// readmeOutput is what the README says that the demo prints.
func readmeOutput(t *testing.T) []string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), "## What the demo prints\n\n```\n")
	block, _, closed := strings.Cut(rest, "```\n")
	if !ok || !closed {
		t.Fatal("the README does not show what the demo prints")
	}
	return slices.Collect(strings.Lines(block))
}

var changing = regexp.MustCompile(`enter \S+|[0-9a-f]{16,}|\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b|\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b|[0-9]+|\s+`)

// shape is a line without what differs from run to run.
func shape(line string) string { return changing.ReplaceAllString(strings.TrimSpace(line), "_") }

func TestTheDemoRunsOnAnotherFolder(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"mail/Inbox/one.eml":    "From: Front Desk <desk@fabrikam.example>\r\nTo: ops@fabrikam.example\r\nSubject: \x1b]0;owned\x07 Key \xe2\x80\xaelost\r\nDate: Mon, 2 Nov 2026 09:00:00 +0000\r\n\r\nHello\r\n",
		"mail/Inbox/broken.eml": "",
		"drive/only.txt":        "one file",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := start(t, dir)
	for _, want := range []string{"ops@fabrikam.example", "Front Desk", "Key", "lost", "only.txt", "broken.eml", "The hashes agree."} {
		if !strings.Contains(out, want) {
			t.Errorf("the demo on a folder does not print %q", want)
		}
	}
	for _, hostile := range []string{"\x1b", "\x07", "\u202e"} {
		if strings.Contains(out, hostile) {
			t.Errorf("the demo prints the control %q of a mail", hostile)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

func TestAFolderOfFilesIsForTheDemoAlone(t *testing.T) {
	t.Setenv("M365_CLIENT_ID", "00000000-0000-0000-0000-000000000001")
	err := run(t.Context(), new(strings.Builder), t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "unset M365_CLIENT_ID") {
		t.Errorf("run with a folder and a client id = %v, want what to do", err)
	}
}

func TestAFolderThatIsNotThereIsNamed(t *testing.T) {
	t.Setenv("M365_CLIENT_ID", "")
	missing := filepath.Join(t.TempDir(), "no-such-folder")
	if err := run(t.Context(), new(strings.Builder), missing); err == nil || !strings.Contains(err.Error(), "no-such-folder") {
		t.Errorf("run on a missing folder = %v, want an error that names it", err)
	}
}
