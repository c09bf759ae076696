package m365graph_test

import (
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

	"github.com/m365go/sdk/m365graph"
)

// chaos is a Graph that fails in every way, and keeps the books.
type chaos struct {
	t      *testing.T
	kind   map[string]string // what an item is: GET, PUT, POST or send
	parent map[string]string // what it depends on

	mu        sync.Mutex
	random    *rand.Rand
	calm      float64              // the part of items and requests without a fault
	executed  map[string]int       // how often an item took effect
	told      map[string]bool      // its success was told to the client
	notBefore map[string]time.Time // it was refused until then
	flying    map[string]bool      // it is being answered
}

func (g *chaos) RoundTrip(req *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(req.Body)
	_ = req.Body.Close()
	var wire struct {
		Requests []sentItem `json:"requests"`
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		g.t.Errorf("the batch cannot be read: %v", err)
	}
	g.mu.Lock()
	g.arrive(wire.Requests)
	wait := time.Duration(g.random.IntN(50)) * time.Millisecond
	g.mu.Unlock()
	<-time.After(wait) // so that requests overtake each other
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, it := range wire.Requests {
		delete(g.flying, it.ID)
	}
	if g.random.Float64() < g.calm {
		return reply(200, g.execute(wire.Requests)), nil
	}
	switch g.random.IntN(8) {
	case 0:
		return graphError(429, "TooManyRequests", "Retry-After", "1"), nil
	case 1:
		return graphError(503, "busy", "Retry-After", "0.5"), nil
	case 2:
		return nil, errDial()
	case 3:
		return graphError(504, "lost before"), nil
	case 4:
		return nil, errReset
	case 5:
		g.execute(wire.Requests)
		g.forget(wire.Requests)
		return graphError(504, "lost after"), nil
	case 6:
		answer := g.execute(wire.Requests)
		g.forget(wire.Requests)
		return reply(200, answer[:len(answer)/2]), nil
	}
	g.execute(wire.Requests)
	g.forget(wire.Requests)
	return nil, errReset
}

// forget takes back what was told, as the answer is lost.
func (g *chaos) forget(items []sentItem) {
	for _, it := range items {
		delete(g.told, it.ID)
		delete(g.notBefore, it.ID)
	}
}

// arrive holds a request to what Graph takes.
func (g *chaos) arrive(items []sentItem) {
	serial, same, dependent := true, true, 0
	for i, it := range items {
		if i > 0 {
			serial = serial && slices.Equal(it.DependsOn, []string{items[i-1].ID})
			same = same && slices.Equal(it.DependsOn, []string{items[0].ID})
		}
		dependent += len(it.DependsOn)
		if g.told[it.ID] {
			g.t.Errorf("%s was sent although it has succeeded", it.ID)
		}
		if g.flying[it.ID] {
			g.t.Errorf("%s was sent twice at once", it.ID)
		}
		if time.Now().Before(g.notBefore[it.ID]) {
			g.t.Errorf("%s was sent %v before its time", it.ID, time.Until(g.notBefore[it.ID]))
		}
		g.flying[it.ID] = true
	}
	if len(items) == 0 || len(items) > 20 || dependent > 0 && !serial && !same {
		g.t.Errorf("Graph takes no such batch: %v", items)
	}
}

// execute answers each item, with a fault now and then.
func (g *chaos) execute(items []sentItem) string {
	var answers []string
	done := map[string]bool{}
	for _, it := range items {
		if parent := g.parent[it.ID]; len(it.DependsOn) == 0 && parent != "" && !g.told[parent] {
			g.t.Errorf("%s was sent without %s, which it depends on", it.ID, parent)
		}
		if len(it.DependsOn) > 0 && !done[it.DependsOn[0]] {
			answers = append(answers, itemError(it.ID, 424, "FailedDependency"))
			continue
		}
		fault := -1
		if g.random.Float64() > g.calm {
			fault = g.random.IntN(7)
		}
		switch wait := float64(g.random.IntN(3000)) / 1000; fault {
		case 0, 1, 2:
			status := []int{429, 429, 503}[fault]
			g.notBefore[it.ID] = time.Now().Add(time.Duration(wait * float64(time.Second)))
			answers = append(answers, fmt.Sprintf(`{"id":%q,"status":%d,"headers":{"retry-after":%g}}`, it.ID, status, wait))
			continue
		case 3:
			answers = append(answers, itemError(it.ID, 403, "accessDenied"))
			continue
		case 4:
			answers = append(answers, itemError(it.ID, 504, "lost before"))
			continue
		}
		g.executed[it.ID]++
		done[it.ID] = true
		switch fault {
		case 5: // no answer
		case 6:
			done[it.ID] = false
			answers = append(answers, itemError(it.ID, 500, "lost after"))
		default:
			g.told[it.ID] = true
			answers = append(answers, okItem(it))
		}
	}
	g.random.Shuffle(len(answers), func(i, j int) { answers[i], answers[j] = answers[j], answers[i] })
	return `{"responses":[` + strings.Join(answers, ",") + `]}`
}

