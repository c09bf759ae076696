package demo

import (
	"net/mail"
	"strings"
)

// splitList splits a list of addresses at the commas that are not in quotes.
func splitList(s string) []string {
	quoted, escaped := false, false
	return strings.FieldsFunc(s, func(c rune) bool {
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = quoted
		case c == '"':
			quoted = !quoted
		}
		return c == ',' && !quoted
	})
}

// bareAddress finds an address between angle brackets, of which the last may be
// missing, after a name that breaks the rules.
func bareAddress(s string) *mail.Address {
	name, rest, ok := lastCut(s, "<")
	address := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), ">"))
	if !ok || !isAddress(address) {
		return nil
	}
	return &mail.Address{Name: strings.Trim(strings.TrimSpace(name), `"`), Address: address}
}
