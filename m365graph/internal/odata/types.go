package odata

import (
	"fmt"
	"strings"
)

// Types gives the members of a structured type by its name without
// "microsoft.graph."; nil if it has none.
type Types func(typeName string) Members

// Members gives the type of a property as Graph's metadata have it, with
// collections written as "[]recipient": "Edm.String", "recipient",
// "importance". A name that is neither Edm's nor structured is an enumeration.
type Members func(property string) (typeName string, ok bool)

// SyntaxError is what Graph says of an expression it cannot read.
type SyntaxError string

func (e SyntaxError) Error() string { return string(e) }

func syntaxErrorf(format string, args ...any) error { return SyntaxError(fmt.Sprintf(format, args...)) }

// UnknownProperty is the error for a property that a type does not have.
func UnknownProperty(name, typeName string) error {
	return syntaxErrorf("Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, typeName)
}

// kind is how a value compares.
type kind int

const (
	kindAny kind = iota // a whole object, which only null compares to
	kindNull
	kindBool
	kindString
	kindEnum
	kindNumber
	kindTime
	kindGUID
	kindCollection
)

// kindOf says how a type of the metadata compares.
func (t Types) kindOf(name string) kind {
	switch name {
	case "Edm.Boolean":
		return kindBool
	case "Edm.Byte", "Edm.Int16", "Edm.Int32", "Edm.Int64", "Edm.Single", "Edm.Double", "Edm.Decimal":
		return kindNumber
	case "Edm.DateTimeOffset", "Edm.Date":
		return kindTime
	case "Edm.Guid":
		return kindGUID
	}
	switch {
	case strings.HasPrefix(name, "[]"):
		return kindCollection
	case strings.HasPrefix(name, "Edm."):
		return kindString
	case t(name) != nil:
		return kindAny
	}
	return kindEnum
}

// edmName is the type of an operand, for messages.
func edmName(n node) string {
	if p, ok := n.(*pathNode); ok {
		return p.typ
	}
	switch n.kind() {
	case kindBool:
		return "Edm.Boolean"
	case kindString, kindEnum:
		return "Edm.String"
	case kindNumber:
		return "Edm.Int32"
	case kindTime:
		return "Edm.DateTimeOffset"
	case kindGUID:
		return "Edm.Guid"
	}
	return "<null>"
}
