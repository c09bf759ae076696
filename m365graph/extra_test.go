package m365graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/calendar"
	"github.com/m365go/sdk/m365graph/files"
	"github.com/m365go/sdk/m365graph/mail"
)

func ExampleExtra() {
	var m mail.Message
	err := json.Unmarshal([]byte(`{"id":"1","subject":"Hello","mentionsPreview":{"isMentioned":true}}`), &m)
	var preview struct{ IsMentioned bool }
	found, decodeErr := m.Extra.Decode("mentionsPreview", &preview)
	fmt.Println(m.Extra.Names(), found, preview.IsMentioned, err, decodeErr)
	// Output: [mentionsPreview] true true <nil> <nil>
}

const oddMessage = `{"id":"1","subject":"Hi","mentionsPreview":{"isMentioned":true},"conversationIndex":null,` +
	`"attachments":[{"@odata.type":"#microsoft.graph.itemAttachment","name":"a","item":{"id":"x"}}],"singleValueExtendedProperties":[{"id":"p","value":"v"}]}`

// Whoever reads the entity, what its struct has no field for is kept.
func TestUnknownPropertiesSurviveReading(t *testing.T) {
	t.Parallel()
	read := map[string]func() (mail.Message, error){
		"All": func() (mail.Message, error) {
			return walk[mail.Message](t, setup(t, always(t, `{"value":[`+oddMessage+`]}`)))[0], nil
		},
		"Get": func() (mail.Message, error) {
			m, err := m365graph.Get[mail.Message](t.Context(), setup(t, always(t, oddMessage)), m365graph.P("me"), nil)
			return *m, err
		},
		"json.Unmarshal": func() (m mail.Message, err error) { return m, json.Unmarshal([]byte(oddMessage), &m) },
		"json.Decoder": func() (m mail.Message, err error) {
			return m, json.NewDecoder(strings.NewReader(oddMessage)).Decode(&m)
		},
	}
	for name, f := range read {
		m, err := f()
		if err != nil || m.Subject != "Hi" || len(m.Attachments) != 1 || string(m.Extra.Raw()) != oddMessage {
			t.Errorf("%s = %+v, %v, which keeps %s", name, m, err, m.Extra.Raw())
			continue
		}
		want := []string{"mentionsPreview", "conversationIndex", "singleValueExtendedProperties"}
		if diff := cmp.Diff(want, m.Extra.Names()); diff != "" {
			t.Errorf("%s: Names (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff([]string{"item"}, m.Attachments[0].Extra.Names()); diff != "" {
			t.Errorf("%s: Names of the attachment (-want +got):\n%s", name, diff)
		}
		again, err := json.Marshal(m)
		if err != nil || bytes.Contains(again, []byte("mentions")) || bytes.Contains(again, []byte("xtra")) {
			t.Errorf("%s: written as %s, %v, want the struct's own properties", name, again, err)
		}
	}
}

func TestEachEntityKeepsWhatElseCame(t *testing.T) {
	t.Parallel()
	object := []byte(`{"id":"1","other":7}`)
	var (
		message    mail.Message
		attachment mail.Attachment
		folder     mail.Folder
		event      calendar.Event
		info       calendar.Info
		item       files.DriveItem
		remote     files.RemoteItem
	)
	for v, extra := range map[json.Unmarshaler]*m365graph.Extra{
		&message: &message.Extra, &attachment: &attachment.Extra, &folder: &folder.Extra, &event: &event.Extra,
		&info: &info.Extra, &item: &item.Extra, &remote: &remote.Extra,
	} {
		if err := json.Unmarshal(object, v); err != nil || fmt.Sprint(extra.Names()) != "[other]" {
			t.Errorf("%T keeps %v, %v, want other", v, extra.Names(), err)
		}
	}
}

type base struct {
	ID string `json:"id"`
}

// embedding is read by encoding/json alone, which would call UnmarshalJSON for ever.
type embedding struct {
	base
	Extra m365graph.Extra `json:"-"`
}

func (e *embedding) UnmarshalJSON(data []byte) error { return m365graph.UnmarshalEntity(data, e) }

// deeper has its Extra where UnmarshalEntity does not look for it.
type deeper struct{ embedding }

func (e *deeper) UnmarshalJSON(data []byte) error { return m365graph.UnmarshalEntity(data, e) }

// A struct that could not keep what else comes is an error and loses nothing silently.
func TestExtraRefusesStructsThatItCannotServe(t *testing.T) {
	t.Parallel()
	type quoted struct {
		N     int             `json:"n,string"`
		Extra m365graph.Extra `json:"-"`
	}
	type within struct {
		Deep []quoted `json:"deep"`
	}
	object := `{"id":"1","n":"1","more":2,"deep":[{"n":"1"}]}`
	c := setup(t, always(t, object))
	for name, err := range map[string]error{
		"embedding":     json.Unmarshal([]byte(object), new(embedding)),
		"a deeper one":  json.Unmarshal([]byte(object), new(deeper)),
		"option string": m365graph.UnmarshalEntity([]byte(object), new(quoted)),
		"no method":     second(m365graph.Get[quoted](t.Context(), c, m365graph.P("me"), nil)),
		"within":        second(m365graph.Get[within](t.Context(), c, m365graph.P("me"), nil)),
		"Get":           second(m365graph.Get[embedding](t.Context(), c, m365graph.P("me"), nil)),
	} {
		if err == nil || !strings.Contains(err.Error(), "can keep nothing") {
			t.Errorf("%s: %v, want an error that says why", name, err)
		}
	}
}

func second[T any](_ *T, err error) error { return err }

func TestExtraGivesProperties(t *testing.T) {
	t.Parallel()
	var m mail.Message
	if err := json.Unmarshal([]byte(`{"id":"1","size":1,"when":"2026-03-02T09:00:00Z","none":null,"size":4711}`), &m); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"size": "4711", "id": `"1"`, "none": "null", "Size": "", "other": ""} {
		got, ok := m.Extra.Get(name)
		if string(got) != want || ok != (want != "") {
			t.Errorf("Get(%s) = %s, %v, want %s", name, got, ok, want)
		}
	}
	size, text := 0, "as it was"
	if ok, err := m.Extra.Decode("size", &size); size != 4711 || !ok || err != nil {
		t.Errorf("Decode(size) = %v, %v, %d", ok, err, size)
	}
	if ok, err := m.Extra.Decode("none", &text); text != "as it was" || !ok || err != nil {
		t.Errorf("Decode of null = %v, %v, %q", ok, err, text)
	}
	if ok, err := m.Extra.Decode("other", &text); ok || err != nil {
		t.Errorf("Decode of nothing = %v, %v", ok, err)
	}
	if ok, err := m.Extra.Decode("size", &text); !ok || err == nil || strings.Contains(err.Error(), "4711") || !strings.Contains(err.Error(), "size") {
		t.Errorf("Decode of a number into a string = %v, %v", ok, err)
	}
	m.Extra.Raw()[0] = 'x'
	if got := m.Extra.Raw()[0]; got != '{' {
		t.Errorf("what Raw returned was the object itself: %c", got)
	}
	var none m365graph.Extra
	if got, ok := none.Get("id"); none.Raw() != nil || none.Names() != nil || got != nil || ok {
		t.Errorf("an Extra that was not read has %s, %v", none.Raw(), none.Names())
	}
}

