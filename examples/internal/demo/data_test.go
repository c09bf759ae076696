package demo

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

var update = flag.Bool("update", false, "rewrite testdata/tenant.golden")

func TestDataLoadsAsRecorded(t *testing.T) {
	t.Parallel()
	tenant, problems, err := Load(t.Context(), Data(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("problem in the built-in data: %s", p)
	}
	got := summary(t, tenant)
	const golden = "testdata/tenant.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the tenant differs from %s (-want +got), run with -update if that is meant:\n%s", golden, diff)
	}
}

// summary writes a tenant down, with a hash of all content.
func summary(t *testing.T, tenant *graphtest.Tenant) string {
	t.Helper()
	var b strings.Builder
	for _, u := range tenant.Users {
		fmt.Fprintf(&b, "%s <%s> %s\n", u.DisplayName, u.UserPrincipalName, u.TimeZone)
	}
	owner := tenant.Users[0]
	writeFolders(&b, "", owner.Folders)
	for _, c := range owner.Calendars {
		fmt.Fprintf(&b, "calendar %s\n", c.Name)
		for _, e := range c.Events {
			writeEvent(&b, "  ", e)
		}
	}
	b.WriteString("drive\n")
	writeItems(t, &b, "  ", owner.Drive.Items)
	return b.String()
}

func writeFolders(b *strings.Builder, indent string, folders []*graphtest.MailFolder) {
	for _, f := range folders {
		fmt.Fprintf(b, "%sfolder %s (%s)\n", indent, f.DisplayName, f.WellKnownName)
		for _, m := range f.Messages {
			fmt.Fprintf(b, "%s  %s %q\n", indent, m.ReceivedDateTime.Format(time.RFC3339), m.Subject)
			fmt.Fprintf(b, "%s    read=%t draft=%t flag=%s importance=%s\n", indent, m.IsRead, m.IsDraft, m.FlagStatus, m.Importance)
			fmt.Fprintf(b, "%s    from %v to %v\n", indent, m.From, m.ToRecipients)
			fmt.Fprintf(b, "%s    %s %q\n", indent, m.Body.ContentType, m.Body.Content)
			for _, a := range m.Attachments {
				fmt.Fprintf(b, "%s    attachment %q %s inline=%t cid=%s %s\n", indent, a.Name, a.ContentType, a.IsInline, a.ContentID, hash(a.Content))
			}
		}
		writeFolders(b, indent+"  ", f.Children)
	}
}

func writeEvent(b *strings.Builder, indent string, e *graphtest.Event) {
	fmt.Fprintf(b, "%s%q %v to %v\n", indent, e.Subject, e.Start, e.End)
	fmt.Fprintf(b, "%s  allday=%t cancelled=%t show=%s sensitivity=%s importance=%s answer=%s reminder=%t %d categories=%q\n", indent,
		e.IsAllDay, e.IsCancelled, e.ShowAs, e.Sensitivity, e.Importance, e.ResponseStatus, e.IsReminderOn, e.ReminderMinutes, e.Categories)
	fmt.Fprintf(b, "%s  at %q organizer %v\n", indent, e.Location, e.Organizer)
	for _, a := range e.Attendees {
		fmt.Fprintf(b, "%s  with %v %s %s\n", indent, a.Recipient, a.Type, a.Response)
	}
	if e.Body.Content != "" {
		fmt.Fprintf(b, "%s  %s %q\n", indent, e.Body.ContentType, e.Body.Content)
	}
	if e.Recurrence != nil {
		fmt.Fprintf(b, "%s  %+v\n", indent, *e.Recurrence)
	}
	for _, c := range e.Cancelled {
		fmt.Fprintf(b, "%s  without %s\n", indent, c.UTC().Format(time.RFC3339))
	}
	for _, x := range e.Exceptions {
		fmt.Fprintf(b, "%s  instead of %s\n", indent, x.OriginalStart.UTC().Format(time.RFC3339))
		writeEvent(b, indent+"    ", x)
	}
}

func writeItems(t *testing.T, b *strings.Builder, indent string, items []*graphtest.DriveItem) {
	t.Helper()
	for _, i := range items {
		fmt.Fprintf(b, "%s%q %s", indent, i.Name, i.LastModifiedDateTime.Format(time.RFC3339))
		if !i.Folder {
			b.WriteString(" " + hash(readItem(t, i)))
		}
		b.WriteString("\n")
		writeItems(t, b, indent+"  ", i.Children)
	}
}

// readItem reads a file as a download would.
func readItem(t *testing.T, i *graphtest.DriveItem) []byte {
	t.Helper()
	at, size, err := i.Open()
	if err != nil {
		t.Fatalf("open %q: %v", i.Name, err)
	}
	if c, ok := at.(io.Closer); ok {
		defer c.Close()
	}
	content, err := io.ReadAll(io.NewSectionReader(at, 0, size))
	if err != nil {
		t.Fatalf("read %q: %v", i.Name, err)
	}
	if int64(len(content)) != size {
		t.Errorf("%q holds %d bytes, want %d", i.Name, len(content), size)
	}
	return content
}

func hash(content []byte) string {
	return fmt.Sprintf("%d bytes %x", len(content), sha256.Sum256(content))[:28]
}

// The go command refuses to embed, and to pack into a module, other names.
func TestDataHasPortableNames(t *testing.T) {
	t.Parallel()
	files, total := 0, int64(0)
	err := fs.WalkDir(Data(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		for _, r := range path.Base(name) {
			if !strings.ContainsRune("!#$%&()+,-.=@[]^_{}~ 0123456789", r) && !unicode.IsLetter(r) {
				t.Errorf("%s: the go command refuses %q in a name", name, r)
			}
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		total += info.Size()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 80 || total > 600<<10 {
		t.Errorf("the data has %d files of %d bytes, want at least 80 of at most 600 KiB", files, total)
	}
}

// Checked out with other line ends, messages would no longer be RFC 5322 and
// attachments would have other hashes.
func TestDataKeepsItsLineEnds(t *testing.T) {
	t.Parallel()
	err := fs.WalkDir(Data(), ".", func(name string, e fs.DirEntry, err error) error {
		standard := strings.HasPrefix(name, "mail/") || strings.HasPrefix(name, "calendar/")
		if err != nil || e.IsDir() || !standard {
			return err
		}
		content, err := fs.ReadFile(Data(), name)
		if err != nil {
			return err
		}
		if lf, crlf := bytes.Count(content, []byte("\n")), bytes.Count(content, []byte("\r\n")); lf != crlf {
			t.Errorf("%s: %d of %d lines end in CRLF", name, crlf, lf)
		}
		for l := range bytes.Lines(content) {
			if strings.HasPrefix(name, "calendar/") && len(bytes.TrimRight(l, "\r\n")) > 75 {
				t.Errorf("%s: a line is longer than 75 octets: %q", name, l)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
