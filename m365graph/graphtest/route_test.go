package graphtest

import (
	"strings"
	"testing"
)

func FuzzSplitPath(f *testing.F) {
	for _, seed := range []string{
		"/v1.0/me/drive/root:/a/b:/content", "/items/root%3A%2Fname%3A/content", "/me/mailFolders('in''box')/messages", "/x/delta()", "/search(q='a b',t=5)", "//", ":/:", "(')",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		segments, err := splitPath(path)
		if err == nil && len(segments) == 0 {
			t.Errorf("splitPath(%q) gives no segment and no error", path)
		}
		routeTable()[0].find(segments, nil)
	})
}

func TestPathIsTakenApart(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/v1.0/me/":                            "v1.0 me",
		"/drives/d/root:/a%20b/c.txt:/content": "drives d root <a b/c.txt> content",
		"/drive/root:/a/b":                     "drive root <a/b>",
		"/drive/items/id:/10%3A30%20x:/createUploadSession": "drive items id <10:30 x> createUploadSession",
		"/items/root%3A%2Fname%3A/content":                  "items root <name> content",
		"/drive/root:/Report%20(1).docx:/content":           "drive root <Report (1).docx> content",
		"/drive/root:":                        "drive root",
		"/drive/root::/x":                     "drive root: <x>",
		"/me/mailFolders('in''box')/messages": "me mailFolders ('in'box') messages",
		"/me/calendarView/delta()":            "me calendarView delta()",
		"/root/search(q='a b')":               "root search(q=a b)",
		"/users/megan%40contoso.example":      "users megan@contoso.example",
		"/me/messages/a%2Fb":                  "me messages a/b",
	} {
		segments, err := splitPath(path)
		if err != nil {
			t.Errorf("splitPath(%q) = %v", path, err)
			continue
		}
		var got []string
		for _, s := range segments {
			switch {
			case s.isPath:
				got = append(got, "<"+s.text+">")
			case s.isKey:
				got = append(got, "('"+s.text+"')")
			case s.args != nil:
				text := ""
				for k, v := range s.args {
					text += k + "=" + v
				}
				got = append(got, s.text+"("+text+")")
			default:
				got = append(got, s.text)
			}
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("splitPath(%q) = %q, want %q", path, got, want)
		}
	}
	if _, err := splitPath("/me/%zz"); err == nil {
		t.Error("splitPath of a broken escape succeeded, want an error")
	}
}

func TestCodesHaveAStatus(t *testing.T) {
	t.Parallel()
	for c, entry := range codes {
		if entry.status < 400 || entry.status > 599 {
			t.Errorf("%s has status %d, want an error's", c, entry.status)
		}
	}
}
