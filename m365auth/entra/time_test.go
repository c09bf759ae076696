package entra_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/tokencache"
)

// script is Entra as a list of answers, without a socket, so that a test can
// run in synctest's time.
type script struct {
	mu        sync.Mutex
	interval  any                                         // in the device code's answer; nil leaves it out
	token     func(n int) (int, any)                      // the nth request to the token endpoint, from 0
	trip      func(*http.Request) (*http.Response, error) // before the rest; nil answers go on
	times     []time.Duration                             // of token requests, since start
	startedAt time.Time
}

const scriptHost = "login.contoso.example"

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.trip != nil {
		if resp, err := s.trip(r); resp != nil || err != nil {
			return resp, err
		}
	}
	root := "https://" + scriptHost + "/t"
	switch {
	case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
		return respond(r, 200, map[string]any{
			"authorization_endpoint": root + "/authorize", "token_endpoint": root + "/token", "issuer": root,
		})
	case strings.HasSuffix(r.URL.Path, "/devicecode"):
		a := map[string]any{
			"user_code": "ABCD", "device_code": "secret", "verification_uri": root, "expires_in": 900, "message": "go",
		}
		if s.interval != nil {
			a["interval"] = s.interval
		}
		return respond(r, 200, a)
	}
	s.mu.Lock()
	n := len(s.times)
	s.times = append(s.times, time.Since(s.startedAt))
	s.mu.Unlock()
	status, body := s.token(n)
	if status == 0 {
		return nil, errors.New("connection reset")
	}
	resp, err := respond(r, status, body)
	if status == http.StatusServiceUnavailable {
		resp.Header.Set("Retry-After", "20")
	}
	return resp, err
}

func pending() (int, any) { return 400, map[string]any{"error": "authorization_pending"} }

