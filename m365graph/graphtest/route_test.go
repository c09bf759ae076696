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

func TestHTMLBecomesText(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"plain":                              "plain",
		"a<b>b</b> c":                        "ab c",
		"<p>one</p><p>two</p>":               "one\r\n\r\ntwo",
		"one<br>two<br/><br>three":           "one\r\ntwo\r\n\r\nthree",
		"<div>a\n  b</div><div>c</div>":      "a b\r\nc",
		"<ul><li>a</li><li>b</li></ul>":      "a\r\nb",
		"1 &lt; 2 &amp; 3&nbsp;&#233;":       "1 < 2 & 3 é",
		"1 < 2":                              "1 < 2",
		"<script>if (a < b) {}</script>x":    "x",
		"<STYLE>p > a {}</style>x<style>":    "x",
		"<!-- a > b -->x<!-- open":           "x",
		`<a title="a > b" href='x'>link</a>`: "link",
		"<head><title>t</title></head>x":     "x",
		"<tr><td>a</td><td>b</td></tr>":      "a b",
		"<":                                  "<",
		"":                                   "",
		"<p":                                 "",
		"<!DOCTYPE html><html>x</html>":      "x",
		`<?xml version="1.0"?>x`:             "x",
		"a <3 b </> c":                       "a <3 b </> c",
	} {
		if got := htmlText(source, 0); got != want {
			t.Errorf("htmlText(%q) = %q, want %q", source, got, want)
		}
	}
}

// TestHTMLTextTakesNoMarkupForTags is quick only if what is no tag is not
// looked through for an end.
func TestHTMLTextTakesNoMarkupForTags(t *testing.T) {
	t.Parallel()
	source := strings.Repeat("<", 1<<20)
	if got := htmlText(source, 0); got != source {
		t.Errorf("htmlText of a megabyte of < has %d characters, want all", len(got))
	}
}

func FuzzHTMLText(f *testing.F) {
	f.Add("<p>a</p><br><script>x</script>&amp;<!-- y -->")
	f.Add("<<a b='>'")
	f.Fuzz(func(t *testing.T, source string) {
		full := htmlText(source, 0)
		if len(source) < 1000 && htmlText(source, 1000) != full {
			t.Errorf("htmlText(%q) depends on a limit beyond its length", source)
		}
	})
}

func TestPreviewIsShort(t *testing.T) {
	t.Parallel()
	for _, b := range []Body{
		{Content: strings.Repeat("é ", 3000)},
		{ContentType: "html", Content: "<p>" + strings.Repeat("é ", 3000) + "</p>"},
	} {
		if got := len([]rune(b.preview())); got != 255 {
			t.Errorf("preview has %d characters, want 255", got)
		}
	}
	if got := (Body{ContentType: "HTML", Content: "<p>a</p>\n<p>b</p>"}).preview(); got != "a b" {
		t.Errorf("preview = %q, want %q", got, "a b")
	}
}
