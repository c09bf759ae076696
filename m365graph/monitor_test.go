package m365graph_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

var monitorLink = m365auth.NewSecret("https://contoso.sharepoint.com/_api/v2.0/monitor/1?tempauth=" + canary)

// monitor answers with one of the replies after another, the last one for ever.
func monitor(t testing.TB, replies ...graphtest.Fault) *wiretap {
	t.Helper()
	last := len(replies) - 1
	return tap(t, append(slices.Clone(replies[:last]), lasting(replies[last]))...)
}

func TestWaitFollowsAnOperationToItsEnd(t *testing.T) {
	t.Parallel()
	running := replying(202, `{"status":"inProgress","percentageComplete":27.8,"resourceId":""}`)
	for name, tt := range map[string]struct {
		replies  []graphtest.Fault
		want     m365graph.Operation
		location string
		progress []float64
		took     time.Duration
	}{
		"a copy": {
			[]graphtest.Fault{replying(202, `{"status":"notStarted","percentageComplete":0}`), running, replying(200, `{"status":"completed","percentageComplete":100.0,"resourceId":"01ABC"}`)},
			m365graph.Operation{Status: "completed", ResourceID: "01ABC"}, "", []float64{0, 27.8, 100}, 3 * time.Second,
		},
		"a copy that is done at once": {
			[]graphtest.Fault{replying(200, `{"status":"Completed","resourceId":"1"}`)},
			m365graph.Operation{Status: "Completed", ResourceID: "1"}, "", []float64{100}, 0,
		},
		"a state without a body, then a redirect": {
			[]graphtest.Fault{replying(202, ""), replying(303, "", "Location", "https://contoso.sharepoint.com/x")},
			m365graph.Operation{Status: "completed"}, "https://contoso.sharepoint.com/x", []float64{100}, time.Second,
		},
		"the resource itself": {
			[]graphtest.Fault{running, replying(200, `{"id":"2","name":"x"}`)},
			m365graph.Operation{Status: "completed", ResourceID: "2"}, "", []float64{27.8, 100}, time.Second,
		},
		"a team": {
			[]graphtest.Fault{replying(200, `{"status":"inProgress","error":null}`), replying(200, `{"status":"succeeded","targetResourceId":"3","targetResourceLocation":"/teams('3')"}`)},
			m365graph.Operation{Status: "succeeded", ResourceID: "3"}, "/teams('3')", []float64{100}, time.Second,
		},
		"a notebook": {
			[]graphtest.Fault{replying(200, `{"status":"running","percentComplete":"50"}`), replying(200, `{"status":"completed","resourceId":"4","resourceLocation":"https://graph.microsoft.com/v1.0/me/onenote/pages/4"}`)},
			m365graph.Operation{Status: "completed", ResourceID: "4"}, "https://graph.microsoft.com/v1.0/me/onenote/pages/4", []float64{100}, time.Second,
		},
		"words of tomorrow, and progress that steps back": {
			[]graphtest.Fault{replying(202, `{"status":"pondering","percentageComplete":50}`), replying(202, `{"status":7,"percentageComplete":"x"}`), replying(202, `{"status":"unknownFutureValue","percentageComplete":20}`), replying(202, `{"status":"updating","percentageComplete":1e9}`), replying(200, `{"status":"completed"}`)},
			m365graph.Operation{Status: "completed"}, "", []float64{50, 50, 100, 100}, (1 + 2 + 4 + 8) * time.Second,
		},
		"a server that says when to ask": {
			[]graphtest.Fault{replying(202, "", "Retry-After", "30"), replying(202, "", "Retry-After", "0.5"), replying(202, "", "Retry-After", "0"), replying(202, "", "Retry-After", "soon"), replying(200, `{"status":"completed"}`)},
			m365graph.Operation{Status: "completed"}, "", []float64{100}, 30*time.Second + 500*time.Millisecond + 4*time.Second + 8*time.Second,
		},
		"a busy server": {
			[]graphtest.Fault{replying(429, "", "Retry-After", "20"), replying(200, `{"status":"completed"}`)},
			m365graph.Operation{Status: "completed"}, "", []float64{100}, 20 * time.Second,
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := monitor(t, tt.replies...)
			var progress []float64
			began := time.Now()
			op, err := setup(t, w).Wait(t.Context(), monitorLink, &m365graph.WaitOptions{Progress: func(p float64) { progress = append(progress, p) }})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if op.Status != tt.want.Status || op.ResourceID != tt.want.ResourceID || op.ResourceLocation.Reveal() != tt.location {
				t.Errorf("%s: Wait = %+v at %q, want %+v at %q", name, op, op.ResourceLocation.Reveal(), tt.want, tt.location)
			}
			if diff := cmp.Diff(tt.progress, progress); diff != "" {
				t.Errorf("%s: progress (-want +got):\n%s", name, diff)
			}
			if took := time.Since(began); took < tt.took || took > tt.took+2*time.Second {
				t.Errorf("%s: it took %v, want %v", name, took, tt.took)
			}
			for _, r := range w.requests() {
				if r.Header.Get("Authorization") != "" || r.Method != "GET" || r.URL.String() != monitorLink.Reveal() {
					t.Errorf("%s: the monitor was asked by %s %s with %v", name, r.Method, r.URL, r.Header)
				}
			}
		})
	}
}

