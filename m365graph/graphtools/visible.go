package graphtools

import (
	"strings"
	"unicode"
)

// unseen are the characters without a shape: controls, marks that reorder text,
// fillers, tags and variation selectors, assigned or not.
// https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
var unseen = []*unicode.RangeTable{unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector}

const (
	nonJoiner, joiner   = '\u200c', '\u200d'
	textStyle, emoStyle = '\ufe0e', '\ufe0f'
	blankBraille        = '\u2800'
)

// visible drops the characters that nobody sees, since an instruction could hide
// in them, and turns the odd line breaks and blanks into plain ones. Two kinds
// stay, each at most once behind a character that it belongs to, so that no row
// of them can spell a text: the joiners, which Persian, Indic scripts and emoji
// need, and the choice between a symbol and its emoji. The flags that are
// written in tags, as Scotland's, become black ones.
func visible(s string) string {
	var last rune // the last one kept, zero at the beginning
	return strings.Map(func(r rune) rune {
		switch {
		case r >= ' ' && r < 0x7f || r == '\n' || r == '\t':
		case r == '\u2028' || r == '\u2029':
			r = '\n'
		case r == blankBraille:
			r = ' '
		case r == nonJoiner || r == joiner:
			if !joins(last) {
				return -1
			}
		case r == textStyle || r == emoStyle:
			if !hasStyles(last) {
				return -1
			}
		case unicode.In(r, unseen...):
			return -1
		}
		last = r
		return r
	}, s)
}

// joins reports whether a joiner means anything behind r: a letter or a mark of
// a script that joins, or an emoji.
func joins(r rune) bool {
	return r == emoStyle || r >= 0x0590 && r != joiner && r != nonJoiner && !unicode.IsSpace(r)
}

// hasStyles reports whether r may be a text or an emoji, which no letter is but
// the sign for information; digits are, for keycaps.
func hasStyles(r rune) bool {
	return unicode.IsSymbol(r) || unicode.IsPunct(r) || unicode.IsDigit(r) || r == '\u2139'
}
