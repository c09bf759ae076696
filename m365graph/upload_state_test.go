package m365graph_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

func TestASavedUploadIsResumed(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	k := newTalk(t, issuer, expects(202, "327680-"), refuses(403, "accessDenied"))
	c, fresh := k.fresh(t)
	var saved m365auth.Secret
	file := bytes.NewReader(make([]byte, 2*unit))
	opts := &m365graph.UploadOptions{SliceSize: unit, Source: "eTag 1", Began: func(s *m365graph.UploadSession) error { saved = s.Save(); return nil }}
	if _, err := c.Upload(t.Context(), fresh, file, 2*unit, opts); !errors.Is(err, m365graph.ErrForbidden) {
		t.Fatalf("Upload = %v, want ErrForbidden", err)
	}
	if text := fmt.Sprintf("%v %+v %#v", saved, saved, saved); strings.Contains(text, fresh.URL.Reveal()) {
		t.Errorf("what was saved prints as %s", text)
	}
	s, err := m365graph.ResumeUploadSession(m365auth.NewSecret(saved.Reveal()))
	if err != nil {
		t.Fatal(err)
	}
	if s.URL.Reveal() != fresh.URL.Reveal() || s.Size != 2*unit || s.Source != "eTag 1" || s.ExpiresOn.IsZero() {
		t.Errorf("ResumeUploadSession = %+v", s)
	}
	k.steps, k.asked = []step{expects(200, "327680-"), created}, nil
	if _, err := k.client(t).Upload(t.Context(), s, file, 2*unit, opts); err != nil || k.log() != "GET, PUT 327680-655359/655360" {
		t.Errorf("Upload = %v after %s, want what was missing", err, k.log())
	}
}

func TestASessionWithAnImpossibleDateIsSaved(t *testing.T) {
	t.Parallel()
	s := session()
	s.ExpiresOn = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
	if s, err := m365graph.ResumeUploadSession(s.Save()); err != nil || s.URL.Reveal() != uploadURL {
		t.Errorf("ResumeUploadSession = %+v, %v, want the URL", s, err)
	}
}

func TestWhatWasNotSavedIsNotResumed(t *testing.T) {
	t.Parallel()
	for name, saved := range map[string]string{
		"nothing": "", "no JSON": uploadURL, "a list": `[1]`, "no version": `{"url":"https://x.sharepoint.com/` + canary + `"}`,
		"another version": `{"v":2,"url":"https://x.sharepoint.com/` + canary + `"}`, "no link": `{"v":1}`,
		"a negative size": `{"v":1,"url":"https://x.sharepoint.com/` + canary + `","size":-1}`,
		"cut short":       `{"v":1,"url":"https://x.sharepoint.com/` + canary, "a book": `{"v":1,"url":"https://` + strings.Repeat("x", 1<<16) + `"}`,
	} {
		s, err := m365graph.ResumeUploadSession(m365auth.NewSecret(saved))
		if err == nil || s != nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: ResumeUploadSession = %+v, %v, want an error that quotes nothing", name, s, err)
		}
	}
}

func FuzzResumeUploadSession(f *testing.F) {
	f.Add(session().Save().Reveal())
	f.Add(`{"v":1,"url":"https://x.sharepoint.com/","expires":"2026-01-01T00:00:00Z","size":1,"source":"modified"}`)
	f.Add(`{"v":1,"url":"https://evil.example/","size":9e18}`)
	f.Fuzz(func(t *testing.T, saved string) {
		s, err := m365graph.ResumeUploadSession(m365auth.NewSecret(saved))
		if err != nil {
			return
		}
		again, err := m365graph.ResumeUploadSession(s.Save())
		if err != nil || again.URL.Reveal() != s.URL.Reveal() || again.Size != s.Size || again.Source != s.Source || !again.ExpiresOn.Equal(s.ExpiresOn) {
			t.Errorf("saved again: %+v, %v, want %+v", again, err, s)
		}
		nowhere := &unreachable{}
		c := setup(t, nowhere, func(o *m365graph.Options) { o.MaxRetries = -1 })
		_, err = c.Upload(t.Context(), s, strings.NewReader("x"), 1, nil)
		if err == nil {
			t.Error("Upload succeeded")
		}
		for _, r := range nowhere.requests() {
			if host := r.URL.Hostname(); r.URL.Scheme != "https" || !strings.Contains(host, ".") {
				t.Errorf("a saved link led to %q", host)
			}
		}
	})
}

