package m365graph_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph"
)

type (
	level  int8
	colour string
)

func TestFilterWritesEachTypeAsODataDoes(t *testing.T) {
	t.Parallel()
	paris := time.FixedZone("", 3600)
	for _, tt := range []struct {
		value any
		want  string
	}{
		{"it's", `'it''s'`},
		{"", `''`},
		{colour("red"), `'red'`},
		{"null", `'null'`},
		{nil, `null`},
		{true, `true`},
		{-3, `-3`},
		{int64(math.MinInt64), `-9223372036854775808`},
		{level(2), `2`},
		{time.March, `3`},
		{uint64(math.MaxUint64), `18446744073709551615`},
		{1.5, `1.5`},
		{float32(0.1), `0.1`},
		{1e30, `1e+30`},
		{time.Date(2026, 3, 1, 0, 30, 0, 120, paris), `2026-02-28T23:30:00.00000012Z`},
		{m365graph.Date(time.Date(2026, 3, 1, 0, 30, 0, 0, paris)), `2026-03-01`},
		{m365graph.GUID("00000003-0000-0000-C000-000000000000"), `00000003-0000-0000-C000-000000000000`},
		{[]string{"a", "b'c,d)"}, `('a','b''c,d)')`},
		{[]any{1, "x", nil}, `(1,'x',null)`},
		{[]m365graph.GUID{"1"}, `(1)`},
	} {
		if got := m365graph.Where("p op ?", tt.value).String(); got != "p op "+tt.want {
			t.Errorf("Where(%#v) = %s, want p op %s", tt.value, got, tt.want)
		}
	}
}

func TestFilterRefusesWhatGraphWouldMisread(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]m365graph.Filter{
		"too few values":  m365graph.Where("a eq ?"),
		"too many values": m365graph.Where("a eq 1", "x"),
		"a struct":        m365graph.Where("a eq ?", struct{}{}),
		"a duration":      m365graph.Where("a eq ?", time.Second),
		"bytes":           m365graph.Where("a eq ?", []byte("x")),
		"not a number":    m365graph.Where("a eq ?", math.NaN()),
		"infinity":        m365graph.Where("a eq ?", math.Inf(-1)),
		"not a GUID":      m365graph.Where("id eq ?", m365graph.GUID("' or 1 eq 1")),
		"no GUID":         m365graph.Where("id eq ?", m365graph.GUID("")),
		"an empty list":   m365graph.Where("id in ?", []string{}),
		"a list of lists": m365graph.Where("id in ?", [][]string{{"a"}}),
		"a bad item":      m365graph.Where("id in ?", []any{"a", math.NaN()}),
		"an open quote":   m365graph.Where("a eq 'it's'"),
		"no opposite":     m365graph.Filter{}.Not(),
		"and":             m365graph.Where("a eq 1").And(m365graph.Where("b eq ?")),
		"or":              m365graph.Where("b eq ?").Or(m365graph.Where("a eq 1")),
		"not":             m365graph.Where("b eq ?").Not(),
	} {
		if f.IsZero() {
			t.Errorf("%s: the filter is empty, and not wrong", name)
		}
		refused(t, name, &m365graph.Query{Filter: f}, "filter")
	}
}

func TestFiltersAreJoined(t *testing.T) {
	t.Parallel()
	var none m365graph.Filter
	a, b, c := m365graph.Where("a eq 'why?'"), m365graph.Where("b eq ?", 2), m365graph.Where("c eq ?", 3)
	for want, f := range map[string]m365graph.Filter{
		"(a eq 'why?') and (b eq 2)":               a.And(b),
		"((a eq 'why?') or (b eq 2)) and (c eq 3)": a.Or(b).And(c),
		"(a eq 'why?') or ((b eq 2) and (c eq 3))": a.Or(b.And(c)),
		"not ((b eq 2) or (c eq 3))":               b.Or(c).Not(),
		"b eq 2":                                   none.And(b).Or(none).And(none),
		"c eq 3":                                   none.Or(c),
		"":                                         none.And(none).Or(none),
	} {
		if got := f.String(); got != want {
			t.Errorf("the filter is %q, want %q", got, want)
		}
	}
}

// No value can end its literal, and each reads back as what it was.
func FuzzFilterValue(f *testing.F) {
	for _, s := range []string{"", "it's", "''", "' or 1 eq 1 or a eq '", "?", "a%27b", "x\x00y", "\xff", "é", "',('"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		text := m365graph.Where("p eq ? and q in ? or r eq ?", a, []string{b, a}, b).String()
		for _, part := range []struct{ before, value string }{
			{"p eq ", a}, {" and q in (", b}, {",", a}, {") or r eq ", b},
		} {
			rest, ok := strings.CutPrefix(text, part.before)
			if !ok {
				t.Fatalf("%q does not go on with %q", text, part.before)
			}
			value, rest := readLiteral(t, rest)
			if value != part.value {
				t.Fatalf("after %q stands %q, want %q", part.before, value, part.value)
			}
			text = rest
		}
		if text != "" {
			t.Fatalf("%q is left over", text)
		}
	})
}

// readLiteral reads a string as OData's grammar has it: up to a quote that is not
// doubled. https://docs.oasis-open.org/odata/odata/v4.01/os/abnf/odata-abnf-construction-rules.txt
func readLiteral(t *testing.T, s string) (value, rest string) {
	t.Helper()
	if !strings.HasPrefix(s, "'") {
		t.Fatalf("%q is no literal", s)
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] != '\'':
			b.WriteByte(s[i])
		case i+1 < len(s) && s[i+1] == '\'':
			b.WriteByte('\'')
			i++
		default:
			return b.String(), s[i+1:]
		}
	}
	t.Fatalf("%q does not end", s)
	return "", ""
}
