package graphtest_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestChangesAreTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		f := setupNotified(t, r)
		sub := f.subscribe(t, nil)
		id := f.write(t, "Offer")
		synctest.Wait()
		notes := r.notes()
		if len(notes) != 1 {
			t.Fatalf("told %d times: %v", len(notes), notes)
		}
		n, about := notes[0], notes[0]["resourceData"].(map[string]any)
		etag := f.get(t, "/me/messages/"+id)["@odata.etag"]
		want := "Users/" + salesID + "/Messages/" + id
		if n["resource"] != want || n["changeType"] != "created" || n["clientState"] != "secret" || n["subscriptionId"] != sub["id"] || n["tenantId"] != tenantID ||
			about["id"] != id || about["@odata.etag"] != etag || about["@odata.type"] != "#Microsoft.Graph.Message" || about["@odata.id"] != want {
			t.Errorf("told %v", n)
		}
		f.do(t, "PATCH", "/me/messages/"+id, `{"subject":"Order"}`)
		synctest.Wait()
		if got := r.notes()[1]["changeType"]; got != "updated" {
			t.Errorf("a change is told as %v", got)
		}
		if query := r.asked[0].URL.Query(); query.Get("from") != "graph" || r.asked[0].Method != "POST" {
			t.Errorf("validation asked %s %s", r.asked[0].Method, r.asked[0].URL)
		}
		f.do(t, "DELETE", "/subscriptions/"+sub["id"].(string), "")
		f.write(t, "Nobody is told")
		synctest.Wait()
		if n := len(r.notes()); n != 2 {
			t.Errorf("told %d times after the end, want 2", n)
		}
	})
}

func TestSubscriptionsMatchTheirResource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		f := setupNotified(t, r)
		list := "sites/" + marketing + "/lists/Inventory"
		told := map[string]string{} // subscription to resource
		for _, over := range []map[string]any{
			{"resource": "/me/mailFolders('inbox')/messages"}, {"resource": "me/mailFolders/drafts/messages", "changeType": "updated"},
			{"resource": "users/" + salesID + "/events"}, {"resource": list, "changeType": "updated"},
			{"resource": "me/drive/root", "changeType": "updated"}, {"resource": "groups", "changeType": "updated,deleted"},
			{"resource": "me/messages?$filter=subject eq 'Order'"},
		} {
			told[f.subscribe(t, over)["id"].(string)] = over["resource"].(string)
		}
		id := f.write(t, "Offer")
		synctest.Wait() // a filter is held against what there is when it is told
		f.do(t, "PATCH", "/me/messages/"+id, `{"subject":"Order"}`)
		f.do(t, "POST", "/me/events", `{"subject":"Fair","start":{"dateTime":"2026-05-01T10:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-05-01T11:00:00","timeZone":"UTC"}}`)
		f.do(t, "POST", "/"+list+"/items", `{"fields":{"Title":"Gear"}}`)
		f.do(t, "PATCH", "/groups/"+brandGroup, `{"description":"New"}`)
		f.do(t, "PUT", "/me/drive/root:/a.txt:/content", "a", "Content-Type", "text/plain")
		synctest.Wait()
		got := map[string]string{}
		for _, n := range r.notes() {
			got[told[n["subscriptionId"].(string)]] += n["changeType"].(string) + " "
		}
		want := map[string]string{
			"me/mailFolders/drafts/messages": "updated ", "users/" + salesID + "/events": "created ", list: "updated ", "me/drive/root": "updated ", "groups": "updated ",
			"me/messages?$filter=subject eq 'Order'": "updated ",
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("told\n%v, want\n%v", got, want)
		}
	})
}

// TestSubscriptionsAreUnique holds "Duplicate subscription behavior" of
// https://learn.microsoft.com/graph/api/subscription-post-subscriptions; clients
// read the id of the other one from the message.
func TestSubscriptionsAreUnique(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := setupNotified(t, &receiver{})
		first := f.subscribe(t, map[string]any{"changeType": "updated,created"})
		if first["changeType"] != "created,updated" {
			t.Errorf("changeType = %v", first["changeType"])
		}
		again := map[string]any{"changeType": "created, updated,created", "resource": "/Me/messages/", "notificationUrl": "https://receiver.example/other"}
		a := f.do(t, "POST", "/subscriptions", subscription(again))
		if want := fmt.Sprintf("Subscription Id %s already exists", first["id"]); a.status != 409 || a.code(t) != "ObjectIdentifierInUse" || !strings.Contains(string(a.body), want) {
			t.Errorf("the same again = %d %s, want 409 with %q", a.status, a.body, want)
		}
		f.subscribe(t, map[string]any{"changeType": "created"})
		f.subscribe(t, map[string]any{"changeType": "created,updated", "resource": "me/events"})
		other := &fixture{f.Server, subscriberToken(t, opsID)}
		other.subscribe(t, map[string]any{"changeType": "created,updated"})
		f.do(t, "DELETE", "/subscriptions/"+first["id"].(string), "")
		f.subscribe(t, again)
		var made int
		var work sync.WaitGroup
		statuses := make(chan int, 8)
		for range 8 {
			work.Go(func() {
				if a, err := f.try(t, "POST", "/subscriptions", subscription(map[string]any{"changeType": "deleted"})); err == nil {
					statuses <- a.status
				}
			})
		}
		work.Wait()
		close(statuses)
		for status := range statuses {
			if status == http.StatusCreated {
				made++
			}
		}
		if made != 1 {
			t.Errorf("eight at once make %d subscriptions, want 1", made)
		}
	})
}

func TestSubscriptionsAreRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		f := setupNotified(t, r)
		at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339) }
		for _, test := range []struct {
			name string
			over map[string]any
			want string
		}{
			{"http", map[string]any{"notificationUrl": "http://receiver.example/"}, "400 InvalidRequest"},
			{"no URL", map[string]any{"notificationUrl": "receiver"}, "400 InvalidRequest"},
			{"a lifecycle URL over http", map[string]any{"lifecycleNotificationUrl": "http://receiver.example/"}, "400 InvalidRequest"},
			{"nobody there", map[string]any{"notificationUrl": "https://nobody.example/"}, "400 ValidationError"},
			{"no changeType", map[string]any{"changeType": nil}, "400 InvalidRequest"},
			{"an odd changeType", map[string]any{"changeType": "created,renamed"}, "400 InvalidRequest"},
			{"no resource", map[string]any{"resource": nil}, "400 InvalidRequest"},
			{"an odd resource", map[string]any{"resource": "me/onenote"}, "400 InvalidRequest"},
			{"an escape that breaks", map[string]any{"resource": "me/%zz"}, "400 InvalidRequest"},
			{"an option of another kind", map[string]any{"resource": "me/messages?$top=1"}, "400 RequestBroker--ParseUri"},
			{"an odd $select", map[string]any{"resource": "me/messages?$select=nothing"}, "400 BadRequest"},
			{"an odd $filter", map[string]any{"resource": "me/messages?$filter=nothing"}, "400 RequestBroker--ParseUri"},
			{"a folder that is not there", map[string]any{"resource": "me/mailFolders/none/messages"}, "400 ErrorInvalidIdMalformed"},
			{"another's mailbox", map[string]any{"resource": "users/" + opsID + "/messages"}, "403 ErrorAccessDenied"},
			{"a drive that only changes", map[string]any{"resource": "me/drive/root", "changeType": "created"}, "400 InvalidRequest"},
			{"a site of others", map[string]any{"resource": "sites/root:/sites/plant:/lists/Documents", "changeType": "updated"}, "403 accessDenied"},
			{"no expiry", map[string]any{"expirationDateTime": nil}, "400 InvalidRequest"},
			{"an odd expiry", map[string]any{"expirationDateTime": "tomorrow"}, "400 InvalidRequest"},
			{"the past", map[string]any{"expirationDateTime": at(-time.Minute)}, "400 InvalidRequest"},
			{"too long", map[string]any{"expirationDateTime": at(10081 * time.Minute)}, "400 ExtensionError"},
			{"a long state", map[string]any{"clientState": strings.Repeat("x", 129)}, "400 InvalidRequest"},
			{"data of a list", map[string]any{"resource": "me/drive/root", "changeType": "updated", "includeResourceData": true}, "400 InvalidRequest"},
			{"data without a certificate", map[string]any{"resource": "me/messages?$select=subject", "includeResourceData": true}, "400 InvalidRequest"},
			{"data and a broken certificate", map[string]any{"resource": "me/messages?$select=subject", "includeResourceData": true, "encryptionCertificate": "AAAA", "encryptionCertificateId": "k"}, "400 InvalidRequest"},
			{"a number for a text", map[string]any{"resource": 5}, "400 BadRequest"},
		} {
			if a := f.do(t, "POST", "/subscriptions", subscription(test.over)); fmt.Sprint(a.status, " ", a.code(t)) != test.want {
				t.Errorf("%s: %d %s, want %s", test.name, a.status, a.body, test.want)
			}
		}
		app := mint(t, map[string]any{"scp": "", "roles": []string{"Mail.Read"}, "azp": appID, "nbf": 0, "exp": time.Now().Add(time.Hour).Unix()})
		if a := f.do(t, "POST", "/subscriptions", subscription(nil), "Authorization", "Bearer "+app); a.status != http.StatusBadRequest {
			t.Errorf("an application's me = %d %s", a.status, a.body)
		}
		if a := f.do(t, "POST", "/subscriptions", subscription(map[string]any{"resource": "users/" + opsID + "/messages"}), "Authorization", "Bearer "+app); a.status != http.StatusCreated {
			t.Errorf("an application for a mailbox = %d %s", a.status, a.body)
		}
		if n := len(f.get(t, "/subscriptions")["value"].([]any)); n != 0 {
			t.Errorf("%d subscriptions are the person's, want none", n)
		}
	})
}