func TestExtrasAreEqualByWhatTheirStructsLack(t *testing.T) {
	t.Parallel()
	parse := func(s string) (m mail.Message) {
		if err := json.Unmarshal([]byte(s), &m); err != nil {
			t.Error(err)
		}
		return m
	}
	one := parse(`{"id":"1","size":7,"x":[]}`)
	for other, want := range map[string]bool{
		`{"id":"2","x":[],"size":7}`: true, `{"size":7,"x":[ ]}`: false, `{"size":7}`: false, `{"size":7,"x":[],"y":1}`: false, `{"size":7,"z":[]}`: false,
	} {
		if got := one.Extra.Equal(parse(other).Extra); got != want {
			t.Errorf("Equal(%s) = %v, want %v", other, got, want)
		}
	}
	if diff := cmp.Diff(mail.Message{ID: "1"}, parse(`{"id":"1"}`)); diff != "" {
		t.Errorf("a message made by hand differs from one that was read:\n%s", diff)
	}
}

// What was kept can hold a link that works without a sign-in.
func TestExtraIsNotPrinted(t *testing.T) {
	t.Parallel()
	var item files.DriveItem
	if err := json.Unmarshal([]byte(`{"id":"1","@microsoft.graph.downloadUrl":"https://content.example/`+canary+`"}`), &item); err != nil {
		t.Fatal(err)
	}
	type holder struct{ private files.DriveItem }
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "item", item, "extra", item.Extra)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "item", item, "extra", item.Extra)
	for _, v := range []any{item, &item, holder{item}, item.Extra, []files.DriveItem{item}} {
		written, _ := json.Marshal(v)
		all := fmt.Sprintf("%v %+v %#v %s %q %x %d", v, v, v, v, v, v, v) + string(written) + log.String()
		if strings.Contains(all, canary) || strings.Contains(all, fmt.Sprintf("%x", canary)) {
			t.Errorf("%T printed a link: %s", v, all)
		}
	}
	if got := fmt.Sprint(item.Extra); got != "1 more" {
		t.Errorf("printed as %q, want its size only", got)
	}
}

