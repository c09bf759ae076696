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

	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// Wherever a connection is cut, and however often, all bytes come once.
func TestADownloadThatIsCutGoesOn(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	const file = "0123456789"
	for name, spoils := range map[string][]spoil{
		"a host with ranges":             nil,
		"no lengths":                     {chunked},
		"a stall":                        {stalling},
		"a settled time":                 {header("Etag", "")},
		"a weak eTag and a settled time": {header("Etag", `W/"1"`)},
	} {
		for cut := range int64(len(file) + 1) {
			for _, often := range []bool{false, true} {
				// Nothing again and again never ends, see below; and that an
				// answer without a length was whole, its end alone tells.
				if often && cut == 0 || name == "no lengths" && cut == int64(len(file)) {
					continue
				}
				synctest.Test(t, func(t *testing.T) {
					where := cutOnce(cut)
					if often {
						where = cutAlways(cut)
					}
					d := newDrive(t, issuer, file, append([]spoil{where}, spoils...)...)
					got, err := d.readAll(t, d.client(t), nil)
					if err != nil || got != file {
						t.Errorf("%s, cut after %d bytes (often: %v) = %q, %v, want all of it", name, cut, often, got, err)
					}
					d.assertKept(t)
				})
			}
		}
	}
}

func TestADownloadThatIsCutGoesOnWithoutRangesToo(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		d := newDrive(t, issuer, digits(1000), noRanges, cutAfter(func(n int) int64 { return int64(n)*300 + 100 }))
		if got, err := d.readAll(t, d.client(t), &m365graph.DownloadOptions{Offset: 50, Length: 900}); err != nil || got != digits(1000)[50:950] {
			t.Errorf("Download = %d bytes, %v, want 900", len(got), err)
		}
		d.assertKept(t)
		// Cut before any byte that is new, again and again.
		d = newDrive(t, issuer, digits(1000), noRanges, cutAlways(100))
		if got, err := d.readAll(t, d.client(t), nil); !errors.Is(err, io.ErrUnexpectedEOF) || got != digits(100) || d.answers != 5 {
			t.Errorf("Download = %d bytes, %v after %d answers, want 100, ErrUnexpectedEOF and 5", len(got), err, d.answers)
		}
		d.assertKept(t)
	})
}

func TestADownloadThatBringsNothingEnds(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for retries, want := range map[int]int{-1: 1, 0: 5, 2: 3} {
		synctest.Test(t, func(t *testing.T) {
			d := newDrive(t, issuer, "0123456789", cutAlways(0))
			began := time.Now()
			got, err := d.readAll(t, d.client(t, func(o *m365graph.Options) { o.MaxRetries = retries }), nil)
			if !errors.Is(err, io.ErrUnexpectedEOF) || got != "" || d.answers != want {
				t.Errorf("MaxRetries %d = %q, %v after %d answers, want ErrUnexpectedEOF after %d", retries, got, err, d.answers, want)
			}
			if took := time.Since(began); want > 1 && took < 500*time.Millisecond {
				t.Errorf("MaxRetries %d: it took %v, want waits between the tries", retries, took)
			}
			d.assertKept(t)
		})
	}
}

// Transports fail with io.EOF where a server hangs up, which is no end of a file.
func TestAHostThatIsGoneIsNotTheEndOfAFile(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		d := newDrive(t, issuer, "0123456789", cutOnce(4))
		c := d.through(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			if d.answers > 0 {
				return nil, io.EOF
			}
			return d.RoundTrip(r)
		}))
		got, err := d.readAll(t, c, nil)
		if err == nil || errors.Is(err, io.EOF) || got != "0123" {
			t.Errorf("Download = %q, %v, want an error that is not io.EOF", got, err)
		}
		d.assertKept(t)
	})
}

