package demo

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

const goodMessage = "From: Operations <operations@contoso.example>\r\nTo: Sales Desk <sales@contoso.example>\r\n" +
	"Subject: Good\r\nDate: Mon, 02 Nov 2026 08:12:40 +0100\r\nMessage-ID: <good@contoso.example>\r\n\r\nAll is well.\r\n"

const goodEvent = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:good@contoso.example\r\nSUMMARY:Good\r\n" +
	"DTSTART:20261102T090000Z\r\nDTEND:20261102T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// vevent makes a calendar of one event from its lines.
func vevent(lines ...string) string {
	return "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x@contoso.example\r\nSUMMARY:X\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
}

// lockedFS refuses to open some files.
type lockedFS struct {
	fstest.MapFS
	locked []string
}

func (l lockedFS) Open(name string) (fs.File, error) {
	if slices.Contains(l.locked, name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return l.MapFS.Open(name)
}

// Each case is one more file beside good ones. The good ones always load.
func TestProblemsNameFileAndReason(t *testing.T) {
	t.Parallel()
	const loaded = true
	header := "From: a@contoso.example\r\nDate: Mon, 02 Nov 2026 08:12:40 +0100\r\n"
	tests := map[string]struct {
		file   string
		data   string
		mode   fs.FileMode
		locked bool
		want   string // part of the reason
		loaded bool
	}{
		"empty message":        {file: "mail/x.eml", want: "the file is empty"},
		"huge message":         {file: "mail/x.eml", data: strings.Repeat("x", 32<<20+1), want: "larger than 32 MiB"},
		"no message":           {file: "mail/x.eml", data: "\x7fELF\x02\x01\x01\x00\x00\x00", want: "not a message"},
		"another kind of file": {file: "mail/notes.txt", data: "x", want: "not an .eml message"},
		"unreadable message":   {file: "mail/x.eml", data: goodMessage, locked: true, want: "permission denied"},
		"link":                 {file: "mail/x.eml", data: "../secret.eml", mode: fs.ModeSymlink, want: "a symbolic link is not followed"},
		"loop":                 {file: "mail/loop", data: ".", mode: fs.ModeSymlink, want: "a symbolic link is not followed"},
		"pipe":                 {file: "mail/x.eml", mode: fs.ModeNamedPipe, want: "not a regular file"},
		"deep folder":          {file: "mail/" + strings.Repeat("d/", 40) + "x.eml", data: goodMessage, want: "more than 32 deep"},
		"deep multiparts":      {file: "mail/x.eml", data: header + nested(40), want: "more than 8 multiparts lie in one another"},
		"many parts":           {file: "mail/x.eml", data: header + "Content-Type: multipart/mixed; boundary=b\r\n" + strings.Repeat("\r\n--b\r\n", 5_001), want: "more than 5000 lines begin a part"},
		"folder in a Maildir":  {file: "mail/M/cur/sub/x", data: goodMessage, want: "has no sub-folders"},
		"truncated multipart":  {file: "mail/x.eml", data: header + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\ncut o", want: "ends in the middle of a multipart", loaded: loaded},
		"multipart in name":    {file: "mail/x.eml", data: header + "Content-Type: multipart/mixed\r\n\r\nno parts", want: "a multipart without parts", loaded: loaded},
		"unknown charset":      {file: "mail/x.eml", data: header + "Content-Type: text/plain; charset=x-klingon\r\n\r\nnuqneH", want: `"x-klingon"`, loaded: loaded},
		"broken base64":        {file: "mail/x.eml", data: header + "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBO*Rw=0KGgo", want: "base64", loaded: loaded},
		"unknown encoding":     {file: "mail/x.eml", data: header + "Content-Transfer-Encoding: x-zip\r\n\r\nxx", want: `"x-zip"`, loaded: loaded},
		"date that is none":    {file: "mail/x.eml", data: "From: a@contoso.example\r\nDate: yesterday\r\n\r\n", want: `the date "yesterday" is not one`, loaded: loaded},
		"no date":              {file: "mail/x.eml", data: "From: a@contoso.example\r\n\r\n", want: "the message has no date", loaded: loaded},
		"recipients":           {file: "mail/x.eml", data: header + "To: sales@contoso.example, <<>, Operations <operations@contoso.example>\r\n\r\n", want: "the field To is not a list of addresses", loaded: loaded},

		"folder in Latin-1": {file: "mail/latin\xfc/x.eml", data: goodMessage, want: "the name is not UTF-8"},
		"picture":           {file: "mail/x.eml", data: strings.Repeat("\x89PNG\x00\xff:\xfe", 5000), want: "not a message: it is not text"},
		"bytes":             {file: "mail/x.eml", data: strings.Repeat("\xff\x01\x81", 5000), want: "not a message"},
		"letters as a zone": {file: "mail/x.eml", data: "From: a@contoso.example\r\nDate: Mon, 2 Nov 2026 10:00:00 XYZ\r\n\r\n", want: `the field Date: the time zone "XYZ" is unknown and taken as UTC`, loaded: loaded},
		"field in Latin-1":  {file: "mail/x.eml", data: header + "Subject: Gr\xfc\xdfe\r\n\r\n", want: "the field Subject is not UTF-8; it is read as windows-1252", loaded: loaded},
		"half an address":   {file: "mail/x.eml", data: "From: One, Two, Sales <sales@contoso.example\r\nDate: Mon, 02 Nov 2026 08:12:40 +0100\r\n\r\n", want: `the field From: "Two" is left out`, loaded: loaded},

		"empty calendar":       {file: "calendar/x.ics", want: "the file is empty"},
		"no calendar":          {file: "calendar/x.ics", data: "hello", want: "not a calendar"},
		"other calendar file":  {file: "calendar/x.txt", data: goodEvent, want: "not an .ics calendar"},
		"unreadable calendar":  {file: "calendar/x.ics", data: goodEvent, locked: true, want: "permission denied"},
		"no start":             {file: "calendar/x.ics", data: vevent("DTEND:20261102T100000Z"), want: `line 2: "X": left out: DTSTART is missing`},
		"start that is none":   {file: "calendar/x.ics", data: vevent("DTSTART:20261332T100000Z"), want: "DTSTART: \"20261332T100000Z\" is not a date or a time"},
		"ancient start":        {file: "calendar/x.ics", data: vevent("DTSTART:15000101T100000Z"), want: "the year 1500 is out of range"},
		"end before start":     {file: "calendar/x.ics", data: vevent("DTSTART:20261102T100000Z", "DTEND:20261102T090000Z"), want: "DTEND lies before DTSTART", loaded: loaded},
		"end of another kind":  {file: "calendar/x.ics", data: vevent("DTSTART:20261102T100000Z", "DTEND;VALUE=DATE:20261103"), want: "DTEND is not of the kind", loaded: loaded},
		"only tasks":           {file: "calendar/x.ics", data: "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:x\r\nEND:VTODO\r\nEND:VCALENDAR\r\n", want: "it has no events, only VTODO"},
		"nothing in it":        {file: "calendar/x.ics", data: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", want: "it has no events"},
		"a task beside":        {file: "calendar/x.ics", data: strings.Replace(vevent("DTSTART:20261102T100000Z"), "BEGIN:VEVENT", "BEGIN:VTODO\r\nEND:VTODO\r\nBEGIN:VEVENT", 1), want: "of VTODO nothing is loaded", loaded: loaded},
		"one event of two":     {file: "calendar/x.ics", data: vevent("DTSTART:20261102T100000Z", "END:VEVENT", "BEGIN:VEVENT", "UID:2"), want: "left out: DTSTART is missing", loaded: loaded},
		"duration":             {file: "calendar/x.ics", data: vevent("DTSTART:20261102T100000Z", "DURATION:1H"), want: `DURATION: "1H" is not a duration`, loaded: loaded},
		"negative duration":    {file: "calendar/x.ics", data: vevent("DTSTART:20261102T100000Z", "DURATION:-PT1H"), want: "is negative", loaded: loaded},
		"invalid rule":         {file: "calendar/x.ics", data: vevent("DTSTART:20261102T100000Z", "RRULE:FREQ=SOMETIMES"), want: `RRULE: FREQ: "SOMETIMES" is none of`, loaded: loaded},
		"rule Graph lacks":     {file: "calendar/x.ics", data: vevent("DTSTART:20261102T100000Z", "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15"), want: "not several; the event is a single one", loaded: loaded},
		"two rules":            {file: "calendar/x.ics", data: vevent("DTSTART:20261102T100000Z", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), want: "one rule, not several", loaded: loaded},
		"excluding rule":       {file: "calendar/x.ics", data: vevent("DTSTART:20261102T100000Z", "RRULE:FREQ=DAILY", "EXRULE:FREQ=WEEKLY"), want: "a series in Graph has no EXRULE", loaded: loaded},
		"extra dates":          {file: "calendar/x.ics", data: vevent("DTSTART:20261102T100000Z", "RDATE:20261104T100000Z"), want: "those of RDATE are left out", loaded: loaded},
		"excluded date":        {file: "calendar/x.ics", data: vevent("DTSTART:20261102T100000Z", "RRULE:FREQ=DAILY", "EXDATE:never"), want: `EXDATE: "NEVER" is not a date`, loaded: loaded},
		"the 31st":             {file: "calendar/x.ics", data: vevent("DTSTART:20261031T100000Z", "RRULE:FREQ=MONTHLY"), want: "in months without a day 31 the last one is taken", loaded: loaded},
		"unknown zone":         {file: "calendar/x.ics", data: vevent("DTSTART;TZID=Mars:20261102T100000"), want: `the time zone "Mars" is unknown`, loaded: loaded},
		"same event twice":     {file: "calendar/x.ics", data: goodEvent, want: "left out, since calendar/good.ics has it too"},
		"broken line":          {file: "calendar/x.ics", data: vevent("DTSTART:20261102T100000Z", "no colon here"), want: "line 2: the event is left out"},
		"cut calendar":         {file: "calendar/x.ics", data: strings.TrimSuffix(vevent("DTSTART:20261102T100000Z"), "END:VEVENT\r\nEND:VCALENDAR\r\n"), want: "line 2: the file ends in the middle of a VEVENT"},
		"event without an end": {file: "calendar/x.ics", data: "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", want: "line 3: the VEVENT does not end before line 4"},
		"nested too deep":      {file: "calendar/x.ics", data: vevent(strings.Repeat("BEGIN:A\r\n", 9) + strings.Repeat("END:A\r\n", 9)), want: "a VEVENT of more than 8 components"},
		"endless line":         {file: "calendar/x.ics", data: vevent("DTSTART:20261102T100000Z", "COMMENT:"+strings.Repeat("x", 129<<10)), want: "line 6: a line of more than 128 KiB", loaded: loaded},
		"not UTF-8":            {file: "calendar/x.ics", data: vevent("DTSTART:20261102T100000Z", "LOCATION:Z\xfcrich"), want: "not UTF-8", loaded: loaded},
		"all that follow":      {file: "calendar/x.ics", data: strings.ReplaceAll(vevent("DTSTART:20261102T100000Z", "RRULE:FREQ=DAILY", "END:VEVENT", "BEGIN:VEVENT", "UID:x@contoso.example", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261103T100000Z", "DTSTART:20261103T110000Z"), "\n\n", "\n"), want: "one occurrence is changed, not all", loaded: loaded},
		"no such occurrence":   {file: "calendar/x.ics", data: vevent("DTSTART:20261102T100000Z", "RRULE:FREQ=DAILY", "END:VEVENT", "BEGIN:VEVENT", "UID:x@contoso.example", "RECURRENCE-ID:soon", "DTSTART:20261103T110000Z"), want: "RECURRENCE-ID names no occurrence", loaded: loaded},

		"unreadable file":   {file: "drive/x.txt", data: "x", locked: true, want: "permission denied"},
		"name with a colon": {file: "drive/10:30.txt", data: "x", want: "OneDrive does not take this name"},
		"name with a dot":   {file: "drive/etc.", data: "x", want: "OneDrive does not take this name"},
		"lock of an editor": {file: "drive/~$Good.docx", data: "x", want: "OneDrive reserves this name"},
		"name with a tab":   {file: "drive/a\tb.txt", data: "x", want: "OneDrive does not take this name"},
		"long name":         {file: "drive/" + strings.Repeat("é", 256), data: "x", want: "OneDrive does not take this name"},
		"name in Latin-1":   {file: "drive/\xfc.txt", data: "x", want: "the name is not UTF-8"},
		"names by case":     {file: "drive/good.TXT", data: "x", want: "differs only in case"},
		"link in the drive": {file: "drive/all", data: "..", mode: fs.ModeSymlink, want: "a symbolic link is not followed"},
		"times of files":    {file: "drive/.modified", data: "2026-01-01T00:00:00Z good.txt\nsoon x.txt\n", want: "line 2 is not a time and a path", loaded: loaded},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := fstest.MapFS{
				"mail/Inbox/good.eml": {Data: []byte(goodMessage)},
				"calendar/good.ics":   {Data: []byte(goodEvent)},
				"drive/Good.txt":      {Data: []byte("good")},
				test.file:             {Data: []byte(test.data), Mode: test.mode},
			}
			if test.file == "drive/good.TXT" { // the one that is listed first stays
				delete(m, "drive/Good.txt")
				m["drive/Good.TXT"] = &fstest.MapFile{Data: []byte("good")}
			}
			fsys := lockedFS{MapFS: m}
			if test.locked {
				fsys.locked = []string{test.file}
			}
			tenant, problems, err := Load(t.Context(), fsys, nil)
			if err != nil {
				t.Fatal(err)
			}
			wantGood(t, tenant)
			wantServed(t, tenant)
			found := slices.ContainsFunc(problems, func(p Problem) bool {
				return strings.HasPrefix(test.file, p.File) && strings.Contains(p.Reason, test.want) && p.Loaded == test.loaded
			})
			if !found {
				t.Errorf("problems of %s = %q, want one that says %q, with Loaded %t", test.file, problems, test.want, test.loaded)
			}
		})
	}
}

// wantGood checks that what was right was loaded.
func wantGood(t *testing.T, tenant *graphtest.Tenant) {
	t.Helper()
	owner := tenant.Users[0]
	if owner.UserPrincipalName != "sales@contoso.example" {
		t.Errorf("owner = %s, want sales@contoso.example", owner.UserPrincipalName)
	}
	messages := slices.ContainsFunc(owner.Folders[0].Messages, func(m *graphtest.Message) bool { return m.Subject == "Good" })
	events := slices.ContainsFunc(owner.Calendars[0].Events, func(e *graphtest.Event) bool { return e.Subject == "Good" })
	files := slices.ContainsFunc(owner.Drive.Items, func(i *graphtest.DriveItem) bool { return strings.EqualFold(i.Name, "good.txt") })
	if !messages || !events || !files {
		t.Errorf("loaded the good message %t, event %t and file %t, want all of them", messages, events, files)
	}
}

// wantServed checks that nothing is left in the tenant that Graph would refuse.
func wantServed(t *testing.T, tenant *graphtest.Tenant) {
	t.Helper()
	noKeys := func(context.Context, string) (crypto.PublicKey, error) { return nil, errors.New("nobody signs in") }
	graph, err := graphtest.New(&graphtest.Options{Keys: noKeys, Tenant: tenant})
	if err != nil {
		t.Errorf("the tenant cannot be served: %v", err)
		return
	}
	if err := graph.Close(); err != nil {
		t.Error(err)
	}
}

func TestProblemReadsAsOneLine(t *testing.T) {
	t.Parallel()
	got := []string{
		Problem{File: "mail/x.eml", Reason: "the file is empty"}.String(),
		Problem{File: "calendar/x.ics", Reason: "line 2: no end", Loaded: true}.String(),
		Problem{File: "drive/\x1b[2J", Reason: "not a regular file"}.String(),
	}
	want := []string{"mail/x.eml: left out: the file is empty", "calendar/x.ics: loaded, but line 2: no end", "drive/\uFFFD[2J: left out: not a regular file"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("String() (-want +got):\n%s", diff)
	}
}

func TestGuardMakesAPanicAnError(t *testing.T) {
	t.Parallel()
	err := guard(func() error { panic("index out of range") })
	if err == nil || err.Error() != "the parser gave up: index out of range" {
		t.Errorf("guard() = %v, want the panic", err)
	}
}

func TestLimitsLeaveOutTheRestAndSaySo(t *testing.T) {
	t.Parallel()
	m := fstest.MapFS{}
	for i := range 5 {
		m[fmt.Sprintf("mail/%d.eml", i)] = &fstest.MapFile{Data: []byte(goodMessage)}
		m[fmt.Sprintf("calendar/%d.ics", i)] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(goodEvent, "UID:good", fmt.Sprintf("UID:%d", i)))}
		m[fmt.Sprintf("drive/%d.txt", i)] = &fstest.MapFile{Data: []byte("x")}
	}
	src := &source{ctx: t.Context(), fsys: m, limits: limits{depth: 32, message: 1 << 20, mail: 1 << 20, messages: 2, ics: 1 << 20, events: 3, driveItems: 4}}
	box := &mailbox{src: src, votes: newBallot()}
	box.load("mail")
	dates := &diary{src: src}
	dates.read("calendar")
	items := loadDrive(src, "drive")
	got := map[string]int{
		"messages": len(box.folders[0].Messages),
		"events":   len(dates.calendars("UTC")[0].Events),
		"items":    len(items),
	}
	if diff := cmp.Diff(map[string]int{"messages": 2, "events": 3, "items": 4}, got); diff != "" {
		t.Errorf("loaded (-want +got):\n%s", diff)
	}
	told := map[string]bool{}
	for _, p := range src.problems {
		told[p.File] = true
	}
	if diff := cmp.Diff([]string{"calendar/3.ics", "drive/4.txt", "mail/2.eml"}, slices.Sorted(maps.Keys(told))); diff != "" {
		t.Errorf("told of (-want +got):\n%s", diff)
	}
}

func TestLoadRefusesWhatLeavesNothing(t *testing.T) {
	t.Parallel()
	good := fstest.MapFS{"mail/x.eml": {Data: []byte(goodMessage)}}
	tests := map[string]struct {
		fsys fs.FS
		opts *LoadOptions
		want string
	}{
		"no folder":     {fstest.MapFS{"x.eml": {Data: []byte(goodMessage)}}, nil, "none of the folders mail, calendar and drive"},
		"file as mail":  {fstest.MapFS{"mail": {Data: []byte("x")}}, nil, "none of the folders"},
		"unlisted root": {lockedRoot{}, nil, "list the folder"},
		"zone":          {good, &LoadOptions{TimeZone: "Mars"}, `time zone "Mars"`},
		"owner":         {good, &LoadOptions{Owner: "sales"}, `the owner "sales" is not an address`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tenant, _, err := Load(t.Context(), test.fsys, test.opts)
			if err == nil || !strings.Contains(err.Error(), test.want) || tenant != nil {
				t.Errorf("Load() = %v, %v, want nil and an error with %q", tenant, err, test.want)
			}
		})
	}
}

type lockedRoot struct{}

func (lockedRoot) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}