// Two files are never spliced into one.
func TestASourceThatHasChangedIsRefused(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, make([]byte, 2*unit), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	began := func(src io.ReaderAt, source string) *m365graph.UploadSession {
		k := newTalk(t, issuer, expects(202, "327680-"), refuses(403, "accessDenied"))
		c, s := k.fresh(t)
		if _, err := c.Upload(t.Context(), s, src, 2*unit, &m365graph.UploadOptions{SliceSize: unit, Source: source}); !errors.Is(err, m365graph.ErrForbidden) {
			t.Fatalf("Upload = %v, want ErrForbidden", err)
		}
		return s
	}
	touch := func(at time.Time) {
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	memory := bytes.NewReader(make([]byte, 3*unit))
	whole := func(f *os.File) io.ReaderAt {
		s, err := m365graph.Spool(t.Context(), f, 0)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for name, tt := range map[string]struct {
		first       io.ReaderAt
		firstSource string
		change      func()
		then        io.ReaderAt
		size        int64
		source      string
	}{
		"another size":            {memory, "", nil, memory, 3 * unit, ""},
		"another eTag":            {memory, "eTag 1", nil, memory, 2 * unit, "eTag 2"},
		"another time":            {f, "", func() { touch(time.Unix(1, 0)) }, f, 2 * unit, ""},
		"another time, unspooled": {whole(f), "", func() { touch(time.Unix(2, 0)) }, whole(f), 2 * unit, ""},
		"a source without a name": {f, "", nil, memory, 2 * unit, ""},
	} {
		s := began(tt.first, tt.firstSource)
		if tt.change != nil {
			tt.change()
		}
		k := newTalk(t, issuer, expects(200, "327680-"), created)
		_, err := k.client(t).Upload(t.Context(), s, tt.then, tt.size, &m365graph.UploadOptions{Source: tt.source})
		if !errors.Is(err, m365graph.ErrSourceChanged) || k.log() != "" {
			t.Errorf("%s: Upload = %v after %q, want ErrSourceChanged before anything", name, err, k.log())
		}
	}
	s := began(f, "")
	k := newTalk(t, issuer, expects(200, "327680-"), created)
	if _, err := k.client(t).Upload(t.Context(), s, f, 2*unit, nil); err != nil {
		t.Errorf("Upload of the same file = %v", err)
	}
}

// The last slice makes the file, so it is not sent of a file that changed on the
// way.
func TestASourceThatChangesOnTheWayMakesNoFile(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for name, tt := range map[string]struct {
		first step
		want  string
	}{
		"in its last slice": {expects(200, "0-"), "GET, PUT 0-327679/655360"},
		"in its last gap":   {expects(200, "5-9"), "GET"},
	} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, make([]byte, 2*unit), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		k := newTalk(t, issuer, tt.first, expects(202, "327680-"), created)
		c, s := k.client(t), k.session(t)
		k.before = func() {
			if err := os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
				t.Error(err)
			}
		}
		_, err = c.Upload(t.Context(), s, f, 2*unit, &m365graph.UploadOptions{SliceSize: unit})
		if !errors.Is(err, m365graph.ErrSourceChanged) || k.log() != tt.want {
			t.Errorf("%s: Upload = %v after %s, want ErrSourceChanged after %s", name, err, k.log(), tt.want)
		}
	}
}

func TestWhoCannotSaveASessionEndsTheUpload(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	full := errors.New("the disk is full")
	k := newTalk(t, issuer, created)
	c, s := k.fresh(t)
	_, err := c.Upload(t.Context(), s, strings.NewReader("x"), 1, &m365graph.UploadOptions{
		Began: func(*m365graph.UploadSession) error { return full },
	})
	if !errors.Is(err, full) || k.log() != "" {
		t.Errorf("Upload = %v after %q, want what Began says and nothing sent", err, k.log())
	}
}

func TestUploadRefusesSizesThatCannotBe(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	k := newTalk(t, issuer, created)
	c, s := k.fresh(t)
	for _, tt := range []struct{ size, slice int64 }{{0, 0}, {-1, 0}, {1, unit - 1}, {1, -unit}} {
		if _, err := c.Upload(t.Context(), s, strings.NewReader("x"), tt.size, &m365graph.UploadOptions{SliceSize: tt.slice}); err == nil {
			t.Errorf("Upload of %d bytes in slices of %d succeeded", tt.size, tt.slice)
		}
	}
	if k.log() != "" {
		t.Errorf("requests = %s, want none", k.log())
	}
}

