package m365graph_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// What no retry mends ends the upload at once, by its own name.
func TestUploadEndsForGood(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	const size = 2 * unit
	half := expects(202, "327680-")
	for name, tt := range map[string]struct {
		steps []step
		want  error
		asked int
	}{
		"the name was taken meanwhile":    {[]step{half, refuses(409, "nameAlreadyExists")}, m365graph.ErrConflict, 2},
		"so the last slice is told":       {[]step{half, cut, expects(200, "327680-"), refuses(409, "nameAlreadyExists")}, m365graph.ErrConflict, 4},
		"so says the session":             {[]step{half, refuses(409, "upload_name_conflict")}, m365graph.ErrConflict, 2},
		"the drive is full":               {[]step{half, refuses(507, "quotaLimitReached")}, m365graph.ErrQuota, 2},
		"the file is locked":              {[]step{half, refuses(423, "resourceLocked")}, m365graph.ErrLocked, 2},
		"the file has changed":            {[]step{half, refuses(412, "resourceModified")}, m365graph.ErrPrecondition, 2},
		"the session has lapsed":          {[]step{half, refuses(404, "itemNotFound")}, m365graph.ErrSessionGone, 2},
		"the session has lapsed, by 410":  {[]step{half, refuses(410, "itemNotFound")}, m365graph.ErrSessionGone, 2},
		"the session never was":           {[]step{refuses(404, "itemNotFound")}, m365graph.ErrSessionGone, 4},
		"the wait is too long":            {[]step{half, refuses(429, "", "Retry-After", "3600")}, m365graph.ErrThrottled, 2},
		"a gateway's wait is too long":    {[]step{refuses(504, "", "Retry-After", "3600")}, nil, 1},
		"the link is refused":             {[]step{refuses(401, "unauthenticated")}, m365graph.ErrUnauthenticated, 1},
		"somebody else sends":             {[]step{refuses(416, "invalidRange"), expects(200, "0-"), refuses(416, "invalidRange"), expects(200, "327680-"), refuses(416, "invalidRange"), expects(200, "0-"), refuses(416, "invalidRange")}, m365graph.ErrConflict, 7},
		"the session leads elsewhere":     {[]step{says(202, `{"nextExpectedRanges":["327680-"],"uploadUrl":"https://evil.example/up"}`)}, m365graph.ErrHostNotAllowed, 1},
		"a range that ends before itself": {[]step{expects(202, "5-4")}, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				k := newTalk(t, issuer, tt.steps...)
				c, s := k.fresh(t)
				_, err := c.Upload(t.Context(), s, bytes.NewReader(make([]byte, size)), size, &m365graph.UploadOptions{SliceSize: unit})
				if err == nil || tt.want != nil && !errors.Is(err, tt.want) || errors.Is(err, m365graph.ErrAmbiguous) {
					t.Errorf("Upload = %v, want %v, and nothing ambiguous", err, tt.want)
				}
				if got := len(k.asked); got != tt.asked {
					t.Errorf("%d requests, want %d: %s", got, tt.asked, k.log())
				}
			})
		})
	}
}

func TestAnUploadThatMayBeDoneIsAmbiguous(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for name, steps := range map[string][]step{
		"the server has all bytes":     {cut, says(200, `{"nextExpectedRanges":[]}`)},
		"the answer cannot be read":    {says(201, `<html>`)},
		"nothing answers any more":     {cut},
		"gone after the last slice":    {cut, refuses(404, "itemNotFound")},
		"lapsed after the last slice":  {cut, refuses(410, "itemNotFound")},
		"a fault each time it is sent": {refuses(500, ""), expects(200, "0-"), refuses(500, ""), expects(200, "0-"), refuses(500, ""), expects(200, "0-"), refuses(500, ""), expects(200, "0-"), refuses(500, "")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				k := newTalk(t, issuer, steps...)
				c, s := k.fresh(t)
				_, err := c.Upload(t.Context(), s, strings.NewReader("0123456789"), 10, nil)
				if !errors.Is(err, m365graph.ErrAmbiguous) || errors.Is(err, m365graph.ErrSessionGone) {
					t.Errorf("Upload = %v, want ErrAmbiguous, and no word of beginning anew", err)
				}
				if n := len(k.asked); n > 12 || strings.HasPrefix(name, "gone") && n > 2 {
					t.Errorf("%d requests, want an end soon", n)
				}
			})
		})
	}
}

