package m365graph_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

const block = 256 << 10

func openFile(t *testing.T, d *drive) *m365graph.RemoteFile {
	t.Helper()
	f, err := d.client(t).OpenFile(t.Context(), filePath)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestARemoteFileIsReadAtAnyOffset(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for _, size := range []int{0, 1, 1000, block - 1, block, block + 1, 5*block + 7} {
		d := newDrive(t, issuer, digits(size))
		f := openFile(t, d)
		if f.Size() != int64(size) || f.Info().ETag != d.eTag && size > 0 || f.Info().Length != int64(size) || f.Info().ContentType != "application/x-zip-compressed" {
			t.Errorf("size %d: Info = %+v", size, f.Info())
		}
		if size <= 1000 { // it reads from each byte on
			if err := iotest.TestReader(io.NewSectionReader(f, 0, f.Size()), []byte(d.content)); err != nil {
				t.Errorf("size %d: %v", size, err)
			}
		}
		rnd := rand.New(rand.NewPCG(uint64(size), 3))
		for range 60 {
			p := make([]byte, rnd.IntN(3*block))
			at := rnd.IntN(size + 10)
			want := d.content[min(at, size):min(at+len(p), size)]
			n, err := f.ReadAt(p, int64(at))
			if string(p[:n]) != want || (err == nil) != (n == len(p)) || err != nil && !errors.Is(err, io.EOF) {
				t.Fatalf("size %d: ReadAt(%d bytes, %d) = %d, %v, want %d", size, len(p), at, n, err, len(want))
			}
		}
		if _, err := f.ReadAt(make([]byte, 1), -1); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("ReadAt(-1) = %v, want an error", err)
		}
		if err := f.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
		if _, err := f.ReadAt(make([]byte, 1), 0); size > 0 && !errors.Is(err, fs.ErrClosed) {
			t.Errorf("ReadAt after Close = %v, want ErrClosed", err)
		}
		d.assertKept(t)
	}
}

// A zip has its table of contents at its end, and is read in small steps.
func TestAnArchiveIsReadByFewRequests(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	noise := make([]byte, 4*block)
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise)
	for i := range 20 {
		e, err := w.Create(fmt.Sprintf("folder/%d.bin", i))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = e.Write(noise[:len(noise)/(i+1)])
	}
	_ = w.Close()
	d := newDrive(t, issuer, archive.String())
	f := openFile(t, d)
	defer f.Close()
	z, err := zip.NewReader(f, f.Size())
	if err != nil || len(z.File) != 20 || d.answers > 3 {
		t.Fatalf("zip.NewReader = %v after %d requests, want 20 entries and at most 3", err, d.answers)
	}
	e, err := z.Open("folder/10.bin")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(e); err != nil || !bytes.Equal(got, noise[:len(noise)/11]) || d.answers > 6 {
		t.Errorf("the entry = %d bytes, %v after %d requests", len(got), err, d.answers)
	}
}

func TestARemoteFileIsOneVersion(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	d := newDrive(t, issuer, digits(3*block))
	f := openFile(t, d)
	defer f.Close()
	if _, err := f.ReadAt(make([]byte, 10), block); err != nil {
		t.Fatal(err)
	}
	d.change(strings.Repeat("x", 3*block))
	for _, size := range []int{10, block} {
		if n, err := f.ReadAt(make([]byte, size), 2*block); !errors.Is(err, m365graph.ErrPrecondition) {
			t.Errorf("ReadAt of what has changed = %d, %v, want ErrPrecondition", n, err)
		}
	}
	p := make([]byte, 10)
	if _, err := f.ReadAt(p, block+10); err != nil || string(p) != digits(3 * block)[block+10:block+20] {
		t.Errorf("ReadAt of what is at hand = %q, %v", p, err)
	}
	d.assertKept(t)
}

func TestARemoteFileNeedsRangesAndAVersion(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for name, spoils := range map[string][]spoil{
		"no ranges":  {noRanges},
		"no version": {header("Etag", ""), undated},
		"no size":    {noRanges, chunked},
		"a refusal":  {answering(404, "itemNotFound")},
	} {
		for size, small := range map[int]bool{100: true, block + 1: false} {
			d := newDrive(t, issuer, digits(size), spoils...)
			f, err := d.client(t).OpenFile(t.Context(), filePath)
			if want := small && name != "no size" && name != "a refusal"; (err == nil) != want {
				t.Errorf("%s, %d bytes: OpenFile = %v, want success: %v", name, size, err, want)
			}
			if err == nil {
				p := make([]byte, 5)
				if _, err := f.ReadAt(p, 3); err != nil || string(p) != "34567" {
					t.Errorf("%s: ReadAt = %q, %v", name, p, err)
				}
			}
			d.assertKept(t)
		}
	}
}

