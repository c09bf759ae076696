package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/files"
)

// block is what files are made of, again and again.
var block = func() []byte {
	b, r := make([]byte, 1<<20), rand.New(rand.NewPCG(365, 1))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}()

// sparse is a file of that many bytes that lies nowhere.
type sparse int64

func (size sparse) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) && off+int64(n) < int64(size) {
		at := off + int64(n)
		left := min(int64(len(p)-n), int64(size)-at)
		n += copy(p[n:n+int(left)], block[at%int64(len(block)):])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// transferRow uploads and downloads a file, over HTTP/1.1 and over HTTP/2.
func transferRow(ctx context.Context, rep *report, much effort) error {
	for _, http2 := range []bool{false, true} {
		if err := transferOver(ctx, rep, much, http2); err != nil {
			return err
		}
	}
	return nil
}

func transferOver(ctx context.Context, rep *report, much effort, http2 bool) error {
	p, err := start(ctx, setting{HTTP2: http2, Size: much.size})
	if err != nil {
		return err
	}
	defer p.close()
	version := p.version()
	for _, way := range []struct {
		name                 string
		plain, ours, checked side
	}{
		{"upload", p.uploadPlain, p.upload, p.uploadFile},
		{"download", p.downloadPlain, p.download, p.downloadFile},
	} {
		took, err := interleave(ctx, much.transfers, way.plain, way.ours)
		if err != nil {
			return fmt.Errorf("%s over %s: %w", way.name, version, err)
		}
		name, megabytes := way.name+"-"+version, float64(much.size)/1e6
		rep.note("%s: medians: net/http %.0f MB/s, m365graph %.0f MB/s", name, megabytes/median(took[0]), megabytes/median(took[1]))
		rep.addMedian(figure{name: name, bar: 0.9, atLeast: true}, pairwise(took[0], took[1], quotient))
		once, err := interleave(ctx, 1, way.checked)
		if err != nil {
			return fmt.Errorf("%s by package files over %s: %w", way.name, version, err)
		}
		rep.note("%s: by package files, which checks the hash, %.0f MB/s", name, megabytes/once[0][0])
	}
	parts, err := interleave(ctx, 1, p.downloadParts)
	if err != nil {
		return fmt.Errorf("download in parts over %s: %w", version, err)
	}
	rep.note("download-%s: in parts at once %.0f MB/s", version, float64(much.size)/1e6/parts[0][0])
	peak, err := p.peakMemory(ctx)
	if errors.Is(err, errors.ErrUnsupported) {
		rep.note("transfer-memory-%s: this system does not tell what a process held at most", version)
		return nil
	}
	rep.add(figure{name: "transfer-memory-" + version, measured: peak, bar: 64, format: mib})
	return err
}

// The file's place, for Graph and for package files.
const fileName = "sparse.bin"

var filePath = m365graph.P("me", "drive", "root").At(fileName)

func (p *place) upload(ctx context.Context) error {
	s, err := p.graph.CreateUploadSession(ctx, filePath.Join("createUploadSession"), nil, "")
	if err != nil {
		return err
	}
	_, err = p.graph.Upload(ctx, s, sparse(p.Size), p.Size, nil)
	return err
}

// uploadPlain sends slices of the same size, and does without all checks.
func (p *place) uploadPlain(ctx context.Context) error {
	var session struct {
		URL string `json:"uploadUrl"`
	}
	created, err := p.plainSend(ctx, http.MethodPost, p.url(filePath.String()+"/createUploadSession"), bytes.NewReader([]byte("{}")), 2, "")
	if err != nil {
		return err
	}
	if err := json.Unmarshal(created, &session); err != nil {
		return err
	}
	const slice = 10 << 20
	for at := int64(0); at < p.Size; at += slice {
		n := min(slice, p.Size-at)
		part := fmt.Sprintf("bytes %d-%d/%d", at, at+n-1, p.Size)
		if _, err := p.plainSend(ctx, http.MethodPut, session.URL, io.NewSectionReader(sparse(p.Size), at, n), n, part); err != nil {
			return err
		}
	}
	return nil
}

func (p *place) plainSend(ctx context.Context, method, url string, body io.Reader, n int64, part string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return nil, err
	}
	req.ContentLength = n
	if part != "" {
		req.Header.Set("Content-Range", part)
	}
	resp, err := p.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("%s: %s", method, resp.Status)
	}
	return io.ReadAll(resp.Body)
}

