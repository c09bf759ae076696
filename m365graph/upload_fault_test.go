package m365graph_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

func TestUploadFindsItsWayAfterAFault(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	const size = 4 * unit
	for _, tt := range []struct {
		name  string
		slice int64
		steps []step
		want  string
	}{
		{"a slice is not sent again before it is asked for", 2 * unit, []step{refuses(500, "generalException"), expects(200, "655360-"), created},
			"PUT 0-655359/1310720, GET, PUT 655360-1310719/1310720"},
		{"a cut is asked about as well", 2 * unit, []step{cut, expects(200, "0-"), expects(202, "655360-"), created},
			"PUT 0-655359/1310720, GET, PUT 0-655359/1310720, PUT 655360-1310719/1310720"},
		{"a gateway without time gets half", 4 * unit, []step{refuses(504, ""), expects(200, "0-"), expects(202, "655360-"), created},
			"PUT 0-1310719/1310720, GET, PUT 0-655359/1310720, PUT 655360-1310719/1310720"},
		{"halves are multiples too", 3 * unit, []step{refuses(408, ""), expects(200, "0-"), timesOut, expects(200, "0-"), expects(202, "327680-"), expects(202, "655360-"), expects(202, "983040-"), created},
			"PUT 0-983039/1310720, GET, PUT 0-327679/1310720, GET, PUT 0-327679/1310720, PUT 327680-655359/1310720, PUT 655360-983039/1310720, PUT 983040-1310719/1310720"},
		{"what is too large gets half", 4 * unit, []step{refuses(413, ""), expects(200, "0-"), expects(202, "655360-"), created},
			"PUT 0-1310719/1310720, GET, PUT 0-655359/1310720, PUT 655360-1310719/1310720"},
		{"a lost last slice is sent again where it is missing", 4 * unit, []step{cut, expects(200, "0-"), created},
			"PUT 0-1310719/1310720, GET, PUT 0-1310719/1310720"},
		{"a part of a slice has arrived", 2 * unit, []step{cut, expects(200, "12345-"), expects(202, "667705-"), created},
			"PUT 0-655359/1310720, GET, PUT 12345-667704/1310720, PUT 667705-1310719/1310720"},
		{"only gaps are filled", 4 * unit, []step{cut, expects(200, "77829-99375", "12345-55232"), expects(202, "77829-99375"), created},
			"PUT 0-1310719/1310720, GET, PUT 12345-55232/1310720, PUT 77829-99375/1310720"},
		{"what was there is gone", 2 * unit, []step{expects(202, "655360-"), expects(202, "0-"), expects(202, "655360-"), created},
			"PUT 0-655359/1310720, PUT 655360-1310719/1310720, PUT 0-655359/1310720, PUT 655360-1310719/1310720"},
		{"each slice may meet a fault", unit, []step{refuses(500, ""), expects(200, "0-"), cut, expects(200, "0-"), expects(202, "327680-"),
			cut, expects(200, "327680-"), refuses(502, ""), expects(200, "327680-"), expects(202, "655360-"), cut, expects(200, "655360-"), expects(202, "983040-"), created},
			"PUT 0-327679/1310720, GET, PUT 0-327679/1310720, GET, PUT 0-327679/1310720, " +
				"PUT 327680-655359/1310720, GET, PUT 327680-655359/1310720, GET, PUT 327680-655359/1310720, PUT 655360-983039/1310720, GET, PUT 655360-983039/1310720, PUT 983040-1310719/1310720"},
		{"an overlap is skipped", 2 * unit, []step{refuses(416, "invalidRange"), expects(200, "655360-"), created},
			"PUT 0-655359/1310720, GET, PUT 655360-1310719/1310720"},
		{"a 429 is waited out", 4 * unit, []step{refuses(429, "activityLimitReached", "Retry-After", "0.5"), created},
			"PUT 0-1310719/1310720, PUT 0-1310719/1310720"},
		{"a 503 with a time is waited out", 4 * unit, []step{refuses(503, "serviceNotAvailable", "Retry-After", "2"), created},
			"PUT 0-1310719/1310720, PUT 0-1310719/1310720"},
		{"a new session is not known everywhere", 4 * unit, []step{refuses(404, "itemNotFound"), refuses(404, "itemNotFound"), created},
			"PUT 0-1310719/1310720, PUT 0-1310719/1310720, PUT 0-1310719/1310720"},
		{"nor where it is asked about", 2 * unit, []step{cut, refuses(404, "itemNotFound"), expects(200, "0-"), expects(202, "655360-"), created},
			"PUT 0-655359/1310720, GET, GET, PUT 0-655359/1310720, PUT 655360-1310719/1310720"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				k := newTalk(t, issuer, tt.steps...)
				c, s := k.fresh(t)
				var last int64
				resp, err := c.Upload(t.Context(), s, bytes.NewReader(make([]byte, size)), size, &m365graph.UploadOptions{
					SliceSize: tt.slice, Progress: func(sent, _ int64) { last = sent },
				})
				if err != nil || resp.Status != 201 || last != size {
					t.Errorf("Upload = %v, %v with progress %d, want 201 and %d", resp, err, last, size)
				}
				if diff := cmp.Diff(tt.want, k.log()); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestUploadWaitsAsLongAsItIsTold(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		for name, tt := range map[string]struct {
			steps []step
			least time.Duration
		}{
			"Retry-After of a 429": {[]step{refuses(429, "", "Retry-After", "7"), created}, 7 * time.Second},
			"Retry-After of a 504": {[]step{refuses(504, "", "Retry-After", "7"), expects(200, "0-"), created}, 7 * time.Second},
			"a fault":              {[]step{cut, expects(200, "0-"), created}, 200 * time.Millisecond},
			"a new session":        {[]step{refuses(404, ""), refuses(404, ""), refuses(404, ""), created}, 7 * time.Second},
		} {
			k := newTalk(t, issuer, tt.steps...)
			c, s := k.fresh(t)
			began := time.Now()
			if _, err := c.Upload(t.Context(), s, strings.NewReader("x"), 1, nil); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if took := time.Since(began); took < tt.least || took > tt.least+2*time.Second {
				t.Errorf("%s: Upload took %v, want %v and little more", name, took, tt.least)
			}
		}
	})
}

// Whatever ranges a server names, an upload stays within the file and ends.
func FuzzUploadReadsExpectedRanges(f *testing.F) {
	for _, seed := range []string{`"0-"`, `"5"`, `"12345-55232","77829-99375"`, `"99999999999999999999-"`, `"-1"`, `"3-9223372036854775807"`, `"9223372036854775807"`, `"1-1","1-5"`, `" 2 - 4 "`, `null`, `7`, `"327679-"`} {
		f.Add(seed)
	}
	issuer := testtenant.Issuer(f)
	f.Fuzz(func(t *testing.T, ranges string) {
		const size = unit
		told := says(202, `{"nextExpectedRanges":[`+ranges+`]}`)
		k := newTalk(t, issuer, expects(200, "0-"), told, told, created)
		s := k.session(t)
		_, err := k.client(t).Upload(t.Context(), s, bytes.NewReader(make([]byte, size)), size, nil)
		if err != nil && strings.Contains(err.Error(), s.URL.Reveal()) {
			t.Errorf("the error tells the link: %v", err)
		}
		for asked := range strings.SplitSeq(k.log(), ", ") {
			span, ok := strings.CutPrefix(asked, "PUT ")
			if !ok {
				continue
			}
			var first, last, total int64
			if _, err := fmt.Sscanf(span, "%d-%d/%d", &first, &last, &total); err != nil || first < 0 || first > last || last >= size || total != size {
				t.Fatalf("Content-Range = %q after the ranges %s", span, ranges)
			}
		}
	})
}

// The end of the largest file there can be.
func TestUploadEndsAFileOfAnySize(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	k := newTalk(t, issuer, expects(200, "9223372036854775800-"), created)
	_, err := k.client(t).Upload(t.Context(), k.session(t), nothing{}, math.MaxInt64, nil)
	if want := "GET, PUT 9223372036854775800-9223372036854775806/9223372036854775807"; err != nil || k.log() != want {
		t.Errorf("Upload = %v after %s, want %s", err, k.log(), want)
	}
}

// nothing is zeros without end.
type nothing struct{}

func (nothing) ReadAt(p []byte, _ int64) (int, error) { clear(p); return len(p), nil }
