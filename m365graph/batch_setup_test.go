package m365graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// sentItem is an item as a batch carries it.
type sentItem struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	DependsOn []string          `json:"dependsOn"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
}

// sentBatch is one request to $batch.
type sentBatch struct {
	at    time.Duration // since the first
	items []sentItem
	size  int
	token string
}

func (b sentBatch) ids() []string {
	var ids []string
	for _, it := range b.items {
		ids = append(ids, it.ID)
	}
	return ids
}

// batchWay is the way to an emulator. It notes the batches that go over it, and
// passes them on.
type batchWay struct {
	http.RoundTripper
	latency time.Duration
	closed  bool // to the first, which finds no connection

	mu       sync.Mutex
	start    time.Time
	batches  []sentBatch
	flying   int
	together int // the most requests at once
}

func (w *batchWay) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Path != "/v1.0/$batch" {
		return w.RoundTripper.RoundTrip(req)
	}
	body, err := io.ReadAll(req.Body)
	_ = req.Body.Close()
	if err == nil {
		err = w.enter(req, body)
	}
	if err != nil {
		return nil, err
	}
	defer w.leave()
	if w.latency > 0 {
		select {
		case <-time.After(w.latency):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
	req = req.Clone(req.Context())
	req.Body = io.NopCloser(bytes.NewReader(body))
	return w.RoundTripper.RoundTrip(req)
}

func (w *batchWay) enter(req *http.Request, body []byte) error {
	var wire struct {
		Requests []sentItem `json:"requests"`
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.start.IsZero() {
		w.start = time.Now()
	}
	w.batches = append(w.batches, sentBatch{time.Since(w.start), wire.Requests, len(body), req.Header.Get("Authorization")})
	if w.closed && len(w.batches) == 1 {
		return errDial()
	}
	w.flying++
	w.together = max(w.together, w.flying)
	return nil
}

func (w *batchWay) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flying--
}

// sent is how often an item was sent.
func (w *batchWay) sent(id string) int {
	n := 0
	for _, b := range w.batches {
		if slices.Contains(b.ids(), id) {
			n++
		}
	}
	return n
}

// sentIDs are the ids of each request, sorted.
func (w *batchWay) sentIDs() [][]string {
	var all [][]string
	for _, b := range w.batches {
		ids := b.ids()
		slices.Sort(ids)
		all = append(all, ids)
	}
	return all
}

// batched is an emulated tenant, and a client whose batches are noted on their
// way to it.
type batched struct {
	*batchWay
	graph  *graphtest.Server
	client *m365graph.Client
	asks   []m365auth.TokenRequest
}

// batchTenant is in memory, for a bubble; its issuer was made outside of it. The
// owner has a file, and many colleagues.
func batchTenant(t testing.TB, issuer *entratest.Server, change ...func(*m365graph.Options)) *batched {
	t.Helper()
	owner := &graphtest.User{Drive: &graphtest.Drive{Items: []*graphtest.DriveItem{{Name: "x.txt", Content: []byte("x")}}}}
	var others []*graphtest.User
	for i := range callers {
		others = append(others, &graphtest.User{UserPrincipalName: person(i)})
	}
	tenant := testtenant.InMemory(t, issuer, owner, others...)
	x := &batched{graph: tenant.Graph, batchWay: &batchWay{RoundTripper: tenant.HTTP.Transport}}
	tokens := tenant.Tokens()
	opts := &m365graph.Options{HTTPClient: &http.Client{Transport: x}}
	for _, f := range change {
		f(opts)
	}
	var mu sync.Mutex
	var err error
	x.client, err = m365graph.New(m365auth.ProviderFunc(func(ctx context.Context, req m365auth.TokenRequest) (m365auth.Token, error) {
		mu.Lock()
		defer mu.Unlock()
		x.asks = append(x.asks, req)
		return tokens.Token(ctx, req)
	}), opts)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// fail arranges faults, one after another.
func (x *batched) fail(t testing.TB, faults ...graphtest.Fault) {
	t.Helper()
	for _, f := range faults {
		if err := x.graph.Fail(f); err != nil {
			t.Fatal(err)
		}
	}
}

// answers has the next batch answered so, and not carried out.
func (x *batched) answers(t testing.TB, items ...string) {
	t.Helper()
	x.fail(t, graphtest.Fault{Route: batchRoute, Body: `{"responses":[` + strings.Join(items, ",") + `]}`})
}

// The routes that faults are arranged for.
const (
	batchRoute = "POST /$batch"
	meRoute    = "GET /me"
	putRoute   = "PUT /~drive/~item/content"
)

// routeOf is the route of an item of that name.
var routeOf = map[string]string{
	"GET": "GET /me/mailFolders/{id}", "PUT": putRoute, "PUT If-Match": putRoute,
	"POST": "POST /me/messages", "send": "POST /me/sendMail",
}

// itemNamed is an item of each kind that failures are judged by.
func itemNamed(name string, dependsOn ...string) *m365graph.BatchItem {
	req := m365graph.Request{Path: m365graph.P("me", "mailFolders", "inbox")}
	message := map[string]any{"subject": "Plant tour", "toRecipients": m365graph.Recipients(testtenant.Owner)}
	switch name {
	case "PUT", "PUT If-Match":
		req = contentItem("x.txt", "text/plain", []byte("y")).Request
	case "POST":
		req = m365graph.Request{Method: "POST", Path: m365graph.P("me", "messages"), Body: message}
	case "send":
		req = m365graph.Request{Method: "POST", Path: m365graph.P("me", "sendMail"), Body: map[string]any{"message": message}, Safety: m365graph.SafetySend}
	}
	if name == "PUT If-Match" {
		req.IfMatch = "*"
	}
	return &m365graph.BatchItem{ID: name, DependsOn: dependsOn, Request: req}
}

// contentItem is a file in the owner's drive.
func contentItem(id, kind string, content []byte) *m365graph.BatchItem {
	return &m365graph.BatchItem{ID: id, Request: m365graph.Request{
		Method: "PUT", Path: m365graph.P("me", "drive", "root").At(id).Join("content"),
		Content: &m365graph.Content{Open: func() (io.Reader, error) { return bytes.NewReader(content), nil }, Length: int64(len(content)), Type: kind},
	}}
}

// getItem reads the owner.
func getItem(id string, dependsOn ...string) *m365graph.BatchItem {
	return &m365graph.BatchItem{ID: id, DependsOn: dependsOn, Request: m365graph.Request{Path: m365graph.P("me")}}
}

// getItems read the owner's colleagues, over and over.
func getItems(n int) []*m365graph.BatchItem {
	items := make([]*m365graph.BatchItem, n)
	for i := range items {
		items[i] = &m365graph.BatchItem{ID: fmt.Sprintf("n%d", i), Request: m365graph.Request{Path: m365graph.P("users", person(i%callers))}}
	}
	return items
}

const personRoute = "GET /users/{id}"

// answerItem writes an answer; headers are names and values in turn.
func answerItem(id string, status int, body string, headers ...string) string {
	h := map[string]string{}
	for i := 0; i < len(headers); i += 2 {
		h[headers[i]] = headers[i+1]
	}
	text, _ := json.Marshal(h)
	return fmt.Sprintf(`{"id":%q,"status":%d,"headers":%s,"body":%s}`, id, status, text, body)
}
