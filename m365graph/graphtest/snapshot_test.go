package graphtest_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// look reads what the requests of change change.
func look(t *testing.T, f *fixture) map[string]string {
	t.Helper()
	seen := map[string]string{}
	for _, path := range []string{
		"/me/messages?$select=subject,isRead", "/me/mailFolders", "/me/events?$select=subject", "/me/drive/root/children?$select=name,size,eTag",
		"/users/" + salesID + "/mailFolders/inbox/messages?$select=subject",
	} {
		a := f.do(t, "GET", path, "")
		if a.status != 200 {
			t.Fatalf("GET %s = %d %s", path, a.status, a.body)
		}
		seen[path] = string(a.body)
	}
	return seen
}

// change changes something of each kind.
func change(t *testing.T, f *fixture) {
	t.Helper()
	for _, request := range [][3]string{
		{"POST", "/me/sendMail", strings.ReplaceAll(quote, "ops@", "sales@")},
		{"POST", "/me/messages", `{"subject":"Draft"}`},
		{"POST", "/me/events", `{"subject":"Call","start":{"dateTime":"2026-03-05T09:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-05T10:00:00","timeZone":"UTC"}}`},
		{"PUT", "/me/drive/root:/new.txt:/content", `{}`},
		{"PUT", "/me/drive/root:/old.txt:/content", `{"new":"version"}`},
	} {
		if a := f.do(t, request[0], request[1], request[2]); a.status/100 != 2 {
			t.Fatalf("%s %s = %d %s", request[0], request[1], a.status, a.body)
		}
	}
}

func TestSnapshotBringsBackWhatWas(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(5))
	f.do(t, "PUT", "/me/drive/root:/old.txt:/content", `{}`)
	before := look(t, f)
	snapshot := f.Snapshot()
	for round := range 2 {
		change(t, f)
		if cmp.Equal(before, look(t, f)) {
			t.Fatal("nothing changed")
		}
		must(t, f.Restore(snapshot))
		if diff := cmp.Diff(before, look(t, f)); diff != "" {
			t.Errorf("round %d: restored (-want +got):\n%s", round, diff)
		}
	}
	if err := setup(t, office()).Restore(snapshot); err == nil {
		t.Error("another server took the snapshot")
	}
	if err := f.Restore(nil); err == nil {
		t.Error("nil was taken for a snapshot")
	}
}

// What was handed out before a snapshot holds after it, and what was handed
// out in the time that never was does not.
func TestDeltaLinksLastAsLongAsTheirTime(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(3))
	link := func(path string) string {
		t.Helper()
		for {
			v := f.get(t, path)
			if next, ok := v["@odata.nextLink"].(string); ok {
				path = next
				continue
			}
			return v["@odata.deltaLink"].(string)
		}
	}
	old := link("/me/mailFolders/sentitems/messages/delta")
	snapshot := f.Snapshot()
	change(t, f)
	lost := link("/me/mailFolders/sentitems/messages/delta")
	must(t, f.Restore(snapshot))
	change(t, f)
	change(t, f)
	if a := f.do(t, "GET", lost, ""); a.status != 410 || a.header.Get("Location") == "" {
		t.Errorf("a link of the lost time = %d, want 410 with Location", a.status)
	}
	if got := len(f.get(t, old)["value"].([]any)); got != 2 {
		t.Errorf("a link from before tells %d changes, want 2", got)
	}
}

func TestResetStartsAgain(t *testing.T) {
	t.Parallel()
	f, _ := throttled(t, 0.005) // six units of the drive
	before := look(t, f)
	change(t, f)
	f.until(t, "/me/drive/root", 10)
	must(t, f.Fail(graphtest.Fault{Count: -1, Status: 500}))
	must(t, f.Reset())
	if n := len(f.Requests()); n != 0 {
		t.Errorf("the log has %d entries, want none", n)
	}
	if diff := cmp.Diff(before, look(t, f)); diff != "" {
		t.Errorf("after Reset (-want +got):\n%s", diff)
	}
}

