package entra

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/tokencache"
)

func TestAnAnswerIsGivenAgainUntilSomethingChanges(t *testing.T) {
	t.Parallel()
	store := tokencache.NewMemoryStore()
	req := m365auth.TokenRequest{Account: "a", Tenant: "t", Scopes: []string{"Mail.Read", "User.Read"}}
	for name, tt := range map[string]struct {
		change func(r *recent, req *m365auth.TokenRequest)
		want   bool
	}{
		"nothing":          {func(*recent, *m365auth.TokenRequest) {}, true},
		"another account":  {func(_ *recent, q *m365auth.TokenRequest) { q.Account = "b" }, false},
		"another tenant":   {func(_ *recent, q *m365auth.TokenRequest) { q.Tenant = "" }, false},
		"other scopes":     {func(_ *recent, q *m365auth.TokenRequest) { q.Scopes = q.Scopes[:1] }, false},
		"claims":           {func(_ *recent, q *m365auth.TokenRequest) { q.Claims = "{}" }, false},
		"a forced refresh": {func(_ *recent, q *m365auth.TokenRequest) { q.ForceRefresh = true }, false},
		"memory":           {func(r *recent, _ *m365auth.TokenRequest) { r.changes.Add(1) }, false},
		"the store": {func(*recent, *m365auth.TokenRequest) {
			if err := store.Delete(t.Context(), tokencache.Slot{}); err != nil {
				t.Error(err)
			}
		}, false},
		"no counter": {func(r *recent, _ *m365auth.TokenRequest) { r.counter = nil }, false},
	} {
		r, asked := &recent{counter: store}, req
		at, ok := r.now()
		if !ok {
			t.Fatal("now() is not known")
		}
		r.add(at, &req, m365auth.Token{Access: m365auth.NewSecret("x")})
		tt.change(r, &asked)
		if got := r.find(&asked); (got != nil) != tt.want || got != nil && got.Access.Reveal() != "x" {
			t.Errorf("find() after a change of %s = %v, want one: %t", name, got, tt.want)
		}
	}
}

func TestAnAnswerIsKeptForASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &recent{counter: tokencache.NewMemoryStore()}
		at, _ := r.now()
		req := &m365auth.TokenRequest{Account: "a"}
		r.add(at, req, m365auth.Token{})
		<-time.After(recentLife / 2)
		r.add(at, &m365auth.TokenRequest{Account: "b"}, m365auth.Token{})
		if r.find(req) == nil {
			t.Error("find() after half the time = nil, want the answer")
		}
		<-time.After(recentLife / 2)
		synctest.Wait()
		if r.find(req) != nil {
			t.Error("find() after the time = an answer, want none")
		}
	})
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	r := &recent{counter: tokencache.NewMemoryStore()}
	at, _ := r.now()
	for i := range 3 * maxRecent {
		r.add(at, &m365auth.TokenRequest{Account: strconv.Itoa(i)}, m365auth.Token{})
	}
	if n := len(r.list.Load().answers); n != maxRecent {
		t.Errorf("answers kept = %d, want %d", n, maxRecent)
	}
	if r.find(&m365auth.TokenRequest{Account: strconv.Itoa(3*maxRecent - 1)}) == nil {
		t.Error("find() of the last answer = nil")
	}
}