func TestEndpointIsValidated(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		validate func(w http.ResponseWriter, token string)
		want     string
	}{
		"encoded": {func(w http.ResponseWriter, token string) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, strings.ReplaceAll(token, " ", "+"))
		}, "must exactly match"},
		"HTML": {func(w http.ResponseWriter, token string) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, token)
		}, "text/plain"},
		"202": {func(w http.ResponseWriter, token string) {
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, token)
		}, "200 OK"},
		"moved": {func(w http.ResponseWriter, _ string) {
			w.Header().Set("Location", "https://receiver.example/")
			w.WriteHeader(http.StatusFound)
		}, "200 OK"},
		"silent": {func(http.ResponseWriter, string) { <-time.After(11 * time.Second) }, "timed out"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := setupNotified(t, &receiver{validate: test.validate})
				began := time.Now()
				a := f.do(t, "POST", "/subscriptions", subscription(nil))
				if a.status != http.StatusBadRequest || a.code(t) != "ValidationError" || !strings.Contains(string(a.body), test.want) {
					t.Errorf("%d %s, want %s", a.status, a.body, test.want)
				}
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("it took %v", took)
				}
				<-time.After(time.Minute) // so that the receiver ends
			})
		})
	}
}

func TestTeamsAreWatched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		f := setupNotified(t, r)
		chat := f.get(t, "/me/chats?$filter=topic%20eq%20'Move'")["value"].([]any)[0].(map[string]any)["id"].(string)
		channel := f.get(t, "/teams/"+deskTeam+"/primaryChannel")["id"].(string)
		_, der := wrappingKey()
		rich := map[string]any{
			"includeResourceData": true, "encryptionCertificate": base64.StdEncoding.EncodeToString(der), "encryptionCertificateId": "k",
			"expirationDateTime": time.Now().Add(50 * time.Minute).Format(time.RFC3339),
		}
		told := map[string]string{}
		for _, test := range []struct{ resource, changes string }{
			{"/chats/" + chat + "/messages", "created"}, {"/me/chats/getAllMessages", "created"}, {"/teams/" + deskTeam + "/channels/" + channel + "/messages", "created"},
			{"/communications/presences/" + salesID, "updated"},
		} {
			rich["resource"], rich["changeType"] = test.resource, test.changes
			told[f.subscribe(t, rich)["id"].(string)] = test.resource
		}
		f.do(t, "POST", "/chats/"+chat+"/messages", `{"body":{"content":"crates"}}`)
		f.do(t, "POST", "/teams/"+deskTeam+"/channels/"+channel+"/messages", `{"body":{"content":"prices"}}`)
		f.do(t, "POST", "/me/presence/setUserPreferredPresence", `{"availability":"Busy","activity":"Busy"}`)
		synctest.Wait()
		got := map[string]string{}
		for _, n := range r.notes() {
			data := open(t, n["encryptedContent"].(map[string]any))
			body, _ := data["body"].(map[string]any)
			got[told[n["subscriptionId"].(string)]] += fmt.Sprint(body["content"], data["availability"], " ")
			if strings.HasPrefix(told[n["subscriptionId"].(string)], "/chats") && n["resource"] != "chats('"+chat+"')/messages('"+fmt.Sprint(data["id"])+"')" {
				t.Errorf("a message is named %v", n["resource"])
			}
		}
		want := map[string]string{
			"/chats/" + chat + "/messages": "crates<nil> ", "/me/chats/getAllMessages": "crates<nil> ",
			"/teams/" + deskTeam + "/channels/" + channel + "/messages": "prices<nil> ", "/communications/presences/" + salesID: "<nil>Offline ",
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("told\n%v, want\n%v", got, want)
		}
		hours := time.Now().Add(2 * time.Hour).Format(time.RFC3339)
		for _, over := range []map[string]any{
			{"resource": "/chats/" + chat + "/messages", "expirationDateTime": hours}, {"resource": "/communications/presences/" + salesID, "changeType": "updated"},
			{"resource": "/chats/none/messages"}, {"resource": "/chats/" + chat + "/messages?$select=body"},
		} {
			if a := f.do(t, "POST", "/subscriptions", subscription(over)); a.status != http.StatusBadRequest {
				t.Errorf("%v = %d %s, want 400", over, a.status, a.body)
			}
		}
		if a := f.do(t, "POST", "/subscriptions", subscription(map[string]any{"resource": "/chats/getAllMessages"})); a.status != http.StatusPreconditionFailed {
			t.Errorf("all chats for a person = %d %s", a.status, a.body)
		}
	})
}
