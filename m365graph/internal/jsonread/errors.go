package jsonread

import (
	"errors"
	"fmt"
	"strconv"
)

// Error says what is wrong with a document and where. It quotes nothing of the
// document, which may be private.
type Error struct {
	// Path is the place in the Go value, such as "toRecipients[2].emailAddress";
	// empty for the document itself.
	Path string
	// Problem is what is wrong there.
	Problem string

	cause error
}

// Error returns "json: path: problem".
func (e *Error) Error() string {
	if e.Path == "" {
		return "json: " + e.Problem
	}
	return "json: " + e.Path + ": " + e.Problem
}

// Unwrap returns what a type's own UnmarshalJSON said, which may quote.
func (e *Error) Unwrap() error { return e.cause }

// broken is an error of the document's grammar.
func (s *scanner) broken(problem string) error {
	if s.pos >= len(s.data) {
		problem = "the document ends too early"
	}
	return &Error{Problem: fmt.Sprintf("%s, at byte %d", problem, s.pos)}
}

// within puts a name, or an index in brackets, before the path of err.
func within(err error, place string) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err // or nil
	}
	if e.Path != "" && e.Path[0] != '[' {
		place += "."
	}
	e.Path = place + e.Path
	return e
}

func index(i int) string { return "[" + strconv.Itoa(i) + "]" }

// kindOf names the kind of value that c begins.
func kindOf(c byte) string {
	switch c {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}
