package graphtest_test

import (
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestSubscriptionIsRenewedAndExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		f := setupNotified(t, r)
		sub := f.subscribe(t, map[string]any{"lifecycleNotificationUrl": "https://receiver.example/life"})
		path := "/subscriptions/" + sub["id"].(string)
		if len(r.asked) != 2 {
			t.Errorf("%d places were asked, want both", len(r.asked))
		}
		<-time.After(100 * time.Minute) // of 120
		synctest.Wait()
		if notes := r.notes(); len(notes) != 1 || notes[0]["lifecycleEvent"] != "reauthorizationRequired" || notes[0]["clientState"] != "secret" {
			t.Fatalf("before the end told %v", notes)
		}
		if a := f.do(t, "POST", path+"/reauthorize", ""); a.status != http.StatusNoContent {
			t.Errorf("reauthorize = %d %s", a.status, a.body)
		}
		later := time.Now().Add(3 * time.Hour).UTC().Format(time.RFC3339)
		if a := f.do(t, "PATCH", path, `{"expirationDateTime":"`+later+`"}`); a.status != http.StatusOK || a.json(t)["expirationDateTime"] != later {
			t.Fatalf("renewal = %d %s", a.status, a.body)
		}
		for _, body := range []string{`{"lifecycleNotificationUrl":"https://receiver.example/"}`, `{"expirationDateTime":5}`, `{"expirationDateTime":null}`, `{"notificationUrl":"http://receiver.example/"}`, `{"notificationUrl":"https://nobody.example/"}`, `[]`, `{"expirationDateTime":"2199-01-01T00:00:00Z"}`} {
			if a := f.do(t, "PATCH", path, body); a.status != http.StatusBadRequest {
				t.Errorf("PATCH %s = %d %s, want 400", body, a.status, a.body)
			}
		}
		other := subscriberToken(t, opsID)
		for _, method := range []string{"GET", "DELETE", "PATCH"} {
			if a := f.do(t, method, path, `{}`, "Authorization", "Bearer "+other); a.status != http.StatusNotFound || a.code(t) != "ResourceNotFound" {
				t.Errorf("%s of another's = %d %s", method, a.status, a.body)
			}
		}
		<-time.After(2 * time.Hour)
		if got := f.get(t, path)["id"]; got != sub["id"] {
			t.Errorf("the renewed one is %v", got)
		}
		<-time.After(2 * time.Hour)
		if a := f.do(t, "GET", path, ""); a.status != http.StatusNotFound {
			t.Errorf("an expired one = %d", a.status)
		}
		f.write(t, "Nobody is told")
		synctest.Wait()
		for _, n := range r.notes() {
			if n["lifecycleEvent"] == nil {
				t.Errorf("told %v after the end", n)
			}
		}
	})
}

func TestNotificationsAreRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		r := &receiver{}
		r.hear = func() int {
			r.mu.Lock()
			defer r.mu.Unlock()
			if tries++; tries < 4 {
				return http.StatusServiceUnavailable
			}
			return http.StatusAccepted
		}
		f := setupNotified(t, r)
		f.subscribe(t, nil)
		for range 30 {
			f.write(t, "Offer")
		}
		<-time.After(time.Minute)
		synctest.Wait()
		ids := map[any]bool{}
		for _, n := range r.notes() {
			ids[n["resourceData"].(map[string]any)["id"]] = true
		}
		if len(ids) != 30 || tries < 4 {
			t.Errorf("told of %d messages in %d tries, want 30", len(ids), tries)
		}
	})
}

func TestGivingUpTellsWhatWasMissed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		f := setupNotified(t, r)
		f.subscribe(t, map[string]any{"lifecycleNotificationUrl": "https://receiver.example/life", "expirationDateTime": time.Now().AddDate(0, 0, 6).Format(time.RFC3339)})
		began := time.Now()
		r.hear = func() int {
			if time.Since(began) < 4*time.Hour {
				return http.StatusInternalServerError
			}
			return http.StatusAccepted
		}
		f.write(t, "Offer")
		<-time.After(5 * time.Hour)
		synctest.Wait()
		if notes := r.notes(); len(notes) != 1 || notes[0]["lifecycleEvent"] != "missed" {
			t.Errorf("told %v, want that some were missed", notes)
		}
	})
}

