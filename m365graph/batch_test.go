package m365graph_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
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

// batchGraph answers $batch. It knows dependsOn, and shuffles the answers.
type batchGraph struct {
	latency time.Duration
	// whole may answer in place of all items of request n; nil leaves it to item.
	whole func(n int, b sentBatch) (*http.Response, error)
	// item answers one, the tries-th time from 0; an empty answer is left out.
	// Nil means okItem.
	item func(it sentItem, tries int) string

	mu       sync.Mutex
	start    time.Time
	batches  []sentBatch
	tries    map[string]int
	flying   int
	together int // the most requests at once
}

func okItem(it sentItem) string {
	return answerItem(it.ID, 200, fmt.Sprintf(`{"url":%q}`, it.URL), "Content-Type", "application/json")
}

// answerItem writes an answer; headers are names and values in turn.
func answerItem(id string, status int, body string, headers ...string) string {
	h := map[string]string{}
	for i := 0; i < len(headers); i += 2 {
		h[headers[i]] = headers[i+1]
	}
	text, _ := json.Marshal(h)
	return fmt.Sprintf(`{"id":%q,"status":%d,"headers":%s,"body":%s}`, id, status, text, body)
}

func itemError(id string, status int, code string, headers ...string) string {
	return answerItem(id, status, fmt.Sprintf(`{"error":{"code":%q,"message":"it said no"}}`, code), headers...)
}