// The same session, told a second time that all is there: the file may be.
func TestAResumedUploadWithNothingLeftIsAmbiguous(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	k := newTalk(t, issuer, says(200, `{"nextExpectedRanges":[]}`))
	_, err := k.client(t).Upload(t.Context(), k.session(t), strings.NewReader("0123456789"), 10, nil)
	if !errors.Is(err, m365graph.ErrAmbiguous) {
		t.Errorf("Upload = %v, want ErrAmbiguous", err)
	}
}

// Nobody need look for a file that is known to be there.
func TestASessionThatHasDoneItsWorkIsGone(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	k := newTalk(t, issuer, created, refuses(404, "itemNotFound"))
	c, s := k.fresh(t)
	if _, err := c.Upload(t.Context(), s, strings.NewReader("x"), 1, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Upload(t.Context(), s, strings.NewReader("x"), 1, nil); !errors.Is(err, m365graph.ErrSessionGone) || errors.Is(err, m365graph.ErrAmbiguous) {
		t.Errorf("Upload once more = %v, want ErrSessionGone", err)
	}
}

func TestADeferredUploadIsCommitted(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	k := newTalk(t, issuer, says(202, `{"nextExpectedRanges":[]}`), created)
	c, s := k.fresh(t)
	resp, err := c.Upload(t.Context(), s, strings.NewReader("0123456789"), 10, nil)
	if err != nil || resp.Status != 202 {
		t.Fatalf("Upload = %v, %v, want 202", resp, err)
	}
	if resp, err = c.CommitUpload(t.Context(), s); err != nil || resp.Status != 201 {
		t.Errorf("CommitUpload = %v, %v, want 201", resp, err)
	}
	if got := k.log(); got != "PUT 0-9/10, POST" || lastRequest(k).Header.Get("Content-Range") != "" {
		t.Errorf("requests = %s, want an empty POST last", got)
	}
}

func TestASessionThatMovesIsFollowedAndTold(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	k := newTalk(t, issuer, says(202, `{"nextExpectedRanges":["327680-"],"uploadUrl":"https://contoso.sharepoint.com/upload/moved","expirationDateTime":"2026-04-01T00:00:00Z"}`), created)
	c, s := k.fresh(t)
	var saved []string
	begun := s.URL.Reveal()
	_, err := c.Upload(t.Context(), s, bytes.NewReader(make([]byte, 2*unit)), 2*unit, &m365graph.UploadOptions{
		SliceSize: unit, Began: func(s *m365graph.UploadSession) error { saved = append(saved, s.URL.Reveal()); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{begun, "https://contoso.sharepoint.com/upload/moved"}, saved); diff != "" {
		t.Errorf("told sessions (-want +got):\n%s", diff)
	}
	if got := lastRequest(k).Path; got != "/upload/moved" || s.ExpiresOn.Month() != time.April {
		t.Errorf("the second slice went to %s, and the session ends on %v", got, s.ExpiresOn)
	}
}

func TestAFailedUploadIsDiscardedOnlyIfAsked(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		for name, tt := range map[string]struct {
			discard bool
			steps   []step
			want    string
		}{
			"kept":                             {false, []step{refuses(507, "quotaLimitReached")}, "PUT 0-9/10"},
			"discarded":                        {true, []step{refuses(507, "quotaLimitReached"), says(204, "")}, "PUT 0-9/10, DELETE"},
			"done":                             {true, []step{created}, "PUT 0-9/10"},
			"not while somebody else sends it": {true, []step{refuses(416, ""), expects(200, "0-"), refuses(416, ""), expects(200, "0-"), refuses(416, ""), expects(200, "0-"), refuses(416, "")}, "PUT 0-9/10, GET, PUT 0-9/10, GET, PUT 0-9/10, GET, PUT 0-9/10"},
		} {
			k := newTalk(t, issuer, tt.steps...)
			c, s := k.fresh(t)
			_, err := c.Upload(t.Context(), s, strings.NewReader("0123456789"), 10, &m365graph.UploadOptions{Discard: tt.discard})
			if (err == nil) != (name == "done") || k.log() != tt.want {
				t.Errorf("%s: Upload = %v after %s, want %s", name, err, k.log(), tt.want)
			}
		}
	})
}

// lastRequest is what the emulator was asked last.
func lastRequest(k *talk) graphtest.Request {
	all := k.Graph.Requests()
	return all[len(all)-1]
}

// A cancel leaves the session, or ends it with a request of its own, and waits for
// no host that hangs.
func TestACancelledUpload(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for discard, want := range map[bool]string{false: "GET, PUT 0-327679/655360", true: "GET, PUT 0-327679/655360, DELETE"} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			k := newTalk(t, issuer, expects(200, "0-"), func(f *graphtest.Fault) error {
				cancel()
				return stalls(f)
			}, stalls)
			s := k.session(t)
			began := time.Now()
			_, err := k.client(t).Upload(ctx, s, bytes.NewReader(make([]byte, 2*unit)), 2*unit, &m365graph.UploadOptions{SliceSize: unit, Discard: discard})
			if !errors.Is(err, context.Canceled) || errors.Is(err, m365graph.ErrAmbiguous) {
				t.Errorf("Upload = %v, want the cancel, and no doubt: the last slice was not sent", err)
			}
			most := 100 * time.Millisecond
			if discard {
				most += 2 * time.Second
			}
			if took := time.Since(began); k.log() != want || took > most {
				t.Errorf("requests = %s in %v, want %s within %v", k.log(), took, want, most)
			}
		})
	}
}

