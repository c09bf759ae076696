package graphtest

import (
	"encoding/json"
	"fmt"
	"mime"
	"slices"
	"strings"
)

// control is how much of OData's control information an answer has, by
// https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_ControllingtheAmountofControlInforma.
type control string

const (
	controlNone    control = "none"
	controlMinimal control = "minimal"
	controlFull    control = "full"
)

// jsonType is the type of a document with so much of it.
func (k control) jsonType() string {
	return "application/json;odata.metadata=" + string(k) + ";odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
}

// control is what the client asks for, by $format or the Accept header. See
// https://learn.microsoft.com/graph/query-parameters#format-parameter.
func (x *httpExchange) control() control {
	if x.call != nil {
		if format := x.call.param("$format"); format != "" {
			return readControl(format)
		}
	}
	return readControl(x.r.Header.Get("Accept"))
}

// wantsFull tells whether all of it is asked for. A subscriber, to whom nobody
// answers, does not ask.
func (c *call) wantsFull() bool { return c.x != nil && c.x.control() == controlFull }

func readControl(types string) control {
	if !strings.Contains(types, "odata.metadata") { // nobody else pays for the parsing
		return controlMinimal
	}
	for item := range strings.SplitSeq(types, ",") {
		media, params, err := mime.ParseMediaType(item)
		k := control(params["odata.metadata"])
		if err == nil && (media == "application/json" || media == "json") && (k == controlNone || k == controlFull) {
			return k
		}
	}
	return controlMinimal
}

// appendControls adds to o what an object has of it beside its properties. The
// address is that of its collection, "" if it has none.
func (s *schema[T]) appendControls(o object, c *call, v T, address string) object {
	if _, derived := o.get("@odata.type"); !derived {
		o = append(o, member{"@odata.type", "#microsoft.graph." + s.name})
	}
	if id, ok := s.find("id"); ok && address != "" {
		address += fmt.Sprintf("('%v')", id.value(c, v))
		o = append(o, member{"@odata.id", c.base + "/" + address}, member{"@odata.editLink", address})
		for i := range s.props {
			if p := &s.props[i]; p.show == expanded {
				o = append(o, member{p.name + "@odata.navigationLink", c.base + "/" + address + "/" + p.name})
			}
		}
	}
	return o
}

// typed gives the annotation of a property whose type its JSON does not tell.
func (p *property[T]) typed() object {
	element, collection := strings.CutPrefix(p.typ, "[]")
	name, primitive := strings.CutPrefix(element, "Edm.")
	if !primitive {
		name = "microsoft.graph." + element
	}
	switch {
	case collection:
		name = "Collection(" + name + ")"
	case slices.Contains([]string{"Edm.String", "Edm.Boolean", "Edm.Double"}, p.typ):
		return nil
	}
	return object{{p.name + "@odata.type", "#" + name}}
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
