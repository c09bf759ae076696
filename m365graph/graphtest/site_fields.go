package graphtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// columnTypes are the facets of
// https://learn.microsoft.com/graph/api/resources/columndefinition that a list
// can have here, each with what SharePoint says of it beside its values.
var columnTypes = map[string]object{
	"text":     {{"allowMultipleLines", false}, {"appendChangesToExistingText", false}, {"linesForEditing", 0}, {"maxLength", 255}},
	"number":   {{"decimalPlaces", "automatic"}, {"displayAs", "number"}, {"maximum", math.MaxFloat64}, {"minimum", -math.MaxFloat64}},
	"currency": {{"locale", "en-us"}}, "boolean": {},
	"choice":             {{"allowTextEntry", false}, {"displayAs", "dropDownMenu"}},
	"dateTime":           {{"displayAs", "default"}, {"format", "dateTime"}},
	"hyperlinkOrPicture": {{"isPicture", false}},
	"lookup":             {{"allowMultipleValues", false}, {"allowUnlimitedLength", false}},
	"personOrGroup":      {{"allowMultipleSelection", false}, {"displayAs", "nameWithPresence"}, {"chooseFromType", "peopleOnly"}},
}

// builtinColumns are those that every list has.
func builtinColumns(l *listStore) []*Column {
	columns := []*Column{
		{Name: "Title", Type: "text", Required: l.template == templateGeneric},
		{Name: "ContentType", DisplayName: "Content Type", Type: "text", ReadOnly: true},
		{Name: "Modified", Type: "dateTime", ReadOnly: true},
		{Name: "Created", Type: "dateTime", ReadOnly: true},
		{Name: "Author", DisplayName: "Created By", Type: "personOrGroup", ReadOnly: true},
		{Name: "Editor", DisplayName: "Modified By", Type: "personOrGroup", ReadOnly: true},
		{Name: "_UIVersionString", DisplayName: "Version", Type: "text", ReadOnly: true},
		{Name: "ID", Type: "number", ReadOnly: true, Indexed: true},
	}
	if l.template == templateLibrary {
		columns = append(columns,
			&Column{Name: "FileLeafRef", DisplayName: "Name", Type: "text", ReadOnly: true, Indexed: true},
			&Column{Name: "DocIcon", DisplayName: "Type", Type: "text", ReadOnly: true},
			&Column{Name: "FileSizeDisplay", DisplayName: "File Size", Type: "number", ReadOnly: true})
	}
	for _, col := range columns {
		col.ID = guid("built-in column", col.Name)
		col.DisplayName = orElse(col.DisplayName, col.Name)
	}
	return columns
}

// addColumn checks a definition and takes it over.
func (l *listStore) addColumn(col Column) error {
	col.Type, col.DisplayName = orElse(col.Type, "text"), orElse(col.DisplayName, col.Name)
	switch {
	case col.Name == "":
		return fmt.Errorf("a column has no name")
	case columnTypes[col.Type] == nil:
		return fmt.Errorf("column %q: the type %q is not known", col.Name, col.Type)
	case l.column(col.Name) != nil:
		return fmt.Errorf("column %q: there are two", col.Name)
	}
	col.ID = orElse(col.ID, guid("column", l.id, col.Name))
	l.columns = append(l.columns, &col)
	return nil
}

// column finds a column by name or id; nil if there is none.
func (l *listStore) column(name string) *Column {
	for _, col := range l.columns {
		if strings.EqualFold(col.Name, name) || strings.EqualFold(col.ID, name) {
			return col
		}
	}
	return nil
}

// fieldValue brings a value into the form in which it is kept and shown.
func fieldValue(v any) (any, bool) {
	switch v := v.(type) {
	case nil, string, bool, float64:
		return v, true
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case time.Time:
		return formatTime(v), true
	case []string:
		return slices.Clone(v), true
	}
	return nil, false
}

// readFields reads the values of a request, and checks each against its column.
func (l *listStore) readFields(raw map[string]json.RawMessage) (map[string]any, error) {
	values := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		if strings.Contains(name, "@") {
			continue // an annotation, such as Colors@odata.type
		}
		col := l.column(name)
		if base, ok := strings.CutSuffix(name, "LookupId"); col == nil && ok {
			if ref := l.column(base); ref != nil && (ref.Type == "lookup" || ref.Type == "personOrGroup") {
				col = &Column{Name: ref.Name + "LookupId", Type: "lookup", ReadOnly: ref.ReadOnly}
			}
		}
		switch {
		case col == nil:
			return nil, failf(codeDriveBad, "Field '%s' is not recognized", name)
		case col.ReadOnly:
			return nil, failf(codeDriveBad, "Field '%s' is read-only", name)
		}
		value, ok := readField(col, raw[name])
		if !ok {
			return nil, failf(codeDriveBad, "The value of field '%s' does not fit a column of type %s.", name, col.Type)
		}
		values[col.Name] = value
	}
	return values, nil
}

