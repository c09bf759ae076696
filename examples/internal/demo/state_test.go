package demo

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestReadStateComesFromTheNearestWitness(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file, fields string
		want         string // "read", "unread", with "draft" and "flagged"
	}{
		"inbox":                      {"Inbox/x.eml", "", "unread"},
		"a folder of one's own":      {"Projects/x.eml", "", "unread"},
		"the top":                    {"x.eml", "", "unread"},
		"sent":                       {"Sent/x.eml", "", "read"},
		"sent items":                 {"Sent Items/2026/x.eml", "", "read"},
		"archive":                    {"archive/2025/x.eml", "", "read"},
		"junk":                       {"Junk/x.eml", "", "read"},
		"trash":                      {"Trash/x.eml", "", "read"},
		"German sent":                {"Gesendete Elemente/x.eml", "", "read"},
		"German drafts, apart":       {"Entwu\u0308rfe/x.eml", "", "read draft"},
		"French sent":                {"Éléments envoyés/x.eml", "", "read"},
		"Polish drafts":              {"Kopie robocze/x.eml", "", "read draft"},
		"Japanese sent":              {"送信済みアイテム/x.eml", "", "read"},
		"Gmail's sent":               {"[Gmail]/Sent Mail/x.eml", "", "read"},
		"an account's drafts":        {"imap.contoso.example/Brouillons/x.eml", "", "read draft"},
		"drafts":                     {"Drafts/x.eml", "", "read draft"},
		"status read":                {"Inbox/x.eml", "Status: RO\r\n", "read"},
		"status old":                 {"Inbox/x.eml", "Status: O\r\n", "unread"},
		"status old in the archive":  {"Archive/x.eml", "Status: O\r\n", "unread"},
		"status empty":               {"Archive/x.eml", "Status:\r\n", "unread"},
		"x-status flagged":           {"Inbox/x.eml", "X-Status: AF\r\n", "unread flagged"},
		"x-status draft":             {"Inbox/x.eml", "Status: RO\r\nX-Status: T\r\n", "read draft"},
		"unsent":                     {"Inbox/x.eml", "X-Unsent: 1\r\n", "read draft"},
		"mozilla read":               {"Inbox/x.eml", "X-Mozilla-Status: 0001\r\n", "read"},
		"mozilla marked":             {"Inbox/x.eml", "X-Mozilla-Status: 0004\r\n", "unread flagged"},
		"mozilla before status":      {"Inbox/x.eml", "X-Mozilla-Status: 0000\r\nStatus: RO\r\n", "unread"},
		"mozilla nonsense":           {"Inbox/x.eml", "X-Mozilla-Status: what\r\nStatus: RO\r\n", "read"},
		"maildir seen":               {"M/cur/1.host:2,S", "", "read"},
		"maildir seen and flagged":   {"M/cur/1.host!2,FS", "", "read flagged"},
		"maildir semicolon":          {"M/cur/1.host;2,S", "", "read"},
		"maildir without flags":      {"M/cur/1.host", "", "unread"},
		"maildir new":                {"M/new/1.host", "", "unread"},
		"maildir draft":              {"M/cur/1.host:2,D", "", "unread draft"},
		"maildir name before fields": {"M/cur/1.host:2,", "Status: RO\r\n", "unread"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fsys := fstest.MapFS{"mail/" + test.file: {Data: []byte(test.fields + goodMessage)}}
			if name[:3] == "mai" {
				fsys["mail/M/cur/0.host:2,T"] = &fstest.MapFile{Data: []byte("Subject: other\r\n" + goodMessage)}
			}
			tenant, problems, err := Load(t.Context(), fsys, nil)
			if err != nil || len(problems) > 0 {
				t.Fatal(problems, err)
			}
			var m *graphtest.Message
			walkMessages(tenant.Users[0].Folders, func(got *graphtest.Message) {
				if got.Subject == "Good" {
					m = got
				}
			})
			if m == nil {
				t.Fatal("the message was not loaded")
			}
			got := "unread"
			if m.IsRead {
				got = "read"
			}
			if m.IsDraft {
				got += " draft"
			}
			if m.FlagStatus != "" {
				got += " " + m.FlagStatus
			}
			if got != test.want {
				t.Errorf("state of %s with %q = %s, want %s", test.file, test.fields, got, test.want)
			}
		})
	}
}

func walkMessages(folders []*graphtest.MailFolder, visit func(*graphtest.Message)) {
	for _, f := range folders {
		for _, m := range f.Messages {
			visit(m)
		}
		walkMessages(f.Children, visit)
	}
}

func TestFoldersOfOneMeaningAreMerged(t *testing.T) {
	t.Parallel()
	one := &fstest.MapFile{Data: []byte(goodMessage)}
	tenant, problems, err := Load(t.Context(), fstest.MapFS{
		"Mail/a.eml": one, "Mail/INBOX/b.eml": one, "Mail/INBOX/Sub/c.EML": one, "Mail/Sub/d.eml": one,
		"Mail/Sent/e.eml": one, "Mail/Sent Items/f.eml": one, "Mail/[Gmail]/Sent Mail/k.eml": one, "Mail/Trash/cur/g": one, "Mail/Trash/tmp/h": one,
		"Mail/.hidden/i.eml": one, "Mail/INBOX/.j.eml": one,
	}, nil)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	type folder struct {
		Name, WellKnown string
		Messages        int
		Children        []folder
	}
	var shape func([]*graphtest.MailFolder) []folder
	shape = func(list []*graphtest.MailFolder) (got []folder) {
		for _, f := range list {
			got = append(got, folder{f.DisplayName, f.WellKnownName, len(f.Messages), shape(f.Children)})
		}
		return got
	}
	want := []folder{
		{"Inbox", "inbox", 2, []folder{{"Sub", "", 1, nil}}},
		{"Sent Items", "sentitems", 3, nil},
		{"Sub", "", 1, nil},
		{"Deleted Items", "deleteditems", 1, nil},
	}
	if diff := cmp.Diff(want, shape(tenant.Users[0].Folders)); diff != "" {
		t.Errorf("folders (-want +got):\n%s", diff)
	}
}
