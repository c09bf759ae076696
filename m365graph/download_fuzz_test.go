package m365graph_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// Whatever a host says of a range, the bytes that are taken are those asked for.
func FuzzContentRange(f *testing.F) {
	f.Add("bytes 3-5/10", 3, 3)
	f.Add("bytes 3-9/10", 3, 0)
	f.Add("Bytes 3-9/*", 3, 0)
	f.Add("bytes 0-2/10", 3, 3)
	f.Add("bytes +3-5/10", 3, 3)
	f.Add("bytes */10", 0, 0)
	f.Add("bytes 3-5/99999999999999999999", 3, 3)
	f.Add("bytes=3-5/10", 3, 3)
	f.Add("items 3-5/10", 3, 3)
	const file = "0123456789"
	issuer := testtenant.Issuer(f)
	f.Fuzz(func(t *testing.T, contentRange string, offset, length int) {
		if offset < 0 || offset >= len(file) || length < 0 || length > len(file) || offset+length == 0 {
			return
		}
		want := file[offset:]
		if length > 0 {
			want = want[:min(length, len(want))]
		}
		d := newDrive(t, issuer, file, func(q question, f *graphtest.Fault) {
			f.Status, f.Body = 206, want
			header("Content-Range", contentRange)(q, f)
		})
		part, err := d.client(t).Download(t.Context(), filePath, &m365graph.DownloadOptions{Offset: int64(offset), Length: int64(length)})
		if err != nil {
			return
		}
		defer part.Close()
		got, err := io.ReadAll(part)
		var from, to, size int
		n, _ := fmt.Sscanf(contentRange, "bytes %d-%d/%d", &from, &to, &size)
		if err != nil || string(got) != want || part.Length != int64(len(want)) || n > 0 && from != offset {
			t.Errorf("Content-Range %q for %d+%d = %q (Length %d), %v", contentRange, offset, length, got, part.Length, err)
		}
	})
}
