package demo

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestParseDate(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want, unknown string }{
		"offset":              {"Mon, 2 Nov 2026 10:00:00 +0100", "2026-11-02T09:00:00Z", ""},
		"offset and a remark": {"Mon, 2 Nov 2026 10:00:00 -0500 (Eastern Standard Time)", "2026-11-02T15:00:00Z", ""},
		"UT":                  {"Mon, 2 Nov 2026 10:00:00 UT", "2026-11-02T10:00:00Z", ""},
		"GMT":                 {"Mon, 2 Nov 2026 10:00:00 GMT", "2026-11-02T10:00:00Z", ""},
		"EST":                 {"Mon, 02 Nov 98 10:00:00 EST", "1998-11-02T15:00:00Z", ""},
		"EDT":                 {"Mon, 2 Nov 2026 10:00:00 EDT", "2026-11-02T14:00:00Z", ""},
		"CST":                 {"Mon, 2 Nov 2026 10:00:00 CST", "2026-11-02T16:00:00Z", ""},
		"CDT":                 {"Mon, 2 Nov 2026 10:00:00 CDT", "2026-11-02T15:00:00Z", ""},
		"MST":                 {"Mon, 2 Nov 2026 10:00:00 MST", "2026-11-02T17:00:00Z", ""},
		"MDT":                 {"Mon, 2 Nov 2026 10:00:00 MDT", "2026-11-02T16:00:00Z", ""},
		"PST":                 {"Mon, 2 Nov 2026 10:00:00 pst", "2026-11-02T18:00:00Z", ""},
		"PDT":                 {"Mon, 2 Nov 2026 10:00:00 PDT", "2026-11-02T17:00:00Z", ""},
		"a zone of its own":   {"Mon, 2 Nov 2026 10:00:00 CET", "2026-11-02T10:00:00Z", "CET"},
		"military":            {"Mon, 2 Nov 2026 10:00:00 A", "2026-11-02T10:00:00Z", "A"},
		"no date":             {"some time yesterday", "", ""},
		"letters":             {"yesterday", "", ""},
		"nothing":             {"", "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, unknown, ok := parseDate(test.in)
			got := ""
			if ok {
				got = at.Format(time.RFC3339)
			}
			if got != test.want || unknown != test.unknown {
				t.Errorf("parseDate(%q) = %q, %q, want %q, %q", test.in, got, unknown, test.want, test.unknown)
			}
		})
	}
}

func TestTimeOfTheFileIsTold(t *testing.T) {
	t.Parallel()
	changed := time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)
	tenant, problems, err := Load(t.Context(), fstest.MapFS{
		"mail/x.eml": {Data: []byte("From: a@contoso.example\r\nDate: yesterday\r\n\r\n"), ModTime: changed},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	const want = "mail/x.eml: loaded, but the message has no date that can be read; the file's own, 2026-03-02T10:00:00Z, is taken"
	if len(problems) != 2 || problems[1].String() != want || !strings.Contains(problems[0].Reason, `"yesterday"`) {
		t.Errorf("problems = %q, want the date and %q", problems, want)
	}
	if got := tenant.Users[0].Folders[0].Messages[0].ReceivedDateTime; !got.Equal(changed) {
		t.Errorf("received = %s, want %s", got, changed)
	}
}
