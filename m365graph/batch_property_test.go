package m365graph_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// hangingTogether are items in chains and stars, in any order. One is found
// again by its ID, which is the subject of what it makes.
func hangingTogether(r *rand.Rand, messages []item) []*m365graph.BatchItem {
	var items []*m365graph.BatchItem
	for range 1 + r.IntN(12) {
		size, star, head := 1, r.IntN(2) == 0, ""
		if r.IntN(3) == 0 {
			size = 1 + r.IntN(20)
		}
		for i := range size {
			item := &m365graph.BatchItem{ID: fmt.Sprint("i", len(items))}
			item.Request = somethingToDo(r, item.ID, messages[len(items)].ID)
			if i > 0 {
				item.DependsOn = []string{head}
			}
			if i == 0 || !star {
				head = item.ID
			}
			items = append(items, item)
		}
	}
	r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	return items
}

// lostAnswers has batches lose the answers to some of their items.
func lostAnswers(t *testing.T, graph *graphtest.Server, seed uint64) {
	t.Helper()
	for i, f := range []graphtest.Fault{
		{Route: "GET /me/messages/{id}", Cut: graphtest.CutItem},
		{Route: "PATCH /me/messages/{id}", Cut: graphtest.CutItem, After: true},
		{Route: "POST /me/messages", Cut: graphtest.CutItem, After: true},
		{Route: "POST /me/sendMail", Cut: graphtest.CutItem},
	} {
		f.Rate, f.Seed = 0.05, seed*100+uint64(50+i)
		if err := graph.Fail(f); err != nil {
			t.Fatal(err)
		}
	}
}

// For any graph of items and any faults: what may not be repeated takes effect
// once at most, nothing without what it depends on, and each result tells the
// truth about its own item.
func TestEveryItemOfABatchTakesEffectAsItsResultSays(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	ends := map[string]int{}
	for seed := range uint64(80) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			inbox := &graphtest.MailFolder{DisplayName: "Inbox"}
			for range 240 { // one for each item, which is throttled by itself
				inbox.Messages = append(inbox.Messages, &graphtest.Message{Subject: "old"})
			}
			tenant := testtenant.InMemory(t, issuer, &graphtest.User{Folders: []*graphtest.MailFolder{inbox}})
			messages, err := m365graph.Collect[item](t.Context(), tenant.Client, m365graph.P("me", "messages"), &m365graph.Query{Top: 240})
			if err != nil {
				t.Fatal(err)
			}
			items := hangingTogether(random, messages)
			spoiledBatches(t, tenant.Graph, seed)
			lostAnswers(t, tenant.Graph, seed)
			results, err := tenant.Client.Batch(t.Context(), items, &m365graph.BatchOptions{Parallel: 1 + random.IntN(4)})
			if err != nil || len(results) != len(items) {
				t.Fatalf("Batch = %d results, %v", len(results), err)
			}
			books := bookkeeping(tenant.Graph)
			for i, r := range results {
				ends[books.check(t, items[i], r)]++
			}
			tenant.Graph.AssertWaited(t)
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

// books tell of each item, by its ID, how often it took effect, and whether a
// batch was refused as none that Graph takes.
type books struct {
	executed map[string]int
	refused  bool
}

func bookkeeping(graph *graphtest.Server) books {
	b := books{executed: map[string]int{}}
	for _, r := range graph.Requests() {
		if r.Batch != "" && r.Executed {
			b.executed[r.Batch]++
		}
		b.refused = b.refused || r.Route == "POST /$batch" && r.Status == 400
	}
	return b
}

func (b books) check(t *testing.T, item *m365graph.BatchItem, r m365graph.BatchResult) string {
	t.Helper()
	n, method := b.executed[item.ID], item.Request.Method
	if b.refused {
		t.Errorf("a batch was sent that Graph does not take")
	}
	if method == "POST" && n > 1 {
		t.Errorf("%s, a POST, took effect %d times", item.ID, n)
	}
	if n > 0 && slices.ContainsFunc(item.DependsOn, func(id string) bool { return b.executed[id] == 0 }) {
		t.Errorf("%s took effect without %v, which it depends on", item.ID, item.DependsOn)
	}
	maybe := errors.Is(r.Err, m365graph.ErrAmbiguous)
	_, answered := errors.AsType[*m365graph.Error](r.Err)
	switch {
	case r.Err == nil && n == 0:
		t.Errorf("%s is done, and took no effect", item.ID)
	case r.Err == nil:
		return "done"
	case r.Response != nil:
		t.Errorf("%s has an answer and an error: %v", item.ID, r.Err)
	case maybe && method == "":
		t.Errorf("%s, a read, may have happened: %v", item.ID, r.Err)
	case maybe:
		return "ambiguous"
	case method != "" && n > 0:
		t.Errorf("%s, a %s, took effect %d times, and the error does not say so: %v", item.ID, method, n, r.Err)
	case answered:
		return "refused"
	}
	return "failed"
}
