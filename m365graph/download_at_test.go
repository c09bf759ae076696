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
)

const block = 256 << 10

func openFake(t *testing.T, d *fakeDrive) *m365graph.RemoteFile {
	t.Helper()
	f, err := d.client(t).OpenFile(t.Context(), fakePath)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestARemoteFileIsReadAtAnyOffset(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 1000, block - 1, block, block + 1, 5*block + 7} {
		d := newFakeDrive(t, digits(size))
		f := openFake(t, d)
		if f.Size() != int64(size) || f.Info().ETag != `"{1},0"` && size > 0 || f.Info().Length != int64(size) || f.Info().ContentType != "application/zip" {
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
		d.assertClosed(t)
	}
}

// A zip has its table of contents at its end, and is read in small steps.
func TestAnArchiveIsReadByFewRequests(t *testing.T) {
	t.Parallel()
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
	d := newFakeDrive(t, archive.String())
	f := openFake(t, d)
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
	d := newFakeDrive(t, digits(3*block))
	f := openFake(t, d)
	defer f.Close()
	if _, err := f.ReadAt(make([]byte, 10), block); err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	d.change(strings.Repeat("x", 3*block))
	d.mu.Unlock()
	for _, size := range []int{10, block} {
		if n, err := f.ReadAt(make([]byte, size), 2*block); !errors.Is(err, m365graph.ErrPrecondition) {
			t.Errorf("ReadAt of what has changed = %d, %v, want ErrPrecondition", n, err)
		}
	}
	p := make([]byte, 10)
	if _, err := f.ReadAt(p, block+10); err != nil || string(p) != digits(3 * block)[block+10:block+20] {
		t.Errorf("ReadAt of what is at hand = %q, %v", p, err)
	}
	d.assertClosed(t)
}

func TestARemoteFileNeedsRangesAndAVersion(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*fakeDrive){
		"no ranges":  func(d *fakeDrive) { d.noRanges = true },
		"no version": func(d *fakeDrive) { d.header = func(_ int, h http.Header) { h.Del("ETag") } },
		"no size":    func(d *fakeDrive) { d.noRanges, d.chunked = true, true },
		"a refusal": func(d *fakeDrive) {
			d.instead = func(int, *http.Request) *http.Response { return graphError(404, "itemNotFound") }
		},
	} {
		for size, small := range map[int]bool{100: true, block + 1: false} {
			d := newFakeDrive(t, digits(size))
			change(d)
			f, err := d.client(t).OpenFile(t.Context(), fakePath)
			if want := small && name != "no size" && name != "a refusal"; (err == nil) != want {
				t.Errorf("%s, %d bytes: OpenFile = %v, want success: %v", name, size, err, want)
			}
			if err == nil {
				p := make([]byte, 5)
				if _, err := f.ReadAt(p, 3); err != nil || string(p) != "34567" {
					t.Errorf("%s: ReadAt = %q, %v", name, p, err)
				}
			}
			d.assertClosed(t)
		}
	}
}

func TestARemoteFileGoesOnAfterFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newFakeDrive(t, digits(6*block))
		d.cut = func(n int) int64 { return int64(n%3+1) * 30_000 }
		d.before = func(n int) {
			if n == 4 {
				d.link = -1 // lapsed; the next one is good for all that is left
			}
		}
		f := openFake(t, d)
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
		d.assertClosed(t)
	})
}

func TestALargeReadIsOneRequest(t *testing.T) {
	t.Parallel()
	d := newFakeDrive(t, digits(10*block))
	f := openFake(t, d)
	defer f.Close()
	p := make([]byte, 7*block+3)
	if _, err := f.ReadAt(p, 100); err != nil || string(p) != d.content[100:100+len(p)] || d.answers != 2 {
		t.Errorf("ReadAt = %v after %d requests, want 2", err, d.answers)
	}
}

// Many readers of one block ask for it once; what failed is asked for again.
func TestABlockIsFetchedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newFakeDrive(t, digits(40*block))
		w := &wire{answer: func(n int, r *http.Request) (*http.Response, error) {
			<-time.After(time.Second)
			return d.answer(n, r)
		}}
		f, err := setup(t, w).OpenFile(t.Context(), fakePath)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		d.instead = func(n int, _ *http.Request) *http.Response {
			if n == 1 {
				return graphError(400, "invalidRequest")
			}
			return nil
		}
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
	for _, size := range []int{10, 2 * block} {
		synctest.Test(t, func(t *testing.T) {
			d := newFakeDrive(t, digits(4*block))
			f := openFake(t, d)
			d.cut, d.stalls = cutAlways(5), true
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
			d.assertClosed(t)
		})
	}
}

// A file that was empty a moment ago may be a large one now.
func TestOpenFileReadsNoMoreThanABlock(t *testing.T) {
	t.Parallel()
	d := newFakeDrive(t, digits(9*block))
	body := &countedReader{r: strings.NewReader(d.content)}
	d.instead = func(n int, _ *http.Request) *http.Response {
		if n == 0 {
			return reply(416, "")
		}
		return nil
	}
	w := &wire{answer: func(n int, r *http.Request) (*http.Response, error) {
		if n < 2 {
			return d.answer(n, r)
		}
		// Nobody asked for a range.
		resp := reply(206, "", "ETag", `"1"`, "Content-Range", fmt.Sprintf("bytes 0-%d/%d", 9*block-1, 9*block))
		resp.Body, resp.ContentLength = io.NopCloser(body), 9*block
		return resp, nil
	}}
	f, err := setup(t, w).OpenFile(t.Context(), fakePath)
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
	r io.Reader
	n int
}

func (c *countedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}
