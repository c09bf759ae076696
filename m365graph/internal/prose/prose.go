// Package prose makes up what generated people write to each other. The same
// course of chance gives the same words, and nobody's name is among them.
package prose

import (
	"math/rand/v2"
	"strings"
)

// Writer writes as chance has it.
type Writer struct{ *rand.Rand }

// Chance is true once in so many times.
func (w Writer) Chance(in int) bool { return w.IntN(in) == 0 }

// Pick gives one of a list.
func Pick[T any](w Writer, list []T) T { return list[w.IntN(len(list))] }

// Quips are templates of what is said in a chat.
var Quips = []string{"Done.", "Who takes this one?", "On it.", "Thanks!", "Can it wait until {d}?", "The {P} is ready.", "{g} have arrived at {p}.", "Yes, please.", "See {j}."}

// What text is about. Templates name a list by its letter in braces.
var (
	Places   = []string{"Lyon", "Rotterdam", "Toronto", "Osaka", "the north hall", "the fair", "dock four", "the test bench", "the showroom"}
	Papers   = []string{"invoice", "offer", "contract", "delivery note", "price list", "report", "drawing", "checklist", "budget", "schedule"}
	Projects = []string{"Aurora", "Granite", "Harbour", "Juniper", "Lantern", "Meridian", "Orchard", "Quartz"}

	goods = []string{"pallets", "pumps", "labels", "valves", "samples", "spare parts", "crates", "cables", "filters", "brochures", "sensors", "gaskets"}
	days  = []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "next week", "the end of the month", "tomorrow"}

	subjects = []string{
		"{g} for {p}", "{P} for {g}", "{g} are late", "Question on the {P}", "{j}: {P}", "{j}: next steps", "Meeting on {d}", "{P} to sign by {d}", "Change of {P}", "Visit to {p} on {d}",
	}
	sentences = []string{
		"The {g} for {p} are due on {d}.", "Please send the {P} by {d}.", "We still wait for the {P}, and the {g} cannot leave {p} without it.",
		"I checked the {P} and found two lines that do not match the {g}.", "Can somebody at {p} count the {g} again?", "The supplier offers the {g} at the old price until {d}.",
		"Project {j} moves to {p} on {d}.", "Attached is the {P} as we agreed.", "The {P} is in the shared folder of {j}.", "Nothing is missing but the {P}.",
		"Let us talk about it on {d}.", "Transport to {p} costs more than we planned for {j}.", "The auditors ask for the {P} of last year.", "Half of the {g} came back from {p}, with a note on each.",
	}
	openings = []string{"Hello,", "Good morning,", "Dear colleagues,", "Hi all,"}
	closings = []string{"Thank you", "Best regards", "Until {d}", "Kind regards"}
)

// Say fills the braces of a template.
func (w Writer) Say(template string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		list := map[byte][]string{'g': goods, 'p': Places, 'd': days, 'P': Papers, 'j': Projects}[rest[0]]
		b.WriteString(Pick(w, list))
		template = rest[2:]
	}
}

// Title is a subject, with a capital.
func (w Writer) Title() string {
	s := w.Say(Pick(w, subjects))
	return strings.ToUpper(s[:1]) + s[1:]
}

// Paragraph is a few sentences.
func (w Writer) Paragraph() string {
	var b strings.Builder
	for i := range 2 + w.IntN(4) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.Say(Pick(w, sentences)))
	}
	return b.String()
}

// Letter is the body of a mail, which every third one writes as HTML.
func (w Writer) Letter(from string) (text string, isHTML bool) {
	opening, closing := Pick(w, openings), w.Say(Pick(w, closings))
	var paragraphs []string
	for range 1 + w.IntN(3) {
		paragraphs = append(paragraphs, w.Paragraph())
	}
	if w.Chance(3) {
		return "<html><body><p>" + opening + "</p><p>" + strings.Join(paragraphs, "</p><p>") + "</p><p>" + closing + "<br>" + from + "</p></body></html>", true
	}
	return opening + "\r\n\r\n" + strings.Join(paragraphs, "\r\n\r\n") + "\r\n\r\n" + closing + "\r\n" + from + "\r\n", false
}
