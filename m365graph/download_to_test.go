package m365graph_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// sheet is a file in memory that remembers what was written, and fails on
// request.
type sheet struct {
	mu      sync.Mutex
	bytes   []byte
	written []bool
	fail    error
}

func (s *sheet) WriteAt(p []byte, offset int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return 0, s.fail
	}
	if more := int(offset) + len(p) - len(s.bytes); more > 0 {
		s.bytes = append(s.bytes, make([]byte, more)...)
		s.written = append(s.written, make([]bool, more)...)
	}
	for i, b := range p {
		at := int(offset) + i
		if s.written[at] {
			return 0, fmt.Errorf("byte %d was written twice", at)
		}
		s.bytes[at], s.written[at] = b, true
	}
	return len(p), nil
}

func TestDownloadToFetchesPartsSideBySide(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for _, tt := range []struct {
		size           int
		offset, length int64
		want           int // questions to the content host
	}{{0, 0, 0, 2}, {1, 0, 0, 1}, {99, 0, 0, 1}, {100, 0, 0, 1}, {101, 0, 0, 2}, {950, 0, 0, 10}, {950, 120, 0, 9}, {950, 120, 500, 5}, {950, 120, 80, 1}, {950, 900, 500, 1}, {950, 0, 950, 10}, {950, 0, 2000, 10}} {
		synctest.Test(t, func(t *testing.T) {
			d := newDrive(t, issuer, digits(tt.size), func(q question, f *graphtest.Fault) {
				if tt.size == 0 && q.r.Header.Get("Range") != "" { // an empty file has no first byte
					answering(416, "invalidRange")(q, f)
				}
			})
			var s sheet
			last := int64(0)
			info, err := d.client(t).DownloadTo(t.Context(), filePath, &s, &m365graph.DownloadOptions{
				Offset: tt.offset, Length: tt.length, PartSize: 100, Parallel: 3,
				Progress: func(n, total int64) {
					if n <= last || n > total {
						t.Errorf("%+v: progress went from %d to %d of %d", tt, last, n, total)
					}
					last = n
				},
			})
			if err != nil {
				t.Fatalf("%+v: %v", tt, err)
			}
			want := d.content[tt.offset:]
			if tt.length > 0 {
				want = want[:min(len(want), int(tt.length))]
			}
			got := string(s.bytes[min(len(s.bytes), int(tt.offset)):])
			if got != want || info.Length != int64(len(want)) || info.Size != int64(tt.size) || info.ETag != d.eTag || last != info.Length {
				t.Errorf("%+v = %d bytes, %+v, progress %d, want %d bytes", tt, len(got), info, last, len(want))
			}
			for i := range min(len(s.written), int(tt.offset)) {
				if s.written[i] {
					t.Fatalf("%+v: byte %d, before the offset, was written", tt, i)
				}
			}
			if d.answers != tt.want || d.resolved > 2 || tt.size > 0 && d.resolved != 1 {
				t.Errorf("%+v: %d questions and %d links, want %d and one", tt, d.answers, d.resolved, tt.want)
			}
			d.assertKept(t)
		})
	}
}

func TestDownloadToHasSoManyPartsOnTheirWay(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for parallel, want := range map[int]int{0: 4, 1: 1, 7: 7, 100: 10} {
		synctest.Test(t, func(t *testing.T) {
			d := newDrive(t, issuer, digits(1000))
			busy, most := 0, 0
			var mu sync.Mutex
			c := d.through(t, roundTrip(func(r *http.Request) (*http.Response, error) {
				if r.URL.Host != "graph.microsoft.com" {
					mu.Lock()
					busy++
					most = max(most, busy)
					mu.Unlock()
					<-time.After(time.Second)
					mu.Lock()
					busy--
					mu.Unlock()
				}
				return d.RoundTrip(r)
			}))
			var s sheet
			if _, err := c.DownloadTo(t.Context(), filePath, &s, &m365graph.DownloadOptions{PartSize: 100, Parallel: parallel}); err != nil || string(s.bytes) != d.content {
				t.Errorf("Parallel %d = %d bytes, %v", parallel, len(s.bytes), err)
			}
			if want = min(want, 9); most != want {
				t.Errorf("Parallel %d: %d parts at once, want %d", parallel, most, want)
			}
		})
	}
}