func TestAnOperationThatFailsSaysWhy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body string
		want m365graph.OperationError
		is   error
	}{
		"by a code": {
			`{"status":"failed","errorCode":"NameAlreadyExists","statusDescription":"x"}`,
			m365graph.OperationError{Status: "failed", Code: "NameAlreadyExists", Message: "x"}, m365graph.ErrConflict,
		},
		"by a refined code": {
			`{"status":"failed","errorCode":"AccessDenied_ItemIsLocked"}`,
			m365graph.OperationError{Status: "failed", Code: "AccessDenied_ItemIsLocked"}, m365graph.ErrForbidden,
		},
		"by an error": {
			`{"status":"failed","error":{"code":"generalException","message":"see https://contoso.sharepoint.com/?tempauth=` + canary + ` for it","innerError":{"code":"quotaLimitReached","innerError":{"code":"deep"}}}}`,
			m365graph.OperationError{Status: "failed", Code: "generalException", Message: "see (a link) for it", Inner: []string{"quotaLimitReached", "deep"}}, m365graph.ErrQuota,
		},
		"without a reason": {`{"status":"Cancelled","error":null}`, m365graph.OperationError{Status: "Cancelled"}, nil},
		"by skipping it":   {`{"status":"skipped"}`, m365graph.OperationError{Status: "skipped"}, nil},
		"in deleting":      {`{"status":"deleteFailed","error":"itemNotFound"}`, m365graph.OperationError{Status: "deleteFailed", Code: "itemNotFound"}, m365graph.ErrNotFound},
	} {
		tt.want.RequestID = "request-1"
		_, err := setup(t, monitor(t, replying(200, tt.body))).Wait(t.Context(), monitorLink, nil)
		got, ok := errors.AsType[*m365graph.OperationError](err)
		if !ok {
			t.Fatalf("%s: Wait = %v, want an OperationError", name, err)
		}
		if diff := cmp.Diff(&tt.want, got); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", name, diff)
		}
		for _, s := range []error{m365graph.ErrConflict, m365graph.ErrForbidden, m365graph.ErrQuota, m365graph.ErrNotFound, nil} {
			if s != nil && errors.Is(err, s) != errors.Is(tt.is, s) {
				t.Errorf("%s: errors.Is(%v, %v) = %v", name, err, s, errors.Is(err, s))
			}
		}
		for _, part := range append([]string{tt.want.Status, tt.want.Code, tt.want.Message, "request-1"}, tt.want.Inner...) {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: the error %q does not say %q", name, err, part)
			}
		}
	}
}

func TestWaitRefusesWhatIsNoState(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]graphtest.Fault{
		"HTML":                replying(200, "<html>sign in</html>"),
		"nothing":             replying(200, ""),
		"no content":          replying(204, ""),
		"null":                replying(200, "null"),
		"a list":              replying(200, "[]"),
		"an empty object":     replying(200, "{}"),
		"an id of other type": replying(200, `{"id":7}`),
		"another redirect":    replying(302, "", "Location", "https://contoso.sharepoint.com/elsewhere"),
		"gone":                replying(404, `{"error":{"code":"itemNotFound"}}`),
		"refused":             replying(401, "cannot serve tempauth="+canary),
	} {
		w := monitor(t, answer)
		if op, err := setup(t, w).Wait(t.Context(), monitorLink, nil); err == nil || op != nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), canary) {
			t.Errorf("%s: Wait = %+v, %v, want an error without the link", name, op, err)
		}
		if n := len(w.requests()); n != 1 {
			t.Errorf("%s: %d requests, want 1", name, n)
		}
	}
	c := setup(t, monitor(t, replying(200, `{"status":"completed"}`)))
	if _, err := c.Wait(t.Context(), m365auth.Secret{}, nil); err == nil {
		t.Error("Wait for nothing succeeded")
	}
	if _, err := c.Wait(t.Context(), monitorLink, &m365graph.WaitOptions{Every: -1}); err == nil {
		t.Error("Wait with a negative Every succeeded")
	}
}

