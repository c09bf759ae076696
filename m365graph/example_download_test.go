package m365graph_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/m365go/sdk/m365graph"
)

// withFile is a client whose OneDrive holds a file.
func withFile(path, content string) *m365graph.Client {
	client, _ := emulated()
	_, err := client.Do(context.Background(), &m365graph.Request{
		Method: http.MethodPut, Path: m365graph.P("me", "drive", "root").At(path).Join("content"),
		Content: &m365graph.Content{
			Length: int64(len(content)), Type: "application/octet-stream",
			Open: func() (io.Reader, error) { return strings.NewReader(content), nil },
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	return client
}

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
	client := withFile("Reports/2026.zip", exampleArchive())
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
	client := withFile("digits.txt", "0123456789")
	d, err := client.Download(context.Background(), m365graph.P("me", "drive", "root").At("digits.txt").Join("content"), &m365graph.DownloadOptions{Offset: 6})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	rest, err := io.ReadAll(d)
	fmt.Printf("%s of %d bytes, %s, %v\n", rest, d.Size, d.ContentType, err)
	// Output: 6789 of 10 bytes, text/plain, <nil>
}

// A large file comes in several parts at once.
func ExampleClient_DownloadTo() {
	client := withFile("report.txt", strings.Repeat("x", 1000))
	file, err := os.CreateTemp("", "report-*")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(file.Name())
	defer file.Close()
	info, err := client.DownloadTo(context.Background(), m365graph.P("me", "drive", "root").At("report.txt").Join("content"), file, &m365graph.DownloadOptions{
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
