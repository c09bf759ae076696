package m365graph

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// Graph wants whoever was answered 503 to come back on another connection. Those
// of a caller's transport are the caller's.
func TestA503ClosesOurOwnConnections(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]int{503: 1, 500: 0, 429: 0} {
		synctest.Test(t, func(t *testing.T) {
			entra, err := entratest.New(&entratest.Options{InMemory: true})
			if err != nil {
				t.Fatal(err)
			}
			owner := entra.Users()[0]
			graph, err := graphtest.New(&graphtest.Options{InMemory: true, Keys: entra.Key, Tenant: &graphtest.Tenant{
				ID: entra.TenantID(), Users: []*graphtest.User{{ID: owner.ID, UserPrincipalName: owner.UPN}},
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer graph.Close()
			if err := graph.Fail(graphtest.Fault{Status: status, RetryAfter: "1"}); err != nil {
				t.Fatal(err)
			}
			token, err := entra.Token(owner.UPN, "User.Read")
			if err != nil {
				t.Fatal(err)
			}
			c, err := New(m365auth.Static(token), nil)
			if err != nil {
				t.Fatal(err)
			}
			closed := 0
			c.fresh = func() { closed++ }
			c.http.Transport = gate{graph.Client().Transport}
			if _, err := c.Do(t.Context(), &Request{Path: P("me")}); err != nil || closed != want {
				t.Errorf("after %d: %v, connections closed %d times, want %d", status, err, closed, want)
			}
		})
	}
	c, err := New(m365auth.Static("token"), &Options{HTTPClient: &http.Client{Jar: emptyJar{}}})
	if err != nil {
		t.Fatal(err)
	}
	if c.http.Jar == nil || c.content.Jar != nil {
		t.Error("the cookies of the caller go to Graph, and to no content host")
	}
}

type emptyJar struct{ http.CookieJar }
