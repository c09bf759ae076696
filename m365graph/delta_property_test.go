package m365graph_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	goslices "slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
)

// deltaModel is a collection that changes between any two requests, tells of it
// by delta, forgets its tokens now and then, and fails in all ways it may.
type deltaModel struct {
	mu    sync.Mutex
	r     *rand.Rand
	calm  bool           // nothing changes or fails any more
	state map[string]int // versions by id
	log   []string       // ids in the order they changed
	epoch int            // links of an earlier one are refused
	nonce int
}

// versioned is an item that tells its states apart.
type versioned struct {
	ID string `json:"id"`
	V  int    `json:"v"`
}

func (m *deltaModel) chance(percent int) bool { return !m.calm && m.r.IntN(100) < percent }

func (m *deltaModel) put(id string) {
	m.log = append(m.log, id)
	m.state[id] = len(m.log)
}

func (m *deltaModel) change() {
	id := string(rune('a' + m.r.IntN(12)))
	if m.r.IntN(3) == 0 {
		m.log = append(m.log, id)
		delete(m.state, id)
		return
	}
	m.put(id)
}

// link leads to the changes between two points of the log, from one of them on.
func (m *deltaModel) link(kind string, from, to, at int) string {
	m.nonce++
	return fmt.Sprintf("%s?%s=%d.%d.%d.%d;%d", deltaRoot, kind, m.epoch, from, to, at, m.nonce)
}

func (m *deltaModel) answer(_ int, req *http.Request) (*http.Response, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.chance(50) {
		m.change()
	}
	if m.chance(3) {
		m.epoch++
	}
	if m.chance(5) {
		return graphError(403, "Forbidden"), nil
	}
	kind, rest, _ := strings.Cut(req.URL.RawQuery, "=")
	epoch, from, to, at := m.epoch, -1, len(m.log), 0
	if rest != "" {
		if _, err := fmt.Sscanf(rest, "%d.%d.%d.%d", &epoch, &from, &to, &at); err != nil {
			return graphError(400, "BadLink"), nil
		}
	}
	if epoch != m.epoch {
		return m.refusal(), nil
	}
	if kind == "delta" {
		from, to, at = to, len(m.log), to
	}
	page := m.page(from, to, at)
	if m.chance(15) {
		return faults[passing[m.r.IntN(len(passing))]](page)
	}
	return reply(200, page), nil
}

func (m *deltaModel) refusal() *http.Response {
	codes := []string{"resyncRequired", "syncStateNotFound", "resyncChangesApplyDifferences", "resyncChangesUploadDifferences"}
	locations := []string{"", m.link("whole", -1, len(m.log), 0), deltaRoot + "?broken=x", "https://evil.example/", strings.Replace(m.link("next", 0, 0, 0), "=", "=-1", 1)}
	return gone(codes[m.r.IntN(len(codes))], locations[m.r.IntN(len(locations))])
}

// page holds a few items, or none, and leads on.
func (m *deltaModel) page(from, to, at int) string {
	whole := from < 0
	ids := m.log[max(from, 0):to]
	if whole {
		ids = goslices.Compact(goslices.Sorted(goslices.Values(ids)))
	}
	at -= max(from, 0)
	end := min(len(ids), at+m.r.IntN(4))
	var items []string
	for _, id := range ids[at:end] {
		switch version, ok := m.state[id]; {
		case ok && m.r.IntN(4) == 0:
			items = append(items, fmt.Sprintf(`{"id":%q,"v":-1},null`, id)) // an earlier state
			fallthrough
		case ok:
			items = append(items, fmt.Sprintf(`{"id":%q,"v":%d}`, id, version))
		case whole:
		case m.r.IntN(2) == 0:
			items = append(items, fmt.Sprintf(`{"id":%q,"@removed":{"reason":"deleted"}}`, id))
		default:
			items = append(items, fmt.Sprintf(`{"id":%q,"deleted":{"state":"deleted"}}`, id))
		}
	}
	name, link := "nextLink", m.link("next", from, to, end+max(from, 0))
	if end == len(ids) && m.r.IntN(3) > 0 {
		name, link = "deltaLink", m.link("delta", from, to, 0)
	}
	return fmt.Sprintf(`{"value":[%s],"@odata.%s":%q}`, strings.Join(items, ","), name, link)
}

// mirror is a consumer's own copy.
type mirror map[string]int

var errHadEnough = errors.New("the consumer had enough")

// sync applies one round, or the first of its changes, as the documentation says.
func (own mirror) sync(t *testing.T, r *m365graph.DeltaReader[versioned], m *deltaModel, most int) error {
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
			own[change.ID] = change.Item.V
			if listed != nil {
				listed[change.ID] = true
			}
		}
	}
	for id := range own {
		switch {
		case listed == nil || listed[id]:
		case keep:
			m.mu.Lock()
			m.put(id) // an upload
			m.mu.Unlock()
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
			m := &deltaModel{r: rand.New(rand.NewPCG(seed, 23)), state: map[string]int{}}
			c := setup(t, &wire{answer: m.answer})
			opts := m365graph.DeltaOptions{Query: &m365graph.Query{Prefetch: r.IntN(2) == 0}}
			reader, own := m365graph.Delta[versioned](c, usersDelta, &opts), mirror{}
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
					reader = m365graph.Delta[versioned](c, usersDelta, &opts)
					if saved == "" {
						clear(own)
					}
				}
			}
			m.mu.Lock()
			m.calm = true
			m.mu.Unlock()
			for range 2 {
				if err := own.sync(t, reader, m, 1_000_000); err != nil {
					t.Fatalf("seed %d: a calm round = %v", seed, err)
				}
			}
			if diff := cmp.Diff(m.state, map[string]int(own)); diff != "" {
				t.Errorf("seed %d (-server +copy):\n%s", seed, diff)
			}
		})
	}
	if whole < 500 || broken < 500 {
		t.Errorf("%d rounds were whole and %d broken off, too few to tell anything", whole, broken)
	}
}