// countedHash is a hash that says how many bytes it was given.
type countedHash struct {
	hash.Hash32
	n int64
}

func (c *countedHash) Write(p []byte) (int, error) { c.n += int64(len(p)); return c.Hash32.Write(p) }
func (c *countedHash) Reset()                      { c.n = 0; c.Hash32.Reset() }

// Each byte is hashed once and in order, whatever is sent how often.
func TestTheHashSeesTheFileOnce(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	file := make([]byte, 4*unit+5)
	_, _ = rand.NewChaCha8([32]byte{}).Read(file)
	end := fmt.Sprintf("%d-", len(file)-5)
	for name, steps := range map[string][]step{
		"in slices":                  {expects(200, "0-"), expects(202, "655360-"), expects(202, end), created},
		"with a slice lost":          {expects(200, "0-"), expects(202, "655360-"), cut, expects(200, "655360-"), expects(202, end), created},
		"with half a slice":          {expects(200, "0-"), cut, expects(200, "7-"), expects(202, end), created},
		"resumed":                    {expects(200, "655360-"), expects(202, end), created},
		"resumed at the end":         {expects(200, end), created},
		"moved on by somebody":       {expects(200, "0-"), expects(202, "1000000-"), created},
		"thrown back":                {expects(200, "655360-"), expects(202, "0-"), expects(202, "655360-"), expects(202, end), created},
		"resumed with a gap to fill": {expects(200, "12-99"), created},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sum := &countedHash{Hash32: crc32.NewIEEE()}
				_, _ = sum.Write([]byte("what is forgotten"))
				k := newTalk(t, issuer, steps...)
				_, err := k.client(t).Upload(t.Context(), k.session(t), bytes.NewReader(file), int64(len(file)), &m365graph.UploadOptions{SliceSize: 2 * unit, Hash: sum})
				if err != nil {
					t.Fatal(err)
				}
				if want := crc32.ChecksumIEEE(file); sum.n != int64(len(file)) || sum.Sum32() != want {
					t.Errorf("the hash saw %d bytes of %d: %x, want %x", sum.n, len(file), sum.Sum32(), want)
				}
			})
		})
	}
}

func TestAResumedUploadCanBeCancelledWhileItHashes(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	ctx, cancel := context.WithCancel(t.Context())
	k := newTalk(t, issuer, func(f *graphtest.Fault) error { cancel(); return expects(200, "1310720-")(f) })
	_, err := k.client(t).Upload(ctx, k.session(t), readerAt{errors.New("nothing is read")}, 8*unit, &m365graph.UploadOptions{Hash: crc32.NewIEEE()})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Upload = %v, want the cancel", err)
	}
	k = newTalk(t, issuer, expects(200, "1310720-"))
	broken := errors.New("the disk is gone")
	if _, err := k.client(t).Upload(t.Context(), k.session(t), readerAt{broken}, 8*unit, &m365graph.UploadOptions{Hash: crc32.NewIEEE()}); !errors.Is(err, broken) || k.log() != "GET" {
		t.Errorf("Upload = %v after %s, want the source's error before a slice", err, k.log())
	}
}

// The progress of an upload without faults only grows.
func TestProgressGrows(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	k := newTalk(t, issuer, expects(200, "100-"), expects(202, "327780-"), created)
	var seen []int64
	_, err := k.client(t).Upload(t.Context(), k.session(t), bytes.NewReader(make([]byte, 2*unit)), 2*unit, &m365graph.UploadOptions{
		SliceSize: unit, Progress: func(sent, total int64) {
			if total != 2*unit {
				t.Errorf("total = %d, want %d", total, 2*unit)
			}
			seen = append(seen, sent)
		},
	})
	if err != nil || seen[0] != 100 || seen[len(seen)-1] != 2*unit {
		t.Fatalf("Upload = %v with progress %v, want it from 100 to the end", err, seen)
	}
	for i := range seen[1:] {
		if seen[i+1] < seen[i] {
			t.Errorf("progress = %v, want it never to step back", seen)
		}
	}
}