// A monitor of Graph's own wants the token, and is below the API version where
// it names no host; one elsewhere never gets it.
func TestAMonitorIsAskedWhereItIs(t *testing.T) {
	t.Parallel()
	const team = "/teams('1')/operations('2')"
	for link, want := range map[string]string{
		team:                         "https://graph.microsoft.com/v1.0" + team,
		"/v1.0/teams/1/operations/2": "https://graph.microsoft.com/v1.0/teams/1/operations/2",
		"/beta" + team:               "https://graph.microsoft.com/beta" + team,
		"https://graph.microsoft.com/v1.0/me/onenote/operations/1":  "https://graph.microsoft.com/v1.0/me/onenote/operations/1",
		"https://contoso-my.sharepoint.com/_api/monitor/1%2f?x=a+b": "https://contoso-my.sharepoint.com/_api/monitor/1%2f?x=a+b",
		"https://evil.example/monitor?tempauth=" + canary:           "",
		"http://graph.microsoft.com/v1.0/monitor":                   "",
		"//evil.example/v1.0/monitor":                               "",
		"https://evil.example%zz/":                                  "",
	} {
		w := monitor(t, replying(200, `{"status":"succeeded"}`))
		_, err := setup(t, w).Wait(t.Context(), m365auth.NewSecret(link), nil)
		requests := w.requests()
		if want == "" {
			if err == nil || len(requests) != 0 || strings.Contains(err.Error(), canary) {
				t.Errorf("Wait(%s) = %v after %d requests, want an error and none", link, err, len(requests))
			}
			continue
		}
		if err != nil || len(requests) != 1 || requests[0].URL.String() != want {
			t.Fatalf("Wait(%s) = %v by %v, want %s", link, err, requests, want)
		}
		bearer := requests[0].Header.Get("Authorization") != ""
		if graph := requests[0].URL.Host == "graph.microsoft.com"; bearer != graph {
			t.Errorf("Wait(%s): sent the token: %v, want %v", link, bearer, graph)
		}
	}
}

func TestMonitorIsOfWhatWasAccepted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status      int
		header, url string
		want        string
	}{
		{202, "Location", "https://x/1", "https://x/1"}, {202, "Operation-Location", "https://x/2", "https://x/2"},
		{202, "X", "https://x/3", ""}, {201, "Location", "https://x/4", ""}, {200, "Location", "https://x/5", ""},
	} {
		r := &m365graph.Response{Status: tt.status, Header: http.Header{tt.header: {tt.url}}}
		if got := r.Monitor().Reveal(); got != tt.want {
			t.Errorf("Monitor of %d with %s = %q, want %q", tt.status, tt.header, got, tt.want)
		}
	}
}

func TestWaitGrowsItsPausesAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for every, want := range map[time.Duration][]int{0: {0, 1, 3, 7, 15, 25, 35}, 7 * time.Second: {0, 7, 14, 21, 28, 35}} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			var asked []int
			w := monitor(t, replying(202, `{"status":"running"}`))
			noting := roundTrip(func(req *http.Request) (*http.Response, error) {
				asked = append(asked, int(time.Since(began).Seconds()))
				return w.RoundTrip(req)
			})
			ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
			defer cancel()
			_, err := setup(t, noting).Wait(ctx, monitorLink, &m365graph.WaitOptions{Every: every})
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 40*time.Second {
				t.Errorf("Every %v: Wait = %v after %v, want DeadlineExceeded after 40 s", every, err, time.Since(began))
			}
			if diff := cmp.Diff(want, asked); diff != "" {
				t.Errorf("Every %v: asked at (-want +got):\n%s", every, diff)
			}
		})
	}
}

// Whatever a monitor says, Wait ends with an operation or an error, tells
// progress that only grows, and gives away no link.
func FuzzMonitorAnswer(f *testing.F) {
	f.Add(200, `{"status":"completed","percentageComplete":100,"resourceId":"1"}`)
	f.Add(202, `{"status":"inProgress","percentageComplete":-1e400}`)
	f.Add(200, `{"status":"failed","error":{"code":"x","innererror":{"code":"y"}}}`)
	f.Add(303, "")
	f.Add(200, `{"status":["completed"],"id":"1","resourceLocation":7}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 || status == 429 || status >= 500 {
			return // those are waited for
		}
		w := monitor(t, replying(status, body), replying(200, `{"status":"completed"}`))
		last := 0.0
		op, err := setup(t, w).Wait(t.Context(), monitorLink, &m365graph.WaitOptions{Every: 1, Progress: func(p float64) {
			if p < last || p > 100 {
				t.Errorf("progress went from %v to %v", last, p)
			}
			last = p
		}})
		if (op == nil) == (err == nil) || err == nil && op.Status == "" || strings.Contains(fmt.Sprint(err), "tempauth") && !strings.Contains(body, "tempauth") {
			t.Errorf("Wait = %+v, %v", op, err)
		}
	})
}
