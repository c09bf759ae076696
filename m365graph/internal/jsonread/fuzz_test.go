package jsonread

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// world has a field of each kind that a plan knows, and of each that it leaves
// to encoding/json.
type world struct {
	String  string `json:"string"`
	Name    label
	Bool    bool      `json:"bool"`
	Int     int       `json:"int,omitempty"`
	Int8    int8      `json:"int8"`
	Uint16  uint16    `json:"uint16"`
	Uint64  uint64    `json:"uint64"`
	Float   float64   `json:"float"`
	Float32 float32   `json:"float32"`
	Time    time.Time `json:"time,omitzero"`
	Pointer *string   `json:"pointer"`
	Twice   **int     `json:"twice"`
	Strings []string  `json:"strings"`
	Lists   [][]int   `json:"lists"`
	Again   *world    `json:"again"`
	Worlds  []world   `json:"worlds"`
	Struct  struct {
		Kelvin string `json:"kelvin"`
		Secret string `json:"-"`
		Dash   string `json:"-,omitempty"` //nolint:staticcheck // a name that is "-" is read as well
		hidden string
	} `json:"struct"`
	Map    map[string]label `json:"map"`
	Any    any              `json:"any"`
	Array  [2]int           `json:"array"`
	Raw    json.RawMessage  `json:"raw"`
	Number json.Number      `json:"number"`
	Odd    struct {
		label
		Quoted int `json:"quoted,string"`
	} `json:"odd"`
	Text  shout  `json:"text"`
	Self  mirror `json:"self"`
	Selfs []*mirror
	Chan  chan int `json:"chan"`
}

type label string

// shout reads itself from text, mirror from JSON.
type shout struct{ word string }

func (s *shout) UnmarshalText(text []byte) error {
	if len(text) > 8 {
		return errors.New("too long: " + string(text))
	}
	s.word = strings.ToUpper(string(text))
	return nil
}

type mirror struct{ seen string }

func (m *mirror) UnmarshalJSON(data []byte) error {
	if data[0] == 't' {
		return errors.New("not what was wanted: " + string(data))
	}
	m.seen = string(data)
	return nil
}

type nothing struct{}

func plainCodec() *Codec { return New(func(*nothing, string, *Fields) {}) }

