package m365graph_test

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/m365go/sdk/m365graph"
)

func TestDownloadReadsTheRangeAskedFor(t *testing.T) {
	t.Parallel()
	const file = "0123456789"
	ranged := func(r *http.Request) *http.Response {
		switch r.Header.Get("Range") {
		case "bytes=3-":
			return reply(206, file[3:], "Content-Range", "bytes 3-9/10")
		case "bytes=3-5":
			return reply(206, file[3:6], "Content-Range", "bytes 3-5/10")
		case "bytes=0-1":
			return reply(206, file[:2], "Content-Range", "bytes 0-1/*")
		case "":
			return reply(200, file, "ETag", `"{1},2"`)
		}
		return graphError(416, "invalidRange")
	}
	whole := func(*http.Request) *http.Response { return reply(200, file, "ETag", `"{1},2"`) }
	for _, tt := range []struct {
		offset, length int64
		want           string
		size           int64
	}{{0, 0, file, 10}, {3, 0, "3456789", 10}, {3, 3, "345", 10}, {0, 2, "01", -1}} {
		for name, answer := range map[string]func(*http.Request) *http.Response{"ranges": ranged, "no ranges": whole} {
			for _, redirect := range []bool{true, false} {
				w := &wire{answer: func(_ int, r *http.Request) (*http.Response, error) {
					if r.URL.Host == "graph.microsoft.com" && redirect {
						return reply(302, "", "Location", "https://contoso.sharepoint.com/d?tempauth=x"), nil
					}
					if redirect && r.Header.Get("Authorization") != "" {
						t.Error("the content host was sent the token")
					}
					return answer(r), nil
				}}
				d, err := setup(t, w).Download(t.Context(), m365graph.P("me", "x", "content"), &m365graph.DownloadOptions{Offset: tt.offset, Length: tt.length})
				if err != nil {
					t.Fatalf("%s, offset %d, length %d: %v", name, tt.offset, tt.length, err)
				}
				body, err := io.ReadAll(d)
				_ = d.Close()
				if err != nil || string(body) != tt.want || d.Length != int64(len(tt.want)) {
					t.Errorf("%s, offset %d, length %d = %q (Length %d), %v, want %q", name, tt.offset, tt.length, body, d.Length, err, tt.want)
				}
				if d.Size != 10 && (d.Size != tt.size || name != "ranges") {
					t.Errorf("%s, offset %d, length %d: Size = %d, want %d", name, tt.offset, tt.length, d.Size, tt.size)
				}
			}
		}
	}
}

func TestDownloadRefusesBytesFromElsewhere(t *testing.T) {
	t.Parallel()
	for name, resp := range map[string]func() *http.Response{
		"another start": func() *http.Response { return reply(206, "xyz", "Content-Range", "bytes 2-4/10") },
		"no start":      func() *http.Response { return reply(206, "xyz") },
		"nonsense":      func() *http.Response { return reply(206, "xyz", "Content-Range", "bytes x-y/z") },
		"short file":    func() *http.Response { return reply(200, "01") },
		"a shorter end": func() *http.Response { return reply(206, "3", "Content-Range", "bytes 3-3/10") },
		"compressed": func() *http.Response {
			return reply(206, "345", "Content-Range", "bytes 3-9/10", "Content-Encoding", "gzip")
		},
		"no content":    func() *http.Response { return reply(204, "") },
		"not modified":  func() *http.Response { return reply(304, "") },
		"no location":   func() *http.Response { return reply(302, "<html>sign in</html>") },
		"no such range": func() *http.Response { return reply(206, "345", "Content-Range", "bytes 3-9/5") },
		"416":           func() *http.Response { return graphError(416, "invalidRange") },
	} {
		w := &wire{answer: func(_ int, r *http.Request) (*http.Response, error) {
			if r.URL.Host == "graph.microsoft.com" {
				return reply(302, "", "Location", "https://contoso.sharepoint.com/d"), nil
			}
			return resp(), nil
		}}
		if d, err := setup(t, w).Download(t.Context(), m365graph.P("me", "x", "content"), &m365graph.DownloadOptions{Offset: 3}); err == nil {
			t.Errorf("%s: Download = %+v, want an error", name, d)
		}
	}
}

// The server says how much there is and sends less, without a length of its own.
func TestADownloadThatEndsTooSoonIsAnError(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(_ int, r *http.Request) (*http.Response, error) {
		if r.URL.Host == "graph.microsoft.com" {
			return reply(302, "", "Location", "https://contoso.sharepoint.com/d"), nil
		}
		resp := reply(206, "345", "Content-Range", "bytes 3-9/10")
		resp.ContentLength = -1
		return resp, nil
	}}
	d, err := setup(t, w).Download(t.Context(), m365graph.P("me", "x", "content"), &m365graph.DownloadOptions{Offset: 3})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(d); !errors.Is(err, io.ErrUnexpectedEOF) || string(got) != "345" {
		t.Errorf("ReadAll = %q, %v, want the bytes and ErrUnexpectedEOF", got, err)
	}
	if _, err := setup(t, w).Download(t.Context(), m365graph.P("x"), &m365graph.DownloadOptions{Offset: 1, Length: 1<<63 - 1}); err == nil {
		t.Error("a range beyond all files was taken")
	}
}
