package agenttool_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth/agenttool"
)

func TestWrapNamesEveryFaultOfADefinition(t *testing.T) {
	t.Parallel()
	schema := func(s string) func(*agenttool.Definition) {
		return func(d *agenttool.Definition) { d.Input = json.RawMessage(s) }
	}
	property := func(name, s string) func(*agenttool.Definition) {
		return schema(`{"type":"object","properties":{"` + name + `":` + s + `}}`)
	}
	tests := []struct {
		name   string
		change func(*agenttool.Definition)
		says   string
	}{
		{"a name in camel case", func(d *agenttool.Definition) { d.Name = "readIt" }, "lower_snake_case"},
		{"a title like the name", func(d *agenttool.Definition) { d.Title = d.Name }, "title"},
		{"no description", func(d *agenttool.Definition) { d.Description = "" }, "description for the model"},
		{"an unknown effect", func(d *agenttool.Definition) { d.Effect = "destroy" }, `unknown effect "destroy"`},
		{"no permission", func(d *agenttool.Definition) { d.Permission = "" }, "needs a permission"},
		{"a session with a permission", func(d *agenttool.Definition) { d.Effect = agenttool.EffectSession }, "needs a permission"},
		{"no Read", func(d *agenttool.Definition) { d.Read = nil }, "needs Read"},
		{"a read with a plan", func(d *agenttool.Definition) { d.Plan = writer(t, agenttool.EffectAdd).Plan }, "neither Plan nor Apply"},
		{"a write without a plan", func(d *agenttool.Definition) { d.Effect = agenttool.EffectAdd }, "needs Plan and Apply"},
		{"no schema", schema(``), "must be a JSON object"},
		{"a schema of an array", schema(`{"type":"array"}`), `must have "type": "object"`},
		{"a schema without properties", schema(`{"type":"object"}`), `must have "properties"`},
		{"a reference", property("a", `{"$ref":"#/x"}`), `"$ref" is not understood`},
		{"a combinator in a list", property("a", `{"type":"string","description":"x","examples":[{"anyOf":[]}]}`), `"anyOf" is not understood`},
		{"no description of a property", property("a", `{"type":"string"}`), `property "a": give a description`},
		{"too long a description", property("a", `{"type":"string","description":"`+strings.Repeat("x", 301)+`"}`), "at most 300 bytes"},
		{"a host's key", property("_a", `{"type":"string","description":"x"}`), "must not begin with an underscore"},
		{"an unknown type", property("a", `{"type":"date","description":"x"}`), "unknown type date"},
		{"two types", property("a", `{"type":["string","null"],"description":"x"}`), "unknown type"},
		{"nested properties", property("a", `{"type":"object","description":"x","properties":{}}`), "not flat"},
		{"an array of objects", property("a", `{"type":"array","description":"x","items":{"type":"object"}}`), "plain type"},
		{"a property that is no schema", property("a", `true`), "must be a schema object"},
		{"an unknown required property", schema(`{"type":"object","properties":{},"required":["a"]}`), "required property a"},
		{"a bad output schema", func(d *agenttool.Definition) { d.Output = json.RawMessage(`{"type":"string"}`) }, "output schema"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := reader(new(int))
			tt.change(&d)
			tool, err := agenttool.NewGuard(nil).Wrap(d)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Wrap fails with %v, want %q", err, tt.says)
			}
			if tool != (agenttool.Tool{}) {
				t.Errorf("Wrap gives the tool %q beside its error, want none", tool.Name())
			}
		})
	}
	_, err := agenttool.NewGuard(nil).Wrap(agenttool.Definition{})
	for _, says := range []string{"lower_snake_case", "title", "description", "effect", "input schema"} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("Wrap of nothing fails with %v, want it to name %q too", err, says)
		}
	}
}

func TestAnnotationsFollowTheEffect(t *testing.T) {
	t.Parallel()
	session := reader(new(int))
	session.Effect, session.Permission = agenttool.EffectSession, ""
	once := writer(t, agenttool.EffectAdd)
	flag := writer(t, agenttool.EffectChange)
	flag.Idempotent = true
	tests := []struct {
		name string
		def  agenttool.Definition
		want agenttool.Annotations
	}{
		{"read", reader(new(int)), agenttool.Annotations{ReadOnly: true, Idempotent: true, OpenWorld: true}},
		{"session", session, agenttool.Annotations{}},
		{"add", once, agenttool.Annotations{OpenWorld: true}},
		{"change, idempotent", flag, agenttool.Annotations{Destructive: true, Idempotent: true, OpenWorld: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, wrap(t, nil, tt.def).Annotations()); diff != "" {
				t.Errorf("Annotations() differ (-want +got):\n%s", diff)
			}
		})
	}
	if res := wrap(t, nil, session).Execute(as(t, somebody), nil); !res.Success {
		t.Errorf("a session tool answers %+v, want success without any permission", res)
	}
}

func TestLabelFallsBack(t *testing.T) {
	t.Parallel()
	p := agenttool.Permission{ID: "outlook.read", Labels: map[string]string{"en": "Read mail", "fr": "Lire les emails"}}
	for lang, want := range map[string]string{"fr": "Lire les emails", "en": "Read mail", "de": "Read mail"} {
		if got := p.Label(lang); got != want {
			t.Errorf("Label(%q) = %q, want %q", lang, got, want)
		}
	}
	if got := (agenttool.Permission{ID: "x.read"}).Label("fr"); got != "x.read" {
		t.Errorf("Label without labels = %q, want the id", got)
	}
}
