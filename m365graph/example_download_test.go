package m365graph_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

// exampleDrive answers for Graph and for the host that serves content, so that
// the examples run without a tenant.
func exampleDrive(content string) *m365graph.Client {
	answer := func(r *http.Request) *http.Response {
		if r.URL.Host == "graph.microsoft.com" {
			return reply(302, "", "Location", "https://contoso.sharepoint.com/download?tempauth=…")
		}
		var w responseBuffer
		w.header = http.Header{"Etag": {`"{1},2"`}}
		http.ServeContent(&w, r, "", time.Time{}, strings.NewReader(content))
		resp := reply(w.status, w.String())
		resp.Header = w.header
		return resp
	}
	client, err := m365graph.New(m365auth.Static("token"), &m365graph.Options{
		HTTPClient: &http.Client{Transport: &wire{answer: func(_ int, r *http.Request) (*http.Response, error) { return answer(r), nil }}},
	})
	if err != nil {
		panic(err)
	}
	return client
}

// responseBuffer is an answer in the making.
type responseBuffer struct {
	bytes.Buffer
	header http.Header
	status int
}

func (w *responseBuffer) Header() http.Header    { return w.header }
func (w *responseBuffer) WriteHeader(status int) { w.status = status }

func exampleArchive() string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"2026/January.csv", "2026/February.csv"} {
		e, err := z.Create(name)
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(e, "a;b\n")
	}
	_ = z.Close()
	return b.String()
}

// The entries of an archive in OneDrive are listed without downloading it: only
// the blocks that hold its table of contents are fetched.
func ExampleClient_OpenFile() {
	client := exampleDrive(exampleArchive())
	f, err := client.OpenFile(context.Background(), m365graph.P("me", "drive", "root").At("Reports/2026.zip").Join("content"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	archive, err := zip.NewReader(f, f.Size())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, entry := range archive.File {
		fmt.Println(entry.Name, entry.UncompressedSize64)
	}
	// Output:
	// 2026/January.csv 4
	// 2026/February.csv 4
}

// A stream goes on by itself where its connection is cut.
func ExampleClient_Download() {
	client := exampleDrive("0123456789")
	d, err := client.Download(context.Background(), m365graph.P("me", "drive", "items", "01ABC", "content"), &m365graph.DownloadOptions{Offset: 6})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	rest, err := io.ReadAll(d)
	fmt.Printf("%s of %d bytes, version %s, %v\n", rest, d.Size, d.ETag, err)
	// Output: 6789 of 10 bytes, version "{1},2", <nil>
}

// A large file comes in several parts at once.
func ExampleClient_DownloadTo() {
	client := exampleDrive(strings.Repeat("x", 1000))
	file, err := os.CreateTemp("", "report-*")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(file.Name())
	defer file.Close()
	info, err := client.DownloadTo(context.Background(), m365graph.P("me", "drive", "items", "01ABC", "content"), file, &m365graph.DownloadOptions{
		Progress: func(received, total int64) { fmt.Println(received, "of", total) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(info.Length, "bytes")
	// Output:
	// 1000 of 1000
	// 1000 bytes
}
