package m365graph

import "encoding/json"

// The JSON library of the whole module is chosen here and nowhere else.

func decodeJSON(data []byte, v any) error { return json.Unmarshal(data, v) }

func encodeJSON(v any) ([]byte, error) { return json.Marshal(v) }

// envelope is a page with its items still unread, so that the next page can be
// asked for before they are.
type envelope struct {
	Value json.RawMessage `json:"value"` // nil if the answer is no list
	Count *int64          `json:"@odata.count"`
	Next  string          `json:"@odata.nextLink"`
	Delta string          `json:"@odata.deltaLink"`
}

// decodeItems reads the items of a page. An item may be null, and is left out.
func decodeItems[T any](value []byte) ([]T, error) {
	var wire []*T
	if err := decodeJSON(value, &wire); err != nil {
		return nil, err
	}
	items := make([]T, 0, len(wire))
	for _, item := range wire {
		if item != nil {
			items = append(items, *item)
		}
	}
	return items, nil
}