// readField reads one value; !ok if the column does not take it.
func readField(col *Column, raw json.RawMessage) (value any, ok bool) {
	if json.Unmarshal(raw, &value) != nil {
		return nil, false
	}
	switch v := value.(type) {
	case nil:
		return nil, true
	case string:
		if col.Type == "dateTime" {
			t, err := time.Parse(time.RFC3339, v)
			return formatTime(t), err == nil
		}
		taken := col.Type != "number" && col.Type != "currency" && col.Type != "boolean"
		return v, taken && (col.Type != "choice" || len(col.Choices) == 0 || slices.Contains(col.Choices, v))
	case bool:
		return v, col.Type == "boolean"
	case float64:
		if col.Type == "lookup" {
			return itoa(int(v)), true
		}
		return v, col.Type == "number" || col.Type == "currency"
	case []any:
		var texts []string
		for _, e := range v {
			text, isText := e.(string)
			if !isText {
				return nil, false
			}
			texts = append(texts, text)
		}
		return texts, col.Type == "choice" || col.Type == "lookup" || col.Type == "personOrGroup"
	case map[string]any:
		url, isText := v["Url"].(string)
		description, _ := v["Description"].(string)
		return object{{"Description", description}, {"Url", url}}, isText && col.Type == "hyperlinkOrPicture"
	}
	return nil, false
}

// fieldSet is https://learn.microsoft.com/graph/api/resources/fieldvalueset: the
// values of a row with those that SharePoint adds.
func (i *listItem) fieldSet() object {
	o := object{{"@odata.etag", i.eTag()}, {"id", i.id()}, {"ContentType", i.contentType().name}}
	if i.node != nil {
		o = append(o, member{"FileLeafRef", i.node.name})
		if extension := strings.TrimPrefix(path.Ext(i.node.name), "."); extension != "" && !i.node.isFolder() {
			o = append(o, member{"DocIcon", extension}, member{"FileSizeDisplay", itoa(int(i.node.size))})
		}
	}
	for _, col := range i.list.columns {
		for _, name := range []string{col.Name, col.Name + "LookupId"} {
			if v, ok := i.fields[name]; ok && v != nil {
				o = append(o, member{name, v})
			}
		}
	}
	return append(o, object{
		{"Modified", formatTime(i.modified)}, {"Created", formatTime(i.created)}, {"AuthorLookupId", "6"}, {"EditorLookupId", "6"},
		{"_UIVersionString", itoa(i.version) + ".0"}, {"Attachments", false}, {"Edit", ""},
		{"ItemChildCount", "0"}, {"FolderChildCount", "0"},
	}...)
}

// members are the types of the fields, which filters and orders see.
func (l *listStore) members(typeName string) odata.Members {
	switch typeName {
	case listItemSchema.name:
		return func(name string) (string, bool) {
			if strings.EqualFold(name, "fields") {
				return "fieldValueSet", true
			}
			return listItemSchema.typeOf(name)
		}
	case "fieldValueSet":
		return l.fieldType
	}
	return nil
}

// fieldType is the type of a field. Times are texts in filters, as SharePoint
// has them.
func (l *listStore) fieldType(name string) (string, bool) {
	col := l.column(name)
	if col == nil {
		col = l.column(strings.TrimSuffix(name, "LookupId"))
		return "Edm.String", col != nil && strings.HasSuffix(name, "LookupId")
	}
	switch col.Type {
	case "number", "currency":
		if col.Name != "ID" {
			return "Edm.Double", true
		}
	case "boolean":
		return "Edm.Boolean", true
	}
	return "Edm.String", true
}

// checkIndexed holds SharePoint's rule for filters and orders: what they name
// is indexed, or the caller accepts that a large list may fail.
func (l *listStore) checkIndexed(c *call, q *query) error {
	var paths []string
	if q.filter != nil {
		paths = q.filter.Paths
	}
	for _, key := range q.order {
		paths = append(paths[:len(paths):len(paths)], key.Path)
	}
	_, honoured := c.prefer["honornonindexedquerieswarningmayfailrandomly"]
	for _, path := range paths {
		name, isField := strings.CutPrefix(path, "fields/")
		if col := l.column(name); isField && !honoured && (col == nil || !col.Indexed) {
			return failf(codeDriveBad, "Field '%s' cannot be referenced in filter or orderby as it is not indexed. Provide the 'Prefer: HonorNonIndexedQueriesWarningMayFailRandomly' header to allow this, but be warned that such queries may fail on large lists.", name)
		}
	}
	return nil
}

// contentType is one of SharePoint's that every list has.
type contentType struct{ id, name, description, group string }

var (
	typeItem     = contentType{"0x01", "Item", "Create a new list item.", "List Content Types"}
	typeDocument = contentType{"0x0101", "Document", "Create a new document.", "Document Content Types"}
	typeFolder   = contentType{"0x0120", "Folder", "Create a new folder.", "Folder Content Types"}
)

func (i *listItem) contentType() contentType {
	switch {
	case i.node == nil:
		return typeItem
	case i.node.isFolder():
		return typeFolder
	}
	return typeDocument
}

// contentTypes are those of a list, with ids derived from SharePoint's.
func (l *listStore) contentTypes() []contentType {
	first := typeItem
	if l.drive != nil {
		first = typeDocument
	}
	both := []contentType{first, typeFolder}
	for i := range both {
		both[i].id += "00" + strings.ToUpper(strings.ReplaceAll(guid("content type", l.id, both[i].name), "-", ""))
	}
	return both
}
