package files_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/files"
)

// scripted answers from a function and remembers what it was asked.
type scripted struct {
	answer func(r *http.Request, body string) (status int, location, text string)

	mu   sync.Mutex
	seen []string
}

func (s *scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			return nil, err
		}
		body = string(b)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, r.Method+" "+r.URL.String()+" "+body)
	status, location, text := s.answer(r, body)
	h := http.Header{"Etag": {`"1"`}}
	if location != "" {
		h.Set("Location", location)
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text))}, nil
}

func (s *scripted) count(part string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range s.seen {
		if strings.Contains(line, part) {
			n++
		}
	}
	return n
}

func (s *scripted) client(t *testing.T) *files.Client {
	t.Helper()
	graph, err := m365graph.New(m365auth.Static("token"), &m365graph.Options{HTTPClient: &http.Client{Transport: s}})
	if err != nil {
		t.Fatal(err)
	}
	return files.New(graph)
}

// lying has a file of ten digits, and says one thing after another of it.
func lying(t *testing.T, items ...string) (*files.Client, *scripted) {
	t.Helper()
	s := &scripted{answer: func(r *http.Request, _ string) (int, string, string) {
		switch {
		case r.URL.Host != "graph.microsoft.com":
			return 200, "", "0123456789"
		case strings.HasSuffix(r.URL.Path, "/content"):
			return 302, "https://contoso.sharepoint.com/d", ""
		}
		item := items[0]
		items = items[min(1, len(items)-1):]
		return 200, "", item
	}}
	return s.client(t), s
}

func quickXorOf(data string) string {
	h := files.NewQuickXorHash()
	_, _ = io.WriteString(h, data)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// copying is a drive whose copies end as the last of states says.
func copying(states ...string) *scripted {
	return &scripted{answer: func(r *http.Request, _ string) (int, string, string) {
		switch path := r.URL.Path; {
		case r.URL.Host == "contoso.sharepoint.com":
			text := states[0]
			states = states[min(1, len(states)-1):]
			return 200, "", text
		case strings.HasSuffix(path, "/copy"):
			return 202, "https://contoso.sharepoint.com/_api/monitor/1?tempauth=secret", ""
		case strings.HasSuffix(path, "/items/made"):
			return 200, "", `{"id":"made","name":"copy.txt"}`
		}
		return 200, "", `{"id":"folder","folder":{},"parentReference":{"driveId":"b!1"}}`
	}}
}

func TestCopyWaitsForWhatItMade(t *testing.T) {
	t.Parallel()
	s := copying(`{"status":"completed","percentageComplete":100,"resourceId":"made"}`)
	var progress []float64
	var began m365auth.Secret
	item, err := s.client(t).Copy(t.Context(), files.ByID("1"), files.ByPath("Reports"), "copy.txt", &files.CopyOptions{
		Conflict: files.Rename,
		Progress: func(p float64) { progress = append(progress, p) },
		Began:    func(r *m365graph.Response) { began = r.Monitor() },
	})
	if err != nil || item.ID != "made" || began.Reveal() != "https://contoso.sharepoint.com/_api/monitor/1?tempauth=secret" {
		t.Fatalf("Copy = %+v, %v, began %q", item, err, began.Reveal())
	}
	const root = "https://graph.microsoft.com/v1.0/me/drive/"
	if diff := cmp.Diff([]string{
		"GET " + root + "root:/Reports ",
		"POST " + root + "items/1/copy?@microsoft.graph.conflictBehavior=rename " + `{"parentReference":{"driveId":"b!1","id":"folder"},"name":"copy.txt"}`,
		"GET https://contoso.sharepoint.com/_api/monitor/1?tempauth=secret ",
		"GET " + root + "items/made ",
	}, s.seen); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]float64{100}, progress); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

func TestACopyThatIsNotMadeSaysWhy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		state string
		want  error
		maybe bool
	}{
		"the name is taken": {`{"status":"failed","errorCode":"nameAlreadyExists"}`, m365graph.ErrConflict, false},
		"no id":             {`{"status":"completed"}`, nil, false},
		"an unreadable end": {`<html>`, m365graph.ErrAmbiguous, true},
	} {
		s := copying(tt.state)
		item, err := s.client(t).Copy(t.Context(), files.ByID("1"), files.Root(), "", nil)
		if err == nil || item != nil || tt.want != nil && !errors.Is(err, tt.want) || errors.Is(err, m365graph.ErrAmbiguous) != tt.maybe {
			t.Errorf("%s: Copy = %+v, %v, want %v", name, item, err, tt.want)
		}
		if n := s.count("conflictBehavior=fail"); n != 1 {
			t.Errorf("%s: %d copies were begun, want 1, not to replace anything", name, n)
		}
	}
	s := copying(`{"status":"inProgress"}`)
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := s.client(t).Copy(ctx, files.ByID("1"), files.Root(), "", &files.CopyOptions{Began: func(*m365graph.Response) { cancel() }}); !errors.Is(err, m365graph.ErrAmbiguous) || !errors.Is(err, context.Canceled) {
		t.Errorf("a copy left alone = %v, want ErrAmbiguous and Canceled", err)
	}
	if _, err := s.client(t).Copy(t.Context(), files.Root(), files.Root(), "", nil); err == nil {
		t.Error("the root was copied")
	}
}

// A name or a drive that is not known is left out, not sent empty.
func TestCopySendsNoEmptyName(t *testing.T) {
	t.Parallel()
	var sent map[string]json.RawMessage
	s := &scripted{answer: func(r *http.Request, body string) (int, string, string) {
		if r.Method == http.MethodPost {
			_ = json.Unmarshal([]byte(body), &sent)
			return 409, "", `{"error":{"code":"nameAlreadyExists"}}`
		}
		return 200, "", `{"id":"folder"}`
	}}
	if _, err := s.client(t).Copy(t.Context(), files.ByID("1"), files.Root(), "", nil); !errors.Is(err, m365graph.ErrConflict) {
		t.Errorf("Copy = %v, want ErrConflict", err)
	}
	if _, ok := sent["name"]; ok || string(sent["parentReference"]) != `{"id":"folder"}` {
		t.Errorf("sent %s, want the folder's id alone", sent)
	}
}
