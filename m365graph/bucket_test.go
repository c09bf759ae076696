package m365graph_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// directoryUnits are what the directory gives an app in ten seconds, in a tenant
// of 50 people and more. https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
const directoryUnits = 5000

// distant is a network whose ways take so long on average.
type distant struct {
	http.RoundTripper
	late time.Duration
}

func (d distant) RoundTrip(req *http.Request) (*http.Response, error) {
	lag := func() { <-time.After(time.Millisecond/2 + time.Duration(rand.ExpFloat64()*float64(d.late))) }
	lag()
	defer lag()
	return d.RoundTripper.RoundTrip(req)
}

// A hundred callers share what the directory gives: nearly all of it, in turn, and
// none of them before its time. Refused requests use up the quota, too, so that it
// has to be larger than what a hundred lose on their first round.
func TestManyCallersShareAQuota(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rate float64 // requests a second
		late time.Duration
	}{{25, time.Millisecond}, {50, 0}, {50, 5 * time.Millisecond}, {200, 5 * time.Millisecond}} {
		t.Run(fmt.Sprint(tt.rate, " a second, late ", tt.late), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				graph, token := throttled(t, graphtest.Throttling(10*tt.rate/directoryUnits))
				c := newClient(t, m365auth.Static(token), &m365graph.Options{HTTPClient: &http.Client{Transport: distant{graph.Client().Transport, tt.late}}})
				ctx, cancel := context.WithTimeout(t.Context(), quotaTime)
				defer cancel()
				var done [callers]int
				var all sync.WaitGroup
				for i := range callers {
					all.Go(func() {
						for {
							_, err := c.Do(ctx, &m365graph.Request{Path: m365graph.P("users", person(i))})
							if end, _ := ctx.Deadline(); err != nil && time.Until(end) > 10*time.Second {
								t.Errorf("caller %d: %v", i, err)
							}
							if err != nil {
								return
							}
							done[i]++
						}
					})
				}
				all.Wait()
				judge(t, graph, tt.rate, done[:])
			})
		})
	}
}

const (
	quotaTime = time.Minute
	callers   = 100
)

// person is whom a caller asks for, so that each can be told to wait by itself.
func person(i int) string { return fmt.Sprintf("desk%d@contoso.example", i) }

// throttled is a Graph in memory that keeps a part of its limits, and a token.
func throttled(t *testing.T, part graphtest.Throttling) (*graphtest.Server, string) {
	t.Helper()
	opts := &entratest.Options{InMemory: true}
	for i := range callers {
		opts.Users = append(opts.Users, entratest.User{UPN: person(i)})
	}
	entra, err := entratest.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = entra.Close() })
	tenant := &graphtest.Tenant{ID: entra.TenantID()}
	for _, u := range entra.Users() {
		tenant.Users = append(tenant.Users, &graphtest.User{ID: u.ID, UserPrincipalName: u.UPN})
	}
	graph, err := graphtest.New(&graphtest.Options{
		InMemory: true, Keys: entra.Key, Issuer: entra.Issuer(), Throttling: part, Tenant: tenant,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = graph.Close() })
	token, err := entra.Token(person(0), "User.ReadBasic.All")
	if err != nil {
		t.Fatal(err)
	}
	return graph, token
}

func judge(t *testing.T, graph *graphtest.Server, rate float64, done []int) {
	t.Helper()
	served, refused := 0, 0
	for _, r := range graph.Requests() {
		switch r.Status {
		case http.StatusOK:
			served++
		case http.StatusTooManyRequests:
			refused++
		}
	}
	// The quota of ten seconds is there at once, and fills up again.
	if best := (10 + quotaTime.Seconds()) * rate; float64(served) < 0.8*best {
		t.Errorf("%d were served (%d refused), want at least 80 %% of %.0f", served, refused, best)
	}
	least, most := done[0], done[0]
	for _, n := range done {
		least, most = min(least, n), max(most, n)
	}
	if least == 0 || most > 3*least+5 {
		t.Errorf("callers were served %d to %d times, want nearly alike", least, most)
	}
	if refused > served/2 {
		t.Errorf("%d were refused and %d served: the pace was not learned", refused, served)
	}
	graph.AssertWaited(t)
}
