package graphtest_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/mail"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// hashOf is a hash of all that a tenant has.
func hashOf(t *testing.T, tenant *graphtest.Tenant) [32]byte {
	t.Helper()
	b, err := json.Marshal(tenant)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(b)
}

func TestGenerateRepeatsBySeedAndSize(t *testing.T) {
	t.Parallel()
	seen := map[[32]byte]string{}
	for _, o := range []graphtest.GenerateOptions{
		{Users: 5, Messages: 90}, {Users: 5, Messages: 90, Seed: 1}, {Users: 6, Messages: 90}, {Users: 5, Messages: 91}, {Users: 5, Messages: 90, Domain: "fabrikam.example"},
	} {
		first, second := hashOf(t, graphtest.Generate(o)), hashOf(t, graphtest.Generate(o))
		if first != second {
			t.Errorf("Generate(%+v) gives two tenants", o)
		}
		if other := seen[first]; other != "" {
			t.Errorf("Generate(%+v) gives the tenant of %s", o, other)
		}
		seen[first] = fmt.Sprintf("%+v", o)
	}
}

// messagesIn counts the messages in folders.
func messagesIn(folders []*graphtest.MailFolder, each func(*graphtest.Message)) (n int) {
	for _, f := range folders {
		for _, m := range f.Messages {
			each(m)
		}
		n += len(f.Messages) + messagesIn(f.Children, each)
	}
	return n
}

func TestGenerateMakesWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, o := range []graphtest.GenerateOptions{{}, {Users: 1, Messages: 7}, {Users: 2, Messages: 1}, {Users: 3, Messages: -1}, {Users: 30, Messages: 900, Seed: 9}} {
		tenant := graphtest.Generate(o)
		users, messages := o.Users, o.Messages
		if users == 0 {
			users = 10
		}
		if messages == 0 {
			messages = 1000
		}
		got, late, threads := 0, 0, map[string]bool{}
		for _, u := range tenant.Users {
			got += messagesIn(u.Folders, func(m *graphtest.Message) {
				threads[m.InternetMessageID] = true
				if m.ReceivedDateTime.After(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)) {
					late++
				}
			})
		}
		if len(tenant.Users) != users || got != max(messages, 0) || late > 0 {
			t.Errorf("Generate(%+v) has %d users and %d messages, %d of them to come; want %d, %d and none", o, len(tenant.Users), got, late, users, messages)
		}
		s, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: tenant, InMemory: true})
		if err != nil {
			t.Errorf("Generate(%+v) cannot be served: %v", o, err)
			continue
		}
		_ = s.Close()
	}
}

// TestGeneratedReferencesResolve finds everybody and every message that is
// named.
func TestGeneratedReferencesResolve(t *testing.T) {
	t.Parallel()
	tenant := graphtest.Generate(graphtest.GenerateOptions{Users: 40, Messages: 2000, Seed: 3})
	people := map[string]bool{}
	sent := map[string]bool{}
	for _, u := range tenant.Users {
		people[u.UserPrincipalName] = true
		messagesIn(u.Folders, func(m *graphtest.Message) { sent[m.InternetMessageID] = true })
	}
	known := func(what string, names ...string) {
		t.Helper()
		for _, name := range names {
			if !people[name] {
				t.Errorf("%s names %q, who is not there", what, name)
			}
		}
	}
	replies, shared := 0, map[string]int{}
	for _, u := range tenant.Users {
		messagesIn(u.Folders, func(m *graphtest.Message) {
			for _, r := range append(m.ToRecipients, *m.From) {
				if _, err := mail.ParseAddress(r.Address); err != nil {
					t.Errorf("address %q: %v", r.Address, err)
				}
				if strings.HasSuffix(r.Address, "@contoso.example") {
					known("a mail", r.Address)
				}
			}
			for _, h := range m.Headers {
				if replies++; !sent[h.Value] {
					t.Errorf("a mail answers %q, which is not there", h.Value)
				}
			}
		})
		for _, c := range u.Calendars {
			for _, e := range c.Events {
				if err := e.Validate(); err != nil {
					t.Errorf("event %q: %v", e.Subject, err)
				}
				for _, a := range e.Attendees {
					known("an event", a.Address)
				}
				if e.ICalUID != "" {
					shared[e.ICalUID]++
				}
			}
		}
	}
	meetings := 0
	for _, n := range shared {
		if n > 1 {
			meetings++
		}
	}
	if replies == 0 || meetings == 0 {
		t.Errorf("there are %d replies and %d meetings in more than one calendar, want some", replies, meetings)
	}
	manager := map[string]string{}
	for _, u := range tenant.Users {
		if manager[u.UserPrincipalName] = u.Manager; u.Manager != "" {
			known("a manager", u.Manager)
		}
	}
	for name := range manager {
		steps := 0
		for boss := manager[name]; boss != ""; boss = manager[boss] {
			if steps++; steps > 5 {
				t.Fatalf("the managers of %s do not end", name)
			}
		}
	}
	ids := map[string]bool{}
	for _, g := range tenant.Groups {
		ids[g.ID] = true
	}
	for _, g := range tenant.Groups {
		for _, name := range slices.Concat(g.Owners, g.Members) {
			if !ids[name] {
				known("a group", name)
			}
		}
	}
	for _, s := range tenant.Sites {
		known("a site", s.Members...)
	}
	for _, team := range tenant.Teams {
		known("a team", append(team.Owners, team.Members...)...)
		for _, c := range team.Channels {
			for _, m := range c.Messages {
				known("a post", m.From)
			}
		}
	}
	for _, c := range tenant.Chats {
		known("a chat", c.Members...)
	}
}

