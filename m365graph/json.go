package m365graph

import "encoding/json"

// The JSON library of the whole module is chosen here and nowhere else.

func decodeJSON(data []byte, v any) error { return json.Unmarshal(data, v) }

func encodeJSON(v any) ([]byte, error) { return json.Marshal(v) }
