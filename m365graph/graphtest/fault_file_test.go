package graphtest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestFaultsAreReadFromAFile(t *testing.T) {
	t.Parallel()
	got, err := graphtest.ParseFaults(strings.NewReader(`{"faults": [
		{"route": "GET /me/messages", "skip": 1, "count": 2, "code": "TooManyRequests", "message": "slow", "retryAfter": 2.5},
		{"route": "POST /me/sendMail", "status": 504, "after": true, "header": {"x-more": "1"}, "html": "<p>"},
		{"rate": 0.05, "seed": 7, "cut": "reset", "cutAfter": 9, "delay": "250ms", "skew": "-1h"},
		{"patch": {"file": {"hashes": null}}},
		{"status": 201, "body": "{}", "json": "empty", "cut": "stall"},
		{"cut": "body", "cutAfter": -1, "noRange": true},
		{"page": "replayed", "json": "broken", "contentType": "text/plain", "retryAfter": "Wed, 04 Mar 2026 09:00:00 GMT"}
	]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []graphtest.Fault{
		{Route: "GET /me/messages", Skip: 1, Count: 2, Code: "TooManyRequests", Message: "slow", RetryAfter: "2.5"},
		{Route: "POST /me/sendMail", Status: 504, After: true, Header: http.Header{"X-More": {"1"}}, HTML: "<p>"},
		{Rate: 0.05, Seed: 7, Cut: graphtest.CutReset, CutAfter: 9, Delay: 250 * time.Millisecond, Skew: -time.Hour},
		{Patch: `{"file": {"hashes": null}}`},
		{Status: 201, Body: "{}", JSON: graphtest.JSONEmpty, Cut: graphtest.CutStall},
		{Cut: graphtest.CutBody, CutAfter: -1, NoRange: true},
		{Page: graphtest.PageReplayed, JSON: graphtest.JSONBroken, ContentType: "text/plain", RetryAfter: "Wed, 04 Mar 2026 09:00:00 GMT"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(graphtest.Fault{})); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestFileOfFaultsSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                     "line 1: the file ends",
		`{"faults":[{"route":"GET /me"}]}`:     "it spoils nothing",
		"[]":                                   "line 1: found [, want {",
		`{"fault":[]}`:                         `line 1: unknown key "fault"`,
		"{\"faults\":[\n{\"rout\":\"x\"}]}":    `line 2: unknown key "rout"`,
		"{\"faults\":[\n\n{\"Route\":\"x\"}]}": `line 3: unknown key "Route"`,
		`{"faults":[{"skip":"1"}]}`:            `"skip" cannot be "1"`,
		`{"faults":[{"skip":1,"skip":2}]}`:     `the key "skip" stands twice`,
		`{"faults":[{"skip":null}]}`:           `"skip" must not be null`,
		`{"faults":[{"delay":"1"}]}`:           `"delay" cannot be "1"`,
		`{"faults":[{"cut":"middle"}]}`:        `"cut" cannot be "middle"`,
		`{"faults":[{"header":{"a":["b"]}}]}`:  `"header" cannot be`,
		"{\"faults\":[\n{\"rate\":2}\n]}":      "line 2: fault of \"\": the rate 2",
		`{"faults":[{"status":500}`:            "the file ends",
		`{"faults":[]} x`:                      "more follows",
		`{"faults":[{"skip":1,}]}`:             "line 1",
	} {
		if _, err := graphtest.ParseFaults(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseFaults(%s) = %v, want %q", text, err, want)
		}
	}
}

// Whether a route exists is known to a server only, which says where it is named.
func TestFaultOfAFileNamesItsLine(t *testing.T) {
	t.Parallel()
	server, err := graphtest.New(&graphtest.Options{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	faults, err := graphtest.ParseFaults(strings.NewReader("{\"faults\":[\n{\"status\":500},\n{\"status\":500,\n\"route\":\"GET /me/mesages\"}]}"))
	if err != nil || len(faults) != 2 {
		t.Fatalf("ParseFaults gives %d faults, %v, want 2", len(faults), err)
	}
	if err := server.Fail(faults[1]); err == nil || !strings.Contains(err.Error(), `line 4: no route "GET /me/mesages"`) {
		t.Errorf("Fail = %v, want the line and the route", err)
	}
}

func FuzzParseFaults(f *testing.F) {
	f.Add(`{"faults": [{"route": "GET /me", "rate": 0.1, "delay": "1s", "header": {"a": "b"}, "cut": "body"}]}`)
	f.Add(`{"faults":[{"retryAfter":[]}],"faults":null}`)
	server, err := graphtest.New(&graphtest.Options{Keys: keys})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = server.Close() })
	f.Fuzz(func(t *testing.T, text string) {
		faults, err := graphtest.ParseFaults(strings.NewReader(text))
		if err != nil && faults != nil {
			t.Errorf("ParseFaults(%s) gives faults and an error", text)
		}
		for _, fault := range faults {
			if fault.Route = ""; server.Fail(fault) != nil {
				t.Errorf("Fail does not take %+v", fault)
			}
		}
		server.ClearFaults()
	})
}
