package m365graph_test

import (
	"log"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// issuer signs the tokens of these tests, which are good from when a bubble of
// testing/synctest begins to long after now.
var issuer = func() *entratest.Server {
	entra, err := entratest.New(&entratest.Options{
		InMemory: true, TokenLifetime: 100 * 365 * 24 * time.Hour,
		Now:   func() time.Time { return ours },
		Users: []entratest.User{{UPN: testtenant.Owner}},
	})
	if err != nil {
		log.Fatal(err)
	}
	return entra
}()

// bearer is a token of the owner, which must not be seen anywhere.
var bearer = func() string {
	token, err := issuer.Token(testtenant.Owner, "User.ReadWrite.All", "Group.Read.All", "Mail.ReadWrite", "Mail.Send", "Calendars.ReadWrite", "Files.ReadWrite.All")
	if err != nil {
		log.Fatal(err)
	}
	return token
}()

// wiretap is Graph in memory, and notes what goes over the wire to it.
type wiretap struct {
	*graphtest.Server
	mu   sync.Mutex
	seen []*http.Request
}

// tap starts a Graph whose answers are spoiled so, in turn.
func tap(t testing.TB, faults ...graphtest.Fault) *wiretap {
	t.Helper()
	return tapOwner(t, nil, faults...)
}

// tapOwner is tap with the data of the person whom bearer is a token of.
func tapOwner(t testing.TB, owner *graphtest.User, faults ...graphtest.Fault) *wiretap {
	t.Helper()
	if owner == nil {
		owner = &graphtest.User{}
	}
	owner.ID, owner.UserPrincipalName = issuer.Users()[0].ID, testtenant.Owner
	graph, err := graphtest.New(&graphtest.Options{
		InMemory: true, Keys: issuer.Key, Tenant: &graphtest.Tenant{ID: issuer.TenantID(), Users: []*graphtest.User{owner}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = graph.Close() })
	w := &wiretap{Server: graph}
	w.fail(t, faults...)
	return w
}

func (w *wiretap) fail(t testing.TB, faults ...graphtest.Fault) {
	t.Helper()
	for _, f := range faults {
		if err := w.Fail(f); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *wiretap) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.seen = append(w.seen, req)
	w.mu.Unlock()
	return w.Client().Transport.RoundTrip(req)
}

func (w *wiretap) requests() []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]*http.Request(nil), w.seen...)
}

// replying is the fault of one answer; headers are given as names and values in
// turn.
func replying(status int, body string, headers ...string) graphtest.Fault {
	f := graphtest.Fault{Status: status, Body: body, Header: http.Header{"Request-Id": {"request-1"}}}
	if body == "" {
		f.JSON = graphtest.JSONEmpty
	}
	for i := 0; i < len(headers); i += 2 {
		f.Header.Set(headers[i], headers[i+1])
	}
	return f
}

// refusing is the fault of an answer with Graph's error.
func refusing(status int, code string, headers ...string) graphtest.Fault {
	f := replying(status, "", headers...)
	f.Code, f.JSON, f.Message = code, graphtest.JSONWhole, "it said no"
	return f
}

// lasting is a fault of all answers from now on.
func lasting(f graphtest.Fault) graphtest.Fault {
	f.Count = -1
	return f
}

// fine is what all is answered with that has no other answer.
var fine = lasting(replying(http.StatusOK, "{}"))
