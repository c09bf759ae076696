package graphtest_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

const appID = "8a6f1b5e-0000-4000-8000-0000000000b1"

// receiver is a subscriber: it answers validation, and keeps what it is told.
// As a transport it needs no port.
type receiver struct {
	mu       sync.Mutex
	told     []map[string]any // collections, in the order of arrival
	asked    []*http.Request  // for validation
	validate func(w http.ResponseWriter, token string)
	hear     func() int // status; nil: 202
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if token := req.URL.Query().Get("validationToken"); token != "" {
		r.mu.Lock()
		r.asked = append(r.asked, req)
		r.mu.Unlock()
		if r.validate != nil {
			r.validate(w, token)
			return
		}
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, token)
		return
	}
	var v map[string]any
	if err := json.NewDecoder(req.Body).Decode(&v); err != nil || !strings.HasPrefix(req.Header.Get("Content-Type"), "application/json") {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	status := http.StatusAccepted
	if r.hear != nil {
		status = r.hear()
	}
	if status == http.StatusAccepted {
		r.mu.Lock()
		r.told = append(r.told, v)
		r.mu.Unlock()
	}
	w.WriteHeader(status)
}

// RoundTrip serves without a network.
func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != "receiver.example" {
		return nil, errors.New("no such host")
	}
	done := make(chan *http.Response, 1)
	go func() {
		w := httptest.NewRecorder()
		r.ServeHTTP(w, req)
		done <- w.Result()
	}()
	select {
	case resp := <-done:
		return resp, nil
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

// notes gives all that came so far, one by one.
func (r *receiver) notes() []map[string]any {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []map[string]any
	for _, c := range r.told {
		for _, v := range c["value"].([]any) {
			all = append(all, v.(map[string]any))
		}
	}
	return all
}

// setupNotified starts a server in memory, whose notifications go to r. Call it
// within a bubble of synctest.
func setupNotified(t *testing.T, r *receiver) *fixture {
	t.Helper()
	tenant, teams := intranet(), desks()
	tenant.Users, tenant.Teams, tenant.Chats = teams.Users, teams.Teams, teams.Chats
	s, err := graphtest.New(&graphtest.Options{
		Keys: keys, Issuer: issuer, Tenant: tenant, InMemory: true, NotificationClient: &http.Client{Transport: r},
		ValidationTokens: func(app string) (string, error) { return "token for " + app, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &fixture{s, subscriberToken(t, salesID)}
}

func subscriberToken(t testing.TB, oid string) string {
	return mint(t, map[string]any{
		"oid": oid, "scp": allScopes + " " + siteScopes + " " + teamScopes + " " + directoryScopes + " " + contactScopes, "azp": appID, "nbf": time.Now().Add(-time.Minute).Unix(), "exp": time.Now().AddDate(0, 2, 0).Unix(),
	})
}

// subscription is the body of a request, with members laid over the defaults.
func subscription(over map[string]any) string {
	all := map[string]any{
		"changeType": "created,updated,deleted", "notificationUrl": "https://receiver.example/notes?from=graph", "resource": "me/messages",
		"expirationDateTime": time.Now().Add(2 * time.Hour).UTC().Format(time.RFC3339), "clientState": "secret",
	}
	for k, v := range over {
		if all[k] = v; v == nil {
			delete(all, k)
		}
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// subscribe makes a subscription.
func (f *fixture) subscribe(t *testing.T, over map[string]any) map[string]any {
	t.Helper()
	a := f.do(t, "POST", "/subscriptions", subscription(over))
	if a.status != http.StatusCreated {
		t.Fatalf("subscribe to %v = %d %s", over["resource"], a.status, a.body)
	}
	return a.json(t)
}

// write makes a draft, and gives its id.
func (f *fixture) write(t *testing.T, subject string) string {
	t.Helper()
	a := f.do(t, "POST", "/me/messages", `{"subject":"`+subject+`"}`)
	if a.status != http.StatusCreated {
		t.Fatalf("draft = %d %s", a.status, a.body)
	}
	return a.json(t)["id"].(string)
}
