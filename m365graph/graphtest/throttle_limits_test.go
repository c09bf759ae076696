package graphtest

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"
)

// The gateway writes Retry-After as a date. So many requests would take a test
// too long to send.
func TestAnAppIsHeldToGraphsOwnLimit(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	l, g := &everyRoute, &gauge{at: now}
	passed, wait := 0, time.Duration(0)
	for ; wait == 0; passed++ {
		wait = g.take(1, l.quota, l.window, now)
	}
	if passed--; passed != 130_000 {
		t.Errorf("%d requests passed at once, want 130,000", passed)
	}
	var refused *graphError
	if !errors.As(l.says.refuse(now, wait), &refused) {
		t.Fatal("a request over the limit is not refused")
	}
	if at, err := http.ParseTime(refused.header.Get("Retry-After")); err != nil || !at.After(now) {
		t.Errorf("Retry-After = %q, want a date to come", refused.header.Get("Retry-After"))
	}
	if wait := g.take(1, l.quota, l.window, now.Add(wait)); wait != 0 {
		t.Errorf("after the wait it is to wait %v more", wait)
	}
}

func TestRoutesCountAgainstTheirLimits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		service         *service
		method, pattern string
		want            float64 // the nearest quota
	}{
		{directory, "POST", "/subscriptions", 5000},
		{directory, "GET", "/~/presence", 1500},
		{directory, "GET", "/teams/{team}/channels/{channel}/messages/{message}/replies", 20},
		{directory, "POST", "/teams/{team}/channels/{channel}/messages", 50},
		{directory, "GET", "/chats/{chat}/messages", 20},
		{directory, "POST", "/~/chats/{chat}/messages", 20},
		{directory, "GET", "/teams/{team}/channels", 60},
		{directory, "POST", "/teams", 10},
		{directory, "GET", "/teams/{team}", 30},
		{directory, "GET", "/~/joinedTeams", 30},
		{directory, "GET", "/teams/{team}/channels/{channel}/tabs", 30},
		{directory, "PUT", "/groups/{team}/team", 6},
		{directory, "POST", "/teams/{team}/clone", 6},
		{directory, "DELETE", "/teams/{team}/channels/{channel}", 15},
		{directory, "PATCH", "/teams/{team}/channels/{channel}", 30},
		{exchange, "GET", "/~/messages", 10000},
		{oneDrive, "GET", "/~drive/~item", 1200},
		{directory, "GET", "/users", 3500},
	} {
		limits := limitsOf(leaf{route: &route{method: tt.method, pattern: tt.pattern, service: tt.service}})
		if got := limits[1].quota; got != tt.want {
			t.Errorf("%s %s has a quota of %v, want %v", tt.method, tt.pattern, got, tt.want)
		}
	}
	post := limitsOf(leaf{route: &route{method: "POST", pattern: "/teams/{team}/channels/{channel}/messages", service: directory}})
	if n := len(post); n != 5 || post[0].quota != 130000 || post[3].quota != 4 || post[4].quota != 3000 {
		t.Errorf("a message to a channel has %d limits, want Graph's, two of Teams', the team's and the channel's", n)
	}
	var names []string
	for _, g := range limitGroups {
		for _, l := range g.limits {
			if slices.Contains(names, l.name) {
				t.Errorf("two limits share the name %s, and so a quota", l.name)
			}
			names = append(names, l.name)
		}
	}
}
