package graphtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestFaultAnswersAsItIsTold(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	for _, tt := range []struct {
		name              string
		fault             graphtest.Fault
		status            int
		body, contentType string
	}{
		{"a body", graphtest.Fault{Body: `[1]`}, 200, `[1]`, "application/json"},
		{"a body of its own type", graphtest.Fault{Status: 502, Body: "busy", ContentType: "text/plain"}, 502, "busy", "text/plain"},
		{"a status without a body", graphtest.Fault{Status: 204}, 204, "", ""},
		{"no document", graphtest.Fault{JSON: graphtest.JSONEmpty}, 200, "", "application/json"},
		{"no document of an error", graphtest.Fault{Status: 500, JSON: graphtest.JSONEmpty}, 500, "", "application/json"},
	} {
		must(t, f.Fail(tt.fault))
		a := f.do(t, "GET", "/me", "")
		if a.status != tt.status || string(a.body) != tt.body || !strings.HasPrefix(a.header.Get("Content-Type"), tt.contentType) {
			t.Errorf("%s = %d %s %q, want %d %s %q", tt.name, a.status, a.header.Get("Content-Type"), a.body, tt.status, tt.contentType, tt.body)
		}
	}
}

func TestFaultPatchesTheAnswer(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	whole := f.get(t, "/me")
	must(t, f.Fail(graphtest.Fault{Patch: `{"displayName":"Other","jobTitle":null,"more":{"a":{"b":12345678901234567890,"c":null}}}`}))
	a := f.do(t, "GET", "/me", "")
	got := a.json(t)
	if !bytes.Contains(a.body, []byte(`"more":{"a":{"b":12345678901234567890}}`)) {
		t.Errorf("GET /me = %s, want what the patch adds", a.body)
	}
	delete(got, "more")
	whole["displayName"] = "Other"
	delete(whole, "jobTitle")
	if diff := cmp.Diff(whole, got); diff != "" {
		t.Errorf("the patched answer (-want +got):\n%s", diff)
	}
	if err := f.Fail(graphtest.Fault{Patch: `{`}); err == nil {
		t.Error("Fail took a patch that is no JSON")
	}
}

func TestFaultReplacesHeaders(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	must(t, f.Fail(graphtest.Fault{Header: http.Header{"request-id": {"other"}, "Date": {""}, "x-more": {"1", "2"}}}))
	a := f.do(t, "GET", "/me", "")
	if a.status != 200 || a.json(t)["id"] != salesID {
		t.Errorf("GET /me = %d %s, want what it answers", a.status, a.body)
	}
	for name, want := range map[string][]string{"Request-Id": {"other"}, "X-More": {"1", "2"}} {
		if diff := cmp.Diff(want, a.header.Values(name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func mailRequest(ctx context.Context, t *testing.T, token string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://graph.microsoft.com/v1.0/me/sendMail", strings.NewReader(quote))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}
	return req
}

// The client waits for as long as it likes, and no longer: the server minds.
func TestFaultStalls(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault graphtest.Fault
		sent  float64
		begun bool
	}{
		"before the write":  {graphtest.Fault{Cut: graphtest.CutStall}, 0, false},
		"after the write":   {graphtest.Fault{Cut: graphtest.CutStall, After: true}, 1, false},
		"within the answer": {graphtest.Fault{Cut: graphtest.CutStall, CutAfter: 3, Status: 500}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := inMemory(t, office())
				tt.fault.Route = "POST /me/sendMail"
				must(t, s.Fail(tt.fault))
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				began := time.Now()
				resp, err := s.Client().Do(mailRequest(ctx, t, s.token))
				if (err == nil) != tt.begun {
					t.Fatalf("sendMail = %v, want an answer to begin: %t", err, tt.begun)
				}
				var got []byte
				if err == nil {
					got, err = io.ReadAll(resp.Body)
					_ = resp.Body.Close()
				}
				if sent := sentItems(t, s); sent != tt.sent {
					t.Errorf("%v messages were sent, want %v", sent, tt.sent)
				}
				if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took != time.Minute || int64(len(got)) != tt.fault.CutAfter {
					t.Errorf("sendMail = %q, %v after %v, want the client's own end after 1m", got, err, took)
				}
			})
		})
	}
}

func TestFaultOfABatchLosesTheAnswerToOneRequest(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		f := setup(t, office())
		must(t, f.Fail(graphtest.Fault{Route: "POST /me/sendMail", Cut: graphtest.CutItem, After: after}))
		a := f.do(t, "POST", "/$batch", `{"requests":[
			{"id":"1","method":"POST","url":"/me/sendMail","headers":{"Content-Type":"application/json"},"body":`+quote+`},
			{"id":"2","method":"GET","url":"/me","dependsOn":["1"]}]}`)
		var got struct {
			Responses []struct {
				ID     string
				Status int
			}
		}
		if err := json.Unmarshal(a.body, &got); err != nil {
			t.Fatal(err)
		}
		want := map[bool]int{false: 424, true: 200}[after]
		if len(got.Responses) != 1 || got.Responses[0].ID != "2" || got.Responses[0].Status != want {
			t.Errorf("After %t: the batch answers %s, want %d to the second alone", after, a.body, want)
		}
		if sent := sentItems(t, f) == 1; sent != after {
			t.Errorf("After %t: sent = %t", after, sent)
		}
		must(t, f.Fail(graphtest.Fault{Route: "GET /me", Cut: graphtest.CutItem}))
		if a, err := f.try(t, "GET", "/me", ""); err == nil {
			t.Errorf("by itself = %d, want the connection cut", a.status)
		}
	}
}

// What fails before Graph fails for whoever comes; a fault of a route does not.
func TestAFaultOfEveryRouteComesBeforeThem(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	must(t, f.Fail(graphtest.Fault{Route: "GET /me", Count: -1, Status: 502}))
	must(t, f.Fail(graphtest.Fault{Count: 2, Status: 503, Header: http.Header{"Request-Id": {"theirs"}}}))
	must(t, f.Fail(graphtest.Fault{After: true, Status: 504}))
	must(t, f.Fail(graphtest.Fault{Header: http.Header{"X-Extra": {"more"}}}))
	for i, want := range []int{503, 503, 504, 400, 400} {
		a := f.do(t, "PUT", "/nothing/like/this", "{}")
		if a.status != want || (a.header.Get("Request-Id") == "theirs") != (i < 2) || (a.header.Get("X-Extra") == "more") != (i == 3) {
			t.Errorf("request %d = %d, %v, want %d", i, a.status, a.header, want)
		}
	}
}