// A user's own struct keeps the rest too, with a method or without.
func TestAStructOfTheUsersKeepsTheRest(t *testing.T) {
	t.Parallel()
	c := setup(t, always(t, `{"value":[{"id":"1","a":"x","b":true}]}`))
	type without struct {
		ID    string          `json:"id"`
		Extra m365graph.Extra `json:"-"`
	}
	if got := walk[without](t, c); fmt.Sprint(got[0].Extra.Names()) != "[a b]" {
		t.Errorf("without a method: %v", got[0].Extra.Names())
	}
	got := walk[checked](t, c)
	if fmt.Sprint(got[0].Extra.Names()) != "[b]" || !got[0].called || got[0].A != "x" {
		t.Errorf("with a method: %+v", got[0])
	}
	for _, v := range []any{nil, checked{}, new(int)} {
		if err := m365graph.UnmarshalEntity([]byte(`{}`), v); err == nil {
			t.Errorf("UnmarshalEntity into %T = nil, want an error", v)
		}
	}
}

type checked struct {
	A      string
	ID     string
	Extra  m365graph.Extra `json:"-"`
	called bool
}

func (c *checked) UnmarshalJSON(data []byte) error {
	c.called = true
	return m365graph.UnmarshalEntity(data, c)
}

func FuzzExtra(f *testing.F) {
	for _, seed := range []string{oddMessage, `{}`, `null`, `{"id":1}`, `{"a":{"b":[1,2,{"c":"\u00e9\ud800"}]},"a":2}`, "{\"\xff\":\"\xff\"}", `{"":1}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, object string) {
		var m mail.Message
		if json.Unmarshal([]byte(object), &m) != nil {
			return
		}
		if raw := m.Extra.Raw(); raw != nil && !json.Valid(raw) {
			t.Errorf("Raw = %q of %q", raw, object)
		}
		for _, name := range m.Extra.Names() {
			if value, ok := m.Extra.Get(name); !ok || !json.Valid(value) {
				t.Errorf("Get(%q) = %q, %v of %q", name, value, ok, object)
			}
		}
		if !m.Extra.Equal(m.Extra) {
			t.Errorf("the Extra of %q differs from itself", object)
		}
	})
}