// A slice that was under way when the snapshot was taken goes on after it.
func TestUploadSessionsAreInASnapshot(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	const slice = 5 * 320 << 10
	content := strings.Repeat("0123456789abcdef", 2*slice/16)
	url := f.do(t, "POST", "/me/drive/root:/big.bin:/createUploadSession", `{"item":{}}`).json(t)["uploadUrl"].(string)
	put := func(from int) *answer {
		return f.do(t, "PUT", url, content[from:from+slice], "Authorization", "-", "Content-Type", "-",
			"Content-Range", "bytes "+itoa(from)+"-"+itoa(from+slice-1)+"/"+itoa(len(content)))
	}
	if a := put(0); a.status != 202 {
		t.Fatalf("the first slice = %d %s", a.status, a.body)
	}
	snapshot := f.Snapshot()
	for range 2 {
		if a := put(slice); a.status != 201 {
			t.Fatalf("the last slice = %d %s", a.status, a.body)
		}
		location := f.do(t, "GET", "/me/drive/root:/big.bin:/content", "").header.Get("Location")
		if a := f.do(t, "GET", location, "", "Authorization", "-"); string(a.body) != content {
			t.Error("the file is not what was sent")
		}
		must(t, f.Restore(snapshot))
		if a := f.do(t, "GET", "/me/drive/root:/big.bin", ""); a.status != 404 {
			t.Errorf("the file after Restore = %d, want 404", a.status)
		}
	}
}

func TestLogKeepsTheLatest(t *testing.T) {
	t.Parallel()
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: office(), Now: func() time.Time { return now }, KeepRequests: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	f := &fixture{s, mint(t, nil)}
	var want []string
	for i := range 20 {
		path := "/me/messages?$top=" + itoa(i+1)
		f.do(t, "GET", path, "")
		if want = append(want, "$top="+itoa(i+1)); len(want) > 3 {
			want = want[1:]
		}
		var got []string
		for _, r := range f.Requests() {
			got = append(got, r.Query)
			if r.Status != 200 {
				t.Errorf("%s has status %d, want 200", r.Query, r.Status)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("log (-want +got):\n%s", diff)
		}
	}
	tb := &recordingTB{}
	s.AssertWaited(tb)
	if len(tb.errors) != 1 || !strings.Contains(tb.errors[0], "lost 17 requests") {
		t.Errorf("an assertion over a part of the log says %q", tb.errors)
	}
}

// Snapshots are taken and restored while others read and write: each request sees
// a tenant as a whole, before or after.
func TestSnapshotsAmongRequests(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	f.do(t, "POST", "/me/messages", `{"subject":"kept"}`)
	before := f.Snapshot()
	var others sync.WaitGroup
	for i := range 4 {
		others.Go(func() {
			for range 15 {
				if a := f.do(t, "POST", "/me/messages", `{"subject":"written"}`); a.status != http.StatusCreated {
					t.Errorf("POST = %d %s", a.status, a.body)
				}
				if a := f.do(t, "GET", "/me/messages?$select=subject&$top=100", ""); a.status != http.StatusOK {
					t.Errorf("GET = %d %s", a.status, a.body)
				}
				if a := f.do(t, "PUT", "/me/drive/root:/"+string(rune('a'+i))+".txt:/content", "text"); a.status >= 300 {
					t.Errorf("PUT = %d %s", a.status, a.body)
				}
			}
		})
	}
	for range 10 {
		taken := f.Snapshot()
		if err := errors.Join(f.Restore(before), f.Restore(taken)); err != nil {
			t.Fatal(err)
		}
	}
	others.Wait()
	if err := f.Restore(before); err != nil {
		t.Fatal(err)
	}
	if n := len(f.get(t, "/me/messages")["value"].([]any)); n != 1 {
		t.Errorf("%d messages after the snapshot was restored, want the one that was there", n)
	}
}
