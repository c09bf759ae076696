package agenttool_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth/agenttool"
)

func samplePlan() agenttool.Plan {
	return agenttool.Plan{
		Tool: "outlook_send_mail", ToolVersion: "0123456789abcdef", Summary: "Send a message to 1 person",
		Shown: []agenttool.Field{{Label: "To", Value: "sales@contoso.example"}, {Label: "Text", Value: "Hello"}},
		Steps: []agenttool.Step{{Method: "POST", Path: "/me/sendMail", IfMatch: `W/"1"`, Body: json.RawMessage(`{"message":{"subject":"Hi","n":1},"save":true}`)}},
		Files: []agenttool.File{{Name: "offer.pdf", Size: 12, SHA256: strings.Repeat("ab", 32)}},
	}
}

func hashOf(t *testing.T, p agenttool.Plan, who agenttool.Caller) string {
	t.Helper()
	h, err := p.Hash(who)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// eachChange calls do once for each value inside v, after changing that value
// alone, and puts it back. A field that is added later is covered too.
func eachChange(t *testing.T, v reflect.Value, path string, do func(path string)) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			eachChange(t, v.Field(i), path+"."+v.Type().Field(i).Name, do)
		}
	case reflect.Slice:
		old := reflect.ValueOf(v.Interface())
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			v.SetBytes([]byte(`{"message":{"subject":"Hi","n":2},"save":true}`))
			do(path)
			v.Set(old)
			return
		}
		v.Set(reflect.Append(old, reflect.Zero(v.Type().Elem())))
		do(path + " longer")
		v.Set(old.Slice(0, old.Len()-1))
		do(path + " shorter")
		v.Set(old)
		for i := range v.Len() {
			eachChange(t, v.Index(i), path+"[]", do)
		}
	case reflect.String:
		old := v.String()
		v.SetString(old + "x")
		do(path)
		v.SetString(old)
	case reflect.Int64:
		v.SetInt(v.Int() + 1)
		do(path)
		v.SetInt(v.Int() - 1)
	default:
		t.Fatalf("%s is a %s, which this test cannot change", path, v.Kind())
	}
}

func TestHashChangesWithEachFieldAndTheCaller(t *testing.T) {
	t.Parallel()
	plan, who := samplePlan(), agenttool.Caller{Company: "c", User: "u", Session: "s", Account: "a"}
	seen := map[string]string{hashOf(t, plan, who): "nothing"}
	note := func(path string) {
		h := hashOf(t, plan, who)
		if other, dup := seen[h]; dup {
			t.Errorf("changing %s gives the hash of changing %s", path, other)
		}
		seen[h] = path
	}
	eachChange(t, reflect.ValueOf(&plan).Elem(), "plan", note)
	eachChange(t, reflect.ValueOf(&who).Elem(), "caller", note)
	if len(seen) < 20 {
		t.Errorf("%d hashes were compared, want at least 20", len(seen))
	}
}

func TestHashIsCanonical(t *testing.T) {
	t.Parallel()
	want := hashOf(t, samplePlan(), somebody)
	if len(want) != 64 {
		t.Fatalf("Hash = %q, want 64 digits", want)
	}
	reformatted := samplePlan()
	reformatted.Steps[0].Body = json.RawMessage("{ \"save\": true,\n \"message\": {\"n\": 1, \"subject\": \"\\u0048i\"} }")
	if got := hashOf(t, reformatted, somebody); got != want {
		t.Errorf("Hash of a reformatted body = %s, want %s", got, want)
	}
	stored, err := json.Marshal(samplePlan())
	if err != nil {
		t.Fatal(err)
	}
	var restored agenttool.Plan
	if err := json.Unmarshal(stored, &restored); err != nil {
		t.Fatal(err)
	}
	if got := hashOf(t, restored, somebody); got != want {
		t.Errorf("Hash of a stored and restored plan = %s, want %s", got, want)
	}
	empty := agenttool.Plan{Shown: []agenttool.Field{}, Steps: []agenttool.Step{}, Files: []agenttool.File{}}
	if a, b := hashOf(t, empty, somebody), hashOf(t, agenttool.Plan{}, somebody); a != b {
		t.Errorf("Hash of empty and absent lists = %s and %s, want one hash", a, b)
	}
}

func TestHashTellsBodiesApartThatLookAlike(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, body := range []string{``, `null`, `"null"`, `1`, `"1"`, `1.0`, `true`, `"true"`, `[]`, `{}`, `[[]]`, `[1,2]`, `["1,2"]`, `{"a":1}`, `["a",1]`, `{"a":{"b":1}}`, `{"a":{},"b":1}`, `9007199254740993`, `9007199254740992`} {
		p := agenttool.Plan{Steps: []agenttool.Step{{Body: json.RawMessage(body)}}}
		h := hashOf(t, p, somebody)
		if other, dup := seen[h]; dup {
			t.Errorf("the bodies %s and %s have one hash", body, other)
		}
		seen[h] = body
	}
}

func TestHashRefusesABodyThatReadersWouldReadDifferently(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"a":1,"a":2}`, `{"a":`, `{} {}`, "\"\xff\""} {
		p := agenttool.Plan{Steps: []agenttool.Step{{Body: json.RawMessage(body)}}}
		if h, err := p.Hash(somebody); err == nil {
			t.Errorf("Hash of the body %q = %s, want an error", body, h)
		}
	}
}
