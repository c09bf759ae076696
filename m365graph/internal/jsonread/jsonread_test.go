package jsonread

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

// kept is a field as models have it. The test's package is the home of its type,
// so that entity reads itself by its plan alone.
type kept struct {
	object string
	fields *Fields
}

type entity struct {
	ID       string   `json:"id"`
	Note     string   `json:"note"`
	Tags     []string `json:"tags"`
	Children []entity `json:"children"`
	Parent   *entity  `json:"parent"`
	Kept     kept     `json:"-"`
}

// UnmarshalJSON must not be called where a codec reads.
func (e *entity) UnmarshalJSON([]byte) error { return errors.New("the method was called") }

func newCodec() *Codec {
	return New(func(k *kept, object string, fields *Fields) { *k = kept{object, fields} })
}

// inside reports whether part is a piece of whole, and no copy of it.
func inside(part, whole string) bool {
	a, b := uintptr(unsafe.Pointer(unsafe.StringData(part))), uintptr(unsafe.Pointer(unsafe.StringData(whole)))
	return a >= b && a+uintptr(len(part)) <= b+uintptr(len(whole))
}

const family = ` {"id": "one", "more":[1], "note":"a\nb", "tags":["x","y"],
	"children":[{"id":"two", "children":[{"id":"three"}]},{"id":"four"}], "parent":{"id":"zero"} } `

func TestAnObjectAndItsStringsShareOneCopy(t *testing.T) {
	t.Parallel()
	var e entity
	if err := newCodec().Unmarshal([]byte(family), &e); err != nil {
		t.Fatal(err)
	}
	if got, want := e.Kept.object, strings.TrimSpace(family); got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	parts := map[string]string{
		"id": e.ID, "tag": e.Tags[1], "child": e.Children[0].Kept.object, "grandchild": e.Children[0].Children[0].Kept.object,
		"grandchild's id": e.Children[0].Children[0].ID, "second child": e.Children[1].Kept.object, "parent": e.Parent.Kept.object,
	}
	for name, part := range parts {
		if !inside(part, e.Kept.object) {
			t.Errorf("%s %q is a copy", name, part)
		}
	}
	if got, want := e.Children[0].Kept.object, `{"id":"two", "children":[{"id":"three"}]}`; got != want {
		t.Errorf("kept of the child %s, want %s", got, want)
	}
	if e.Note != "a\nb" || e.Parent.ID != "zero" || len(e.Children) != 2 {
		t.Errorf("Unmarshal = %+v", e)
	}
}

// Entities below something that keeps nothing have each a copy of their own.
func TestEntitiesApartShareNothing(t *testing.T) {
	t.Parallel()
	var list struct {
		Title string
		Value []entity
		End   string
	}
	err := newCodec().Unmarshal([]byte(`{"title":"t","value":[{"id":"one"},{"id":"two"}],"end":"e"}`), &list)
	if err != nil || len(list.Value) != 2 {
		t.Fatalf("Unmarshal = %+v, %v", list, err)
	}
	one, two := list.Value[0], list.Value[1]
	if one.Kept.object != `{"id":"one"}` || two.Kept.object != `{"id":"two"}` || list.Title+list.End != "te" {
		t.Errorf("Unmarshal = %+v", list)
	}
	if !inside(one.ID, one.Kept.object) || !inside(two.ID, two.Kept.object) || len(two.Kept.object) != 12 {
		t.Errorf("the ids are not parts of their own objects")
	}
}

func TestObjectDoesNotCallTheMethod(t *testing.T) {
	t.Parallel()
	type foreign struct{ entity } // a type whose method is its own affair
	c := newCodec()
	var e entity
	for range 2 {
		if err := c.Object([]byte(`{"id":"one"}`), &e); err != nil || e.ID != "one" {
			t.Errorf("Object = %+v, %v", e, err)
		}
	}
	if err := c.Unmarshal([]byte(`{"id":"one"}`), &foreign{}); err == nil {
		t.Error("Unmarshal went around the method of a type that keeps nothing itself")
	}
	for _, v := range []any{nil, e, (*entity)(nil), new(string)} {
		if err := c.Object([]byte(`{}`), v); err == nil {
			t.Errorf("Object into %T = nil, want an error", v)
		}
	}
	for _, v := range []any{nil, e, (*entity)(nil)} {
		if err := c.Unmarshal([]byte(`{}`), v); err == nil {
			t.Errorf("Unmarshal into %T = nil, want an error", v)
		}
	}
}

