package files_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/files"
	"github.com/m365go/sdk/m365graph/graphtest"
)

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
		patch            string // of the item that the drive answers with
		mismatch, change bool
	}{
		"the same":                     {item("a.pdf", "business", quickXor(data)), false, false},
		"damaged":                      {item("a.pdf", "business", other), true, false},
		"no hash yet":                  {item("a.pdf", "business", ""), false, false},
		"no file":                      {`{"id":"01ABC","file":null}`, false, false},
		"a document of SharePoint":     {item("a.DOCX", "documentLibrary", other), false, true},
		"a document of a business":     {item("a.xlsx", "business", other), false, true},
		"a document of who knows what": {`{"id":"01ABC","name":"a.pptx","parentReference":null,"file":{"hashes":{"quickXorHash":"` + other + `"}}}`, false, true},
		"a document in a private home": {item("a.docx", "personal", other), true, false},
		"a document left as it is":     {item("a.docx", "business", quickXor(data)), false, false},
	} {
		for _, o := range []*files.UploadOptions{nil, {Began: func(*m365graph.UploadSession) error { return nil }}} {
			c, x := setup(t)
			route := putContent
			if o != nil {
				route = sliceRoute
			}
			if err := x.Graph.Fail(graphtest.Fault{Route: route, Patch: tt.patch}); err != nil {
				t.Fatal(err)
			}
			got, err := c.Upload(t.Context(), files.ByPath("a"), bytes.NewReader(data), int64(len(data)), o)
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
	for _, fault := range []graphtest.Fault{{Body: `{}`}, {Body: `null`}, {JSON: graphtest.JSONEmpty}} {
		c, x := setup(t)
		fault.Count = -1
		if err := x.Graph.Fail(fault); err != nil {
			t.Fatal(err)
		}
		if item, err := c.Upload(t.Context(), files.ByPath("a"), strings.NewReader("x"), 1, nil); err == nil {
			t.Errorf("Upload answered with %+v = %+v, want an error", fault, item)
		}
	}
}

// exampleDrive is a drive of the emulator, and a client of yours in front of it.
func exampleDrive() (*files.Client, *graphtest.Server) {
	const owner = "sales@contoso.example"
	issuer, err := entratest.New(&entratest.Options{InMemory: true, Users: []entratest.User{{UPN: owner}}})
	if err != nil {
		panic(err)
	}
	graph, err := graphtest.New(&graphtest.Options{InMemory: true, Keys: issuer.Key, Tenant: &graphtest.Tenant{
		ID: issuer.TenantID(), Users: []*graphtest.User{{ID: issuer.Users()[0].ID, UserPrincipalName: owner}},
	}})
	if err != nil {
		panic(err)
	}
	token, err := issuer.Token(owner, "Files.ReadWrite")
	if err != nil {
		panic(err)
	}
	client, err := m365graph.New(m365auth.Static(token), &m365graph.Options{HTTPClient: graph.Client()})
	if err != nil {
		panic(err)
	}
	return files.New(client), graph
}

func ExampleErrHashMismatch() {
	drive, graph := exampleDrive()
	if err := graph.Fail(graphtest.Fault{Patch: `{"id":"01ABC","file":{"hashes":{"quickXorHash":"AAAAAAAAAAAAAAAAAAAAAAAAAAA="}}}`}); err != nil {
		panic(err)
	}
	_, err := drive.Upload(context.Background(), files.ByPath("a.bin"), strings.NewReader("J"), 1, nil)
	if errors.Is(err, files.ErrHashMismatch) {
		fmt.Println(err)
	}
	// Output: files: upload: the item 01ABC has the hash AAAAAAAAAAAAAAAAAAAAAAAAAAA=, and what was sent SgAAAAAAAAAAAAAAAQAAAAAAAAA=
}