// Where parts cannot be fetched or joined, the file comes in one stream.
func TestDownloadToTakesAStreamWhereItMust(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for name, tt := range map[string]struct {
		spoils []spoil
		want   int
	}{
		"no ranges":             {[]spoil{noRanges}, 1},
		"no ranges, no lengths": {[]spoil{noRanges, chunked}, 1},
		"no version":            {[]spoil{header("Etag", ""), undated}, 2},
		"no size":               {[]spoil{sizeless}, 2},
	} {
		for _, o := range []m365graph.DownloadOptions{{}, {Offset: 250}, {Offset: 250, Length: 300}, {Length: 50}} {
			d := newDrive(t, issuer, digits(950), tt.spoils...)
			o.PartSize = 100
			want := d.content[o.Offset:]
			if o.Length > 0 {
				want = want[:o.Length]
			}
			total := int64(0)
			o.Progress = func(_, n int64) { total = n }
			var s sheet
			info, err := d.client(t).DownloadTo(t.Context(), filePath, &s, &o)
			if err != nil || string(s.bytes[min(len(s.bytes), int(o.Offset)):]) != want || info.Length != int64(len(want)) {
				t.Errorf("%s, %d+%d = %d bytes, %+v, %v, want %d", name, o.Offset, o.Length, len(s.bytes), info, err, len(want))
			}
			if total != info.Length && (total != -1 || len(tt.spoils) == 1) {
				t.Errorf("%s, %d+%d: progress of %d, want %d", name, o.Offset, o.Length, total, info.Length)
			}
			if d.answers > tt.want {
				t.Errorf("%s, %d+%d: %d questions, want at most %d", name, o.Offset, o.Length, d.answers, tt.want)
			}
			d.assertKept(t)
		}
	}
}

func TestDownloadToRenewsALinkOnceForAllParts(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		good := 0 // the links from this one on
		d := newDrive(t, issuer, digits(2000), func(q question, f *graphtest.Fault) {
			if q.n == 3 || q.n == 20 {
				good = q.drive.resolved
			}
			if q.link() < good {
				lapsed(q, f)
			}
		})
		assertAllByThreeLinks(t, d, 8)
	})
}

func TestDownloadToEndsWithItsFirstError(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	full := errors.New("the disk is full")
	saved := func(d *drive, _ *sheet, _ context.CancelFunc) {
		d.before = func(n int) {
			if n == 3 {
				d.change(strings.Repeat("x", 2000))
			}
		}
	}
	for name, tt := range map[string]struct {
		spoils []spoil
		change func(*drive, *sheet, context.CancelFunc)
		want   error
	}{
		"a full disk":       {nil, func(_ *drive, s *sheet, _ context.CancelFunc) { s.fail = full }, full},
		"a new version":     {nil, saved, m365graph.ErrPrecondition},
		"a refusal":         {[]spoil{from(3, answering(403, "accessDenied"))}, nil, m365graph.ErrForbidden},
		"no first answer":   {[]spoil{answering(404, "itemNotFound")}, nil, m365graph.ErrNotFound},
		"the caller leaves": {[]spoil{cutAlways(0), stalling}, func(_ *drive, _ *sheet, cancel context.CancelFunc) { time.AfterFunc(time.Second, cancel) }, context.Canceled},
		"a stalled host":    {[]spoil{cutAlways(0), stalling}, nil, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDrive(t, issuer, digits(2000), tt.spoils...)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var s sheet
			if tt.change != nil {
				tt.change(d, &s, cancel)
			}
			info, err := d.client(t).DownloadTo(ctx, filePath, &s, &m365graph.DownloadOptions{PartSize: 100})
			if err == nil || info != nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("%s: DownloadTo = %+v, %v, want %v", name, info, err, tt.want)
			}
			if d.answers > 40 {
				t.Errorf("%s: %d questions, want an end soon", name, d.answers)
			}
			d.assertKept(t)
		})
	}
}

// The others are not waited for.
func TestDownloadToLeavesOtherPartsAfterAnError(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		d := newDrive(t, issuer, digits(2000), cutAlways(50), stalling, func(q question, f *graphtest.Fault) {
			if q.n == 3 {
				*f = graphtest.Fault{Status: 423, Code: "resourceLocked"}
			}
		})
		began := time.Now()
		var s sheet
		_, err := d.client(t).DownloadTo(t.Context(), filePath, &s, &m365graph.DownloadOptions{PartSize: 100})
		if !errors.Is(err, m365graph.ErrLocked) || time.Since(began) > time.Second {
			t.Errorf("DownloadTo = %v after %v, want ErrLocked at once", err, time.Since(began))
		}
		d.assertKept(t)
	})
}

func TestAnyPatternOfFaultsWritesOneVersion(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for seed := range uint64(80) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 2))
			d := spoiled(t, issuer, rnd)
			versions := []string{d.content, strings.ToUpper(d.content)}
			d.before = func(n int) {
				if n > 0 && rnd.IntN(15) == 0 && d.version == 0 {
					d.change(versions[1])
				}
			}
			var s sheet
			_, err := d.client(t).DownloadTo(t.Context(), filePath, &s, &m365graph.DownloadOptions{PartSize: 1 + int64(rnd.IntN(500)), Parallel: 1 + rnd.IntN(5)})
			one := false
			for _, v := range versions {
				same := err != nil || len(s.bytes) == len(v)
				for i, written := range s.written {
					same = same && (!written && err != nil || written && i < len(v) && s.bytes[i] == v[i])
				}
				one = one || same
			}
			if !one {
				t.Errorf("seed %d: %d bytes of no one version, %v", seed, len(s.bytes), err)
			}
			d.assertKept(t)
		})
	}
}

