package agenttool_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth/agenttool"
)

type decodeArgs struct {
	Folder string         `json:"folder"`
	Top    int8           `json:"top"`
	Ratio  float32        `json:"ratio"`
	Unread *bool          `json:"unread"`
	To     []string       `json:"to"`
	Params map[string]any `json:"params"`
	Where  struct {
		City string `json:"city"`
	} `json:"where"`
	Body    json.RawMessage `json:"body"`
	Size    uint8           `json:"size"`
	Pair    [2]int          `json:"pair"`
	Raw     []byte          `json:"raw"`
	Skipped string          `json:"-"`
}

func TestDecodeReadsWhatFits(t *testing.T) {
	t.Parallel()
	yes := true
	tests := []struct {
		name, in string
		want     decodeArgs
	}{
		{"nothing at all", ``, decodeArgs{}},
		{"an empty object", ` {} `, decodeArgs{}},
		{"every kind", `{"folder":"inbox","top":5,"ratio":0.5,"unread":true,"to":["a","b"],"params":{"$top":1.5},"where":{"city":"Lyon"},"body":{"x":[1]}}`,
			decodeArgs{Folder: "inbox", Top: 5, Ratio: 0.5, Unread: &yes, To: []string{"a", "b"},
				Params: map[string]any{"$top": 1.5}, Where: struct {
					City string `json:"city"`
				}{"Lyon"}, Body: json.RawMessage(`{"x":[1]}`)}},
		{"a count, a pair and bytes", `{"size":255,"pair":[1,-2],"raw":"aGk="}`, decodeArgs{Size: 255, Pair: [2]int{1, -2}, Raw: []byte("hi")}},
		{"whole numbers in other spellings", `{"top":5.0, "size":2.50e2, "pair":[-30e-1,0.0e5], "params":{"n":5.0},"body":[5.0]}`,
			decodeArgs{Top: 5, Size: 250, Pair: [2]int{-3, 0}, Params: map[string]any{"n": 5.0}, Body: json.RawMessage(`[5.0]`)}},
		{"null as left out", `{"folder":null,"top":null,"to":null}`, decodeArgs{}},
		{"a host's own keys", `{"_tool_call_id":"c1","_x":{"any":[1]},"folder":"f"}`, decodeArgs{Folder: "f"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := agenttool.Decode[decodeArgs](json.RawMessage(tt.in))
			if err != nil {
				t.Fatalf("Decode(%s) fails: %v", tt.in, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Decode(%s) differs (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

func TestDecodeNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		argument string // the details' argument, "" for none
		says     string
	}{
		{"an unknown key with a near one", `{"foldr":"x"}`, "foldr", `did you mean "folder"?`},
		{"an unknown key with none near", `{"recipients":"x"}`, "recipients", "there are body, folder, pair, params, ratio, raw, size, to, top, unread, where"},
		{"a key in another case", `{"Folder":"x"}`, "Folder", `did you mean "folder"?`},
		{"a key twice", `{"folder":"a","folder":"b"}`, "folder", "twice"},
		{"a key twice, once escaped", `{"folder":"a","\u0066older":"b"}`, "folder", "twice"},
		{"a key twice inside a map", `{"params":{"a":1,"a":2}}`, "params.a", "twice"},
		{"a key twice inside raw JSON", `{"body":{"a":[{"b":1,"b":2}]}}`, "body.a[].b", "twice"},
		{"an unknown key further in", `{"where":{"town":"x"}}`, "where.town", "there are city"},
		{"a host's key further in", `{"where":{"_x":1}}`, "where._x", "is unknown"},
		{"a field that JSON does not have", `{"Skipped":"x"}`, "Skipped", "is unknown"},
		{"a number for a string", `{"folder":1}`, "folder", "must be a string"},
		{"a fraction for a whole number", `{"top":1.5}`, "top", "must be a whole number"},
		{"too great a number", `{"top":128}`, "top", "must be a whole number"},
		{"too great a number with an exponent", `{"top":1e3}`, "top", "must be a whole number"},
		{"an exponent out of all range", `{"top":1e999999999999}`, "top", "must be a whole number"},
		{"a fraction with an exponent", `{"top":15e-1}`, "top", "must be a whole number"},
		{"a fraction smaller than a float tells", `{"top":5.00000000000000000001}`, "top", "must be a whole number"},
		{"a negative count", `{"size":-1}`, "size", "must be a whole number from 0 on"},
		{"too great a count", `{"size":256}`, "size", "must be a whole number from 0 on"},
		{"a string for a count", `{"size":"1"}`, "size", "must be a whole number from 0 on"},
		{"too short an array", `{"pair":[1]}`, "pair", "must be an array of 2"},
		{"too long an array", `{"pair":[1,2,3]}`, "pair", "must be an array of 2"},
		{"a wrong item of an array", `{"pair":[1,"2"]}`, "pair[]", "must be a whole number"},
		{"bytes that are not base64", `{"raw":"a-_="}`, "raw", "must be a string in base64"},
		{"an array for bytes", `{"raw":[104,105]}`, "raw", "must be a string in base64"},
		{"a string for a number", `{"ratio":"1"}`, "ratio", "must be a number"},
		{"too great a fraction", `{"ratio":1e99}`, "ratio", "must be a number"},
		{"a string for a boolean", `{"unread":"yes"}`, "unread", "must be true or false"},
		{"an object for an array", `{"to":{}}`, "to", "must be an array"},
		{"a wrong item", `{"to":["a",2]}`, "to[]", "must be a string"},
		{"an array for a map", `{"params":[]}`, "params", "must be an object"},
		{"an array for the whole", `[]`, "", "must be an object"},
		{"null for the whole", `null`, "", "must be a JSON object"},
		{"trailing data", `{} {}`, "", "not one JSON value"},
		{"broken JSON", `{"folder":`, "", "not one JSON value"},
		{"bytes that are not UTF-8", "{\"folder\":\"\xff\"}", "", "not one JSON value in UTF-8"},
		{"too deep", `{"body":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, "body" + strings.Repeat("[]", 32), "nests deeper"},
		{"too long", `{"folder":"` + strings.Repeat("x", 256<<10) + `"}`, "", "more than 262144 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := agenttool.Decode[decodeArgs](json.RawMessage(tt.in))
			var e *agenttool.Error
			if !errors.As(err, &e) || e.Code != agenttool.CodeInvalidArgument {
				t.Fatalf("Decode = %+v, %v, want an error with %s", got, err, agenttool.CodeInvalidArgument)
			}
			if !strings.Contains(e.Message, tt.says) {
				t.Errorf("Decode says %q, want it to say %q", e.Message, tt.says)
			}
			if argument, _ := e.Details["argument"].(string); argument != tt.argument {
				t.Errorf("Decode blames %q, want %q", argument, tt.argument)
			}
		})
	}
}

// FuzzDecode looks for input that passes and is then lost or bent: what Decode
// accepts must come out the same when it is encoded and decoded again.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"top":5.0,"size":25e1,"pair":[1,-20e-1],"raw":"aGk="}`, ``, `{}`, `{"folder":"a","top":1}`, `{"Folder":"a"}`, `{"to":["a"],"to":["b"]}`, `{"_x":1,"params":{"$top":1e3}}`,
		`{"body":{"a":[null,{"b":"\u0000"}]}}`, `[`, `{"where":{"city":"x"}}`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := agenttool.Decode[decodeArgs](in)
		if err != nil {
			var e *agenttool.Error
			if !errors.As(err, &e) || e.Code != agenttool.CodeInvalidArgument || e.Message == "" {
				t.Fatalf("Decode(%q) fails with %#v, want an *Error that says why", in, err)
			}
			return
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatalf("encode what Decode(%q) gave: %v", in, err)
		}
		second, err := agenttool.Decode[decodeArgs](again)
		if err != nil {
			t.Fatalf("Decode(%s) fails: %v", again, err)
		}
		third, _ := json.Marshal(second)
		if string(again) != string(third) {
			t.Fatalf("decoded twice: %s, want %s", third, again)
		}
	})
}
