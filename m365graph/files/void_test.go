package files_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/files"
)

// void is a host that counts what it is sent, and has a file of zeros. It stands
// in for the emulator here alone: what is measured is the memory of a process
// that does nothing but transfer, and the emulator would keep 5 GiB on disk.
type void struct{ size, sent int64 }

func (v *void) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		n, err := io.Copy(io.Discard, struct{ io.Reader }{r.Body})
		if err != nil {
			return nil, err
		}
		if r.Method == http.MethodPut {
			v.sent += n
		}
	}
	resp := &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1, Request: r}
	say := func(status int, body string) {
		resp.StatusCode, resp.Body = status, io.NopCloser(strings.NewReader(body))
	}
	var first, last, total int64
	_, _ = fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-%d/%d", &first, &last, &total)
	switch {
	case r.Method == http.MethodPost:
		say(200, `{"uploadUrl":"https://contoso.sharepoint.com/up"}`)
	case r.Method == http.MethodPut && last+1 == total:
		say(201, `{"id":"1","name":"zeros.bin"}`)
	case r.Method == http.MethodPut:
		say(202, fmt.Sprintf(`{"nextExpectedRanges":["%d-"]}`, v.sent))
	case strings.HasSuffix(r.URL.Path, "/content"):
		say(302, "")
		resp.Header.Set("Location", "https://contoso.sharepoint.com/down")
	case r.URL.Path == "/down":
		v.serve(r, resp)
	default:
		say(200, `{"id":"1"}`)
	}
	return resp, nil
}

// serve answers with the file, or a part of it.
func (v *void) serve(r *http.Request, resp *http.Response) {
	first, last := int64(0), v.size-1
	if n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &first, &last); n > 0 {
		resp.StatusCode = http.StatusPartialContent
		resp.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, v.size))
	}
	resp.Header.Set("ETag", `"1"`)
	resp.ContentLength = last + 1 - first
	resp.Body = io.NopCloser(io.NewSectionReader(zeros{}, first, last+1-first))
}

type zeros struct{}

func (zeros) ReadAt(p []byte, _ int64) (int, error) { clear(p); return len(p), nil }

// counter counts what is written to it.
type counter struct{ n atomic.Int64 }

func (c *counter) Write(p []byte) (int, error)            { c.n.Add(int64(len(p))); return len(p), nil }
func (c *counter) WriteAt(p []byte, _ int64) (int, error) { return c.Write(p) }

// moveZeros uploads a file, and downloads it in parts and in one stream.
func (w *worker) moveZeros(ctx context.Context) error {
	host, zerosBin := &void{size: w.Size}, files.ByPath("zeros.bin")
	graph, err := m365graph.New(m365auth.Static("token"), &m365graph.Options{HTTPClient: &http.Client{Transport: host}})
	if err != nil {
		return err
	}
	c := files.New(graph)
	if _, err := c.Upload(ctx, zerosBin, zeros{}, w.Size, nil); err != nil {
		return err
	}
	var got counter
	if _, err := c.DownloadTo(ctx, zerosBin, &got, nil); err != nil {
		return err
	}
	d, err := c.Download(ctx, zerosBin, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := io.Copy(&got, d); err != nil {
		return err
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Println(host.sent, got.n.Load(), m.Sys) // what was taken from the system is never less than before
	return nil
}
