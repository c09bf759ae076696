package m365graph_test

import (
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// step says what becomes of one request to an upload session: what the answer is
// in place of the emulator's own, or the error of a transport.
type step func(f *graphtest.Fault) error

func says(status int, body string, headers ...string) step {
	return func(f *graphtest.Fault) error {
		f.Status, f.Body, f.Header = status, body, http.Header{}
		if body == "" {
			f.JSON = graphtest.JSONEmpty
		}
		for i := 0; i < len(headers); i += 2 {
			f.Header.Set(headers[i], headers[i+1])
		}
		return nil
	}
}

func refuses(status int, code string, headers ...string) step {
	return func(f *graphtest.Fault) error {
		_ = says(status, "", headers...)(f)
		f.Code, f.JSON = code, graphtest.JSONWhole
		return nil
	}
}

func expects(status int, ranges ...string) step {
	return says(status, fmt.Sprintf(`{"nextExpectedRanges":["%s"]}`, strings.Join(ranges, `","`)))
}

// passes leaves the answer to the emulator.
func passes(*graphtest.Fault) error { return nil }

func cut(f *graphtest.Fault) error {
	f.Cut = graphtest.CutBefore
	return nil
}

// stalls is a host that never answers.
func stalls(f *graphtest.Fault) error {
	f.Cut = graphtest.CutStall
	return nil
}

// after has the request carried out before the answer is spoiled.
func after(s step) step {
	return func(f *graphtest.Fault) error {
		f.After = true
		return s(f)
	}
}

// a slice that a gateway had no time for
type slow struct{}

func (slow) Error() string   { return "no answer in time" }
func (slow) Timeout() bool   { return true }
func (slow) Temporary() bool { return true }

// timesOut is below HTTP: no server can say it.
func timesOut(*graphtest.Fault) error { return slow{} }

var created = says(201, `{"id":"done"}`)

// talk is an emulated drive whose upload session answers by a script; the last
// answer is repeated.
type talk struct {
	*testtenant.Tenant
	steps  []step
	before func() // each request; nil: nothing happens then

	mu    sync.Mutex
	asked []string
}

func newTalk(t testing.TB, issuer *entratest.Server, steps ...step) *talk {
	t.Helper()
	return &talk{Tenant: testtenant.InMemory(t, issuer, ownerOfOne()), steps: steps}
}

// wiredTalk is over a real connection, which ends with what it carries.
func wiredTalk(t testing.TB) *talk {
	t.Helper()
	return &talk{Tenant: testtenant.Start(t, ownerOfOne()), steps: []step{passes}}
}

// ownerOfOne has one file.
func ownerOfOne() *graphtest.User {
	file := &graphtest.DriveItem{ID: "1", Name: fileName, Content: []byte("old")}
	return &graphtest.User{Drive: &graphtest.Drive{Items: []*graphtest.DriveItem{file}}}
}

func (k *talk) RoundTrip(r *http.Request) (*http.Response, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.before != nil {
		k.before()
	}
	what := r.Method
	if span, ok := strings.CutPrefix(r.Header.Get("Content-Range"), "bytes "); ok {
		what += " " + span
	}
	k.asked = append(k.asked, what)
	var f graphtest.Fault
	if err := k.steps[min(len(k.asked), len(k.steps))-1](&f); err != nil {
		return nil, err
	}
	if !reflect.ValueOf(f).IsZero() {
		if err := k.Graph.Fail(f); err != nil {
			return nil, err
		}
	}
	return k.HTTP.Transport.RoundTrip(r)
}

// client asks by the script.
func (k *talk) client(t *testing.T) *m365graph.Client {
	t.Helper()
	return newClient(t, k.Tokens(), &m365graph.Options{Cloud: k.Cloud, HTTPClient: &http.Client{Transport: k}})
}

func (k *talk) log() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return strings.Join(k.asked, ", ")
}

var sessionPath = m365graph.P("me", "drive", "items", "1", "createUploadSession")

// fresh is a client and a session that it has just begun.
func (k *talk) fresh(t *testing.T) (*m365graph.Client, *m365graph.UploadSession) {
	t.Helper()
	script := k.steps
	k.steps = []step{passes}
	c := k.client(t)
	s, err := c.CreateUploadSession(t.Context(), sessionPath, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	k.steps, k.asked = script, nil
	return c, s
}

// content is what the file holds now.
func (k *talk) content(t *testing.T) []byte {
	t.Helper()
	f, err := k.Client.Download(t.Context(), filePath, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// session is one that was begun elsewhere.
func (k *talk) session(t *testing.T) *m365graph.UploadSession {
	t.Helper()
	_, s := k.fresh(t)
	return &m365graph.UploadSession{URL: s.URL}
}