// What came before the cut and what comes after it must be of one version.
func TestNoTwoVersionsAreSpliced(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	later := func(pairs ...string) []spoil { return []spoil{undated, from(1, header(pairs...))} }
	for name, tt := range map[string]struct {
		version string // the content that there is after the cut; "" is the first
		spoils  []spoil
		want    error
	}{
		"a new version":                          {"abcdefghij", nil, m365graph.ErrPrecondition},
		"a shorter version":                      {"abcde", nil, m365graph.ErrPrecondition},
		"a version that ends before":             {"abc", nil, m365graph.ErrPrecondition},
		"a new version where ranges are ignored": {"abcdefghij", []spoil{noRanges}, m365graph.ErrPrecondition},
		"another size of the same eTag":          {"", later("Content-Range", "bytes 4-9/11"), nil},
		"another eTag":                           {"", later("Etag", `"other"`), m365graph.ErrPrecondition},
		"the eTag made weak":                     {"", []spoil{undated, from(1, weakened)}, nil},
		"the eTag withheld":                      {"", later("Etag", ""), nil},
		"no eTag ever":                           {"", []spoil{undated, header("Etag", "")}, nil},
		"a weak eTag":                            {"", []spoil{undated, header("Etag", `W/"1"`)}, nil},
		"another weak eTag": {"", []spoil{func(q question, f *graphtest.Fault) {
			header("Etag", fmt.Sprintf(`W/"%d"`, q.n))(q, f)
		}}, m365graph.ErrPrecondition},
		"a time that is too new": {"", []spoil{header("Etag", "", "Last-Modified", "Sat, 01 Jan 2000 00:00:00 GMT")}, nil},
		"another time": {"", []spoil{func(q question, f *graphtest.Fault) {
			header("Etag", "", "Last-Modified", longAgo.AddDate(0, 0, q.n).Format(http.TimeFormat))(q, f)
		}}, m365graph.ErrPrecondition},
		"another time without an eTag": {"abcdefghij", []spoil{header("Etag", "")}, m365graph.ErrPrecondition},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDrive(t, issuer, "0123456789", append(tt.spoils, cutOnce(4))...)
			d.before = func(n int) {
				if n == 1 && tt.version != "" {
					d.change(tt.version)
				}
			}
			got, err := d.readAll(t, d.client(t), nil)
			if err == nil || got != "0123" {
				t.Errorf("%s = %q, %v, want the first bytes and an error", name, got, err)
			}
			if tt.want != nil && !errors.Is(err, tt.want) || strings.Contains(fmt.Sprint(err), "tempauth") {
				t.Errorf("%s = %v, want %v without the link", name, err, tt.want)
			}
			d.assertKept(t)
		})
	}
}

func TestADownloadOfAVersionTakesNoOther(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	d := newDrive(t, issuer, "0123456789")
	c := d.client(t)
	if got, err := d.readAll(t, c, &m365graph.DownloadOptions{Offset: 4, ETag: d.eTag}); err != nil || got != "456789" {
		t.Errorf("Download of the version = %q, %v", got, err)
	}
	for _, eTag := range []string{`"{1},7"`, "W/" + d.eTag} {
		if got, err := d.readAll(t, c, &m365graph.DownloadOptions{Offset: 4, ETag: eTag}); err == nil {
			t.Errorf("Download of version %s = %q, want an error", eTag, got)
		}
	}
	if _, err := d.readAll(t, c, &m365graph.DownloadOptions{ETag: `"{1},7"`}); !errors.Is(err, m365graph.ErrPrecondition) {
		t.Errorf("Download of another version = %v, want ErrPrecondition", err)
	}
	d.assertKept(t)
}

// What the first answer says of the version counts for all others too.
func TestADownloadOfAVersionKeepsItsSize(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		d := newDrive(t, issuer, "0123456789", cutOnce(4), from(1, header("Content-Range", "bytes 4-9/11")))
		got, err := d.readAll(t, d.client(t), &m365graph.DownloadOptions{ETag: d.eTag})
		if !errors.Is(err, m365graph.ErrPrecondition) || got != "0123" {
			t.Errorf("Download = %q, %v, want the first bytes and ErrPrecondition", got, err)
		}
		d.assertKept(t)
	})
}

// A pre-authenticated link lives for minutes, a download may take longer.
func TestALapsedLinkIsRenewed(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for name, refuse := range map[string]spoil{
		"an old link": lapsed, "401": answering(401, "unauthenticated"), "403": answering(403, "accessDenied"),
		"404": answering(404, "itemNotFound"), "410": answering(410, "itemNotFound"),
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDrive(t, issuer, "0123456789", cutAlways(4), func(q question, f *graphtest.Fault) {
				if q.n == 1 || q.n == 3 {
					*f = graphtest.Fault{}
					refuse(q, f)
				}
			})
			got, err := d.readAll(t, d.client(t), nil)
			if err != nil || got != "0123456789" || d.resolved != 3 {
				t.Errorf("a link that lapsed with %s = %q, %v, %d links, want all of it by 3", name, got, err, d.resolved)
			}
			d.assertKept(t)
			// One that never worked, or is refused at once again, is no lapse.
			for first, resolved := range map[int]int{0: 1, 1: 2} {
				d = newDrive(t, issuer, "0123456789", cutOnce(4), from(first, refuse))
				var no *m365graph.Error
				if _, err := d.readAll(t, d.client(t), nil); !errors.As(err, &no) || no.Status < 401 || no.Status > 410 || d.resolved != resolved {
					t.Errorf("refused with %s from answer %d on = %v, %d links, want the refusal and %d", name, first, err, d.resolved, resolved)
				}
				d.assertKept(t)
			}
		})
	}
}

// Whoever is given the lapsed link again gives up.
func TestALinkThatStaysLapsedIsNotFollowedForEver(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		d := newDrive(t, issuer, "0123456789", cutOnce(4), from(1, lapsed))
		f, err := d.client(t).Download(t.Context(), filePath, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		again := graphtest.Fault{Route: contentRoute, Status: 302, Header: http.Header{"Location": {d.links[0]}}, Count: 100}
		if err := d.Graph.Fail(again); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(f); !errors.Is(err, m365graph.ErrUnauthenticated) || string(got) != "0123" || d.answers != 3 {
			t.Errorf("Download = %q, %v after %d questions, want ErrUnauthenticated after 3", got, err, d.answers)
		}
	})
}

