package m365graph_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365graph"
)

// The clocks of the tests below: synctest begins at ours, and theirs differs.
var (
	ours   = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	theirs = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
)

const asctime = "Mon Jan _2 15:04:05 2006"

// What is asked for is waited in full, and at most a tenth or a second more, so
// that clients which were refused together do not come back together. What cannot
// be read is half a second or less, as if nothing had been said.
func TestRetryAfterIsWaitedInFull(t *testing.T) {
	t.Parallel()
	const unsaid = -1
	for name, tt := range map[string]struct {
		status      int
		value, date string
		want        time.Duration
	}{
		"whole":                     {429, "7", "", 7 * time.Second},
		"Graph's own sample":        {429, "2.128", "", 2128 * time.Millisecond},
		"a real trace":              {429, "0.249", "", 249 * time.Millisecond},
		"spaces":                    {429, " 3 \t", "", 3 * time.Second},
		"a plus":                    {429, "+3", "", 3 * time.Second},
		"an exponent":               {429, "1e1", "", 10 * time.Second},
		"the longest":               {429, "60", "", time.Minute},
		"on 503":                    {503, "5", "", 5 * time.Second},
		"on 504":                    {504, "5.5", "", 5500 * time.Millisecond},
		"on 509":                    {509, "5", "", 5 * time.Second},
		"on 500":                    {500, "5", "", 5 * time.Second},
		"IMF date":                  {429, ours.Add(20 * time.Second).Format(http.TimeFormat), "", 20 * time.Second},
		"RFC 850 date":              {429, ours.Add(20 * time.Second).Format("Monday, 02-Jan-06 15:04:05 GMT"), "", 20 * time.Second},
		"asctime date":              {429, ours.Add(20 * time.Second).Format(asctime), "", 20 * time.Second},
		"a date by another clock":   {503, theirs.Add(20 * time.Second).Format(http.TimeFormat), theirs.Format(http.TimeFormat), 20 * time.Second},
		"seconds by another clock":  {503, "4", theirs.Format(http.TimeFormat), 4 * time.Second},
		"a date that is past":       {429, ours.Add(-time.Hour).Format(http.TimeFormat), "", unsaid},
		"zero":                      {429, "0", "", unsaid},
		"absent":                    {429, "", "", unsaid},
		"absent on 504":             {504, "", "", unsaid},
		"words":                     {429, "soon", "", unsaid},
		"two":                       {429, "1, 2", "", unsaid},
		"negative":                  {429, "-5", "", unsaid},
		"negative and absurd":       {429, "-1e300", "", unsaid},
		"not a number":              {429, "NaN", "", unsaid},
		"minus infinity":            {429, "-Inf", "", unsaid},
		"a date without its zone":   {429, "Sat, 01 Jan 2000 00:00:20", "", unsaid},
		"a date that does not come": {429, "Sat, 31 Feb 2026 00:00:00 GMT", "", unsaid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				refusal := refusing(tt.status, "tooManyRequests", "Retry-After", tt.value)
				if tt.date != "" {
					refusal.Header.Set("Date", tt.date)
				}
				w := tap(t, refusal, fine)
				start := time.Now()
				if _, err := setup(t, w).Do(t.Context(), requestNamed("GET")); err != nil {
					t.Fatal(err)
				}
				least, most := tt.want, tt.want+min(tt.want/10, time.Second)+time.Millisecond
				if tt.want == unsaid {
					least, most = 250*time.Millisecond, 500*time.Millisecond
				}
				if took := time.Since(start); took < least || took > most {
					t.Errorf("Retry-After %q: waited %v, want %v to %v", tt.value, took, least, most)
				}
			})
		})
	}
}

