package graphtest

import (
	"strings"
	"testing"
)

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