// idToken is an ID token without a signature, which a client that got it from
// the token endpoint need not check.
func idToken(username string) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"none"}`)) + "." + enc([]byte(`{"preferred_username":"`+username+`","tid":"tenant"}`)) + "."
}

func granted(expiresIn int) (int, any) {
	return 200, map[string]any{
		"access_token": fmt.Sprint("token for ", expiresIn), "refresh_token": "r", "token_type": "Bearer", "expires_in": expiresIn,
		"client_info": base64.RawURLEncoding.EncodeToString([]byte(`{"uid":"object","utid":"tenant"}`)),
		"id_token":    idToken(sales),
	}
}

// provider must be called within the bubble.
func (s *script) provider(t *testing.T) *entra.Provider {
	t.Helper()
	s.startedAt = time.Now()
	p, err := entra.New(m365auth.Config{
		ClientID: clientID, TenantID: "t", Cloud: m365auth.Cloud{LoginHost: scriptHost, GraphHost: "graph.contoso.example"},
	}, &entra.Options{HTTPClient: &http.Client{Transport: s}, Store: tokencache.NewMemoryStore()})
	if err != nil {
		t.Fatalf("New() error: %v", err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func TestPollsKeepTheIntervalAndSlowDown(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		interval any
		answers  []int // status, or the code of an error: 1 pending, 2 slow_down, 0 a network fault
		want     []time.Duration
	}{
		"an interval of 10 s": {10, []int{1, 1, 1, 200}, []time.Duration{0, 10, 20, 30}},
		"no interval":         {nil, []int{1, 1, 200}, []time.Duration{0, 5, 10}},
		"told to slow down":   {5, []int{1, 2, 1, 2, 200}, []time.Duration{0, 5, 15, 25, 40}},
		"faults on the way":   {5, []int{0, 500, 1, 0, 200}, []time.Duration{0, 5, 10, 15, 20}},
		"told when to return": {5, []int{503, 1, 200}, []time.Duration{0, 20, 25}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{interval: tt.interval, token: func(n int) (int, any) {
					switch status := tt.answers[n]; status {
					case 1:
						return pending()
					case 2:
						return 400, map[string]any{"error": "slow_down"}
					case 200:
						return granted(3600)
					default:
						return status, "busy"
					}
				}}
				login := start(t, s.provider(t), entra.LoginRequest{})
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				if _, err := login.Wait(ctx); err != nil {
					t.Fatalf("Wait() error: %v", err)
				}
				got := make([]time.Duration, len(s.times))
				for i, at := range s.times {
					got[i] = (at - s.times[0]) / time.Second
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("seconds of the polls (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestAWaitWithoutADeadlineEndsAfterFiveMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{interval: 5, token: func(int) (int, any) { return pending() }}
		login := start(t, s.provider(t), entra.LoginRequest{})
		_, err := login.Wait(context.Background())
		if got := time.Since(s.startedAt); got != 5*time.Minute || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait() = %v after %v, want %v after 5m", err, got, context.DeadlineExceeded)
		}
		synctest.Wait()
		polls := len(s.times)
		<-time.After(time.Minute)
		if got := len(s.times); got != polls {
			t.Errorf("polls while nobody waits = %d, want 0", got-polls)
		}
		// The rhythm goes on where it was, and the code ends with its time.
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err = login.Wait(ctx)
		if got := time.Since(s.startedAt); got != 15*time.Minute || !errors.Is(err, m365auth.ErrCodeExpired) {
			t.Errorf("Wait() again = %v after %v, want %v after 15m", err, got, m365auth.ErrCodeExpired)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait() = %v, which looks like the caller's own deadline", err)
		}
	})
}

func TestATokenIsServedAsLongAsItIsGood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := false
		s := &script{interval: 5, token: func(n int) (int, any) {
			if down {
				return 503, "busy"
			}
			return granted(3600 + n)
		}}
		p := s.provider(t)
		first, err := start(t, p, entra.LoginRequest{}).Wait(t.Context())
		if err != nil {
			t.Fatalf("Wait() error: %v", err)
		}
		down = true
		for _, step := range []struct {
			left     time.Duration
			requests int // to the token endpoint, since the last step
			good     bool
		}{
			{5*time.Minute + time.Second, 0, true},
			{5*time.Minute - time.Second, 1, true},
			{5*time.Minute - 20*time.Second, 0, true}, // a failed refresh is not repeated before Retry-After
			{5*time.Minute - 22*time.Second, 1, true},
			{2*time.Minute + time.Second, 1, true},
			{2*time.Minute - time.Second, 1, false},
		} {
			<-time.After(time.Until(first.ExpiresOn.Add(-step.left)))
			before := len(s.times)
			got, err := p.Token(t.Context(), m365auth.TokenRequest{})
			if good := err == nil && got.Access.Equal(first.Access); good != step.good {
				t.Errorf("%v before the end: Token() = %v, want served %v", step.left, err, step.good)
			}
			if !step.good && !errors.Is(err, m365auth.ErrTransient) {
				t.Errorf("%v before the end: Token() error = %v, want %v", step.left, err, m365auth.ErrTransient)
			}
			if got := len(s.times) - before; got != step.requests {
				t.Errorf("%v before the end: refreshes = %d, want %d", step.left, got, step.requests)
			}
		}
		down = false
		got, err := p.Token(t.Context(), m365auth.TokenRequest{})
		if err != nil || got.Access.Equal(first.Access) {
			t.Errorf("Token() once Entra is back = %v, want a fresh one", err)
		}
	})
}

func TestARequestThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hang := false
		s := &script{interval: 5, token: func(int) (int, any) { return granted(240) }}
		s.trip = func(r *http.Request) (*http.Response, error) {
			if !hang {
				return nil, nil
			}
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		p := s.provider(t)
		if _, err := start(t, p, entra.LoginRequest{}).Wait(t.Context()); err != nil {
			t.Fatalf("Wait() error: %v", err)
		}
		hang = true
		began := time.Now()
		_, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true})
		if got := time.Since(began); got != 30*time.Second || !errors.Is(err, m365auth.ErrTransient) {
			t.Errorf("Token() = %v after %v, want %v after 30s", err, got, m365auth.ErrTransient)
		}
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil {
			t.Errorf("Token() with 210 s left while Entra hangs: %v", err)
		}
	})
}
