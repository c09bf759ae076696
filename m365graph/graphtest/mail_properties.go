package graphtest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// extendedProperty is a MAPI property that a client keeps with an item, see
// https://learn.microsoft.com/graph/api/resources/singlevaluelegacyextendedproperty.
type extendedProperty struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// propertyID is how such a property can be named: by tag, by name or by number.
var propertyID = regexp.MustCompile(`(?i)^(ApplicationTime|Binary|Boolean|CLSID|Currency|Double|Error|Float|Integer|Long|Null|Object|Short|String|SystemTime) ` +
	`(0x[0-9a-f]{1,4}|\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\} (Name .+|Id 0x[0-9a-f]{1,4}))$`)

// setExtendedProperties reads those of a message.
func setExtendedProperties(m *message, raw json.RawMessage) error {
	kept, err := layProperties(m.more().properties, raw)
	if err == nil {
		m.change(func(x *messageExtra) { x.properties = kept })
	}
	return err
}

// intoProperties sets those of anything else.
func intoProperties[O any](field func(*O) *[]extendedProperty) func(*O, json.RawMessage) error {
	return func(o *O, raw json.RawMessage) error {
		kept, err := layProperties(*field(o), raw)
		if err != nil {
			return failf(codeRequestBody, "Cannot read the property 'singleValueExtendedProperties': %v.", err)
		}
		*field(o) = kept
		return nil
	}
}

// layProperties lays what a client wrote over the properties that are there;
// one without a value goes.
func layProperties(old []extendedProperty, raw json.RawMessage) ([]extendedProperty, error) {
	var list []struct {
		ID    string  `json:"id"`
		Value *string `json:"value"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, errWrongType
	}
	kept := slices.Clone(old)
	for _, p := range list {
		if !propertyID.MatchString(p.ID) {
			return nil, fmt.Errorf("PropertyId values may only be in one of the following formats: 'MapiPropertyType namespaceGuid Name propertyName', 'MapiPropertyType namespaceGuid Id propertyId' or 'MapiPropertyType propertyTag'")
		}
		kept = slices.DeleteFunc(kept, func(o extendedProperty) bool { return strings.EqualFold(o.ID, p.ID) })
		if p.Value != nil {
			kept = append(kept, extendedProperty{p.ID, *p.Value})
		}
	}
	return kept, nil
}

// propertyObjects are extended properties, as $expand shows them.
func propertyObjects(properties []extendedProperty) []object {
	list := make([]object, len(properties))
	for i, p := range properties {
		list[i] = object{{"id", p.ID}, {"value", p.Value}}
	}
	return list
}