func TestItems(t *testing.T) {
	t.Parallel()
	c := newCodec()
	members, err := Members([]byte(`{"value":[null, {"id":"one"} ,null,{"id":"two"},null],"next":"x"}`))
	if err != nil || len(members) != 2 {
		t.Fatalf("Members = %v, %v", members, err)
	}
	items, err := Items[entity](c, members[0])
	if err != nil || len(items) != 2 || items[0].ID != "one" || items[1].Kept.object != `{"id":"two"}` {
		t.Errorf("Items = %+v, %v", items, err)
	}
	pointers, err := Items[*entity](c, members[0])
	if err != nil || len(pointers) != 2 || pointers[1].ID != "two" {
		t.Errorf("Items of pointers = %+v, %v", pointers, err)
	}
	maps, err := Items[map[string]string](c, members[0])
	if diff := cmp.Diff([]map[string]string{{"id": "one"}, {"id": "two"}}, maps); diff != "" || err != nil {
		t.Errorf("Items of maps: %v (-want +got):\n%s", err, diff)
	}
	if _, err := Items[entity](c, members[1]); err == nil || err.Error() != "json: next: no list where one is wanted" {
		t.Errorf("Items of a string = %v", err)
	}
	if _, err := Items[int](c, members[0]); err == nil || err.Error() != "json: value[0]: an object where int is wanted" {
		t.Errorf("Items of numbers = %v", err)
	}
	empty, _ := Members([]byte(`{"value":[]}`))
	if items, err := Items[entity](c, empty[0]); items == nil || len(items) != 0 || err != nil {
		t.Errorf("Items of nothing = %v, %v, want an empty slice", items, err)
	}
}