func TestAWaitThatIsTooLongIsAnErrorAtOnce(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Duration{
		"60.1": 60100 * time.Millisecond, "315": 315 * time.Second, "3600": time.Hour,
		"99999999999": 24 * time.Hour, "1e300": 24 * time.Hour, "1e999": 24 * time.Hour, "Inf": 24 * time.Hour,
		ours.Add(2 * time.Hour).Format(http.TimeFormat): 2 * time.Hour, "Fri, 31 Dec 9999 23:59:59 GMT": 24 * time.Hour,
	} {
		for _, status := range []int{429, 503, 509} {
			for _, name := range []string{"GET", "PUT", "POST", "send"} {
				synctest.Test(t, func(t *testing.T) {
					w := tap(t, lasting(refusing(status, "tooManyRequests", "Retry-After", header)))
					start := time.Now()
					_, err := setup(t, w).Do(t.Context(), requestNamed(name))
					var no *m365graph.Error
					if !errors.As(err, &no) || no.RetryAfter != want || status != 503 && !errors.Is(err, m365graph.ErrThrottled) {
						t.Errorf("%s answered %d with Retry-After %s: %v, want ErrThrottled with %v", name, status, header, err, want)
					}
					if took := time.Since(start); took != 0 || len(w.requests()) != 1 {
						t.Errorf("%s under Retry-After %s took %v and %d requests, want none and 1", name, header, took, len(w.requests()))
					}
				})
			}
		}
	}
}

// Without a Retry-After the waits grow, and no two clients keep the same step.
func TestWaitsGrowAndDiffer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		firsts := map[time.Duration]bool{}
		for range 20 {
			w := tap(t, lasting(refusing(504, "x")))
			_, _ = setup(t, w).Do(t.Context(), requestNamed("GET"))
			var at []time.Time
			for _, r := range w.Requests() {
				at = append(at, r.Start)
			}
			if len(at) != 5 {
				t.Fatalf("sent %d times, want 5", len(at))
			}
			for i, most := 0, 500*time.Millisecond; i < 4; i, most = i+1, 2*most {
				if wait := at[i+1].Sub(at[i]); wait < most/2 || wait > most {
					t.Errorf("wait %d = %v, want %v to %v", i+1, wait, most/2, most)
				}
			}
			firsts[at[1].Sub(at[0])] = true
		}
		if len(firsts) < 10 {
			t.Errorf("20 clients waited %d different times, want them spread", len(firsts))
		}
	})
}

// A Retry-After is for an answer that says no. Sending a mail again because of one
// beside 202 sends it twice.
func TestRetryAfterOfAnAnswerThatSaysYesIsIgnored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, status := range []int{200, 201, 202, 204} {
			for _, name := range []string{"GET", "POST", "send"} {
				w := tap(t, lasting(replying(status, "", "Retry-After", "30")))
				start := time.Now()
				_, err := setup(t, w).Do(t.Context(), requestNamed(name))
				if err != nil || len(w.requests()) != 1 || time.Since(start) != 0 {
					t.Errorf("%s answered %d = %v after %v, sent %d times, want once and at once", name, status, err, time.Since(start), len(w.requests()))
				}
			}
		}
	})
}

// Whatever a server says, a call ends, and no sooner than it was asked to wait.
func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"1", "2.128", "-1", "NaN", "1e308", "0x1p62", "Sun, 06 Nov 1994 08:49:37 GMT", "", "1,2"} {
		f.Add(s, "")
		f.Add(s, "Sun, 06 Nov 1994 08:49:07 GMT")
	}
	f.Fuzz(func(t *testing.T, value, date string) {
		no := &m365graph.Error{}
		w := tap(t, lasting(refusing(429, "x", "Retry-After", value, "Date", date)))
		_, err := setup(t, w, func(o *m365graph.Options) { o.MaxRetries = -1 }).Do(t.Context(), requestNamed("POST"))
		if !errors.As(err, &no) || no.RetryAfter < 0 || no.RetryAfter > 24*time.Hour {
			t.Errorf("Retry-After %q at %q = %v, want a wait of 0 to 24 hours", value, date, err)
		}
	})
}
