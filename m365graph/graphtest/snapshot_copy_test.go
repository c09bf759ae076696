package graphtest

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/internal/blob"
)

// fullTenant has something of each kind.
func fullTenant() *Tenant {
	now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	at := func(h int) DateTimeTimeZone {
		return DateTimeTimeZone{DateTime: fmt.Sprintf("2026-03-05T%02d:00:00", h), TimeZone: "UTC"}
	}
	return &Tenant{ID: "8a6f1b5e-0000-4000-8000-000000000001", Users: []*User{{
		UserPrincipalName: "sales@contoso.example",
		Folders: []*MailFolder{{DisplayName: "Inbox", Messages: []*Message{{
			Subject: "Quote", ReceivedDateTime: now, From: &Recipient{Address: "ops@contoso.example"},
			Attachments: []*Attachment{{Name: "a.txt", Content: []byte("hello")}}, Categories: []string{"Red"},
		}}}},
		Calendars: []*Calendar{{Events: []*Event{{Subject: "Tour", Start: at(9), End: at(10), Attendees: []Attendee{{}}}}}},
		Drive:     &Drive{Items: []*DriveItem{{Name: "a.txt", Content: []byte("hello")}}},
	}}}
}

// TestCopiesShareNothingThatChanges walks a state and its copy side by side.
// When it fails for a new field, either the field's type never changes and
// belongs to shared, or deepCopy must learn its kind.
func TestCopiesShareNothingThatChanges(t *testing.T) {
	t.Parallel()
	state, err := newTenantState(fullTenant(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	drive := state.users[0].drive
	upload := &uploadSession{id: "s", drive: drive}
	drive.sessions["s"] = upload
	if _, err := upload.spool.Write(make([]byte, 2<<20)); err != nil {
		t.Fatal(err)
	}
	state.journal.record("users", "u", itemUpdated)
	copied := deepCopy(state)
	spooled := &copied.users[0].drive.sessions["s"].spool
	for spool, end := range map[*blob.Spool]string{&upload.spool: "state", spooled: "copy"} {
		if _, err := spool.Write([]byte(end)); err != nil {
			t.Fatal(err)
		}
	}
	for spool, end := range map[*blob.Spool]string{&upload.spool: "state", spooled: "copy"} {
		if got, err := spool.Blob().ReadAll(); err != nil || !strings.HasSuffix(string(got), "\x00"+end) {
			t.Errorf("the spool ends with %q, %v, want %q: a copy shares its file", got[len(got)-8:], err, end)
		}
	}
	upload.spool, *spooled = blob.Spool{}, blob.Spool{}
	if !reflect.DeepEqual(state, copied) {
		t.Error("the copy differs")
	}
	w := walker{t: t, seen: map[uintptr]bool{}}
	w.walk("tenant", reflect.ValueOf(state), reflect.ValueOf(copied))
	if len(w.seen) < 50 {
		t.Errorf("only %d values were looked at", len(w.seen))
	}
}

// walker compares where values lie.
type walker struct {
	t    *testing.T
	seen map[uintptr]bool
}

func (w *walker) walk(path string, a, b reflect.Value) {
	if shared[a.Type()] {
		return
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Map:
		if a.IsNil() || w.seen[a.Pointer()] {
			return
		}
		w.seen[a.Pointer()] = true
		if a.Pointer() == b.Pointer() {
			w.t.Errorf("%s: both have the same %s", path, a.Type())
		}
		if a.Kind() == reflect.Pointer {
			w.walk(path, a.Elem(), b.Elem())
			return
		}
		for _, key := range a.MapKeys() {
			if key.Kind() == reflect.Pointer {
				w.t.Errorf("%s: the keys are pointers, which the copy does not share", path)
				return
			}
			w.walk(fmt.Sprintf("%s[%v]", path, key), a.MapIndex(key), b.MapIndex(key))
		}
	case reflect.Slice:
		if a.Len() > 0 && a.Pointer() == b.Pointer() && a.Type().Elem().Kind() != reflect.Uint8 {
			w.t.Errorf("%s: both have the same %s", path, a.Type())
		}
		if a.Type().Elem().Kind() == reflect.Uint8 && b.Cap() != b.Len() {
			w.t.Errorf("%s: adding to the copy would change the original", path)
		}
		for i := range a.Len() {
			w.walk(fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i))
		}
	case reflect.Array:
		for i := range a.Len() {
			w.walk(path, a.Index(i), b.Index(i))
		}
	case reflect.Interface:
		if !a.IsNil() {
			w.walk(path, a.Elem(), b.Elem())
		}
	case reflect.Struct:
		for i := range a.NumField() {
			w.walk(path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
		}
	}
}

// TestStateIsOfKindsThatCanBeCopied looks at types, so that it sees what no
// tenant of a test has.
func TestStateIsOfKindsThatCanBeCopied(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	var look func(path string, typ reflect.Type)
	look = func(path string, typ reflect.Type) {
		if seen[typ] || shared[typ] {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Uintptr:
			t.Errorf("%s is a %s, which a snapshot cannot copy", path, typ)
		case reflect.Pointer, reflect.Slice, reflect.Array:
			look(path, typ.Elem())
		case reflect.Map:
			look(path, typ.Key())
			look(path, typ.Elem())
		case reflect.Struct:
			for i := range typ.NumField() {
				look(path+"."+typ.Field(i).Name, typ.Field(i).Type)
			}
		}
	}
	look("tenant", reflect.TypeFor[tenantState]())
}

// TestRestoringOftenStaysLean takes a snapshot before each restoring, as the
// tests of a suite do that clean up after themselves.
func TestRestoringOftenStaysLean(t *testing.T) {
	t.Parallel()
	s, err := New(&Options{Keys: func(context.Context, string) (crypto.PublicKey, error) { return nil, errors.New("none") }, InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const times = 16
	for range times {
		snapshot := s.Snapshot()
		for range 3 {
			if err := s.Restore(snapshot); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := len(s.tenant.journal.void); n > times {
		t.Errorf("after %d snapshots, each restored three times, %d spans are void, want one for each at most", times, n)
	}
}
