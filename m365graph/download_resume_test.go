package m365graph_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365graph"
)

// Wherever a connection is cut, and however often, all bytes come once.
func TestADownloadThatIsCutGoesOn(t *testing.T) {
	t.Parallel()
	const file = "0123456789"
	for name, change := range map[string]func(*fakeDrive){
		"a host with ranges": func(*fakeDrive) {},
		"no lengths":         func(d *fakeDrive) { d.chunked = true },
		"a stall":            func(d *fakeDrive) { d.stalls = true },
		"a settled time": func(d *fakeDrive) {
			d.header = func(_ int, h http.Header) { h.Del("ETag"); h.Set("Last-Modified", longAgo) }
		},
		"a weak eTag and a settled time": func(d *fakeDrive) {
			d.header = func(_ int, h http.Header) { h.Set("ETag", `W/"1"`); h.Set("Last-Modified", longAgo) }
		},
	} {
		for cut := range int64(len(file) + 1) {
			for _, often := range []bool{false, true} {
				// Nothing again and again never ends, see below; and that an
				// answer without a length was whole, its end alone tells.
				if often && cut == 0 || name == "no lengths" && cut == int64(len(file)) {
					continue
				}
				synctest.Test(t, func(t *testing.T) {
					d := newFakeDrive(t, file)
					change(d)
					if d.cut = cutOnce(cut); often {
						d.cut = cutAlways(cut)
					}
					got, err := d.readAll(t, d.client(t), nil)
					if err != nil || got != file {
						t.Errorf("%s, cut after %d bytes (often: %v) = %q, %v, want all of it", name, cut, often, got, err)
					}
					d.assertClosed(t)
				})
			}
		}
	}
}

func TestADownloadThatIsCutGoesOnWithoutRangesToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newFakeDrive(t, digits(1000))
		d.noRanges = true
		d.cut = func(n int) int64 { return int64(n)*300 + 100 }
		if got, err := d.readAll(t, d.client(t), &m365graph.DownloadOptions{Offset: 50, Length: 900}); err != nil || got != digits(1000)[50:950] {
			t.Errorf("Download = %d bytes, %v, want 900", len(got), err)
		}
		d.assertClosed(t)
		// Cut before any byte that is new, again and again.
		d = newFakeDrive(t, digits(1000))
		d.noRanges, d.cut = true, cutAlways(100)
		if got, err := d.readAll(t, d.client(t), nil); !errors.Is(err, io.ErrUnexpectedEOF) || got != digits(100) || d.answers != 5 {
			t.Errorf("Download = %d bytes, %v after %d answers, want 100, ErrUnexpectedEOF and 5", len(got), err, d.answers)
		}
		d.assertClosed(t)
	})
}

func TestADownloadThatBringsNothingEnds(t *testing.T) {
	t.Parallel()
	for retries, want := range map[int]int{-1: 1, 0: 5, 2: 3} {
		synctest.Test(t, func(t *testing.T) {
			d := newFakeDrive(t, "0123456789")
			d.cut = cutAlways(0)
			began := time.Now()
			got, err := d.readAll(t, d.client(t, func(o *m365graph.Options) { o.MaxRetries = retries }), nil)
			if !errors.Is(err, io.ErrUnexpectedEOF) || got != "" || d.answers != want {
				t.Errorf("MaxRetries %d = %q, %v after %d answers, want ErrUnexpectedEOF after %d", retries, got, err, d.answers, want)
			}
			if took := time.Since(began); want > 1 && took < 500*time.Millisecond {
				t.Errorf("MaxRetries %d: it took %v, want waits between the tries", retries, took)
			}
			d.assertClosed(t)
		})
	}
}

// Transports fail with io.EOF where a server hangs up, which is no end of a file.
func TestAHostThatIsGoneIsNotTheEndOfAFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newFakeDrive(t, "0123456789")
		d.cut = cutOnce(4)
		w := &wire{answer: func(n int, r *http.Request) (*http.Response, error) {
			if n > 1 {
				return nil, io.EOF
			}
			return d.answer(n, r)
		}}
		got, err := d.readAll(t, setup(t, w), nil)
		if err == nil || errors.Is(err, io.EOF) || got != "0123" {
			t.Errorf("Download = %q, %v, want an error that is not io.EOF", got, err)
		}
		d.assertClosed(t)
	})
}

