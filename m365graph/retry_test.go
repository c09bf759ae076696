package m365graph_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365graph"
)

var errReset = errors.New("connection reset by peer")

func errDial() error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
}

// What may be sent again, and what an unknown outcome is called. The first
// answer is a fault, those after it are fine.
func TestRetryFollowsTheSafetyOfTheRequest(t *testing.T) {
	t.Parallel()
	status := func(code int, headers ...string) func() (*http.Response, error) {
		return func() (*http.Response, error) { return graphError(code, "fault", headers...), nil }
	}
	fails := func(err error) func() (*http.Response, error) {
		return func() (*http.Response, error) { return nil, err }
	}
	cut := func() (*http.Response, error) {
		resp := reply(200, "")
		resp.ContentLength = 100
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"id":`), errReader{errReset}))
		return resp, nil
	}
	const again, stands, unknown = "again", "stands", "unknown"
	for _, tt := range []struct {
		fault                            string
		first                            func() (*http.Response, error)
		get, put, putIfMatch, post, send string
	}{
		{"429", status(429, "Retry-After", "1"), again, again, again, again, again},
		{"429 without Retry-After", status(429), again, again, again, again, again},
		{"509", status(509), again, again, again, again, again},
		{"503 with Retry-After", status(503, "Retry-After", "1"), again, again, again, again, unknown},
		{"503", status(503), again, again, unknown, unknown, unknown},
		{"500", status(500), again, again, unknown, unknown, unknown},
		{"502", status(502), again, again, unknown, unknown, unknown},
		{"504", status(504), again, again, unknown, unknown, unknown},
		{"501", status(501), stands, stands, stands, stands, stands},
		{"507", status(507), stands, stands, stands, stands, stands},
		{"400", status(400), stands, stands, stands, stands, stands},
		{"403", status(403), stands, stands, stands, stands, stands},
		{"404", status(404), stands, stands, stands, stands, stands},
		{"409", status(409), stands, stands, stands, stands, stands},
		{"412", status(412), stands, stands, stands, stands, stands},
		{"423", status(423), stands, stands, stands, stands, stands},
		{"reset", fails(errReset), again, again, unknown, unknown, unknown},
		{"no connection", fails(errDial()), again, again, again, again, again},
		{"body cut", cut, again, again, unknown, unknown, unknown},
	} {
		for name, want := range map[string]string{"GET": tt.get, "PUT": tt.put, "PUT If-Match": tt.putIfMatch, "POST": tt.post, "send": tt.send} {
			t.Run(tt.fault+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := &wire{answer: func(n int, req *http.Request) (*http.Response, error) {
						if n == 0 {
							return tt.first()
						}
						return reply(200, `{"id":"x"}`), nil
					}}
					_, err := setup(t, w).Do(t.Context(), requestNamed(name))
					sent := len(w.requests())
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
			w := &wire{answer: func(n int, _ *http.Request) (*http.Response, error) { return graphError(tt.answers[n], "x"), nil }}
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
	w := &wire{answer: func(int, *http.Request) (*http.Response, error) { return reply(204, ""), nil }}
	c := setup(t, w)
	if got, err := m365graph.Patch[item](t.Context(), c, m365graph.P("users", "1"), map[string]any{"jobTitle": "x"}, ""); err != nil || got == nil {
		t.Errorf("Patch answered with 204 = %v, %v, want a zero item", got, err)
	}
	if got, err := m365graph.Get[item](t.Context(), c, m365graph.P("users", "1"), nil); err == nil {
		t.Errorf("Get answered with 204 = %v, want an error", got)
	}
}

// Graph's wait is waited in full, in each of its forms, and not much more.
func TestRetryAfterIsWaitedInFull(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		header   string
		min, max time.Duration
	}{
		{"7", 7 * time.Second, 8 * time.Second},
		{"2.128", 2128 * time.Millisecond, 2400 * time.Millisecond},
		{"0.249", 249 * time.Millisecond, 300 * time.Millisecond},
		{" 3 ", 3 * time.Second, 3500 * time.Millisecond},
		{"date", 20 * time.Second, 23 * time.Second},
		{"", 250 * time.Millisecond, 500 * time.Millisecond},
		{"soon", 250 * time.Millisecond, 500 * time.Millisecond},
		{"-5", 250 * time.Millisecond, 500 * time.Millisecond},
		{"NaN", 250 * time.Millisecond, 500 * time.Millisecond},
	} {
		t.Run(tt.header, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				value := tt.header
				if value == "date" {
					value = time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat)
				}
				w := &wire{answer: func(n int, _ *http.Request) (*http.Response, error) {
					if n == 0 {
						return graphError(429, "tooManyRequests", "Retry-After", value), nil
					}
					return reply(200, `{}`), nil
				}}
				start := time.Now()
				if _, err := setup(t, w).Do(t.Context(), requestNamed("GET")); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took < tt.min || took > tt.max {
					t.Errorf("Retry-After %q: waited %v, want %v to %v", tt.header, took, tt.min, tt.max)
				}
			})
		})
	}
}

func TestAWaitThatIsTooLongIsAnErrorAtOnce(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"315", "99999999999", "1e300"} {
		synctest.Test(t, func(t *testing.T) {
			w := &wire{answer: func(int, *http.Request) (*http.Response, error) {
				return graphError(429, "tooManyRequests", "Retry-After", header), nil
			}}
			start := time.Now()
			_, err := setup(t, w).Do(t.Context(), requestNamed("send"))
			var no *m365graph.Error
			if !errors.Is(err, m365graph.ErrThrottled) || !errors.As(err, &no) || no.RetryAfter < 315*time.Second {
				t.Errorf("Do under Retry-After %s: %v, want ErrThrottled with the time", header, err)
			}
			if took := time.Since(start); took != 0 || len(w.requests()) != 1 {
				t.Errorf("Do under Retry-After %s took %v and %d requests, want none and 1", header, took, len(w.requests()))
			}
		})
	}
}

func TestAWaitBeyondTheDeadlineIsNotBegun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{answer: func(int, *http.Request) (*http.Response, error) {
			return graphError(429, "tooManyRequests", "Retry-After", "10"), nil
		}}
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
		w := &wire{answer: func(int, *http.Request) (*http.Response, error) {
			return graphError(503, "serviceNotAvailable"), nil
		}}
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
		w := &wire{answer: func(int, *http.Request) (*http.Response, error) {
			return graphError(429, "tooManyRequests", "Retry-After", "30"), nil
		}}
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
			w := &wire{answer: func(_ int, req *http.Request) (*http.Response, error) {
				<-req.Context().Done()
				return nil, req.Context().Err()
			}}
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
		w := &wire{answer: func(n int, req *http.Request) (*http.Response, error) {
			b, _ := io.ReadAll(req.Body)
			bodies = append(bodies, fmt.Sprint(req.ContentLength, " ", string(b)))
			if n < 2 {
				return graphError(429, "tooManyRequests"), nil
			}
			return reply(201, `{}`), nil
		}}
		if _, err := setup(t, w).Do(t.Context(), requestNamed("POST")); err != nil {
			t.Fatal(err)
		}
		want := `9 {"a":"b"}`
		if len(bodies) != 3 || bodies[0] != want || bodies[1] != want || bodies[2] != want {
			t.Errorf("bodies = %q, want three times %q", bodies, want)
		}
	})
}
