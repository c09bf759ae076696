package m365graph_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// fault returns the error that a client makes of an answer.
func fault(t *testing.T, f graphtest.Fault) *m365graph.Error {
	t.Helper()
	return failure(t, tap(t, f))
}

// failure returns the error of a request that goes this way.
func failure(t *testing.T, way http.RoundTripper) *m365graph.Error {
	t.Helper()
	_, err := setup(t, way, func(o *m365graph.Options) { o.MaxRetries = -1 }).Do(t.Context(), requestNamed("POST"))
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
		"error is a list":     {`{"error":[{"code":"a"}]}`, m365graph.Error{}},
		"error is a number":   {`{"error":7,"error_description":{"a":1}}`, m365graph.Error{}},
		"a list":              {`[{"error":{"code":"a"}}]`, m365graph.Error{Message: `[{"error":{"code":"a"}}]`}},
		"another object":      {`{"message":"m"}`, m365graph.Error{Message: `{"message":"m"}`}},
		"details":             {`{"error":{"code":"a","message":"m","details":[{"code":"d","target":"x"},null,3],"innerError":null}}`, m365graph.Error{Code: "a", Message: "m", Details: []string{"d"}}},
		"inner date and ids":  {`{"error":{"code":"a","innerError":{"date":"2026-03-01T09:00:00","request-id":"i","client-request-id":"c"}}}`, m365graph.Error{Code: "a"}},
		"both spellings":      {`{"error":{"code":"a","innererror":{"code":"c"},"innerError":{"code":"b"}}}`, m365graph.Error{Code: "a", Inner: []string{"b"}}},
		"a level in between":  {`{"error":{"code":"a","innerError":{"innerError":{"code":"b"}}}}`, m365graph.Error{Code: "a", Inner: []string{"b"}}},
		"space around":        {" \r\n\t" + `{"error":{"code":"a"}}` + "\n", m365graph.Error{Code: "a"}},
		"white space":         {" \r\n", m365graph.Error{}},
		"text after it":       {`{"error":{"code":"a"}}x`, m365graph.Error{Message: `{"error":{"code":"a"}}x`}},
		"for a terminal":      {`{"error":{"code":"a\u001b[31m","message":"b\u0000\u202ec\u2028d\ud800e"}}`, m365graph.Error{Code: "a [31m", Message: "b c d e"}},
		"binary":              {"\x00\x01\xff\xfe\x80PNG\r\n\x1a", m365graph.Error{Message: "PNG"}},
		"compressed":          {"\x1f\x8b\x08\x00\x00\x00", m365graph.Error{}},
	} {
		for _, status := range []int{302, 400, 404, 429, 503, 520} {
			for _, contentType := range []string{"application/json", "text/html", "", "\x00"} {
				got := fault(t, replying(status, tt.body, "Content-Type", contentType, "Date", "", "X-Ms-Ags-Diagnostic", ""))
				tt.want.Method, tt.want.Path, tt.want.Status, tt.want.RequestID, tt.want.Attempts = "POST", "/me/thing", status, "request-1", 1
				tt.want.ClientRequestID = got.ClientRequestID // another each time
				if diff := cmp.Diff(&tt.want, got); diff != "" {
					t.Errorf("%s as a %d of type %q (-want +got):\n%s", name, status, contentType, diff)
				}
			}
		}
	}
}

// However much a server sends, little is read, less is kept, and the body is closed.
func TestAnErrorIsBounded(t *testing.T) {
	t.Parallel()
	const mega = 1 << 20
	deep := strings.Repeat(`{"code":"a","innerError":`, mega/25)
	for name, tt := range map[string]struct {
		body graphtest.Fault
		code string
	}{
		"a message too long":  {graphtest.Fault{Body: `{"error":{"code":"a","message":"` + strings.Repeat("é ", 20_000) + `"}}`}, "a"},
		"a code too long":     {graphtest.Fault{Body: `{"error":{"code":"` + strings.Repeat("a", 60_000) + `"}}`}, ""},
		"deeper than is read": {graphtest.Fault{Body: `{"error":` + deep}, ""},
		"deep":                {graphtest.Fault{Body: `{"error":` + deep[:25*900] + "1" + strings.Repeat("}", 900) + "}"}, "a"},
		"much text":           {graphtest.Fault{Body: strings.Repeat("x", 64*mega)}, ""},
		"cut short":           {graphtest.Fault{Body: `{"error":{"code":"a"}} `, Cut: graphtest.CutBody, CutAfter: 22}, "a"},
		"cut in the middle":   {graphtest.Fault{Body: `{"error":{"code":"a"}}`, Cut: graphtest.CutBody, CutAfter: 13}, ""},
		"never there":         {graphtest.Fault{Body: `{"error":{"code":"a"}}`, Cut: graphtest.CutBody, CutAfter: -1}, ""},
	} {
		var open, read atomic.Int64
		tt.body.Status, tt.body.Header = 500, http.Header{"Content-Length": {""}}
		w := tap(t, tt.body)
		way := countingBodies(roundTrip(func(req *http.Request) (*http.Response, error) {
			resp, err := w.RoundTrip(req)
			if err == nil {
				resp.Body = readCloser{io.TeeReader(resp.Body, meter{&read}), resp.Body}
			}
			return resp, err
		}), &open)
		got := failure(t, way)
		if got.Status != 500 || tt.code != "" && got.Code != tt.code {
			t.Errorf("%s = %d %.40q, want 500 %q", name, got.Status, got.Code, tt.code)
		}
		if n := len(got.Error()); n > 5_000 || !utf8.ValidString(got.Error()) {
			t.Errorf("%s: the text has %d bytes, want at most 5,000, all of them text", name, n)
		}
		if open.Load() != 0 || read.Load() > 128<<10 {
			t.Errorf("%s: %d bodies are open, and %d bytes were read", name, open.Load(), read.Load())
		}
	}
}

