package prose_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365graph/internal/prose"
)

func writer(seed uint64) prose.Writer {
	return prose.Writer{Rand: rand.New(rand.NewPCG(seed, 0))}
}

// page is a bit of everything.
func page(w prose.Writer) string {
	letter, _ := w.Letter("Sales Desk")
	return strings.Join([]string{w.Title(), w.Paragraph(), letter, w.Say(prose.Pick(w, prose.Quips))}, "\n")
}

func TestSameSeedGivesTheSameWords(t *testing.T) {
	t.Parallel()
	if a, b := page(writer(1)), page(writer(1)); a != b {
		t.Errorf("seed 1 gives %q and then %q", a, b)
	}
	if a, b := page(writer(1)), page(writer(2)); a == b {
		t.Errorf("seeds 1 and 2 both give %q", a)
	}
}

func TestEveryTemplateIsFilled(t *testing.T) {
	t.Parallel()
	w := writer(3)
	for range 500 {
		if text := page(w); strings.ContainsAny(text, "{}") {
			t.Fatalf("braces are left in %q", text)
		}
		if title := w.Title(); strings.ToUpper(title[:1]) != title[:1] {
			t.Errorf("Title() = %q, want a capital first", title)
		}
	}
}

func TestLetterSaysWhatItIs(t *testing.T) {
	t.Parallel()
	w, kinds := writer(4), map[bool]int{}
	for range 100 {
		text, isHTML := w.Letter("Sales Desk")
		if kinds[isHTML]++; strings.HasPrefix(text, "<html>") != isHTML || !strings.Contains(text, "Sales Desk") {
			t.Fatalf("Letter() = %q, %v", text, isHTML)
		}
	}
	if kinds[true] == 0 || kinds[false] == 0 {
		t.Errorf("of 100 letters %d are HTML, want both kinds", kinds[true])
	}
}
