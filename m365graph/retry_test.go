package m365graph_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

var errReset = errors.New("connection reset by peer")

func errDial() error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
}

// What may be sent again where no whole answer came, and what an unknown outcome
// is called; TestEveryStatusHasOneMeaning has the answers. The first attempt
// fails, those after it are fine.
func TestALostAnswerFollowsTheSafetyOfTheRequest(t *testing.T) {
	t.Parallel()
	lost := func(err error) func(*wiretap, *http.Request) (*http.Response, error) {
		return func(*wiretap, *http.Request) (*http.Response, error) { return nil, err }
	}
	spoiled := func(f graphtest.Fault) func(*wiretap, *http.Request) (*http.Response, error) {
		return func(w *wiretap, req *http.Request) (*http.Response, error) {
			w.ClearFaults()
			w.fail(t, f, fine)
			return w.RoundTrip(req)
		}
	}
	for _, tt := range []struct {
		fault                            string
		first                            func(*wiretap, *http.Request) (*http.Response, error)
		get, put, putIfMatch, post, send string
	}{
		{"reset", lost(errReset), again, again, unknown, unknown, unknown},
		{"no connection", lost(errDial()), again, again, again, again, again},
		{"no way through the proxy", lost(&net.OpError{Op: "proxyconnect", Err: errReset}), again, again, again, again, again},
		{"the transport's time is up", lost(context.DeadlineExceeded), again, again, unknown, unknown, unknown},
		{"end of file", lost(io.ErrUnexpectedEOF), again, again, unknown, unknown, unknown},
		{"untrusted certificate", lost(&tls.CertificateVerificationError{Err: errReset}), stands, stands, stands, stands, stands},
		{"no TLS", lost(tls.RecordHeaderError{Msg: "plain"}), stands, stands, stands, stands, stands},
		{"connection cut", spoiled(graphtest.Fault{Cut: graphtest.CutReset}), again, again, unknown, unknown, unknown},
		{"body cut", spoiled(graphtest.Fault{Status: 200, Body: `{"id":"x"}`, Cut: graphtest.CutBody}), again, again, unknown, unknown, unknown},
		{"body shorter than told", spoiled(replying(200, `{"id":"x"}`, "Content-Length", "100")), again, again, unknown, unknown, unknown},
		{"body larger than is kept", spoiled(replying(200, `{"id":"x"}`, "Content-Length", "1099511627776")), stands, unknown, unknown, unknown, unknown},
	} {
		for name, want := range map[string]string{"GET": tt.get, "PUT": tt.put, "PUT If-Match": tt.putIfMatch, "POST": tt.post, "send": tt.send} {
			t.Run(tt.fault+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w, sent := tap(t, fine), 0
					_, err := setup(t, roundTrip(func(req *http.Request) (*http.Response, error) {
						if sent++; sent == 1 {
							return tt.first(w, req)
						}
						return w.RoundTrip(req)
					})).Do(t.Context(), requestNamed(name))
					got := fmt.Sprintf("%v", err)
					switch {
					case err == nil && sent == 2:
						got = again
					case errors.Is(err, m365graph.ErrAmbiguous) && sent == 1:
						got = unknown
					case err != nil && sent == 1:
						got = stands
					}
					if got != want {
						t.Errorf("%s after %s: %s (sent %d times), want %s", name, tt.fault, got, sent, want)
					}
				})
			})
		}
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func requestNamed(name string) *m365graph.Request {
	req := &m365graph.Request{Path: m365graph.P("me", "thing"), Body: map[string]string{"a": "b"}}
	switch name {
	case "GET":
		req.Method, req.Body = http.MethodGet, nil
	case "PUT":
		req.Method = http.MethodPut
	case "PUT If-Match":
		req.Method, req.IfMatch = http.MethodPut, `"{1},2"`
	case "send":
		req.Method, req.Safety = http.MethodPost, m365graph.SafetySend
	default:
		req.Method = http.MethodPost
	}
	return req
}