// Whoever keeps one string of an item that keeps no object must not hold all of
// the item with it.
func TestItemsThatKeepNoObjectHoldTheirStringsApart(t *testing.T) {
	t.Parallel()
	type slim struct{ A, B string }
	long := strings.Repeat("x", 64)
	document := `{"value":[{"a":"` + long + `","b":"` + long + `"}]}`
	members, err := Members([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	items, err := Items[slim](newCodec(), members[0])
	if err != nil || len(items) != 1 || items[0].A != long || items[0].B != long {
		t.Fatalf("Items = %v, %v", items, err)
	}
	a, b := uintptr(unsafe.Pointer(unsafe.StringData(items[0].A))), uintptr(unsafe.Pointer(unsafe.StringData(items[0].B)))
	if between := uintptr(len(long + `","b":"`)); b-a == between { // odd, as no two pieces of memory are apart
		t.Errorf("both strings are parts of one copy of the item")
	}
}

// An error names the place, and never what stands there.
func TestErrorsNameThePlace(t *testing.T) {
	t.Parallel()
	type deep struct {
		Worlds []world `json:"worlds"`
		Bytes  []byte
	}
	for document, want := range map[string]string{
		`{"worlds":[{},{"again":{"string":4711}}]}`: "json: worlds[1].again.string: a number where string is wanted",
		`{"worlds":[{"lists":[[1],[4711,"x"]]}]}`:   "json: worlds[0].lists[1][1]: a string where int is wanted",
		`{"worlds":[{"int8":4711}]}`:                "json: worlds[0].int8: the number does not fit in int8",
		`{"worlds":[{"float":4711e999}]}`:           "json: worlds[0].float: the number does not fit in float64",
		`{"worlds":[{"time":"4711"}]}`:              "json: worlds[0].time: the string is no time of RFC 3339",
		`{"worlds":[{"self":true,"4711":1}]}`:       "json: worlds[0].self: the value does not fit in jsonread.mirror",
		`{"worlds":[{"text":"4711 4711"}]}`:         "json: worlds[0].text: the value does not fit in jsonread.shout",
		`{"worlds":[{"map":{"4711":4711}}]}`:        "json: worlds[0].map: the value does not fit in map[string]jsonread.label",
		`{"bytes":"4711!"}`:                         "json: Bytes: the string is no base64",
		`{"worlds":{"4711":1}}`:                     "json: worlds: an object where []jsonread.world is wanted",
		`{"worlds":true}`:                           "json: worlds: a boolean where []jsonread.world is wanted",
		`[4711]`:                                    "json: a list where jsonread.deep is wanted",
		`{"worlds":[4711`:                           "json: the document ends too early, at byte 15",
		`{"4711":x}`:                                "json: no value begins like this, at byte 8",
	} {
		if err := plainCodec().Unmarshal([]byte(document), &deep{}); err == nil || err.Error() != want {
			t.Errorf("Unmarshal(%s) = %v, want %s", document, err, want)
		}
	}
	var cause error
	if err := plainCodec().Unmarshal([]byte(`{"self":true}`), &world{}); errors.As(err, new(*Error)) {
		cause = errors.Unwrap(err)
	}
	if cause == nil {
		t.Error("what a type's own method said is lost")
	}
}

func TestBase64IsReadWithOrWithoutItsPadding(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{`"YQ=="`: "a", `"YQ="`: "a", `"YQ"`: "a", `"YW\r\nI="`: "ab", `""`: "", `null`: "", `[97,98]`: "ab", `"\u0059Q=="`: "a"} {
		var got []byte
		if err := plainCodec().Unmarshal([]byte(text), &got); err != nil || string(got) != want {
			t.Errorf("Unmarshal(%s) = %q, %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{`"Y!"`, `"Y"`, `1`, `{}`} {
		if err := plainCodec().Unmarshal([]byte(text), new([]byte)); err == nil {
			t.Errorf("Unmarshal(%s) into bytes = nil, want an error", text)
		}
	}
}

// A null empties what can be nil, as in encoding/json, and leaves all else.
func TestNullIntoWhatIsFilled(t *testing.T) {
	t.Parallel()
	text, number := "p", 1
	twice := &number
	type filled struct {
		Pointer *string
		Twice   **int
		List    []string
		Bytes   []byte
		Map     map[string]int
		String  string
		Int     int
		Struct  struct{ A int }
	}
	got := filled{&text, &twice, []string{"a"}, []byte("b"), map[string]int{"c": 1}, "s", 1, struct{ A int }{1}}
	want := got
	document := []byte(`{"Pointer":null,"Twice":null,"List":null,"Bytes":null,"Map":null,"String":null,"Int":null,"Struct":null}`)
	if err := json.Unmarshal(document, &want); err != nil {
		t.Fatal(err)
	}
	if err := plainCodec().Unmarshal(document, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Unmarshal of nulls (-encoding/json +got):\n%s", diff)
	}
}

// A pointer that is there already is written through, and a list is made anew.
func TestWhatIsFilledIsWrittenOver(t *testing.T) {
	t.Parallel()
	type filled struct {
		Pointer *label
		List    []string
		Empty   []string
	}
	text, list := label("p"), []string{"a", "b", "c"}
	v := filled{&text, list, []string{"d"}}
	if err := plainCodec().Unmarshal([]byte(`{"pointer":"q","list":["x","y"],"empty":[]}`), &v); err != nil {
		t.Fatal(err)
	}
	if text != "q" || v.Pointer != &text || strings.Join(v.List, "") != "xy" || v.Empty == nil || len(v.Empty) != 0 || list[0] != "a" {
		t.Errorf("Unmarshal = %+v, %q, and %v before", v, text, list)
	}
}

func TestDepthIsBounded(t *testing.T) {
	t.Parallel()
	for depth, good := range map[int]bool{maxDepth: true, maxDepth + 1: false, 1 << 20: false} {
		lists := strings.Repeat("[", depth) + strings.Repeat("]", depth)
		if _, err := Members([]byte(`{"x":` + lists[1:len(lists)-1] + `}`)); (err == nil) != good {
			t.Errorf("Members of %d levels = %v", depth, err)
		}
	}
	siblings := `{"x":[` + strings.Repeat(`[],{"y":[0]},`, maxDepth) + `0]}`
	if _, err := Members([]byte(siblings)); err != nil {
		t.Errorf("Members of %d siblings = %v", 2*maxDepth, err)
	}
	var e entity
	chain := strings.Repeat(`{"children":[`, maxDepth/2) + strings.Repeat(`]}`, maxDepth/2)
	if err := newCodec().Unmarshal([]byte(chain), &e); err != nil || e.Kept.object != chain {
		t.Errorf("Unmarshal of a long chain = %v", err)
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	members, err := Members([]byte(` {"a": 1 ,"\u0062":[ {} ],"a":null}`))
	var got []string
	for _, m := range members {
		got = append(got, m.Name+"="+string(m.Value))
	}
	if diff := cmp.Diff([]string{"a=1", "b=[ {} ]", "a=null"}, got); diff != "" || err != nil {
		t.Errorf("Members: %v (-want +got):\n%s", err, diff)
	}
	for _, document := range []string{``, `[]`, `null`, `{"a":1`, `{"a":1}}`} {
		if _, err := Members([]byte(document)); err == nil {
			t.Errorf("Members(%q) = nil, want an error", document)
		}
	}
}

func TestFieldsKnowTheirNames(t *testing.T) {
	t.Parallel()
	var e entity
	if err := newCodec().Unmarshal([]byte(`{}`), &e); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"id": true, "ID": true, "Kept": false, "-": false, "": false, "other": false, "K\u0130d": false} {
		if got := e.Kept.fields.Has(name); got != want {
			t.Errorf("Has(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestACodecIsSharedByManyGoroutines(t *testing.T) {
	t.Parallel()
	c := newCodec()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			var e entity
			if err := c.Unmarshal([]byte(family), &e); err != nil || e.Children[0].Children[0].ID != "three" {
				t.Errorf("Unmarshal = %+v, %v", e, err)
			}
			if err := c.Object([]byte(`{"children":[{"id":"two"}]}`), &e); err != nil || e.Children[0].ID != "two" {
				t.Errorf("Object = %+v, %v", e, err)
			}
		})
	}
	wg.Wait()
}

// An answer may name a property with megabytes, and was copied for each field.
func TestALongNameIsLookedUpWithoutCopies(t *testing.T) {
	var v struct{ A, B, C string }
	fields := &plainCodec().plan(reflect.TypeOf(v)).fields
	name := []byte("é" + strings.Repeat("a", 1<<10))
	if got := testing.AllocsPerRun(10, func() { _ = fields.find(name) }); got != 0 {
		t.Errorf("find of a name that no field can have allocates %v times", got)
	}
	if kelvin := plainCodec().plan(reflect.TypeFor[struct{ KKK string }]()); kelvin.fields.find([]byte("\u212a\u212a\u212a")) == nil {
		t.Error("find knows no name whose other case is longer")
	}
}
