package graphtest

import "strings"

// What generated text is about. Templates name a list by its letter in braces.
var (
	goods    = []string{"pallets", "pumps", "labels", "valves", "samples", "spare parts", "crates", "cables", "filters", "brochures", "sensors", "gaskets"}
	places   = []string{"Lyon", "Rotterdam", "Toronto", "Osaka", "the north hall", "the fair", "dock four", "the test bench", "the showroom"}
	days     = []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "next week", "the end of the month", "tomorrow"}
	papers   = []string{"invoice", "offer", "contract", "delivery note", "price list", "report", "drawing", "checklist", "budget", "schedule"}
	projects = []string{"Aurora", "Granite", "Harbour", "Juniper", "Lantern", "Meridian", "Orchard", "Quartz"}

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
	quips    = []string{"Done.", "Who takes this one?", "On it.", "Thanks!", "Can it wait until {d}?", "The {P} is ready.", "{g} have arrived at {p}.", "Yes, please.", "See {j}."}
)

// say fills the braces of a template.
func (g *generator) say(template string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		list := map[byte][]string{'g': goods, 'p': places, 'd': days, 'P': papers, 'j': projects}[rest[0]]
		b.WriteString(pick(g, list))
		template = rest[2:]
	}
}

// subject is a title, with a capital.
func (g *generator) subject() string {
	s := g.say(pick(g, subjects))
	return strings.ToUpper(s[:1]) + s[1:]
}

// paragraph is a few sentences.
func (g *generator) paragraph() string {
	var b strings.Builder
	for i := range 2 + g.IntN(4) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(g.say(pick(g, sentences)))
	}
	return b.String()
}

// letter is the body of a mail; every third one is HTML.
func (g *generator) letter(from string) Body {
	opening, closing := pick(g, openings), g.say(pick(g, closings))
	var paragraphs []string
	for range 1 + g.IntN(3) {
		paragraphs = append(paragraphs, g.paragraph())
	}
	if g.chance(3) {
		return Body{ContentType: "html", Content: "<html><body><p>" + opening + "</p><p>" + strings.Join(paragraphs, "</p><p>") + "</p><p>" + closing + "<br>" + from + "</p></body></html>"}
	}
	return Body{ContentType: "text", Content: opening + "\r\n\r\n" + strings.Join(paragraphs, "\r\n\r\n") + "\r\n\r\n" + closing + "\r\n" + from + "\r\n"}
}
