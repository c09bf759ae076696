package graphtest

import (
	"encoding/xml"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// getMetadata answers
// https://learn.microsoft.com/graph/traverse-the-graph#microsoft-graph-api-metadata.
func getMetadata(*call) (*reply, error) {
	return rawReply("application/xml", metadataDocument(), time.Time{}), nil
}

// entitySets are the types of what stands at the root of the service.
var entitySets = map[string]string{
	"chats": "chat", "contacts": "orgContact", "domains": "domain", "drives": "drive", "groups": "group", "organization": "organization",
	"sites": "site", "subscribedSkus": "subscribedSku", "subscriptions": "subscription", "teams": "team", "users": "user",
}

// csdl writes the document of
// https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/odata-csdl-xml-v4.01.html.
type csdl struct{ strings.Builder }

func metadataDocument() []byte {
	d := &csdl{}
	d.WriteString(xml.Header + `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>` +
		`<Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">`)
	for _, name := range slices.Sorted(maps.Keys(enumTypes)) {
		d.enum(name, enumTypes[name])
	}
	types := model()
	for _, name := range slices.Sorted(maps.Keys(types)) {
		d.structured(types[name])
	}
	d.container(types)
	d.WriteString(`</Schema></edmx:DataServices></edmx:Edmx>`)
	return []byte(d.String())
}

// open begins an element with attributes, of which those without a value are
// left out.
func (d *csdl) open(element string, attributes ...string) {
	d.WriteString("<" + element)
	for i := 0; i < len(attributes); i += 2 {
		if attributes[i+1] != "" {
			d.WriteString(" " + attributes[i] + `="` + attributes[i+1] + `"`)
		}
	}
	d.WriteString(">")
}

func (d *csdl) close(element string) { d.WriteString("</" + element + ">") }

func (d *csdl) empty(element string, attributes ...string) {
	d.open(element, attributes...)
	d.close(element)
}

func (d *csdl) enum(name string, members []string) {
	d.open("EnumType", "Name", name)
	for i, m := range members {
		d.empty("Member", "Name", m, "Value", strconv.Itoa(i))
	}
	d.close("EnumType")
}

func (d *csdl) structured(t *modelType) {
	element, base, opened := "ComplexType", "", ""
	if t.entity {
		element = "EntityType"
	}
	if t.base != "" {
		base = "graph." + t.base
	}
	if t.open {
		opened = "true"
	}
	d.open(element, "Name", t.name, "BaseType", base, "OpenType", opened)
	if t.entity && t.base == "" {
		d.open("Key")
		d.empty("PropertyRef", "Name", "id")
		d.close("Key")
	}
	for _, p := range t.properties {
		switch {
		case p.navigation && t.entity:
			d.empty("NavigationProperty", "Name", p.name, "Type", csdlType(p.typ), "ContainsTarget", "true")
		case p.name == "id" && t.entity:
			d.empty("Property", "Name", p.name, "Type", csdlType(p.typ), "Nullable", "false")
		default:
			d.empty("Property", "Name", p.name, "Type", csdlType(p.typ))
		}
	}
	d.close(element)
}

// container names what stands at the root.
func (d *csdl) container(types map[string]*modelType) {
	d.open("EntityContainer", "Name", "GraphService")
	for _, name := range rootCollections() {
		if typ := entitySets[name]; types[typ] != nil {
			d.empty("EntitySet", "Name", name, "EntityType", "microsoft.graph."+typ)
		}
	}
	d.empty("Singleton", "Name", "me", "Type", "microsoft.graph.user")
	d.close("EntityContainer")
}

// csdlType writes a type as the document does.
func csdlType(typ string) string {
	element, collection := strings.CutPrefix(typ, "[]")
	if !strings.HasPrefix(element, "Edm.") {
		element = "graph." + element
	}
	if collection {
		return "Collection(" + element + ")"
	}
	return element
}
