package graphtest_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

// squeeze compresses a body as Microsoft's SDKs do.
func squeeze(t *testing.T, body string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(body)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCompressedBodies(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	folder := `{"displayName":"Squeezed"}`
	whole := squeeze(t, folder)
	for _, test := range []struct {
		name, coding, body string
		status             int
	}{
		{"gzip", "gzip", whole, 201},
		{"in capitals", "GZIP", squeeze(t, `{"displayName":"Capital"}`), 201},
		{"not compressed", "identity", `{"displayName":"Plain"}`, 201},
		{"another coding", "br", folder, 415},
		{"two codings", "gzip, gzip", squeeze(t, whole), 415},
		{"said, not done", "gzip", folder, 400},
		{"done, not said", "", whole, 400},
		{"cut short", "gzip", whole[:len(whole)-6], 400},
		{"a bomb", "gzip", squeeze(t, strings.Repeat(" ", 64<<20)), 413},
	} {
		a := f.do(t, "POST", "/me/mailFolders", test.body, "Content-Encoding", test.coding)
		if a.status != test.status {
			t.Errorf("%s = %d %s, want %d", test.name, a.status, a.body, test.status)
		}
	}
	file := strings.Repeat("compressible ", 1000)
	if a := f.do(t, "PUT", "/me/drive/root:/a.txt:/content", squeeze(t, file), "Content-Encoding", "gzip", "Content-Type", "text/plain"); a.status != 201 || a.json(t)["size"] != float64(len(file)) {
		t.Errorf("a compressed file = %d %s, want it whole", a.status, a.body)
	}
}
