package m365graph_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	goslices "slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

const inboxDelta = "GET /me/mailFolders/{id}/messages/delta"

var inboxMessages = m365graph.P("me", "mailFolders", "inbox", "messages")

// restless is the way to a folder that changes before each request of a delta
// round, forgets its links now and then, and fails in all ways it may.
type restless struct {
	*wiretap
	others *m365graph.Client // who change it

	mu   sync.Mutex
	r    *rand.Rand
	calm bool // nothing changes or fails any more
	ids  []string
	n    int
	err  error // of a change
}

// versioned is an item that tells its states apart.
type versioned struct {
	ID      string `json:"id"`
	Subject string `json:"subject"`
}

func (m *restless) RoundTrip(req *http.Request) (*http.Response, error) {
	m.unsettle(context.WithoutCancel(req.Context()))
	return m.wiretap.RoundTrip(req)
}

func (m *restless) unsettle(ctx context.Context) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for !m.calm && m.r.IntN(2) == 0 {
		m.err = errors.Join(m.err, m.change(ctx))
	}
	if !m.calm && m.r.IntN(33) == 0 {
		m.ExpireDeltas()
	}
}

func (m *restless) add(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.put(ctx)
}

func (m *restless) put(ctx context.Context) error {
	m.n++
	added, err := m365graph.Post[versioned](ctx, m.others, inboxMessages, map[string]string{"subject": fmt.Sprint("version ", m.n)})
	if err == nil {
		m.ids = append(m.ids, added.ID)
	}
	return err
}

// change adds, changes or removes a message.
func (m *restless) change(ctx context.Context) error {
	if len(m.ids) < 3 || len(m.ids) < 12 && m.r.IntN(3) == 0 {
		return m.put(ctx)
	}
	m.n++
	i := m.r.IntN(len(m.ids))
	path := m365graph.P("me", "messages", m.ids[i])
	if m.r.IntN(2) == 0 {
		_, err := m365graph.Patch[versioned](ctx, m.others, path, map[string]string{"subject": fmt.Sprint("version ", m.n)}, "")
		return err
	}
	m.ids = goslices.Delete(m.ids, i, i+1)
	return m365graph.Delete(ctx, m.others, path, "")
}

// misbehave arranges what goes wrong by chance.
func (m *restless) misbehave(t *testing.T, seed uint64) {
	t.Helper()
	faults := append(goslices.Clone(passing), graphtest.Fault{Code: "ErrorAccessDenied", Rate: 0.05}, graphtest.Fault{Page: graphtest.PageReplayed})
	anew := "https://graph.microsoft.com/v1.0" + inboxMessages.Join("delta").String()
	for _, code := range []string{"resyncRequired", "syncStateNotFound", "resyncChangesApplyDifferences", "resyncChangesUploadDifferences"} {
		for _, location := range []string{"", anew, anew + "?$deltatoken=broken", "https://evil.example/"} {
			gone := gone(code, location)
			gone.Rate = 0.004
			faults = append(faults, gone)
		}
	}
	for i, f := range faults {
		f.Route, f.Seed = inboxDelta, seed*100+uint64(i)
		if f.Rate == 0 {
			f.Rate = 0.02
		}
		m.fail(t, f)
	}
}

// settle ends all of it.
func (m *restless) settle(t *testing.T) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.calm = true; m.err != nil {
		t.Fatal(m.err)
	}
	m.ClearFaults()
}

// state is what the server has.
func (m *restless) state(t *testing.T) map[string]string {
	t.Helper()
	items, err := m365graph.Collect[versioned](t.Context(), m.others, inboxMessages, &m365graph.Query{Top: 50})
	if err != nil {
		t.Fatal(err)
	}
	state := map[string]string{}
	for _, it := range items {
		state[it.ID] = it.Subject
	}
	return state
}

// mirror is a consumer's own copy.
type mirror map[string]string

var errHadEnough = errors.New("the consumer had enough")

// sync applies one round, or the first of its changes, as the documentation says.
func (own mirror) sync(t *testing.T, r *m365graph.DeltaReader[versioned], m *restless, most int) error {
	var listed map[string]bool
	keep := false
	for change, err := range r.Round(t.Context()) {
		if err != nil {
			return err
		}
		if most--; most < 0 {
			return errHadEnough
		}
		switch change.Kind {
		case m365graph.DeltaReset:
			listed, keep = map[string]bool{}, change.KeepLocal
		case m365graph.DeltaRemoved:
			delete(own, change.ID)
		case m365graph.DeltaUpsert:
			own[change.ID] = change.Item.Subject
			if listed != nil {
				listed[change.ID] = true
			}
		}
	}
	for id := range own {
		switch {
		case listed == nil || listed[id]:
		case keep:
			delete(own, id)
			if err := m.add(t.Context()); err != nil { // an upload
				return err
			}
		default:
			delete(own, id)
		}
	}
	return nil
}

// Through changes, resets, faults, loops left anywhere and restarts of the
// consumer's process, its copy comes to be what the server has.
func TestDeltaBringsACopyToTheServersState(t *testing.T) {
	t.Parallel()
	whole, broken := 0, 0
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 22))
			w := tap(t)
			m := &restless{wiretap: w, r: rand.New(rand.NewPCG(seed, 23)), others: setup(t, w)}
			m.misbehave(t, seed)
			c := newClient(t, sameToken, &m365graph.Options{HTTPClient: &http.Client{Transport: m}})
			opts := m365graph.DeltaOptions{Query: &m365graph.Query{Prefetch: r.IntN(2) == 0, Prefer: m365graph.Prefer{PageSize: 1 + r.IntN(4)}}}
			reader, own := m365graph.Delta[versioned](c, inboxMessages.Join("delta"), &opts), mirror{}
			for range 25 {
				before := reader.Cursor()
				if err := own.sync(t, reader, m, r.IntN(2)*1000+r.IntN(12)); err == nil {
					whole++
				} else {
					broken++
					if reader.Cursor() != before {
						t.Fatalf("seed %d: the cursor moved although the round ended with %v", seed, err)
					}
				}
				saved := []string{reader.Cursor(), reader.Place()}[r.IntN(2)]
				if r.IntN(2) == 0 { // another process goes on
					opts.Cursor = saved
					reader = m365graph.Delta[versioned](c, inboxMessages.Join("delta"), &opts)
					if saved == "" {
						clear(own)
					}
				}
			}
			m.settle(t)
			for range 2 {
				if err := own.sync(t, reader, m, 1_000_000); err != nil {
					t.Fatalf("seed %d: a calm round = %v", seed, err)
				}
			}
			if diff := cmp.Diff(m.state(t), map[string]string(own)); diff != "" {
				t.Errorf("seed %d (-server +copy):\n%s", seed, diff)
			}
		})
	}
	if whole < 500 || broken < 500 {
		t.Errorf("%d rounds were whole and %d broken off, too few to tell anything", whole, broken)
	}
}