func TestGeneratedTenantIsServed(t *testing.T) {
	t.Parallel()
	tenant := graphtest.Generate(graphtest.GenerateOptions{Users: 14, Messages: 1500, Seed: 5, Now: now})
	tenant.ID = tenantID // that of the tokens
	f := setup(t, tenant).with(t, tenant.Users[0].ID, allScopes+" "+teamScopes+" Sites.Read.All Group.Read.All User.Read.All Contacts.Read Tasks.Read")
	for path, least := range map[string]int{
		"/users": 14, "/groups": 15, "/groups?$filter=resourceProvisioningOptions/any(x:x%20eq%20'Team')": 13, "/me/memberOf": 3, "/me/directReports": 11, "/me/messages?$top=50": 50, "/me/mailFolders": 8, "/me/events?$top=50": 12, "/me/drive/root/children": 3, "/sites?search=*": 2, "/me/joinedTeams": 2, "/me/chats": 1, "/me/contacts": 4, "/me/contactFolders": 1, "/me/todo/lists": 3,
		"/me/calendarView?startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-04-01T00:00:00Z": 1,
		"/me/messages?$filter=hasAttachments%20eq%20true":                                      1, "/me/messages?$filter=isRead%20eq%20false": 1,
	} {
		if got := len(f.get(t, path)["value"].([]any)); got < least {
			t.Errorf("GET %s has %d, want at least %d", path, got, least)
		}
	}
	page := f.get(t, "/me/messages?$top=200&$select=subject,conversationId")
	conversations := map[any]int{}
	for _, id := range pluck(page, "conversationId") {
		conversations[id]++
	}
	if len(conversations) == len(page["value"].([]any)) {
		t.Error("no two messages are of one conversation")
	}
}

// heap is how much memory is in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// bodies is how much of a tenant's memory the bodies of mail are, each once.
func bodies(tenant *graphtest.Tenant) (n int) {
	seen := map[string]bool{}
	for _, u := range tenant.Users {
		messagesIn(u.Folders, func(m *graphtest.Message) {
			if !seen[m.InternetMessageID] {
				seen[m.InternetMessageID] = true
				n += len(m.Body.Content)
			}
		})
	}
	return n
}

// BenchmarkGenerate makes the tenant of 100,000 messages, and tells what a
// message takes beside its body.
func BenchmarkGenerate(b *testing.B) {
	const messages = 100_000
	var perMessage float64
	for b.Loop() {
		before := heap()
		tenant := graphtest.Generate(graphtest.GenerateOptions{Users: 100, Messages: messages})
		perMessage = (float64(heap()-before) - float64(bodies(tenant))) / messages
		runtime.KeepAlive(tenant)
	}
	b.ReportMetric(perMessage, "bytes/message")
}

// BenchmarkLoad serves that tenant, and tells what a message takes in tenant
// and server together, beside its body.
func BenchmarkLoad(b *testing.B) {
	const messages = 100_000
	before := heap()
	tenant := graphtest.Generate(graphtest.GenerateOptions{Users: 100, Messages: messages})
	text := bodies(tenant)
	var perMessage float64
	for b.Loop() {
		s, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: tenant, InMemory: true})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		perMessage = (float64(heap()-before) - float64(text)) / messages
		_ = s.Close()
		b.StartTimer()
	}
	b.ReportMetric(perMessage, "bytes/message")
}

// TestGeneratedMailIsLean holds the promise on memory: at most 2 KB a message
// beyond its body, in tenant and server together.
func TestGeneratedMailIsLean(t *testing.T) { //nolint:paralleltest // it measures the heap
	const messages = 20_000
	before := heap()
	tenant := graphtest.Generate(graphtest.GenerateOptions{Users: 10, Messages: messages})
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: tenant, InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := (float64(heap()-before) - float64(bodies(tenant))) / messages; got > 2048 {
		t.Errorf("a message takes %.0f bytes beside its body, want at most 2048", got)
	} else {
		t.Logf("a message takes %.0f bytes beside its body", got)
	}
	runtime.KeepAlive(tenant)
}