type readCloser struct {
	io.Reader
	io.Closer
}

type meter struct{ n *atomic.Int64 }

func (m meter) Write(p []byte) (int, error) {
	m.n.Add(int64(len(p)))
	return len(p), nil
}

func TestErrorsCarryWhatSupportAsksFor(t *testing.T) {
	t.Parallel()
	date := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	got := fault(t, refusing(503, "x", "request-id", "r", "client-request-id", "c", "Date", date.Format(http.TimeFormat),
		"x-ms-ags-diagnostic", `{"ServerInfo":{}}`, "Retry-After", "1.5"))
	if got.RequestID != "r" || got.ClientRequestID != "c" || !got.Date.Equal(date) || got.Diagnostic == "" || got.RetryAfter != 1500*time.Millisecond {
		t.Errorf("error = %+v", got)
	}
	w := tap(t, replying(404, "<html>", "Request-Id", ""))
	_, err := setup(t, w).Do(t.Context(), requestNamed("GET"))
	if asked := w.requests()[0].Header.Get("client-request-id"); err == nil || len(asked) != 36 || !strings.Contains(err.Error(), "client-request-id "+asked) {
		t.Errorf("a gateway's answer = %v, want our own id %s in it", err, asked)
	}
	inner := replying(400, `{"error":{"code":"a","innerError":{"request-id":"from\nthe body`+strings.Repeat("x", 9000)+`"}}}`)
	inner.Header.Set("Request-Id", "")
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

// Some services say with another status what Graph has a status for.
func TestSentinelsFollowTheCodesToo(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]error{
		"resyncRequired": m365graph.ErrResync, "SyncStateNotFound": m365graph.ErrResync,
		"resyncChangesApplyDifferences": m365graph.ErrResync, "resyncChangesUploadDifferences": m365graph.ErrResync,
		"activityLimitReached": m365graph.ErrThrottled, "throttledRequest": m365graph.ErrThrottled,
		"quotaLimitReached": m365graph.ErrQuota,
	} {
		outer := &m365graph.Error{Status: 400, Code: code}
		inner := &m365graph.Error{Status: 503, Code: "x", Inner: []string{"y", strings.ToUpper(code)}}
		if !errors.Is(outer, want) || !errors.Is(inner, want) || errors.Is(outer, m365graph.ErrNotFound) {
			t.Errorf("the code %s does not stand for %v alone", code, want)
		}
	}
	if (&m365graph.Error{Status: 400, Code: "x"}).Is(nil) {
		t.Error("an error is nil")
	}
}

func TestHasCodeLooksThroughTheChain(t *testing.T) {
	t.Parallel()
	if (&m365graph.Error{}).HasCode("") {
		t.Error("no code is a code")
	}
	e := &m365graph.Error{Code: "resyncRequired", Inner: []string{"SyncStateNotFound"}}
	for code, want := range map[string]bool{"syncStateNotFound": true, "RESYNCREQUIRED": true, "other": false, "": false} {
		if got := e.HasCode(code); got != want {
			t.Errorf("HasCode(%q) = %v, want %v", code, got, want)
		}
	}
}

// What is wrong with one part of a request may stand in its details alone.
func TestCodesOfDetailsAreKept(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`{"error":{"code":"badRequest","details":[{"code":"invalidDate","target":"start"},{"code":"tooLong","message":"m"}]}}`: {"invalidDate", "tooLong"},
		`{"error":{"code":"a","details":[null,7,{"code":8},{"target":"x"},{"code":"b"}]}}`:                                     {"b"},
		`{"error":{"code":"a","details":{"code":"b"}}}`:                                                                        nil,
		`{"error":{"code":"a","details":[` + strings.Repeat(`{"code":"b"},`, 1000) + `{"code":"c"}]}}`:                         slices.Repeat([]string{"b"}, 16),
	} {
		w := tap(t, lasting(replying(400, body)))
		_, err := setup(t, w).Do(t.Context(), requestNamed("GET"))
		no, ok := errors.AsType[*m365graph.Error](err)
		if !ok || !slices.Equal(no.Details, want) || len(want) > 0 && !no.HasCode(strings.ToUpper(want[0])) || no.HasCode("c") {
			t.Errorf("Do = %v with details %v, want %v", err, no.Details, want)
		}
	}
}

// Whatever a server sends, the error is bounded and on one line.
func FuzzErrorBody(f *testing.F) {
	f.Add(`{"error":{"code":"a","message":"m","innerError":{"code":"b"}}}`, "1.5", `Bearer claims="e30="`)
	f.Add(`{"error":`+strings.Repeat(`{"innerError":`, 100), "NaN", `claims="`)
	f.Add(strings.Repeat("<", 1<<17), "Sun, 06 Nov 1994 08:49:37 GMT", "")
	f.Fuzz(func(t *testing.T, body, retryAfter, challenge string) {
		w := tap(t, replying(403, body, "Retry-After", retryAfter, "WWW-Authenticate", challenge))
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