// What came before the cut and what comes after it must be of one version.
func TestNoTwoVersionsAreSpliced(t *testing.T) {
	t.Parallel()
	header := func(name, value string) func(*fakeDrive) {
		return func(d *fakeDrive) {
			d.header = func(n int, h http.Header) {
				if n > 0 {
					h.Set(name, value)
				}
			}
		}
	}
	for name, tt := range map[string]struct {
		change func(*fakeDrive)
		want   error
	}{
		"a new version": {func(d *fakeDrive) {
			d.before = func(n int) {
				if n == 1 {
					d.change("abcdefghij")
				}
			}
		}, m365graph.ErrPrecondition},
		"a shorter version": {func(d *fakeDrive) {
			d.before = func(n int) {
				if n == 1 {
					d.change("abcde")
				}
			}
		}, m365graph.ErrPrecondition},
		"a version that ends before": {func(d *fakeDrive) {
			d.before = func(n int) {
				if n == 1 {
					d.change("abc")
				}
			}
		}, m365graph.ErrPrecondition},
		"a new version where ranges are ignored": {func(d *fakeDrive) {
			d.noRanges = true
			d.before = func(n int) {
				if n == 1 {
					d.change("abcdefghij")
				}
			}
		}, m365graph.ErrPrecondition},
		"another size of the same eTag": {header("Content-Range", "bytes 4-9/11"), nil},
		"another eTag":                  {header("ETag", `"other"`), m365graph.ErrPrecondition},
		"the eTag made weak":            {header("ETag", `W/"{1},0"`), nil},
		"the eTag withheld":             {header("ETag", ""), nil},
		"no eTag ever":                  {func(d *fakeDrive) { d.header = func(_ int, h http.Header) { h.Del("ETag") } }, nil},
		"a weak eTag": {func(d *fakeDrive) {
			d.header = func(_ int, h http.Header) { h.Set("ETag", `W/"1"`) }
		}, nil},
		"another weak eTag": {func(d *fakeDrive) {
			d.header = func(n int, h http.Header) {
				h.Set("ETag", fmt.Sprintf(`W/"%d"`, n))
				h.Set("Last-Modified", longAgo)
			}
		}, m365graph.ErrPrecondition},
		"a time that is too new": {func(d *fakeDrive) {
			d.header = func(_ int, h http.Header) { h.Del("ETag"); h.Set("Last-Modified", h.Get("Date")) }
		}, nil},
		"another time": {func(d *fakeDrive) {
			d.header = func(n int, h http.Header) {
				h.Del("ETag")
				h.Set("Last-Modified", time.Date(2026, 1, 1+n, 0, 0, 0, 0, time.UTC).Format(http.TimeFormat))
			}
		}, m365graph.ErrPrecondition},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newFakeDrive(t, "0123456789")
			d.cut = cutOnce(4)
			tt.change(d)
			got, err := d.readAll(t, d.client(t), nil)
			if err == nil || got != "0123" {
				t.Errorf("%s = %q, %v, want the first bytes and an error", name, got, err)
			}
			if tt.want != nil && !errors.Is(err, tt.want) || strings.Contains(fmt.Sprint(err), canary) {
				t.Errorf("%s = %v, want %v without the link", name, err, tt.want)
			}
			d.assertClosed(t)
		})
	}
}

func TestADownloadOfAVersionTakesNoOther(t *testing.T) {
	t.Parallel()
	d := newFakeDrive(t, "0123456789")
	c := d.client(t)
	if got, err := d.readAll(t, c, &m365graph.DownloadOptions{Offset: 4, ETag: `"{1},0"`}); err != nil || got != "456789" {
		t.Errorf("Download of the version = %q, %v", got, err)
	}
	for _, eTag := range []string{`"{1},7"`, `W/"{1},0"`} {
		if got, err := d.readAll(t, c, &m365graph.DownloadOptions{Offset: 4, ETag: eTag}); err == nil {
			t.Errorf("Download of version %s = %q, want an error", eTag, got)
		}
	}
	if _, err := d.readAll(t, c, &m365graph.DownloadOptions{ETag: `"{1},7"`}); !errors.Is(err, m365graph.ErrPrecondition) {
		t.Errorf("Download of another version = %v, want ErrPrecondition", err)
	}
	d.assertClosed(t)
}