func TestARemoteFileGoesOnAfterFaults(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		good := 0 // the links from this one on
		d := newDrive(t, issuer, digits(6*block), cutAfter(func(n int) int64 { return int64(n%3+1) * 30_000 }), func(q question, f *graphtest.Fault) {
			if q.n == 4 {
				good = q.drive.resolved
			}
			if q.link() < good {
				*f = graphtest.Fault{}
				lapsed(q, f)
			}
		})
		f := openFile(t, d)
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				p := make([]byte, 100_000*(i%4)+1)
				if n, err := f.ReadAt(p, int64(i*90_000)); err != nil || string(p[:n]) != d.content[i*90_000:i*90_000+len(p)] {
					t.Errorf("reader %d = %d bytes, %v", i, n, err)
				}
			})
		}
		wg.Wait()
		_ = f.Close()
		d.assertKept(t)
	})
}

func TestALargeReadIsOneRequest(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	d := newDrive(t, issuer, digits(10*block))
	f := openFile(t, d)
	defer f.Close()
	p := make([]byte, 7*block+3)
	if _, err := f.ReadAt(p, 100); err != nil || string(p) != d.content[100:100+len(p)] || d.answers != 2 {
		t.Errorf("ReadAt = %v after %d requests, want 2", err, d.answers)
	}
}

// Many readers of one block ask for it once; what failed is asked for again.
func TestABlockIsFetchedOnce(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		d := newDrive(t, issuer, digits(40*block), func(q question, f *graphtest.Fault) {
			if q.n == 1 {
				answering(400, "invalidRequest")(q, f)
			}
		})
		c := d.through(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			<-time.After(time.Second)
			return d.RoundTrip(r)
		}))
		f, err := c.OpenFile(t.Context(), filePath)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.ReadAt(make([]byte, 1), 5*block); err == nil {
			t.Error("ReadAt of what is refused succeeded")
		}
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				if _, err := f.ReadAt(make([]byte, 10), int64(5*block+i)); err != nil {
					t.Errorf("ReadAt = %v", err)
				}
			})
		}
		wg.Wait()
		if d.answers != 3 {
			t.Errorf("%d requests, want 3: the first block, the refusal, the block", d.answers)
		}
		// Sixteen are kept, those used last.
		for i := range int64(16) {
			_, _ = f.ReadAt(make([]byte, 1), (i+20)*block)
			_, _ = f.ReadAt(make([]byte, 1), 20*block)
		}
		if d.answers != 19 {
			t.Errorf("%d requests, want 19", d.answers)
		}
		_, _ = f.ReadAt(make([]byte, 1), 20*block)
		if _, _ = f.ReadAt(make([]byte, 1), 5*block); d.answers != 20 {
			t.Errorf("%d requests, want 20: the used block is kept, the rested one is not", d.answers)
		}
	})
}

func TestCloseEndsReadsOfARemoteFile(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for _, size := range []int{10, 2 * block} {
		synctest.Test(t, func(t *testing.T) {
			d := newDrive(t, issuer, digits(4*block), from(1, cutAlways(5)), stalling)
			f := openFile(t, d)
			done := make(chan error)
			go func() {
				_, err := f.ReadAt(make([]byte, size), block)
				done <- err
			}()
			synctest.Wait()
			_ = f.Close()
			if err := <-done; !errors.Is(err, fs.ErrClosed) {
				t.Errorf("ReadAt of %d bytes = %v, want ErrClosed", size, err)
			}
			d.assertKept(t)
		})
	}
}

// A file that was empty a moment ago may be a large one now.
func TestOpenFileReadsNoMoreThanABlock(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	d := newDrive(t, issuer, digits(9*block), func(q question, f *graphtest.Fault) {
		if q.n == 0 {
			f.Status, f.Code = 416, "invalidRange"
			return
		}
		// All of it, although nobody asked for a range.
		f.Status, f.Body = 206, q.drive.content
		header("Content-Range", fmt.Sprintf("bytes 0-%d/%d", 9*block-1, 9*block))(q, f)
	})
	body := &countedReader{}
	c := d.through(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		resp, err := d.RoundTrip(r)
		if err == nil && d.answers == 2 {
			body.ReadCloser = resp.Body
			resp.Body = body
		}
		return resp, err
	}))
	f, err := c.OpenFile(t.Context(), filePath)
	if err == nil {
		defer f.Close()
		p := make([]byte, 10)
		if _, err := f.ReadAt(p, block-10); err != nil || string(p) != d.content[block-10:block] {
			t.Errorf("ReadAt = %q, %v", p, err)
		}
	}
	if body.n > block+64<<10 {
		t.Errorf("OpenFile = %v after %d bytes, want no more than a block", err, body.n)
	}
}

type countedReader struct {
	io.ReadCloser
	n int
}

func (c *countedReader) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n += n
	return n, err
}
