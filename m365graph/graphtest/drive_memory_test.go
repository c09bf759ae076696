package graphtest_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"testing"
)

// heapOf gives the most by which the heap grew, of the moments at which f
// called at.
func heapOf(f func(at func())) (peak int64) {
	var m runtime.MemStats
	measure := func() int64 {
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := measure()
	f(func() { peak = max(peak, measure()-before) })
	return peak
}

// pattern reads as content of a size that nobody holds in memory. It calls at
// when half of it is read.
type pattern struct {
	size, read int64
	at         func()
}

func (p *pattern) Read(b []byte) (int, error) {
	if p.read == p.size {
		return 0, io.EOF
	}
	n := min(int64(len(b)), p.size-p.read)
	copy(b[:n], strconv.FormatInt(p.read, 10))
	if half := p.size / 2; p.read < half && p.read+n >= half {
		p.at()
	}
	p.read += n
	return int(n), nil
}

// send makes a request with a body that is read as it is sent.
func (f *fixture) send(t *testing.T, method, url string, body *pattern, header ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = body.size
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := f.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res
}

// Not in parallel: it looks at the heap of the whole process.
func TestLargeFilesStayOutOfMemory(t *testing.T) {
	const (
		size  = 96 << 20
		slice = 50 << 20 / (320 << 10) * (320 << 10)
		bound = size / 5
	)
	f := setup(t, cabinet())
	peak := heapOf(func(at func()) {
		res := f.send(t, "PUT", f.URL()+"/v1.0/me/drive/root:/put.bin:/content", &pattern{size: size, at: at},
			"Authorization", "Bearer "+f.token, "Content-Type", "application/octet-stream")
		if at(); res.StatusCode != http.StatusCreated {
			t.Fatalf("PUT = %d", res.StatusCode)
		}
		url := f.do(t, "POST", "/me/drive/root:/sliced.bin:/createUploadSession", "{}").json(t)["uploadUrl"].(string)
		for from := int64(0); from < size; from += slice {
			n := min(slice, size-from)
			res = f.send(t, "PUT", url, &pattern{size: n, at: at}, "Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, from+n-1, size))
			at()
		}
		if res.StatusCode != http.StatusCreated {
			t.Fatalf("the last slice = %d", res.StatusCode)
		}
		f.download(t, "/me/drive/root:/put.bin", size, at)
		f.download(t, "/me/drive/root:/sliced.bin", size, at)
	})
	if peak > bound {
		t.Errorf("%d MiB of content took %d MiB of memory, want at most %d", size>>20, peak>>20, bound>>20)
	}
}

// download reads a file to its end and forgets it. It calls at on the way.
func (f *fixture) download(t *testing.T, item string, size int64, at func()) {
	t.Helper()
	url := f.get(t, item)["@microsoft.graph.downloadUrl"].(string)
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := f.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	half, err := io.CopyN(io.Discard, res.Body, size/2)
	at()
	rest, err2 := io.Copy(io.Discard, res.Body)
	if got := half + rest; err != nil || err2 != nil || got != size {
		t.Errorf("a download of %s gave %d bytes of %d, %v, %v", item, got, size, err, err2)
	}
}