func TestLifecycleOnDemand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		f := setupNotified(t, r)
		quiet := f.subscribe(t, map[string]any{"changeType": "created"})["id"].(string)
		id := f.subscribe(t, map[string]any{"lifecycleNotificationUrl": "https://receiver.example/life"})["id"].(string)
		users := f.subscribe(t, map[string]any{"resource": "users", "changeType": "updated", "lifecycleNotificationUrl": "https://receiver.example/life"})["id"].(string)
		for _, event := range []graphtest.LifecycleEvent{graphtest.MissedNotifications, graphtest.ReauthorizationRequired, graphtest.SubscriptionRemoved} {
			if err := f.Lifecycle(id, event); err != nil {
				t.Error(err)
			}
		}
		for sub, event := range map[string]graphtest.LifecycleEvent{
			"none": graphtest.MissedNotifications, id: graphtest.MissedNotifications, quiet: graphtest.MissedNotifications, users: graphtest.MissedNotifications,
		} {
			if err := f.Lifecycle(sub, event); err == nil {
				t.Errorf("%s is told %s", sub, event)
			}
		}
		synctest.Wait()
		var got []string
		for _, n := range r.notes() {
			got = append(got, n["lifecycleEvent"].(string))
		}
		if strings.Join(got, " ") != "missed reauthorizationRequired subscriptionRemoved" {
			t.Errorf("told %q", got)
		}
		if a := f.do(t, "GET", "/subscriptions/"+id, ""); a.status != http.StatusNotFound {
			t.Errorf("the removed one = %d", a.status)
		}
	})
}

// TestSlowSubscriberStopsNobody goes over real sockets: a subscriber that is
// slow, writers at once, and the server closed in the midst of it.
func TestSlowSubscriberStopsNobody(t *testing.T) {
	t.Parallel()
	quick, slow := &receiver{}, &receiver{}
	release := make(chan struct{})
	slow.hear = func() int { <-release; return http.StatusAccepted }
	heard := make(chan struct{}, 100)
	quick.hear = func() int { heard <- struct{}{}; return http.StatusAccepted }
	mux := http.NewServeMux()
	mux.Handle("/quick", quick)
	mux.Handle("/slow", slow)
	place := httptest.NewTLSServer(mux)
	defer place.Close()
	defer close(release)
	roots := x509.NewCertPool()
	roots.AddCert(place.Certificate())
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: intranet(), NotificationRoots: roots})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{s, subscriberToken(t, salesID)}
	for path, changes := range map[string]string{"/slow": "created,updated", "/quick": "created"} {
		f.subscribe(t, map[string]any{"notificationUrl": place.URL + path, "changeType": changes})
	}
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			for range 10 {
				if _, err := f.try(t, "POST", "/me/messages", `{"subject":"Offer"}`); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	for total := 0; total < 40; {
		select {
		case <-heard:
			total = len(quick.notes()) + 20 // at least one request's worth is on its way
		case <-time.After(30 * time.Second):
			t.Fatalf("the quick one was told %d times", len(quick.notes()))
		}
	}
	ended := make(chan struct{})
	go func() { _ = s.Close(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Fatal("Close waits for the slow one")
	}
}

func FuzzSubscription(f *testing.F) {
	for _, seed := range []string{
		subscription(nil), subscription(map[string]any{"resource": "me/drive/root", "changeType": "updated"}), `{}`, `[]`, `{"resource":"users('a')/messages"}`,
		subscription(map[string]any{"resource": "me/messages?$select=&$filter=", "includeResourceData": true, "encryptionCertificate": "////"}),
		`{"expirationDateTime":"9999-12-31T23:59:59Z"}`, `{"notificationUrl":"https://receiver.example/%zz"}`,
	} {
		f.Add(seed)
	}
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: intranet(), InMemory: true, NotificationClient: &http.Client{Transport: &receiver{}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	server := &fixture{s, subscriberToken(f, salesID)}
	f.Fuzz(func(t *testing.T, body string) {
		if body == "" {
			return
		}
		a := server.do(t, "POST", "/subscriptions", body)
		if a.status >= 500 {
			t.Fatalf("POST %q = %d %s", body, a.status, a.body)
		}
		if a.status != http.StatusCreated {
			return
		}
		path := "/subscriptions/" + a.json(t)["id"].(string)
		if a := server.do(t, "PATCH", path, body); a.status >= 500 {
			t.Errorf("PATCH %q = %d %s", body, a.status, a.body)
		}
		server.write(t, "Offer")
		server.do(t, "DELETE", path, "")
	})
}