// A write that is repeated may have happened in any attempt.
func TestAWriteThatFailsForGoodSaysThatItMayHaveHappened(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		method  string
		answers []int
		want    error // beside ErrAmbiguous, where maybe
		maybe   bool
	}{
		"PATCH all lost":          {"PATCH", []int{504, 504, 504, 504, 504}, nil, true},
		"PUT lost, then refused":  {"PUT", []int{502, 403}, m365graph.ErrForbidden, true},
		"PUT throttled, refused":  {"PUT", []int{429, 403}, m365graph.ErrForbidden, false},
		"PATCH busy, refused":     {"PATCH", []int{503, 409}, m365graph.ErrConflict, true},
		"DELETE lost, then gone":  {"DELETE", []int{504, 404}, nil, false},
		"DELETE of nothing":       {"DELETE", []int{404}, m365graph.ErrNotFound, false},
		"DELETE busy, then gone":  {"DELETE", []int{429, 404}, m365graph.ErrNotFound, false},
		"POST with an odd status": {"POST", []int{520}, nil, true},
		"GET lost for good":       {"GET", []int{504, 504, 504, 504, 504}, nil, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := tap(t)
			for _, status := range tt.answers {
				w.fail(t, refusing(status, "x"))
			}
			_, err := setup(t, w).Do(t.Context(), &m365graph.Request{Method: tt.method, Path: m365graph.P("me", "x")})
			if errors.Is(err, m365graph.ErrAmbiguous) != tt.maybe || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want ErrAmbiguous = %v and %v", name, err, tt.maybe, tt.want)
			}
			if name == "DELETE lost, then gone" && err != nil {
				t.Errorf("%s: %v, want success: the first attempt did it", name, err)
			}
			if len(w.requests()) != len(tt.answers) {
				t.Errorf("%s: sent %d times, want %d", name, len(w.requests()), len(tt.answers))
			}
		})
	}
}

func TestAWriteAnsweredWithNothingIsDone(t *testing.T) {
	t.Parallel()
	w := tap(t, lasting(replying(204, "")))
	c := setup(t, w)
	if got, err := m365graph.Patch[item](t.Context(), c, m365graph.P("users", "1"), map[string]any{"jobTitle": "x"}, ""); err != nil || got == nil {
		t.Errorf("Patch answered with 204 = %v, %v, want a zero item", got, err)
	}
	if got, err := m365graph.Get[item](t.Context(), c, m365graph.P("users", "1"), nil); err == nil {
		t.Errorf("Get answered with 204 = %v, want an error", got)
	}
}

func TestAWaitBeyondTheDeadlineIsNotBegun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := tap(t, lasting(refusing(429, "tooManyRequests", "Retry-After", "10")))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		_, err := setup(t, w).Do(ctx, requestNamed("GET"))
		if !errors.Is(err, m365graph.ErrThrottled) || time.Since(start) != 0 {
			t.Errorf("Do = %v after %v, want ErrThrottled at once", err, time.Since(start))
		}
	})
}

func TestRetriesEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := tap(t, lasting(refusing(503, "serviceNotAvailable")))
		_, err := setup(t, w, func(o *m365graph.Options) { o.MaxRetries = 2 }).Do(t.Context(), requestNamed("GET"))
		var no *m365graph.Error
		if !errors.As(err, &no) || no.Attempts != 3 || no.Code != "serviceNotAvailable" || len(w.requests()) != 3 {
			t.Errorf("Do = %v after %d requests, want the last answer after 3", err, len(w.requests()))
		}
	})
}

func TestCancelEndsAWaitAtOnceAndKeepsTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := tap(t, lasting(refusing(429, "tooManyRequests", "Retry-After", "30")))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := setup(t, w).Do(ctx, requestNamed("send"))
		if took := time.Since(start); took != time.Second {
			t.Errorf("Do took %v after a cancel at 1s", took)
		}
		if !errors.Is(err, context.Canceled) || !errors.Is(err, m365graph.ErrThrottled) || errors.Is(err, m365graph.ErrAmbiguous) {
			t.Errorf("Do = %v, want the cancel and the throttle, and nothing ambiguous", err)
		}
	})
}

