package m365graph_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/calendar"
	"github.com/m365go/sdk/m365graph/files"
	"github.com/m365go/sdk/m365graph/mail"
)

// fill sets all that JSON can to something that is not zero, and no two strings
// of a struct alike.
func fill(v reflect.Value, name string, depth int) {
	if depth > 8 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(name + " \"ü\"\n")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(-7 - len(name)))
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), name, depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(name))
			return
		}
		fill(v.Index(0), name, depth+1)
		fill(v.Index(1), name+"2", depth+1)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 3, 2, 9, 0, 0, 1234500, time.UTC)))
			return
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Tag.Get("json") != "-" {
				fill(v.Field(i), f.Name, depth+1)
			}
		}
	}
}

// Whatever a model can hold is read from its own name.
func TestEachFieldOfTheModelsIsRead(t *testing.T) {
	t.Parallel()
	for _, model := range []any{
		&mail.Message{}, &mail.Attachment{}, &mail.Folder{}, &mail.Outgoing{},
		&calendar.Event{}, &calendar.Info{}, &calendar.Draft{}, &files.DriveItem{}, &files.RemoteItem{},
	} {
		want := reflect.ValueOf(model)
		fill(want.Elem(), "x", 0)
		document, err := json.Marshal(model)
		if err != nil {
			t.Fatal(err)
		}
		got := reflect.New(want.Type().Elem()).Interface()
		if err := (&m365graph.Response{Body: document}).Decode(got); err != nil {
			t.Errorf("%T: %v", model, err)
		}
		if diff := cmp.Diff(model, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%T (-written +read):\n%s", model, diff)
		}
	}
}