func TestAnInfectedFileIsWithheldInSoManyWords(t *testing.T) {
	t.Parallel()
	infected := &graphtest.DriveItem{ID: "1", Name: fileName, Content: []byte("x"), Malware: "EICAR"}
	x := testtenant.InMemory(t, testtenant.Issuer(t), &graphtest.User{Drive: &graphtest.Drive{Items: []*graphtest.DriveItem{infected}}})
	for _, says := range []*graphtest.Fault{nil, {Route: downloadRoute, Status: 403, HTML: "<html>", Header: http.Header{"X-Virus-Infected": {"EICAR"}}}} {
		if says != nil {
			if err := x.Graph.Fail(*says); err != nil {
				t.Fatal(err)
			}
		}
		var no *m365graph.Error
		if _, err := x.Client.Download(t.Context(), filePath, nil); !errors.As(err, &no) || !no.HasCode("malwareDetected") || !strings.Contains(err.Error(), "infected") {
			t.Errorf("Download = %v, want malwareDetected", err)
		}
	}
}

func TestABusyContentHostIsWaitedFor(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for _, status := range []int{429, 503} {
		synctest.Test(t, func(t *testing.T) {
			d := newDrive(t, issuer, "0123456789", func(q question, f *graphtest.Fault) {
				if q.n%2 == 1 {
					f.Status, f.RetryAfter = status, "7"
				} else {
					cutAlways(4)(q, f)
				}
			})
			began := time.Now()
			if got, err := d.readAll(t, d.client(t), nil); err != nil || got != "0123456789" || time.Since(began) < 14*time.Second {
				t.Errorf("after %d = %q, %v, in %v, want all of it in at least 14 s", status, got, err, time.Since(began))
			}
			d.assertKept(t)
			d.Graph.AssertWaited(t)
		})
	}
}

func TestADownloadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for name, spoils := range map[string][]spoil{
		"while it reads": {cutAlways(4), stalling},
		"while it waits": {cutAfter(func(n int) int64 { return int64(4 - min(n, 1)*4) })},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDrive(t, issuer, "0123456789", spoils...)
			ctx, cancel := context.WithCancel(t.Context())
			f, err := d.client(t).Download(ctx, filePath, nil)
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
			d.assertKept(t)
		})
	}
}

func TestCloseEndsAReadUnderWay(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		d := newDrive(t, issuer, "0123456789", cutAlways(4), stalling)
		f, err := d.client(t).Download(t.Context(), filePath, nil)
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
		d.assertKept(t)
	})
}

func TestCloseEndsTheWaitForATry(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		d := newDrive(t, issuer, "0123456789", cutAlways(0))
		f, err := d.client(t).Download(t.Context(), filePath, nil)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		time.AfterFunc(100*time.Millisecond, func() { _ = f.Close() })
		if _, err := io.ReadAll(f); !errors.Is(err, fs.ErrClosed) || time.Since(began) != 100*time.Millisecond {
			t.Errorf("Read = %v after %v, want ErrClosed at once", err, time.Since(began))
		}
		d.assertKept(t)
	})
}

// Whoever takes long to read is not a host that stalls.
func TestASlowReaderIsNoStall(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		d := newDrive(t, issuer, "0123456789")
		f, err := d.client(t).Download(t.Context(), filePath, nil)
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
	issuer := testtenant.Issuer(t)
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			d := spoiled(t, issuer, rnd)
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
			d.assertKept(t)
		})
	}
}

// spoiled is a drive that does many things wrong.
func spoiled(t testing.TB, issuer *entratest.Server, rnd *rand.Rand) *drive {
	content := make([]byte, 1+rnd.IntN(2000))
	for i := range content {
		content[i] = 'a' + byte(rnd.IntN(26))
	}
	spoils := []spoil{cutAfter(func(int) int64 { return int64(rnd.IntN(len(content)+200)) - 100 })}
	for _, sometimes := range []struct {
		spoil
		in int
	}{{noRanges, 3}, {chunked, 3}, {stalling, 5}, {weakened, 5}, {header("Etag", ""), 5}, {undated, 2}} {
		if rnd.IntN(sometimes.in) == 0 {
			spoils = append(spoils, sometimes.spoil)
		}
	}
	return newDrive(t, issuer, string(content), append(spoils, func(q question, f *graphtest.Fault) {
		switch rnd.IntN(12) {
		case 0:
			*f = graphtest.Fault{Status: 403, Code: "accessDenied"}
		case 1:
			*f = graphtest.Fault{Status: 503, HTML: "<html>", RetryAfter: "1"}
		case 2:
			*f = graphtest.Fault{Skew: time.Hour} // by its clock the link has lapsed
		}
	})...)
}
