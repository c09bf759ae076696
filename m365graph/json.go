package m365graph

import (
	"encoding/json"

	"github.com/m365go/sdk/m365graph/internal/jsonread"
)

// The JSON library of the whole module is chosen here and nowhere else. Writing
// is encoding/json's; reading, which is most of the work, is our own.

var codec = jsonread.New(func(e *Extra, object string, fields *jsonread.Fields) {
	e.object, e.fields = &object, fields
})

func decodeJSON(data []byte, v any) error {
	if e, ok := v.(*envelope); ok {
		return e.split(data)
	}
	return codec.Unmarshal(data, v)
}

func encodeJSON(v any) ([]byte, error) { return json.Marshal(v) }

// envelope is a page with its items still unread, so that the next page can be
// asked for before they are.
type envelope struct {
	Value json.RawMessage // a part of the body; nil if the answer is no list
	Count *int64          // "@odata.count"
	Next  string          // "@odata.nextLink"
	Delta string          // "@odata.deltaLink"

	items jsonread.Member
}

// split goes once through a page. Its members come in any order.
func (e *envelope) split(data []byte) error {
	members, err := jsonread.Members(data)
	if err != nil {
		return err
	}
	*e = envelope{}
	for _, m := range members {
		switch m.Name {
		case "value":
			e.Value, e.items = m.Value, m
		case "@odata.count":
			err = codec.Member(m, &e.Count)
		case "@odata.nextLink":
			err = codec.Member(m, &e.Next)
		case "@odata.deltaLink":
			err = codec.Member(m, &e.Delta)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// decodeItems reads the items of a page. An item may be null, and is left out.
func decodeItems[T any](e *envelope) ([]T, error) { return jsonread.Items[T](codec, e.items) }
