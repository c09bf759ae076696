package files_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/files"
)

// drive answers each upload with the same item.
type drive string

func (d drive) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	body := string(d)
	if r.Method == http.MethodPost {
		body = `{"uploadUrl":"https://contoso.sharepoint.com/up"}`
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func TestUploadComparesHashes(t *testing.T) {
	t.Parallel()
	data := []byte("what was sent")
	item := func(name, driveType, hash string) string {
		b, err := json.Marshal(map[string]any{
			"id": "01ABC", "name": name, "size": 99, "parentReference": map[string]string{"driveType": driveType},
			"file": map[string]any{"hashes": map[string]string{"quickXorHash": hash}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	other := quickXor([]byte("what is stored"))
	for name, tt := range map[string]struct {
		answer           string
		mismatch, change bool
	}{
		"the same":                     {item("a.pdf", "business", quickXor(data)), false, false},
		"damaged":                      {item("a.pdf", "business", other), true, false},
		"no hash yet":                  {item("a.pdf", "business", ""), false, false},
		"no file":                      {`{"id":"01ABC"}`, false, false},
		"a document of SharePoint":     {item("a.DOCX", "documentLibrary", other), false, true},
		"a document of a business":     {item("a.xlsx", "business", other), false, true},
		"a document of who knows what": {`{"id":"01ABC","name":"a.pptx","file":{"hashes":{"quickXorHash":"` + other + `"}}}`, false, true},
		"a document in a private home": {item("a.docx", "personal", other), true, false},
		"a document left as it is":     {item("a.docx", "business", quickXor(data)), false, false},
	} {
		for _, o := range []*files.UploadOptions{nil, {Began: func(*m365graph.UploadSession) error { return nil }}} {
			graph, err := m365graph.New(m365auth.Static("token"), &m365graph.Options{HTTPClient: &http.Client{Transport: drive(tt.answer)}})
			if err != nil {
				t.Fatal(err)
			}
			got, err := files.New(graph).Upload(t.Context(), files.ByPath("a"), bytes.NewReader(data), int64(len(data)), o)
			var differ *files.HashError
			if errors.Is(err, files.ErrHashMismatch) != tt.mismatch || (err != nil) != tt.mismatch || (got != nil) == tt.mismatch {
				t.Errorf("%s: Upload = %+v, %v, want a mismatch: %t", name, got, err, tt.mismatch)
			}
			if got != nil && got.Rewritten != tt.change {
				t.Errorf("%s: Rewritten = %t, want %t", name, got.Rewritten, tt.change)
			}
			want := files.HashError{ItemID: "01ABC", Sent: quickXor(data), Stored: other}
			if errors.As(err, &differ) && (*differ != want || !strings.Contains(err.Error(), want.Sent) || !strings.Contains(err.Error(), want.Stored) || !strings.Contains(err.Error(), "01ABC")) {
				t.Errorf("%s: %v, want %+v", name, err, want)
			}
		}
	}
}

func TestAnAnswerWithoutAnItemIsAnError(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{`{}`, `null`, ``} {
		graph, err := m365graph.New(m365auth.Static("token"), &m365graph.Options{HTTPClient: &http.Client{Transport: drive(answer)}})
		if err != nil {
			t.Fatal(err)
		}
		if item, err := files.New(graph).Upload(t.Context(), files.ByPath("a"), strings.NewReader("x"), 1, nil); err == nil {
			t.Errorf("Upload answered with %q = %+v, want an error", answer, item)
		}
	}
}

func ExampleErrHashMismatch() {
	graph, err := m365graph.New(m365auth.Static("token"), &m365graph.Options{HTTPClient: &http.Client{
		Transport: drive(`{"id":"01ABC","file":{"hashes":{"quickXorHash":"AAAAAAAAAAAAAAAAAAAAAAAAAAA="}}}`),
	}})
	if err != nil {
		panic(err)
	}
	_, err = files.New(graph).Upload(context.Background(), files.ByPath("a.bin"), strings.NewReader("J"), 1, nil)
	if errors.Is(err, files.ErrHashMismatch) {
		fmt.Println(err)
	}
	// Output: files: upload: the item 01ABC has the hash AAAAAAAAAAAAAAAAAAAAAAAAAAA=, and what was sent SgAAAAAAAAAAAAAAAQAAAAAAAAA=
}