var seeds = []string{
	`{}`, `null`, ` { } `, `[]`, `""`, `0`, `{"string":"a","string2":null}`, `{"STRING":"A","ſtring":"long s","strinG":"g"}`,
	`{"struct":{"\u212aelvin":"k","KELVIN":"K","-":"dash","Secret":"s","hidden":"h"}}`, `{"Name":"n","name":"m"}`,
	`{"string":"\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00\ud83d\u0041\ude00\ud83d"}`, `{"string":"größer ✓ 😀"}`, "{\"string\":\"\xff\xc3(\"}",
	`{"bool":true,"int":-12,"int8":127,"uint16":65535,"uint64":18446744073709551615,"float":-1.5e300,"float32":3.4e38}`,
	`{"int8":128}`, `{"int":1.0}`, `{"int":1e3}`, `{"uint16":-1}`, `{"float":1e999}`, `{"float32":1e39}`, `{"int":12345678901234567890}`, `{"int":-0}`,
	`{"int":01}`, `{"int":-}`, `{"int":1.}`, `{"int":1e}`, `{"int":+1}`, `{"int":"1"}`, `{"string":1}`, `{"bool":0}`, `{"bool":"true"}`, `{"bool":truE}`,
	`{"time":"2026-03-02T09:00:00Z"}`, `{"time":"2026-03-02T09:00:00.1234567+02:00"}`, `{"time":"0001-01-01T00:00:00Z"}`, `{"time":"yesterday"}`, `{"time":""}`,
	`{"pointer":"p","twice":7}`, `{"pointer":null,"twice":null,"strings":null,"again":null,"string":null,"int":null,"time":null,"struct":null}`,
	`{"strings":["a",null,"b"],"lists":[[],[1],[1,2,3],null]}`, `{"strings":{}}`, `{"again":{"again":{"again":{}}},"worlds":[{},{"worlds":[{}]}]}`,
	`{"map":{"a":"b"},"any":{"x":[1,"y",null]},"array":[1,2,3],"raw":{"r": 1},"number":1.50,"odd":{"quoted":"7"}}`,
	`{"map":[],"any":tru}`, `{"odd":{"quoted":7}}`, `{"number":"12"}`, `{"number":"x"}`, `{"text":"loud","self":{"a":1},"Selfs":[1,null,"x"]}`,
	`{"text":"much too loud"}`, `{"self":true}`, `{"self":null,"text":null}`, `{"chan":null}`, `{"chan":1}`,
	`{"unknown":{"deep":[1,{"string":"x"}]},"string":"after"}`, `{"unknown":[1,2`, `{"string":"a`, `{"string":"\x"}`, `{"string":"\u12g4"}`, "{\"string\":\"a\nb\"}",
	`{"string":"a",}`, `{"string" "a"}`, `{string:"a"}`, `{"string":"a"}x`, `{"string":"a"} `, `{"strings":["a",]}`, `{"strings":[,]}`, `{"strings":["a" "b"]}`, `{"int":1 2}`,
	`{"float":1.}`, `{"float":1.e5}`, `{"float":1e}`, `{"float":1E5}`, `{"float":1e+5}`, `{"float":1E-5}`, `{"float":.5}`, `{"float":0.5}`, `{"float":00.5}`, `{"float":-}`,
	`{"string":" !#$%&'()*+,-./0123456789:;<=>?@ABCXYZ[]^_abcxyz{|}~"}`, "{\"string\":\"a long one that is not UTF-8: \xff, and goes on\"}", "{\"string\":\"\x7f\u00a0\"}",
	`{"string":"\q12345"}`, `{"string":"\u123`, `{"string":"\u12`, `{"string":"\`, `{"string":"\ud83dxude00"}`, `{"string":"\ud83d\n1234"}`, `{"string":"\u00C4\u00cF"}`,
	"{\"string\":\"control \x1f\"}", "{\"string\":\"a control character behind: \x01\"}", "{\r\"int\"\n:\t1\r}", "{\v\"int\":1}",
	"\ufeff{}", ``, ` `, `tru`, `nul`, `{"":"empty"}`, strings.Repeat(`[`, 200), strings.Repeat(`{"again":`, 50) + `{}` + strings.Repeat(`}`, 50),
}

// encoding/json is right about each document, but for the ones with a name
// twice: what they mean is not worth agreeing on.
func FuzzReadsAsEncodingJSONDoes(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	codec := plainCodec()
	f.Fuzz(func(t *testing.T, data []byte) {
		given := bytes.Clone(data)
		for range 2 { // the second time the plan is there already
			var got, want world
			err, wantErr := codec.Unmarshal(data, &got), oracle(data, &want)
			if wantErr != nil || err != nil {
				if (err == nil) != (wantErr == nil) {
					t.Fatalf("Unmarshal(%q) = %v, encoding/json says %v", data, err, wantErr)
				}
				return
			}
			if twice(data) || !utf8.Valid(data) && len(want.Raw)+len(want.Self.seen)+len(want.Selfs) > 0 {
				return
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(shout{}, mirror{}, world{}.Struct, world{}.Odd)); diff != "" {
				t.Fatalf("Unmarshal(%q) (-encoding/json +got):\n%s", data, diff)
			}
		}
		if !bytes.Equal(given, data) {
			t.Fatalf("Unmarshal changed %q to %q", given, data)
		}
	})
}

// oracle is encoding/json, which under GOEXPERIMENT=jsonv2 panics on some broken
// documents.
func oracle(data []byte, v any) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("it panicked")
		}
	}()
	return json.Unmarshal(data, v)
}

// twice reports whether an object somewhere names two members alike.
func twice(data []byte) bool {
	var list []json.RawMessage
	if json.Unmarshal(data, &list) == nil {
		for _, item := range list {
			if twice(item) {
				return true
			}
		}
	}
	members, _ := Members(data)
	for i, m := range members {
		for _, earlier := range members[:i] {
			if strings.EqualFold(earlier.Name, m.Name) {
				return true
			}
		}
		if twice(m.Value) {
			return true
		}
	}
	return false
}