func TestACancelEndsAPause(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		k := newTalk(t, issuer, refuses(404, "itemNotFound"))
		c, s := k.fresh(t)
		_, err := c.Upload(ctx, s, strings.NewReader("x"), 1, nil)
		var no *m365graph.Error
		if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &no) || no.Status != 404 {
			t.Errorf("Upload = %v, want the deadline and the last answer", err)
		}
	})
}

func TestCancelUploadEndsASession(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		for name, tt := range map[string]struct {
			answer step
			ok     bool
		}{
			"there": {says(204, ""), true}, "gone": {refuses(404, ""), true}, "lapsed": {refuses(410, ""), true}, "refused": {refuses(403, ""), false},
		} {
			k := newTalk(t, issuer, tt.answer)
			if err := k.client(t).CancelUpload(t.Context(), k.session(t)); (err == nil) != tt.ok || k.log() != "DELETE" {
				t.Errorf("%s: CancelUpload = %v after %s", name, err, k.log())
			}
		}
	})
}

func TestASessionIsBegunOnlyIfTheTagStands(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	k := newTalk(t, issuer, func(*graphtest.Fault) error { return nil })
	_, err := k.client(t).CreateUploadSession(t.Context(), sessionPath, nil, `"{1},2"`)
	if got := lastRequest(k).Header.Get("If-Match"); !errors.Is(err, m365graph.ErrPrecondition) || got != `"{1},2"` {
		t.Errorf("CreateUploadSession = %v with If-Match %s, want ErrPrecondition", err, got)
	}
	k = newTalk(t, issuer, says(200, `{}`))
	if _, err := k.client(t).CreateUploadSession(t.Context(), sessionPath, nil, ""); err == nil {
		t.Error("CreateUploadSession succeeded without an uploadUrl")
	}
}