func TestDownloadOptionsAreChecked(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	d := newDrive(t, issuer, "0123456789")
	c := d.client(t)
	for _, o := range []m365graph.DownloadOptions{{Offset: -1}, {Length: -1}, {Parallel: -1}, {PartSize: -1}, {Offset: 1, Length: 1<<63 - 1}} {
		if _, err := c.Download(t.Context(), filePath, &o); err == nil {
			t.Errorf("Download(%+v) was taken", o)
		}
		if _, err := c.DownloadTo(t.Context(), filePath, &sheet{}, &o); err == nil {
			t.Errorf("DownloadTo(%+v) was taken", o)
		}
	}
	if d.resolved != 0 {
		t.Errorf("%d requests were sent, want none", d.resolved)
	}
}

var _ io.WriterAt = (*sheet)(nil)

// An answer without a length that ends early would leave a gap that nobody sees.
func TestAStreamThatEndsEarlyIsNoWholePart(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		whole := digits(2 * block)
		early := from(1, func(q question, f *graphtest.Fault) {
			f.Status, f.Body = 200, whole[:block]
			header("Etag", q.drive.eTag)(q, f)
		})
		d := newDrive(t, issuer, whole, chunked, early)
		var s sheet
		if info, err := d.client(t).DownloadTo(t.Context(), filePath, &s, &m365graph.DownloadOptions{PartSize: block}); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("DownloadTo = %+v, %v with %d bytes of %d, want ErrUnexpectedEOF", info, err, len(s.bytes), len(whole))
		}
		d.assertKept(t)
		d = newDrive(t, issuer, whole, chunked, early)
		f := openFile(t, d)
		defer f.Close()
		if n, err := f.ReadAt(make([]byte, block), block); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("ReadAt = %d, %v, want ErrUnexpectedEOF: the file does not end there", n, err)
		}
		d.assertKept(t)
	})
}

func TestADownloadBeginsAtAnyOffset(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for _, o := range []m365graph.DownloadOptions{
		{Offset: math.MaxInt64}, {Offset: math.MaxInt64 - 5}, {Offset: 3, PartSize: math.MaxInt64}, {Offset: math.MaxInt64 - 5, Length: 5},
	} {
		var asked []string
		d := newDrive(t, issuer, "01", func(q question, _ *graphtest.Fault) { asked = append(asked, q.r.Header.Get("Range")) })
		var no *m365graph.Error
		_, err := d.client(t).DownloadTo(t.Context(), filePath, &sheet{}, &o)
		if !errors.As(err, &no) || no.Status != 416 || len(asked) != 1 {
			t.Fatalf("DownloadTo(%+v) = %v after %q, want the refusal of one range", o, err, asked)
		}
		first, last, _ := strings.Cut(strings.TrimPrefix(asked[0], "bytes="), "-")
		from, err1 := strconv.ParseInt(first, 10, 64)
		to, err2 := strconv.ParseInt(cmp.Or(last, first), 10, 64)
		if err1 != nil || err2 != nil || from != o.Offset || to < from {
			t.Errorf("DownloadTo(%+v) asked for %q, want a range from there on", o, asked[0])
		}
	}
}

// The link that another part has asked for may have lapsed as well.
func TestAPartAsksForALinkOfItsOwn(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		uses := map[int]int{}
		d := newDrive(t, issuer, digits(300), func(q question, f *graphtest.Fault) {
			if uses[q.link()]++; uses[q.link()] > 1 && q.link() < 2 {
				lapsed(q, f) // it was good for one use
			}
		})
		assertAllByThreeLinks(t, d, 2)
	})
}

// assertAllByThreeLinks downloads from a drive that is a second away.
func assertAllByThreeLinks(t *testing.T, d *drive, parallel int) {
	t.Helper()
	c := d.through(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		<-time.After(time.Second)
		return d.RoundTrip(r)
	}))
	var s sheet
	_, err := c.DownloadTo(t.Context(), filePath, &s, &m365graph.DownloadOptions{PartSize: 100, Parallel: parallel})
	if err != nil || string(s.bytes) != d.content || d.resolved != 3 {
		t.Errorf("DownloadTo = %d bytes, %v, %d links, want all by 3", len(s.bytes), err, d.resolved)
	}
	d.assertKept(t)
}
