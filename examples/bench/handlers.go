package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/m365go/sdk/m365graph/files"
)

// graphHandler is as much of Graph as the rows ask for, in bytes that stand
// ready: the client is held against net/http, and what an emulator does for each
// answer would count for both and hide the difference. The content of its one item
// lies at the given root.
func graphHandler(s setting, content string, item func() []byte) http.Handler {
	mux := http.NewServeMux()
	var once sync.Once
	var pages [][]byte
	mux.HandleFunc("GET /v1.0/me/messages", func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { pages = newPages("https://"+r.Host+"/v1.0", s.Messages) })
		skip, err := strconv.Atoi("0" + r.URL.Query().Get("$skip"))
		if err != nil || skip/pageSize >= len(pages) {
			http.NotFound(w, r)
			return
		}
		answer(w, http.StatusOK, pages[skip/pageSize])
	})
	mux.HandleFunc("POST /v1.0/$batch", answerBatch)
	mux.HandleFunc("POST /v1.0/me/drive/root:/{file}/createUploadSession", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, fmt.Appendf(nil, `{"uploadUrl":"%s/upload","expirationDateTime":"2099-01-01T00:00:00Z"}`, content))
	})
	mux.HandleFunc("GET /v1.0/me/drive/root:/{file}", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, item())
	})
	mux.HandleFunc("GET /v1.0/me/drive/root:/{file}/content", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", content+"/download")
		w.WriteHeader(http.StatusFound)
	})
	return late(s.Latency, mux)
}

func answer(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json;odata.metadata=minimal")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("request-id", "8b9d5c9e-9f0e-4f5e-8d2c-6e9a1e6f2a10")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// late answers after a while.
func late(latency time.Duration, next http.Handler) http.Handler {
	if latency == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(latency):
			next.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	})
}

// contentHandler takes files and gives one, as fast as it can.
func contentHandler(s setting, item func() []byte) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /upload", func(w http.ResponseWriter, r *http.Request) { takeSlice(w, r, item) })
	mux.HandleFunc("GET /download", func(w http.ResponseWriter, r *http.Request) { giveFile(w, r, s.Size) })
	return mux
}

// takeSlice reads a slice to its end and says which comes next, as OneDrive does.
func takeSlice(w http.ResponseWriter, r *http.Request, item func() []byte) {
	var from, to, size int64
	if _, err := fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &size); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	n, err := drain(r.Body)
	switch {
	case err != nil || n != to-from+1:
		http.Error(w, fmt.Sprintf("%d bytes: %v", n, err), http.StatusBadRequest)
	case to+1 < size:
		answer(w, http.StatusAccepted, fmt.Appendf(nil, `{"expirationDateTime":"2099-01-01T00:00:00Z","nextExpectedRanges":["%d-"]}`, to+1))
	default:
		answer(w, http.StatusCreated, item())
	}
}

// newItem is what the drive says of a sparse file of that many bytes.
func newItem(size int64) []byte {
	sum := files.NewQuickXorHash()
	_, _ = io.Copy(sum, io.NewSectionReader(sparse(size), 0, size)) // neither fails
	return fmt.Appendf(nil, `{"id":"01BYE5RZ","name":%q,"size":%d,"eTag":%q,"file":{"hashes":{"quickXorHash":%q}}}`,
		fileName, size, eTag, base64.StdEncoding.EncodeToString(sum.Sum(nil)))
}

const eTag = `"{4C5D},1"`

// giveFile sends size bytes, or the range of them that is asked for.
func giveFile(w http.ResponseWriter, r *http.Request, size int64) {
	from, to, status := int64(0), size-1, http.StatusOK
	if span, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok {
		first, last, _ := strings.Cut(span, "-")
		from, _ = strconv.ParseInt(first, 10, 64)
		if n, err := strconv.ParseInt(last, 10, 64); err == nil {
			to = min(n, to)
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, size))
		status = http.StatusPartialContent
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.FormatInt(to-from+1, 10))
	w.Header().Set("ETag", eTag)
	w.Header().Set("Accept-Ranges", "bytes")
	w.WriteHeader(status)
	for at := from; at <= to; {
		n := min(int64(len(block))-at%int64(len(block)), to+1-at, 256<<10)
		if _, err := w.Write(block[at%int64(len(block)):][:n]); err != nil {
			return
		}
		at += n
	}
}

// drain reads r to its end, through a buffer larger than io.Discard's own.
func drain(r io.Reader) (int64, error) {
	return io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, make([]byte, 64<<10))
}
