package graphtest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// extendedProperty is a MAPI property that a client keeps with a message, see
// https://learn.microsoft.com/graph/api/resources/singlevaluelegacyextendedproperty.
type extendedProperty struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// propertyID is how such a property can be named: by tag, by name or by number.
var propertyID = regexp.MustCompile(`(?i)^(ApplicationTime|Binary|Boolean|CLSID|Currency|Double|Error|Float|Integer|Long|Null|Object|Short|String|SystemTime) ` +
	`(0x[0-9a-f]{1,4}|\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\} (Name .+|Id 0x[0-9a-f]{1,4}))$`)

// setExtendedProperties lays properties over those that are there; one without
// a value goes.
func setExtendedProperties(m *message, raw json.RawMessage) error {
	var list []struct {
		ID    string  `json:"id"`
		Value *string `json:"value"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return errWrongType
	}
	kept := slices.Clone(m.more().properties)
	for _, p := range list {
		if !propertyID.MatchString(p.ID) {
			return fmt.Errorf("PropertyId values may only be in one of the following formats: 'MapiPropertyType namespaceGuid Name propertyName', 'MapiPropertyType namespaceGuid Id propertyId' or 'MapiPropertyType propertyTag'")
		}
		kept = slices.DeleteFunc(kept, func(o extendedProperty) bool { return strings.EqualFold(o.ID, p.ID) })
		if p.Value != nil {
			kept = append(kept, extendedProperty{p.ID, *p.Value})
		}
	}
	m.change(func(x *messageExtra) { x.properties = kept })
	return nil
}

// propertyObjects are the extended properties, as $expand shows them.
func (m *message) propertyObjects() []object {
	properties := m.more().properties
	list := make([]object, len(properties))
	for i, p := range properties {
		list[i] = object{{"id", p.ID}, {"value", p.Value}}
	}
	return list
}