func TestACancelInFlightLeavesAWriteUnknown(t *testing.T) {
	t.Parallel()
	for name, ambiguous := range map[string]bool{"GET": false, "POST": true, "send": true} {
		synctest.Test(t, func(t *testing.T) {
			w := tap(t, graphtest.Fault{Cut: graphtest.CutStall})
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			_, err := setup(t, w).Do(ctx, requestNamed(name))
			if !errors.Is(err, context.Canceled) || errors.Is(err, m365graph.ErrAmbiguous) != ambiguous {
				t.Errorf("%s cancelled in flight: %v, want ambiguous = %v", name, err, ambiguous)
			}
		})
	}
}

func TestEachAttemptCarriesTheWholeBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		w := tap(t, refusing(429, "tooManyRequests"), refusing(429, "tooManyRequests"), replying(201, `{}`))
		way := roundTrip(func(req *http.Request) (*http.Response, error) {
			b, _ := io.ReadAll(req.Body)
			bodies = append(bodies, fmt.Sprint(req.ContentLength, " ", string(b)))
			return w.RoundTrip(req)
		})
		if _, err := setup(t, way).Do(t.Context(), requestNamed("POST")); err != nil {
			t.Fatal(err)
		}
		want := `9 {"a":"b"}`
		if len(bodies) != 3 || bodies[0] != want || bodies[1] != want || bodies[2] != want {
			t.Errorf("bodies = %q, want three times %q", bodies, want)
		}
	})
}

// Whether a lock is worth waiting for only the program knows.
func TestALockIsWaitedForIfAsked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		wait, batched bool
		sent          int
	}{{false, false, 1}, {true, false, 3}, {false, true, 1}, {true, true, 3}} {
		for _, name := range []string{"GET", "PUT If-Match", "POST", "send"} {
			synctest.Test(t, func(t *testing.T) {
				w := tap(t)
				for range 2 {
					if tt.batched {
						w.fail(t, replying(200, `{"responses":[{"id":"1","status":423,"headers":{"Retry-After":"2"}}]}`))
					} else {
						w.fail(t, refusing(423, "resourceLocked", "Retry-After", "2"))
					}
				}
				if tt.batched {
					w.fail(t, replying(200, `{"responses":[{"id":"1","status":200,"body":{}}]}`))
				}
				w.fail(t, fine)
				c := setup(t, w, func(o *m365graph.Options) { o.RetryLocked = tt.wait })
				begun := time.Now()
				var err error
				if tt.batched {
					var results []m365graph.BatchResult
					results, err = c.Batch(t.Context(), []*m365graph.BatchItem{{Request: *requestNamed(name)}}, nil)
					err = errors.Join(err, results[0].Err)
				} else {
					_, err = c.Do(t.Context(), requestNamed(name))
				}
				n, took := len(w.requests()), time.Since(begun)
				if n != tt.sent || errors.Is(err, m365graph.ErrLocked) == tt.wait || tt.wait && (err != nil || took < 4*time.Second) {
					t.Errorf("%s batched %v: %v after %d requests and %v, want %d requests", name, tt.batched, err, n, took, tt.sent)
				}
			})
		}
	}
}

// Whatever a call does when its context ends, its error says that and why.
func TestAnEndedContextIsToldWithItsCause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		enough := errors.New("enough")
		for name, f := range map[string]graphtest.Fault{
			"in flight":   {Cut: graphtest.CutStall},
			"throttled":   refusing(429, "TooManyRequests", "Retry-After", "30"),
			"backing off": refusing(500, "generalException"),
		} {
			c := setup(t, tap(t, lasting(f)))
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(100*time.Millisecond, func() { cancel(enough) })
			begun := time.Now()
			for _, when := range []string{name, name + ", afterwards"} {
				_, err := c.Do(ctx, &m365graph.Request{Path: m365graph.P("me")})
				if !errors.Is(err, context.Canceled) || !errors.Is(err, enough) || time.Since(begun) != 100*time.Millisecond {
					t.Errorf("%s: %v after %v, want context.Canceled and its cause at once", when, err, time.Since(begun))
				}
			}
		}
	})
}
