package htmltext_test

import (
	"strings"
	"testing"

	"github.com/m365go/sdk/m365graph/internal/htmltext"
)

func TestFromHTMLMakesLines(t *testing.T) {
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
		if got := htmltext.FromHTML(source, 0); got != want {
			t.Errorf("FromHTML(%q) = %q, want %q", source, got, want)
		}
	}
}

// TestFromHTMLTakesNoMarkupForTags is quick only if what is no tag is not
// looked through for an end.
func TestFromHTMLTakesNoMarkupForTags(t *testing.T) {
	t.Parallel()
	source := strings.Repeat("<", 1<<20)
	if got := htmltext.FromHTML(source, 0); got != source {
		t.Errorf("FromHTML of a megabyte of < has %d characters, want all", len(got))
	}
}

func TestToHTMLKeepsLinesAndEscapes(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a", "1 < 2 & 3 > 2", "a\r\nb\r\n\r\nc"} {
		if got := htmltext.FromHTML(htmltext.ToHTML(text), 0); got != text {
			t.Errorf("FromHTML(ToHTML(%q)) = %q", text, got)
		}
	}
}

func FuzzFromHTML(f *testing.F) {
	f.Add("<p>a</p><br><script>x</script>&amp;<!-- y -->")
	f.Add("<<a b='>'")
	f.Fuzz(func(t *testing.T, source string) {
		full := htmltext.FromHTML(source, 0)
		if len(source) < 1000 && htmltext.FromHTML(source, 1000) != full {
			t.Errorf("FromHTML(%q) depends on a limit beyond its length", source)
		}
	})
}