// items hang together in chains and stars, in any order.
func (g *chaos) items() []*m365graph.BatchItem {
	random := g.random
	var items []*m365graph.BatchItem
	kinds := []string{"GET", "GET", "PUT", "POST", "send"}
	for range 1 + random.IntN(25) {
		size, star, head := 1, random.IntN(2) == 0, ""
		if random.IntN(3) == 0 {
			size = 1 + random.IntN(20)
		}
		for i := range size {
			name := kinds[random.IntN(len(kinds))]
			item := itemNamed(name)
			item.ID = fmt.Sprintf("i%d", len(items))
			item.Request.Path = m365graph.P(item.ID)
			g.kind[item.ID] = name
			if i > 0 {
				item.DependsOn, g.parent[item.ID] = []string{head}, head
			}
			if i == 0 || !star {
				head = item.ID
			}
			items = append(items, item)
		}
	}
	random.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	return items
}

// For any graph of items and any faults: what may not be repeated takes effect
// once at most, and each result tells the truth about its own item.
func TestEveryItemOfABatchTakesEffectAsItsResultSays(t *testing.T) {
	t.Parallel()
	ends := map[string]int{}
	for seed := range uint64(80) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			g := &chaos{
				t: t, kind: map[string]string{}, parent: map[string]string{}, random: random, calm: []float64{0.3, 0.7, 0.95}[seed%3], executed: map[string]int{},
				told: map[string]bool{}, notBefore: map[string]time.Time{}, flying: map[string]bool{},
			}
			items := g.items()
			results, err := batchClient(t, g).Batch(t.Context(), items, &m365graph.BatchOptions{Parallel: 1 + random.IntN(4)})
			if err != nil || len(results) != len(items) {
				t.Fatalf("Batch = %d results, %v", len(results), err)
			}
			for i, r := range results {
				ends[g.check(items[i], r)]++
			}
			if t.Failed() {
				t.Fatalf("the seed is %d", seed)
			}
		})
	}
	for _, end := range []string{"done", "refused", "ambiguous", "failed"} {
		if ends[end] < 100 {
			t.Errorf("%d items ended as %s, so little is shown: %v", ends[end], end, ends)
		}
	}
}

func (g *chaos) check(item *m365graph.BatchItem, r m365graph.BatchResult) string {
	n, kind := g.executed[item.ID], g.kind[item.ID]
	var no *m365graph.Error
	maybe := errors.Is(r.Err, m365graph.ErrAmbiguous)
	if (kind == "POST" || kind == "send") && n > 1 {
		g.t.Errorf("%s, a %s, took effect %d times", item.ID, kind, n)
	}
	switch {
	case r.Err == nil:
		var got struct{ URL string }
		if err := r.Decode(&got); err != nil || got.URL != item.Request.Path.String() || n == 0 {
			g.t.Errorf("%s = %q, %v, and took effect %d times", item.ID, got.URL, err, n)
		}
		return "done"
	case r.Response != nil:
		g.t.Errorf("%s has an answer and an error: %v", item.ID, r.Err)
	case maybe && kind == "GET":
		g.t.Errorf("%s, a read, may have happened: %v", item.ID, r.Err)
	case maybe:
		return "ambiguous"
	case kind != "GET" && n > 0:
		g.t.Errorf("%s, a %s, took effect %d times, and the error does not say so: %v", item.ID, kind, n, r.Err)
	case errors.As(r.Err, &no):
		return "refused"
	}
	return "failed"
}
