package graphtest

import (
	"encoding/json"
	"mime"
	"slices"
	"strings"
)

const bareType = "application/json;odata.metadata=none;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

// wantsBare tells whether the client asks for JSON without OData's control
// information, by
// https://learn.microsoft.com/graph/query-parameters or the Accept header of
// https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_ControllingtheAmountofControlInforma.
func (x *httpExchange) wantsBare() bool {
	accept := x.r.Header.Get("Accept")
	if !strings.Contains(accept, "none") { // nobody else pays for the parsing
		return false
	}
	for item := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(item)
		if err == nil && media == "application/json" && params["odata.metadata"] == "none" {
			return true
		}
	}
	return false
}

// keptControls stay in a document without control information: without them
// the client could not go on.
var keptControls = []string{"@odata.count", "@odata.nextLink", "@odata.deltaLink"}

// bare takes the control information out of a document.
func bare(doc []byte) []byte {
	if members, ok := membersOf(doc); ok {
		kept := object{}
		for _, m := range members {
			if strings.Contains(m.name, "@odata.") && !slices.Contains(keptControls, m.name) {
				continue
			}
			kept = append(kept, member{m.name, json.RawMessage(bare(m.value.(json.RawMessage)))})
		}
		return appendJSON(nil, kept)
	}
	var items []json.RawMessage
	if len(doc) == 0 || doc[0] != '[' || json.Unmarshal(doc, &items) != nil {
		return doc
	}
	for i, item := range items {
		items[i] = bare(item)
	}
	return appendArray(nil, asValues(items))
}

func asValues(items []json.RawMessage) []any {
	values := make([]any, len(items))
	for i, item := range items {
		values[i] = item
	}
	return values
}
