package m365graph_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
)

func ExampleError() {
	err := error(&m365graph.Error{
		Method: "GET", Path: "/me/messages/1", Status: 404, Code: "ErrorItemNotFound",
		Message: "The specified object was not found in the store.", RequestID: "b5b1…",
	})
	fmt.Println(err)
	fmt.Println(errors.Is(err, m365graph.ErrNotFound))
	// Output:
	// m365graph: GET /me/messages/1: 404 not found, ErrorItemNotFound: The specified object was not found in the store. (request-id b5b1…)
	// true
}

// fault returns the error that a client makes of an answer.
func fault(t *testing.T, resp *http.Response) *m365graph.Error {
	t.Helper()
	w := &wire{answer: func(int, *http.Request) (*http.Response, error) { return resp, nil }}
	_, err := setup(t, w, func(o *m365graph.Options) { o.MaxRetries = -1 }).Do(t.Context(), requestNamed("POST"))
	var no *m365graph.Error
	if !errors.As(err, &no) {
		t.Fatalf("Do = %v, want an *Error", err)
	}
	return no
}

func TestErrorsAreReadInEachOfTheirShapes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body string
		want m365graph.Error
	}{
		"nested": {
			`{"error":{"code":"activityLimitReached","message":"Slow\ndown","target":"t","innerError":{"code":"throttledRequest","innererror":{"code":"quota"},"request-id":"inner"}}}`,
			m365graph.Error{Code: "activityLimitReached", Message: "Slow down", Target: "t", Inner: []string{"throttledRequest", "quota"}},
		},
		"lower case":          {`{"error":{"code":"a","innererror":{"code":"b"}}}`, m365graph.Error{Code: "a", Inner: []string{"b"}}},
		"byte order mark":     {"\xef\xbb\xbf" + `{"error":{"code":"a"}}`, m365graph.Error{Code: "a"}},
		"no message":          {`{"error":{"code":"UnknownError","message":""}}`, m365graph.Error{Code: "UnknownError"}},
		"oauth":               {`{"error":"invalid_grant","error_description":"why"}`, m365graph.Error{Code: "invalid_grant", Message: "why"}},
		"empty":               {``, m365graph.Error{}},
		"html":                {`<html><body>Bad gateway</body></html>`, m365graph.Error{Message: "the answer is a page of HTML, so a gateway sent it"}},
		"text":                {"upstream\nfailed", m365graph.Error{Message: "upstream failed"}},
		"null":                {`null`, m365graph.Error{Message: "null"}},
		"null error":          {`{"error":null}`, m365graph.Error{}},
		"a wrong type":        {`{"error":{"code":429,"message":"m","innerError":{"code":["x"],"innerError":{"code":"b"}}}}`, m365graph.Error{Message: "m", Inner: []string{"b"}}},
		"inner not an object": {`{"error":{"code":"a","innerError":"x"}}`, m365graph.Error{Code: "a"}},
		"broken":              {`{"error":{"code":`, m365graph.Error{Message: `{"error":{"code":`}},
	} {
		got := fault(t, reply(400, tt.body))
		tt.want.Method, tt.want.Path, tt.want.Status, tt.want.RequestID, tt.want.Attempts = "POST", "/me/thing", 400, "request-1", 1
		if diff := cmp.Diff(&tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestErrorsCarryWhatSupportAsksFor(t *testing.T) {
	t.Parallel()
	date := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	got := fault(t, graphError(503, "x", "request-id", "r", "client-request-id", "c", "Date", date.Format(http.TimeFormat),
		"x-ms-ags-diagnostic", `{"ServerInfo":{}}`, "Retry-After", "1.5"))
	if got.RequestID != "r" || got.ClientRequestID != "c" || !got.Date.Equal(date) || got.Diagnostic == "" || got.RetryAfter != 1500*time.Millisecond {
		t.Errorf("error = %+v", got)
	}
	inner := reply(400, `{"error":{"code":"a","innerError":{"request-id":"from\nthe body`+strings.Repeat("x", 9000)+`"}}}`)
	inner.Header.Del("Request-Id")
	if got := fault(t, inner); !strings.HasPrefix(got.RequestID, "from the body") || len(got.RequestID) > 2000 {
		t.Errorf("RequestID = %.40q (%d bytes), want that of the body, bounded and on one line", got.RequestID, len(got.RequestID))
	}
}

func TestSentinelsFollowTheStatus(t *testing.T) {
	t.Parallel()
	all := map[int]error{
		401: m365graph.ErrUnauthenticated, 403: m365graph.ErrForbidden, 404: m365graph.ErrNotFound, 409: m365graph.ErrConflict,
		410: m365graph.ErrResync, 412: m365graph.ErrPrecondition, 423: m365graph.ErrLocked, 429: m365graph.ErrThrottled,
		507: m365graph.ErrQuota, 509: m365graph.ErrThrottled, 400: nil, 500: nil,
	}
	for status, want := range all {
		for _, sentinel := range all {
			if sentinel == nil {
				continue
			}
			got := errors.Is(&m365graph.Error{Status: status}, sentinel)
			if got != errors.Is(want, sentinel) {
				t.Errorf("%d is %v = %v, want %v", status, sentinel, got, !got)
			}
		}
	}
	if !errors.Is(&m365graph.Error{Status: 401, Claims: "{}"}, m365graph.ErrClaims) || errors.Is(&m365graph.Error{Status: 401}, m365graph.ErrClaims) {
		t.Error("ErrClaims does not follow Claims")
	}
}

func TestHasCodeLooksThroughTheChain(t *testing.T) {
	t.Parallel()
	e := &m365graph.Error{Code: "resyncRequired", Inner: []string{"SyncStateNotFound"}}
	for code, want := range map[string]bool{"syncStateNotFound": true, "RESYNCREQUIRED": true, "other": false, "": false} {
		if got := e.HasCode(code); got != want {
			t.Errorf("HasCode(%q) = %v, want %v", code, got, want)
		}
	}
}

// Whatever a server sends, the error is bounded and on one line.
func FuzzErrorBody(f *testing.F) {
	f.Add(`{"error":{"code":"a","message":"m","innerError":{"code":"b"}}}`, "1.5", `Bearer claims="e30="`)
	f.Add(`{"error":`+strings.Repeat(`{"innerError":`, 100), "NaN", `claims="`)
	f.Add(strings.Repeat("<", 1<<17), "Sun, 06 Nov 1994 08:49:37 GMT", "")
	f.Fuzz(func(t *testing.T, body, retryAfter, challenge string) {
		resp := reply(403, body, "Retry-After", retryAfter, "WWW-Authenticate", challenge)
		w := &wire{answer: func(int, *http.Request) (*http.Response, error) { return resp, nil }}
		_, err := setup(t, w).Do(t.Context(), &m365graph.Request{Method: "POST", Path: m365graph.P("x")})
		text := err.Error()
		if len(text) > 64<<10 {
			t.Errorf("the error has %d bytes", len(text))
		}
		if strings.ContainsAny(text, "\n\r") {
			t.Errorf("the error has several lines: %q", text)
		}
	})
}
