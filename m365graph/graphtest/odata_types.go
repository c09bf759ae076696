package graphtest

import (
	"maps"
	"strings"
	"sync"
)

// complexTypes are the members of Graph's complex types that a filter or an
// order can reach.
var complexTypes = sync.OnceValue(func() types {
	all := types{}
	for _, area := range []types{mailTypes, calendarTypes, driveTypes} {
		maps.Copy(all, area)
	}
	return all
})

// types are the members of types, by name.
type types map[string]map[string]string

// complexType gives the members of a type, nil if it has none.
func complexType(name string) typed {
	members, ok := complexTypes()[name]
	if !ok {
		return nil
	}
	return func(member string) (string, bool) {
		if t, ok := members[member]; ok {
			return t, true
		}
		for m, t := range members {
			if strings.EqualFold(m, member) {
				return t, true
			}
		}
		return "", false
	}
}

// kindOfType says how a type of the metadata compares. Enumerations, whose
// names are none of Edm's, compare as strings.
func kindOfType(name string) kind {
	switch name {
	case "Edm.Boolean":
		return kindBool
	case "Edm.Int32", "Edm.Int64", "Edm.Double":
		return kindNumber
	case "Edm.DateTimeOffset":
		return kindTime
	}
	switch {
	case strings.HasPrefix(name, "[]"):
		return kindCollection
	case complexTypes()[name] != nil:
		return kindAny
	}
	return kindString
}

// edmName is the type of an operand, for messages.
func edmName(n node) string {
	if p, ok := n.(*pathNode); ok {
		return p.typ
	}
	switch n.kind() {
	case kindBool:
		return "Edm.Boolean"
	case kindString:
		return "Edm.String"
	case kindNumber:
		return "Edm.Int32"
	case kindTime:
		return "Edm.DateTimeOffset"
	}
	return "<null>"
}