func (p *place) uploadFile(ctx context.Context) error {
	_, err := files.New(p.graph).Upload(ctx, files.ByPath(fileName), sparse(p.Size), p.Size, &files.UploadOptions{Conflict: files.Replace})
	return err
}

func (p *place) download(ctx context.Context) error {
	d, err := p.graph.Download(ctx, filePath.Join("content"), nil)
	return p.take(d, err)
}

func (p *place) downloadFile(ctx context.Context) error {
	d, err := files.New(p.graph).Download(ctx, files.ByPath(fileName), nil)
	return p.take(d, err)
}

// downloadParts fetches several parts at once.
func (p *place) downloadParts(ctx context.Context) error {
	var all counter
	if _, err := p.graph.DownloadTo(ctx, filePath.Join("content"), &all, nil); err != nil {
		return err
	}
	if n := all.Load(); n != p.Size {
		return fmt.Errorf("%d bytes came, and the file has %d", n, p.Size)
	}
	return nil
}

// counter is a file that keeps nothing but how much was written.
type counter struct{ atomic.Int64 }

func (c *counter) WriteAt(b []byte, _ int64) (int, error) {
	c.Add(int64(len(b)))
	return len(b), nil
}

func (p *place) take(d *m365graph.Download, err error) error {
	if err != nil {
		return err
	}
	defer d.Close()
	return p.whole(d)
}

func (p *place) downloadPlain(ctx context.Context) error {
	return p.plainGet(ctx, p.url(filePath.String()+"/content"), func(resp *http.Response) error { return p.whole(resp.Body) })
}

// whole reads a file to its end.
func (p *place) whole(r io.Reader) error {
	n, err := drain(r)
	if err == nil && n != p.Size {
		err = fmt.Errorf("%d bytes came, and the file has %d", n, p.Size)
	}
	return err
}

// peakMemory is what a process held at most that does nothing but upload and
// download once, in MiB.
func (p *place) peakMemory(ctx context.Context) (float64, error) {
	where, err := json.Marshal(p.address)
	if err != nil {
		return 0, err
	}
	cmd, err := again(ctx, "-transfer", string(where))
	if err != nil {
		return 0, err
	}
	out, err := cmd.Output()
	if err != nil {
		return 0, err
	}
	kib, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err == nil && kib == 0 {
		return 0, errors.ErrUnsupported
	}
	return kib / 1024, err
}

// transferAlone is that process. It prints its peak in KiB, 0 if unknown.
func transferAlone(ctx context.Context, where string, out io.Writer) error {
	var a address
	if err := json.Unmarshal([]byte(where), &a); err != nil {
		return err
	}
	p, err := a.dial()
	if err != nil {
		return err
	}
	defer p.close()
	if err := p.upload(ctx); err != nil {
		return err
	}
	if err := p.download(ctx); err != nil {
		return err
	}
	status, err := os.Open("/proc/self/status")
	if errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(out, 0)
		return nil
	}
	if err != nil {
		return err
	}
	defer status.Close()
	fmt.Fprintln(out, peakIn(status))
	return nil
}

// peakIn reads the highest resident set, in KiB, out of Linux's words.
func peakIn(status io.Reader) (kib int64) {
	for lines := bufio.NewScanner(status); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			kib, _ = strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(value, "kB")), 10, 64)
		}
	}
	return kib
}