func (g *batchGraph) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet {
		return reply(200, `{}`), nil // beside the batch
	}
	body, err := io.ReadAll(req.Body)
	_ = req.Body.Close()
	if err != nil {
		return nil, err
	}
	n, sent, err := g.receive(req, body)
	if err != nil {
		return nil, err
	}
	defer func() {
		g.mu.Lock()
		g.flying--
		g.mu.Unlock()
	}()
	if g.latency > 0 {
		select {
		case <-time.After(g.latency):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
	if g.whole != nil {
		if resp, err := g.whole(n, sent); resp != nil || err != nil {
			return resp, err
		}
	}
	return reply(200, `{"responses":[`+strings.Join(g.answer(sent), ",")+`]}`), nil
}

func (g *batchGraph) receive(req *http.Request, body []byte) (int, sentBatch, error) {
	var wire struct {
		Requests []sentItem `json:"requests"`
	}
	if req.Method != "POST" || req.URL.String() != "https://graph.microsoft.com/v1.0/$batch" {
		return 0, sentBatch{}, fmt.Errorf("%s %s is no batch", req.Method, req.URL)
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		return 0, sentBatch{}, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.start.IsZero() {
		g.start = time.Now()
	}
	sent := sentBatch{at: time.Since(g.start), items: wire.Requests, size: len(body), token: req.Header.Get("Authorization")}
	g.batches = append(g.batches, sent)
	g.flying++
	g.together = max(g.together, g.flying)
	return len(g.batches) - 1, sent, nil
}

func (g *batchGraph) answer(b sentBatch) []string {
	var answers []string
	failed := map[string]bool{}
	for _, it := range b.items {
		if slices.ContainsFunc(it.DependsOn, func(id string) bool { return failed[id] }) {
			failed[it.ID] = true
			answers = append(answers, itemError(it.ID, 424, "FailedDependency"))
			continue
		}
		g.mu.Lock()
		if g.tries == nil {
			g.tries = map[string]int{}
		}
		tries := g.tries[it.ID]
		g.tries[it.ID]++
		g.mu.Unlock()
		answer := okItem(it)
		if g.item != nil {
			answer = g.item(it, tries)
		}
		failed[it.ID] = !strings.Contains(answer, `"status":2`)
		if answer != "" {
			answers = append(answers, answer)
		}
	}
	rand.Shuffle(len(answers), func(i, j int) { answers[i], answers[j] = answers[j], answers[i] })
	return answers
}

// sentIDs are the ids of each request, sorted.
func (g *batchGraph) sentIDs() [][]string {
	var all [][]string
	for _, b := range g.batches {
		ids := b.ids()
		slices.Sort(ids)
		all = append(all, ids)
	}
	return all
}

func batchClient(t testing.TB, g http.RoundTripper, change ...func(*m365graph.Options)) *m365graph.Client {
	t.Helper()
	opts := &m365graph.Options{HTTPClient: &http.Client{Transport: g}}
	for _, f := range change {
		f(opts)
	}
	c, err := m365graph.New(&counting{}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func getItem(id string, dependsOn ...string) *m365graph.BatchItem {
	return &m365graph.BatchItem{ID: id, DependsOn: dependsOn, Request: m365graph.Request{Path: m365graph.P("things", id)}}
}

// itemNamed is a batch item of the requests that the retry tests name.
func itemNamed(name string, dependsOn ...string) *m365graph.BatchItem {
	return &m365graph.BatchItem{ID: name, DependsOn: dependsOn, Request: *requestNamed(name)}
}

func getItems(n int) []*m365graph.BatchItem {
	items := make([]*m365graph.BatchItem, n)
	for i := range items {
		items[i] = getItem(fmt.Sprintf("n%d", i))
	}
	return items
}

func TestABatchAnswersInTheOrderOfItsItems(t *testing.T) {
	t.Parallel()
	g := &batchGraph{}
	items := getItems(45)
	items[7].ID, items[8].ID = "", "8" // the library's own name for 7 would be 8
	results, err := batchClient(t, g).Batch(t.Context(), items, nil)
	if err != nil || len(results) != len(items) {
		t.Fatalf("Batch = %d results, %v, want %d", len(results), err, len(items))
	}
	seen := map[string]bool{}
	for i := range results {
		var got struct{ URL string }
		if err := results[i].Decode(&got); err != nil || got.URL != items[i].Request.Path.String() {
			t.Errorf("result %d = %q, %v, want %s", i, got.URL, err, items[i].Request.Path)
		}
		if id := results[i].ID; seen[id] || id == "" || items[i].ID != "" && id != items[i].ID {
			t.Errorf("result %d has the ID %q, want %q and no other's", i, id, items[i].ID)
		}
		seen[results[i].ID] = true
	}
	var sizes []int
	for _, b := range g.batches {
		sizes = append(sizes, len(b.items))
	}
	slices.Sort(sizes)
	if diff := cmp.Diff([]int{5, 20, 20}, sizes); diff != "" {
		t.Errorf("requests by size (-want +got):\n%s", diff)
	}
}

func TestAnEmptyBatchSendsNothing(t *testing.T) {
	t.Parallel()
	g := &batchGraph{}
	results, err := batchClient(t, g).Batch(t.Context(), nil, nil)
	if err != nil || len(results) != 0 || len(g.batches) != 0 {
		t.Errorf("Batch of nothing = %v, %v after %d requests, want nothing", results, err, len(g.batches))
	}
}

// Nothing of a batch is sent if any of it cannot be.
func TestABadItemStopsTheBatchBeforeItIsSent(t *testing.T) {
	t.Parallel()
	chain := []*m365graph.BatchItem{getItem("c0")}
	for i := range 20 {
		chain = append(chain, getItem(fmt.Sprintf("c%d", i+1), fmt.Sprintf("c%d", i)))
	}
	header := getItem("a")
	header.Request.Header = http.Header{"Authorization": {"mine"}}
	both := itemNamed("POST")
	both.Request.Content = &m365graph.Content{}
	filter := getItem("a")
	filter.Request.Query = &m365graph.Query{Filter: m365graph.Where("a eq ?")}
	for name, tt := range map[string]struct {
		items []*m365graph.BatchItem
		want  string
	}{
		"nil":                  {[]*m365graph.BatchItem{getItem("a"), nil}, "item 1 is nil"},
		"no path":              {[]*m365graph.BatchItem{{}}, "the path is empty"},
		"a bad path":           {[]*m365graph.BatchItem{getItem("..")}, "would name another resource"},
		"a bad filter":         {[]*m365graph.BatchItem{filter}, "more ? than values"},
		"a header of ours":     {[]*m365graph.BatchItem{header}, "comes from the TokenProvider"},
		"two bodies":           {[]*m365graph.BatchItem{both}, "not both"},
		"a batch":              {[]*m365graph.BatchItem{{Request: m365graph.Request{Method: "POST", Path: m365graph.P("$Batch")}}}, "cannot hold a batch"},
		"one ID twice":         {[]*m365graph.BatchItem{getItem("a"), getItem("A")}, `two items have the ID "A"`},
		"an ID that is broken": {[]*m365graph.BatchItem{{ID: "\xff", Request: m365graph.Request{Path: m365graph.P("a")}}}, "not UTF-8"},
		"an unknown ID":        {[]*m365graph.BatchItem{getItem("a", "b")}, `depends on "b", which is not there`},
		"itself":               {[]*m365graph.BatchItem{getItem("a", "a")}, "in a circle"},
		"a circle":             {[]*m365graph.BatchItem{getItem("a", "c"), getItem("b", "a"), getItem("c", "b"), getItem("d")}, "in a circle"},
		"two dependencies":     {[]*m365graph.BatchItem{getItem("a"), getItem("b"), getItem("c", "a", "b")}, "depends on 2 others"},
		"a tree":               {[]*m365graph.BatchItem{getItem("a"), getItem("b", "a"), getItem("c", "a"), getItem("d", "c")}, "neither a chain"},
		"a chain of 21":        {chain, "20 items depend on \"c0\""},
	} {
		g := &batchGraph{}
		results, err := batchClient(t, g).Batch(t.Context(), tt.items, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) || results != nil || len(g.batches) != 0 {
			t.Errorf("%s: Batch = %v, %v after %d requests, want an error of %q and none", name, results, err, len(g.batches), tt.want)
		}
	}
	if _, err := batchClient(t, &batchGraph{}).Batch(t.Context(), nil, &m365graph.BatchOptions{Parallel: -1}); err == nil {
		t.Error("Batch took a negative Parallel")
	}
}

// Graph takes a batch in which nothing depends on anything, or all of it does.
func TestItemsThatHangTogetherAreSentTogetherAndAlone(t *testing.T) {
	t.Parallel()
	var items []*m365graph.BatchItem
	for i := range 20 {
		var on []string
		if i > 0 {
			on = []string{fmt.Sprintf("S%d", i-1)} // case does not count
		}
		items = append(items, getItem(fmt.Sprintf("s%d", i), on...))
	}
	items = append(items, getItem("star2", "star"), getItem("free1"), getItem("star"), getItem("star3", "star"), getItem("free2"))
	slices.Reverse(items[:20])
	g := &batchGraph{}
	results, err := batchClient(t, g).Batch(t.Context(), items, &m365graph.BatchOptions{Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Err != nil {
			t.Errorf("%s: %v", r.ID, r.Err)
		}
	}
	if len(g.batches) != 3 {
		t.Fatalf("%d requests were sent, want 3: %v", len(g.batches), g.sentIDs())
	}
	for i, it := range g.batches[0].items {
		if it.ID != fmt.Sprintf("s%d", i) || i > 0 && !slices.Equal(it.DependsOn, []string{fmt.Sprintf("s%d", i-1)}) {
			t.Errorf("item %d of the chain is %s and depends on %v", i, it.ID, it.DependsOn)
		}
	}
	if diff := cmp.Diff([]string{"star", "star2", "star3"}, g.batches[1].ids()); diff != "" {
		t.Errorf("the star (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"free1", "free2"}, g.batches[2].ids()); diff != "" {
		t.Errorf("the rest (-want +got):\n%s", diff)
	}
}

// The pipeline is kept full, and never fuller than it may be.
func TestAThousandReadsTakeNoMoreRoundTripsThanTheyMust(t *testing.T) {
	t.Parallel()
	for _, parallel := range []int{0, 1, 7} {
		synctest.Test(t, func(t *testing.T) {
			g := &batchGraph{latency: 20 * time.Millisecond}
			start := time.Now()
			results, err := batchClient(t, g).Batch(t.Context(), getItems(1000), &m365graph.BatchOptions{Parallel: parallel})
			took := time.Since(start)
			if err != nil || slices.ContainsFunc(results, func(r m365graph.BatchResult) bool { return r.Err != nil }) {
				t.Fatalf("Batch failed: %v", err)
			}
			if parallel == 0 {
				parallel = 4
			}
			trips := (50 + parallel - 1) / parallel
			if len(g.batches) != 50 || took != time.Duration(trips)*g.latency || g.together != parallel {
				t.Errorf("%d requests, %d at once, in %v; want 50, %d and %d round trips", len(g.batches), g.together, took, parallel, trips)
			}
		})
	}
}

// A body is made when it is sent, not before.
func TestBodiesAreEncodedWhenTheyAreSent(t *testing.T) {
	t.Parallel()
	var made int
	var atFirst []int
	g := &batchGraph{}
	g.item = func(it sentItem, _ int) string {
		atFirst = append(atFirst, made)
		return okItem(it)
	}
	items := getItems(100)
	for _, it := range items {
		it.Request.Method, it.Request.Body = "POST", marshalled(func() { made++ })
	}
	if _, err := batchClient(t, g).Batch(t.Context(), items, &m365graph.BatchOptions{Parallel: 1}); err != nil {
		t.Fatal(err)
	}
	if made != 100 || atFirst[0] != 20 {
		t.Errorf("%d bodies were made when the first was answered and %d in all, want 20 and 100", atFirst[0], made)
	}
}

type marshalled func()

func (f marshalled) MarshalJSON() ([]byte, error) {
	f()
	return []byte(`{}`), nil
}

func TestCancellingABatchTellsWhatMayHaveHappened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &batchGraph{latency: time.Second}
		g.item = func(it sentItem, _ int) string {
			if it.ID == "n1" {
				return itemError(it.ID, 429, "TooManyRequests", "Retry-After", "30")
			}
			return okItem(it)
		}
		items := getItems(20)
		for range 20 {
			items = append(items, &m365graph.BatchItem{Request: *requestNamed("POST")})
		}
		for range 20 {
			items = append(items, &m365graph.BatchItem{Request: *requestNamed("send")})
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		time.AfterFunc(1500*time.Millisecond, cancel)
		start := time.Now()
		results, err := batchClient(t, g).Batch(ctx, items, &m365graph.BatchOptions{Parallel: 1})
		if took := time.Since(start); took != 1500*time.Millisecond {
			t.Errorf("Batch took %v, want 1.5s", took)
		}
		if !errors.Is(err, context.Canceled) || len(results) != 60 || errors.Is(err, m365graph.ErrAmbiguous) {
			t.Fatalf("Batch = %d results, %v, want all and Canceled", len(results), err)
		}
		for i, r := range results {
			done := i < 20 && i != 1
			flying := i >= 20 && i < 40
			switch {
			case done != (r.Err == nil), done != (r.Response != nil):
				t.Errorf("result %d = %v, %v", i, r.Response, r.Err)
			case !done && !errors.Is(r.Err, context.Canceled):
				t.Errorf("result %d = %v, want Canceled", i, r.Err)
			case flying != errors.Is(r.Err, m365graph.ErrAmbiguous):
				t.Errorf("result %d = %v, want ErrAmbiguous = %v", i, r.Err, flying)
			}
		}
		if !errors.Is(results[1].Err, m365graph.ErrThrottled) {
			t.Errorf("the throttled item = %v, want ErrThrottled beside Canceled", results[1].Err)
		}
	})
}

func TestABatchUnderACancelledContextSendsNothing(t *testing.T) {
	t.Parallel()
	g := &batchGraph{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	results, err := batchClient(t, g).Batch(ctx, []*m365graph.BatchItem{itemNamed("send")}, nil)
	if !errors.Is(err, context.Canceled) || !errors.Is(results[0].Err, context.Canceled) || errors.Is(results[0].Err, m365graph.ErrAmbiguous) || len(g.batches) != 0 {
		t.Errorf("Batch = %v, %v after %d requests, want Canceled and none", results, err, len(g.batches))
	}
}
