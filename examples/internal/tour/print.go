package tour

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// printer writes sections of text and tables for people.
type printer struct {
	w io.Writer
	n int // the section
}

// section begins the next part of the tour.
func (p *printer) section(format string, args ...any) {
	p.n++
	fmt.Fprintf(p.w, "\n%d. %s\n", p.n, fmt.Sprintf(format, args...))
}

func (p *printer) line(format string, args ...any) {
	fmt.Fprintf(p.w, "   "+format+"\n", args...)
}

// maxCell keeps most tables within a usual terminal.
const maxCell = 40

// table prints rows below a header, or says that there are none.
func (p *printer) table(header []string, rows [][]string) error {
	if len(rows) == 0 {
		p.line("None.")
		return nil
	}
	t := tablewriter.NewTable(indented{p.w},
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone},
		})),
		tablewriter.WithHeaderAlignment(tw.AlignLeft),
		tablewriter.WithHeaderAutoFormat(tw.Off), // it would take brackets apart
		tablewriter.WithRowAlignment(tw.AlignLeft),
		tablewriter.WithRowAutoWrap(tw.WrapTruncate),
		tablewriter.WithRowMaxWidth(maxCell),
		tablewriter.WithPadding(tw.Padding{Right: "  ", Overwrite: true}),
	)
	t.Header(header)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = plain(cell)
		}
		if err := t.Append(cells); err != nil {
			return err
		}
	}
	return t.Render()
}

// indented sets lines off from the section's title.
type indented struct{ w io.Writer }

func (i indented) Write(b []byte) (int, error) {
	for line := range strings.Lines(string(b)) {
		if _, err := fmt.Fprintln(i.w, strings.TrimRight("   "+line, " \n")); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// plain makes text from outside safe for a terminal: one line, without controls
// that move the cursor or turn the direction of what follows.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// size writes a number of bytes as people do.
func size(n int64) string {
	const unit = 1000
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	value, prefix := float64(n)/unit, 0
	for value >= unit && prefix < 3 {
		value, prefix = value/unit, prefix+1
	}
	return fmt.Sprintf("%.1f %cB", value, "kMGT"[prefix])
}

// when writes an instant on the mailbox's clock.
func (t *Tour) when(at time.Time) string { return at.In(t.zone).Format("2006-01-02 15:04") }