// What the first answer says of the version counts for all others too.
func TestADownloadOfAVersionKeepsItsSize(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newFakeDrive(t, "0123456789")
		d.cut = cutOnce(4)
		d.header = func(n int, h http.Header) {
			if n > 0 {
				h.Set("Content-Range", "bytes 4-9/11")
			}
		}
		got, err := d.readAll(t, d.client(t), &m365graph.DownloadOptions{ETag: `"{1},0"`})
		if !errors.Is(err, m365graph.ErrPrecondition) || got != "0123" {
			t.Errorf("Download = %q, %v, want the first bytes and ErrPrecondition", got, err)
		}
		d.assertClosed(t)
	})
}

// A pre-authenticated link lives for minutes, a download may take longer.
func TestALapsedLinkIsRenewed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 403, 404, 410} {
		synctest.Test(t, func(t *testing.T) {
			d := newFakeDrive(t, "0123456789")
			d.cut = cutAlways(4)
			d.instead = func(n int, r *http.Request) *http.Response {
				if n == 1 || n == 3 {
					return graphError(status, "itemNotFound")
				}
				return nil
			}
			got, err := d.readAll(t, d.client(t), nil)
			if err != nil || got != "0123456789" || d.resolved != 3 {
				t.Errorf("a link that lapsed with %d = %q, %v, %d links, want all of it by 3", status, got, err, d.resolved)
			}
			d.assertClosed(t)
			// One that never worked, or is refused at once again, is no lapse.
			for first, resolved := range map[int]int{0: 1, 1: 2} {
				d = newFakeDrive(t, "0123456789")
				d.cut = cutAlways(4)
				d.instead = func(n int, _ *http.Request) *http.Response {
					if n >= first {
						return graphError(status, "accessDenied")
					}
					return nil
				}
				var no *m365graph.Error
				if _, err := d.readAll(t, d.client(t), nil); !errors.As(err, &no) || no.Status != status || d.resolved != resolved {
					t.Errorf("refused with %d from answer %d on = %v, %d links, want the refusal and %d", status, first, err, d.resolved, resolved)
				}
				d.assertClosed(t)
			}
		})
	}
}

func TestAnInfectedFileIsWithheldInSoManyWords(t *testing.T) {
	t.Parallel()
	d := newFakeDrive(t, "x")
	d.instead = func(int, *http.Request) *http.Response {
		return reply(403, "<html>", "X-Virus-Infected", "EICAR")
	}
	var no *m365graph.Error
	if _, err := d.readAll(t, d.client(t), nil); !errors.As(err, &no) || !no.HasCode("malwareDetected") || !strings.Contains(err.Error(), "infected") {
		t.Errorf("Download = %v, want malwareDetected", err)
	}
	d.assertClosed(t)
}

func TestABusyContentHostIsWaitedFor(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 503} {
		synctest.Test(t, func(t *testing.T) {
			d := newFakeDrive(t, "0123456789")
			d.cut = cutAlways(4)
			d.instead = func(n int, _ *http.Request) *http.Response {
				if n%2 == 1 {
					return reply(status, "", "Retry-After", "7")
				}
				return nil
			}
			began := time.Now()
			if got, err := d.readAll(t, d.client(t), nil); err != nil || got != "0123456789" || time.Since(began) < 14*time.Second {
				t.Errorf("after %d = %q, %v, in %v, want all of it in at least 14 s", status, got, err, time.Since(began))
			}
			d.assertClosed(t)
		})
	}
}

func TestADownloadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*fakeDrive){
		"while it reads": func(d *fakeDrive) { d.cut, d.stalls = cutAlways(4), true },
		"while it waits": func(d *fakeDrive) { d.cut = func(n int) int64 { return int64(4 - min(n, 1)*4) } },
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newFakeDrive(t, "0123456789")
			change(d)
			ctx, cancel := context.WithCancel(t.Context())
			f, err := d.client(t).Download(ctx, fakePath, nil)
			if err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(600*time.Millisecond, cancel)
			began := time.Now()
			got, err := io.ReadAll(f)
			if !errors.Is(err, context.Canceled) || string(got) != "0123" || time.Since(began) != 600*time.Millisecond {
				t.Errorf("%s = %q, %v after %v, want Canceled at once", name, got, err, time.Since(began))
			}
			_ = f.Close()
			d.assertClosed(t)
		})
	}
}

func TestCloseEndsAReadUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newFakeDrive(t, "0123456789")
		d.cut, d.stalls = cutAlways(4), true
		f, err := d.client(t).Download(t.Context(), fakePath, nil)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() {
			_, err := io.ReadAll(f)
			done <- err
		}()
		synctest.Wait()
		if err := f.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
		if err := <-done; !errors.Is(err, fs.ErrClosed) {
			t.Errorf("Read = %v, want ErrClosed", err)
		}
		if n, err := f.Read(make([]byte, 1)); n != 0 || !errors.Is(err, fs.ErrClosed) || f.Close() != nil {
			t.Errorf("Read after Close = %d, %v", n, err)
		}
		d.assertClosed(t)
	})
}

func TestCloseEndsTheWaitForATry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newFakeDrive(t, "0123456789")
		d.cut = cutAlways(0)
		f, err := d.client(t).Download(t.Context(), fakePath, nil)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		time.AfterFunc(100*time.Millisecond, func() { _ = f.Close() })
		if _, err := io.ReadAll(f); !errors.Is(err, fs.ErrClosed) || time.Since(began) != 100*time.Millisecond {
			t.Errorf("Read = %v after %v, want ErrClosed at once", err, time.Since(began))
		}
		d.assertClosed(t)
	})
}

// Whoever takes long to read is not a host that stalls.
func TestASlowReaderIsNoStall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newFakeDrive(t, "0123456789")
		f, err := d.client(t).Download(t.Context(), fakePath, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for i := range 10 {
			<-time.After(10 * time.Minute)
			if n, err := f.Read(make([]byte, 1)); n != 1 || err != nil {
				t.Fatalf("Read %d = %d, %v", i, n, err)
			}
		}
		if d.answers != 1 {
			t.Errorf("%d requests, want 1", d.answers)
		}
	})
}

// Whatever a host does, the bytes that come are the beginning of one version,
// and all of it where no error says otherwise.
func TestAnyPatternOfFaultsYieldsOneVersion(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			d := spoiled(t, rnd)
			versions := []string{d.content, strings.ToUpper(d.content), strings.Repeat("z", rnd.IntN(400))}
			offset := int64(rnd.IntN(2) * rnd.IntN(len(d.content)))
			d.before = func(n int) {
				if n > 0 && rnd.IntN(6) == 0 && d.version < 2 {
					d.change(versions[d.version+1])
				}
			}
			last := int64(0)
			got, err := d.readAll(t, d.client(t), &m365graph.DownloadOptions{Offset: offset, Progress: func(n, total int64) {
				if n <= last || total >= 0 && n > total {
					t.Errorf("seed %d: progress went from %d to %d of %d", seed, last, n, total)
				}
				last = n
			}})
			one := false
			for _, v := range versions {
				if err == nil {
					one = one || int64(len(v)) >= offset && got == v[offset:]
				} else {
					one = one || int64(len(v)) >= offset && strings.HasPrefix(v[offset:], got)
				}
			}
			if !one || last != int64(len(got)) {
				t.Errorf("seed %d: %d bytes (progress %d) of no one version, %v", seed, len(got), last, err)
			}
			d.assertClosed(t)
		})
	}
}

// spoiled is a drive that does many things wrong.
func spoiled(t testing.TB, rnd *rand.Rand) *fakeDrive {
	content := make([]byte, 1+rnd.IntN(2000))
	for i := range content {
		content[i] = 'a' + byte(rnd.IntN(26))
	}
	d := newFakeDrive(t, string(content))
	d.noRanges, d.chunked, d.stalls = rnd.IntN(3) == 0, rnd.IntN(3) == 0, rnd.IntN(5) == 0
	weak, untold := rnd.IntN(5) == 0, rnd.IntN(5) == 0
	d.header = func(_ int, h http.Header) {
		switch {
		case untold:
			h.Del("ETag")
		case weak:
			h.Set("ETag", "W/"+h.Get("ETag"))
		}
	}
	d.cut = func(int) int64 { return int64(rnd.IntN(len(content)+200)) - 100 }
	d.instead = func(int, *http.Request) *http.Response {
		switch rnd.IntN(12) {
		case 0:
			return graphError(403, "accessDenied")
		case 1:
			return reply(503, "<html>", "Retry-After", "1")
		}
		return nil
	}
	return d
}
