package demo

import (
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestSubFoldersOfAMaildirAreRead(t *testing.T) {
	t.Parallel()
	one := &fstest.MapFile{Data: []byte(goodMessage)}
	tenant, problems, err := Load(t.Context(), fstest.MapFS{
		"mail/cur/1:2,S": one, "mail/.Sent/cur/1:2,S": one, "mail/.Archive.2025/cur/1:2,S": one, "mail/.Archive/new/2": one, "mail/.Archive/cur/1": one,
		"mail/.Entw&APw-rfe/cur/1": one, "mail/.Projects.R&-D/cur/1": one, "mail/.Projects.R&-D/tmp/2": one,
		"mail/.git/objects/1": one, "mail/.&AAA-/cur/1": one, "mail/Account/.Trash/cur/1": one,
	}, nil)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	got := map[string]int{}
	var walk func(string, []*graphtest.MailFolder)
	walk = func(above string, folders []*graphtest.MailFolder) {
		for _, f := range folders {
			got[above+f.DisplayName] = len(f.Messages)
			walk(above+f.DisplayName+"/", f.Children)
		}
	}
	walk("", tenant.Users[0].Folders)
	want := map[string]int{
		"Inbox": 1, "Sent Items": 1, "Archive": 2, "Archive/2025": 1, "Drafts": 1, "Projects": 0, "Projects/R&D": 1,
		"&AAA-": 1, "Account": 0, "Account/Trash": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestNamesOfMaildirFoldersAreDecoded(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Sent": "Sent", "Entw&APw-rfe": "Entwürfe", "a&-b&-": "a&b&", "&U,BTFw-": "台北", "&2D3eAA-": "\U0001F600",
		"R&D": "R&D", "&APw": "&APw", "&AP-": "&AP-", "&APwA-": "&APwA-", "": "",
	} {
		if got := fromUTF7(name); got != want {
			t.Errorf("fromUTF7(%q) = %q, want %q", name, got, want)
		}
	}
}

func FuzzMaildirName(f *testing.F) {
	for _, name := range []string{"Entw&APw-rfe", "&U,BTFw-", "a&-b", "&2D0-", "&AP-", "&"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if got := fromUTF7(name); utf8.ValidString(name) && !utf8.ValidString(got) {
			t.Errorf("fromUTF7(%q) = %q, want UTF-8", name, got)
		}
	})
}
