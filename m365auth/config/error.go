package config

import (
	"cmp"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365auth"
)

// Error is everything that is wrong with the settings, found in one go. It
// matches [m365auth.ErrConfig] with errors.Is, and a cause of the file system,
// such as fs.ErrNotExist, where there is one.
//
// No value of a setting stands in it: what was mistyped into one key is often
// the secret of another.
type Error struct {
	// Problems has at least one element.
	Problems []Problem
}

// Problem is one thing that is wrong.
type Problem struct {
	// Key is the setting, as it was written. Empty if the layer as a whole
	// cannot be read.
	Key string
	// Origin is where it was written, or where it was looked for.
	Origin Origin
	// Detail is what is wrong, and Remedy what to do, each half a sentence.
	Detail, Remedy string
	// Err is the cause below, if any.
	Err error
}

// Error returns a line for each problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	if len(lines) == 1 {
		return "m365auth/config: " + lines[0]
	}
	return "m365auth/config: several settings are wrong:\n\t" + strings.Join(lines, "\n\t")
}

// Is reports whether target is [m365auth.ErrConfig].
func (e *Error) Is(target error) bool { return target == m365auth.ErrConfig }

// Unwrap returns the causes below.
func (e *Error) Unwrap() []error {
	var causes []error
	for _, p := range e.Problems {
		if p.Err != nil {
			causes = append(causes, p.Err)
		}
	}
	return causes
}

// String returns one line: the key, where it stands, what is wrong, and the
// remedy.
func (p Problem) String() string {
	s := p.Origin.String() + ": " + p.Detail
	if p.Key != "" {
		s = p.Key + " (" + p.Origin.String() + "): " + p.Detail
	}
	if p.Err != nil {
		s += ": " + p.Err.Error()
	}
	if p.Remedy != "" {
		s += "; " + p.Remedy
	}
	return s
}

// fault is a problem before it is known whose it is.
type fault struct{ detail, remedy string }

// sortProblems puts the strongest layer first and the lines of a file in order.
func sortProblems(problems []Problem) {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(b.Origin.Layer, a.Origin.Layer), cmp.Compare(a.Origin.Line, b.Origin.Line))
	})
}
