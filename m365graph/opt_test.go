package m365graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
)

type change struct {
	Text m365graph.Opt[string]               `json:"text,omitzero"`
	List m365graph.Opt[[]string]             `json:"list,omitzero"`
	Body m365graph.Opt[m365graph.ItemBody]   `json:"body,omitzero"`
	Flag m365graph.Opt[bool]                 `json:"flag,omitzero"`
	Deep m365graph.Opt[m365graph.Opt[int]]   `json:"deep,omitzero"`
	Ref  m365graph.Opt[*m365graph.Recipient] `json:"ref,omitzero"`
}

func ExampleOpt() {
	type update struct {
		Subject    m365graph.Opt[string]   `json:"subject,omitzero"`
		Categories m365graph.Opt[[]string] `json:"categories,omitzero"`
		Reminder   m365graph.Opt[int]      `json:"reminder,omitzero"`
	}
	body, err := json.Marshal(update{Categories: m365graph.Set([]string{}), Reminder: m365graph.Null[int]()})
	fmt.Println(string(body), err)
	// Output: {"categories":[],"reminder":null} <nil>
}

func TestOptGoesBothWays(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]change{
		`{}`:                          {},
		`{"text":null,"list":null}`:   {Text: m365graph.Null[string](), List: m365graph.Null[[]string]()},
		`{"text":"","flag":false}`:    {Text: m365graph.Set(""), Flag: m365graph.Set(false)},
		`{"list":[]}`:                 {List: m365graph.Set([]string{})},
		`{"list":["a","b"]}`:          {List: m365graph.Set([]string{"a", "b"})},
		`{"body":{"content":"<p>"}}`:  {Body: m365graph.Set(m365graph.ItemBody{Content: "<p>"})},
		`{"deep":7}`:                  {Deep: m365graph.Set(m365graph.Set(7))},
		`{"ref":{"emailAddress":{}}}`: {Ref: m365graph.Set(&m365graph.Recipient{})},
	} {
		got, err := json.Marshal(c)
		if plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(got)); plain != want || err != nil {
			t.Errorf("Marshal = %s, %v, want %s", got, err, want)
		}
		var back change
		if err := json.Unmarshal([]byte(want), &back); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(c, back); diff != "" {
			t.Errorf("%s read back (-want +got):\n%s", want, diff)
		}
	}
}

// Where a loop found nothing its slice is nil, and the list is to be emptied.
func TestSetOfANilSliceIsNoNull(t *testing.T) {
	t.Parallel()
	var none []string
	for want, o := range map[string]json.Marshaler{
		`[]`: m365graph.Set(none), `null`: m365graph.Set[json.RawMessage](nil), `""`: m365graph.Set([]byte{}),
	} {
		if got, err := o.MarshalJSON(); string(got) != want || err != nil {
			t.Errorf("MarshalJSON(%#v) = %s, %v, want %s", o, got, err, want)
		}
	}
}

func TestOptTellsItsThreeStatesApart(t *testing.T) {
	t.Parallel()
	unset, null, zero := m365graph.Opt[int]{}, m365graph.Null[int](), m365graph.Set(0)
	for name, tt := range map[string]struct {
		o                m365graph.Opt[int]
		zero, null, some bool
	}{"unset": {unset, true, false, false}, "null": {null, false, true, false}, "zero": {zero, false, false, true}} {
		v, some := tt.o.Get()
		if tt.o.IsZero() != tt.zero || tt.o.IsNull() != tt.null || some != tt.some || v != 0 {
			t.Errorf("%s: IsZero %v, IsNull %v, Get %v, %v", name, tt.o.IsZero(), tt.o.IsNull(), v, some)
		}
		if tt.o.Equal(unset) != tt.zero || tt.o.Equal(null) != tt.null || tt.o.Equal(zero) != tt.some || tt.o.Equal(m365graph.Set(1)) {
			t.Errorf("%s equals what it is not", name)
		}
	}
}

// A forgotten omitzero must not empty a property.
func TestAnUnsetOptIsNotWritten(t *testing.T) {
	t.Parallel()
	type forgotten struct {
		Text m365graph.Opt[string] `json:"text"`
	}
	if got, err := json.Marshal(forgotten{}); err == nil || !strings.Contains(err.Error(), "omitzero") {
		t.Errorf("Marshal = %s, %v, want an error that names the remedy", got, err)
	}
	var o m365graph.Opt[int]
	if err := json.Unmarshal([]byte(`"x"`), &o); err == nil || !o.IsZero() {
		t.Errorf("Unmarshal of a string = %v, %v, want an error", o, err)
	}
}
