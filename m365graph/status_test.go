package m365graph_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/m365go/sdk/m365graph"
)

// What becomes of a request that is answered so.
const (
	done    = "done"    // the answer says yes
	stands  = "stands"  // an *Error, sent once
	again   = "again"   // sent again; an *Error if the answer stays
	unknown = "unknown" // ErrAmbiguous, sent once
	lost    = "lost"    // sent again; ErrAmbiguous if the answer stays
	renewed = "renewed" // sent once more, with another token
)

// The first row that fits a status counts. A read changes nothing; a write may be
// repeated; once is a POST, or a write on condition of an eTag; send is a mail.
// https://learn.microsoft.com/graph/errors
var statusTable = []struct {
	from, to   int
	retryAfter string // "yes", "no", or "" for either
	read       string
	write      string
	once       string
	send       string
}{
	{200, 299, "", done, done, done, done}, // Retry-After on a sendMail's 202 asks for nothing
	{401, 401, "", renewed, renewed, renewed, renewed},
	{408, 408, "", again, lost, unknown, unknown},
	{429, 429, "", again, again, again, again}, // refused before anything is executed
	{300, 499, "", stands, stands, stands, stands},
	{501, 501, "", stands, stands, stands, stands},
	{503, 503, "yes", again, again, again, unknown}, // busy, and says until when
	{503, 503, "no", again, lost, unknown, unknown},
	{505, 505, "", stands, stands, stands, stands},
	{507, 507, "", stands, stands, stands, stands}, // the quota
	{509, 509, "", again, again, again, again},
	{500, 599, "", again, lost, unknown, unknown}, // a gateway's too, of which some are no standard
}

func wantOf(status int, retryAfter string, column func(read, write, once, send string) string) string {
	for _, row := range statusTable {
		if row.from <= status && status <= row.to && (row.retryAfter == "" || (row.retryAfter == "yes") == (retryAfter != "")) {
			return column(row.read, row.write, row.once, row.send)
		}
	}
	return "no row"
}

func isRead(read, _, _, _ string) string   { return read }
func isWrite(_, write, _, _ string) string { return write }
func isOnce(_, _, once, _ string) string   { return once }
func isSend(_, _, _, send string) string   { return send }

var statusRequests = []struct {
	req    m365graph.Request
	column func(read, write, once, send string) string
}{
	{m365graph.Request{Method: "GET"}, isRead},
	{m365graph.Request{Method: "HEAD"}, isRead},
	{m365graph.Request{Method: "GET", IfMatch: `"1"`}, isRead},
	{m365graph.Request{Method: "POST", Safety: m365graph.SafetyRead}, isRead}, // getSchedule, getByIds, search/query
	{m365graph.Request{Method: "PUT"}, isWrite},
	{m365graph.Request{Method: "PATCH"}, isWrite},
	{m365graph.Request{Method: "DELETE"}, isWrite},
	{m365graph.Request{Method: "POST", Safety: m365graph.SafetyRepeatable}, isWrite}, // with a transactionId
	{m365graph.Request{Method: "POST"}, isOnce},
	{m365graph.Request{Method: "PUT", IfMatch: `"1"`}, isOnce},
	{m365graph.Request{Method: "PATCH", IfMatch: `"1"`}, isOnce},
	{m365graph.Request{Method: "DELETE", IfMatch: `"1"`}, isOnce},
	{m365graph.Request{Method: "PUT", Safety: m365graph.SafetyOnce}, isOnce},
	{m365graph.Request{Method: "POST", Safety: m365graph.SafetySend}, isSend},
}

// Each status, with and without Retry-After, for each method and safety: how
// often it is sent and how it ends, if the answer comes once and if it stays.
func TestEveryStatusHasOneMeaning(t *testing.T) {
	t.Parallel()
	for status := http.StatusOK; status < 600; status++ {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, retryAfter := range []string{"", "1"} {
					for i := range statusRequests {
						want := wantOf(status, retryAfter, statusRequests[i].column)
						checkStatus(t, &statusRequests[i].req, status, retryAfter, want, true)
						if want == again || want == lost || want == renewed {
							checkStatus(t, &statusRequests[i].req, status, retryAfter, want, false)
						}
					}
				}
			})
		})
	}
}

const statusRetries = 2

func checkStatus(t *testing.T, template *m365graph.Request, status int, retryAfter, want string, stays bool) {
	t.Helper()
	var open atomic.Int64
	answer := lasting(replying(status, `{"error":{"code":"x"}}`, "Retry-After", retryAfter))
	if !stays {
		answer.Count = 1
	}
	w := tap(t, answer, lasting(replying(http.StatusOK, `{"id":"x"}`, "Retry-After", retryAfter)))
	c := newClient(t, &counting{}, &m365graph.Options{HTTPClient: &http.Client{Transport: countingBodies(w, &open)}, MaxRetries: statusRetries})
	req := *template
	req.Path = m365graph.P("me", "thing")
	_, err := c.Do(t.Context(), &req)

	sent, ok, ambiguous := 1, false, false
	switch {
	case want == done:
		ok = true
	case want == unknown:
		ambiguous = true
	case want == renewed:
		sent, ok = 2, !stays
	case want != stands && stays:
		sent, ambiguous = 1+statusRetries, want == lost
	case want != stands:
		sent, ok = 2, true
	}
	name := fmt.Sprintf("%s safety %d If-Match %s answered %d, Retry-After %q, stays %v", req.Method, req.Safety, req.IfMatch, status, retryAfter, stays)
	var no *m365graph.Error
	if (err == nil) != ok || errors.Is(err, m365graph.ErrAmbiguous) != ambiguous || len(w.requests()) != sent {
		t.Errorf("%s: sent %d times, %v; want %s: sent %d times, success %v, ambiguous %v", name, len(w.requests()), err, want, sent, ok, ambiguous)
	}
	if err != nil && (!errors.As(err, &no) || no.Status != status || no.Method != req.Method || no.Path != "/me/thing") {
		t.Errorf("%s: %v, want an *Error of that status and request", name, err)
	}
	if n := open.Load(); n != 0 {
		t.Errorf("%s: %d bodies were left open", name, n)
	}
}

// countingBodies counts the bodies that have not been closed.
func countingBodies(w http.RoundTripper, open *atomic.Int64) http.RoundTripper {
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		resp, err := w.RoundTrip(req)
		if err == nil {
			open.Add(1)
			resp.Body = &counted{ReadCloser: resp.Body, open: open}
		}
		return resp, err
	})
}

// counted is a body that says when it is closed.
type counted struct {
	io.ReadCloser
	open *atomic.Int64
	once sync.Once
}

func (b *counted) Close() error {
	b.once.Do(func() { b.open.Add(-1) })
	return b.ReadCloser.Close()
}
