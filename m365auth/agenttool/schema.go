package agenttool

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// maxPropertyDescription keeps a tool's share of the model's context small.
const maxPropertyDescription = 300

var propertyName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// combinators are refused at every level: several model vendors reject a tool
// whose schema holds one.
var combinators = []string{"$ref", "$defs", "definitions", "anyOf", "oneOf", "allOf", "not", "if"}

func checkObjectSchema(raw json.RawMessage) error {
	_, err := objectSchema(raw)
	return err
}

func objectSchema(raw json.RawMessage) (map[string]any, error) {
	var schema map[string]any
	if err := json.Unmarshal(raw, &schema); err != nil {
		return nil, errors.New("must be a JSON object")
	}
	if schema["type"] != "object" {
		return nil, errors.New(`must have "type": "object"`)
	}
	return schema, findCombinator(schema)
}

func findCombinator(v any) error {
	switch v := v.(type) {
	case map[string]any:
		for key, child := range v {
			if slices.Contains(combinators, key) {
				return fmt.Errorf("%q is not understood by every model", key)
			}
			if err := findCombinator(child); err != nil {
				return err
			}
		}
	case []any:
		for _, child := range v {
			if err := findCombinator(child); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkInputSchema(raw json.RawMessage) error {
	schema, err := objectSchema(raw)
	if err != nil {
		return err
	}
	properties, ok := schema["properties"].(map[string]any)
	if !ok {
		return errors.New(`must have "properties"`)
	}
	for name, p := range properties {
		if err := checkProperty(name, p); err != nil {
			return fmt.Errorf("property %q: %w", name, err)
		}
	}
	required, _ := schema["required"].([]any)
	for _, r := range required {
		if name, _ := r.(string); properties[name] == nil {
			return fmt.Errorf("required property %v is not among the properties", r)
		}
	}
	return nil
}

func checkProperty(name string, p any) error {
	property, ok := p.(map[string]any)
	if !ok {
		return errors.New("must be a schema object")
	}
	if !propertyName.MatchString(name) {
		return errors.New("the name must be lower_snake_case and must not begin with an underscore, which marks a host's own keys")
	}
	if d, _ := property["description"].(string); d == "" || len(d) > maxPropertyDescription {
		return fmt.Errorf("give a description of at most %d bytes", maxPropertyDescription)
	}
	switch property["type"] {
	case "string", "integer", "number", "boolean":
	case "object":
		if property["properties"] != nil {
			return errors.New("nested properties are not flat")
		}
	case "array":
		items, _ := property["items"].(map[string]any)
		if items == nil || items["type"] == nil || items["type"] == "object" || items["type"] == "array" {
			return errors.New("an array needs items of a plain type")
		}
	default:
		return fmt.Errorf("unknown type %v", property["type"])
	}
	return nil
}
