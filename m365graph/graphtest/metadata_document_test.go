package graphtest_test

import (
	"encoding/xml"
	"net/http"
	"strings"
	"testing"
)

// edmx is as much of a metadata document as the tests look at.
type edmx struct {
	Version string `xml:"Version,attr"`
	Schema  struct {
		Namespace string `xml:",attr"`
		Enums     []struct {
			Name    string `xml:",attr"`
			Members []struct {
				Name, Value string `xml:",attr"`
			} `xml:"Member"`
		} `xml:"EnumType"`
		Entities  []edmxType `xml:"EntityType"`
		Complex   []edmxType `xml:"ComplexType"`
		Container struct {
			Sets []struct {
				Name       string `xml:",attr"`
				EntityType string `xml:",attr"`
			} `xml:"EntitySet"`
			Singleton struct {
				Name, Type string `xml:",attr"`
			}
		} `xml:"EntityContainer"`
	} `xml:"DataServices>Schema"`
}

type edmxType struct {
	Name       string         `xml:",attr"`
	BaseType   string         `xml:",attr"`
	Properties []edmxProperty `xml:"Property"`
	Navigation []edmxProperty `xml:"NavigationProperty"`
}

type edmxProperty struct {
	Name, Type string `xml:",attr"`
}

func TestMetadataDescribesWhatIsServed(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	for _, version := range []string{"/v1.0", "/beta"} {
		a := f.do(t, "GET", f.URL()+version+"/$metadata", "", "Authorization", "-")
		if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/xml" {
			t.Fatalf("GET %s/$metadata = %d of %q, want XML without a token", version, a.status, a.header.Get("Content-Type"))
		}
		var doc edmx
		if err := xml.Unmarshal(a.body, &doc); err != nil {
			t.Fatal(err)
		}
		doc.check(t)
	}
}

// check looks whether every type that is named is there, once.
func (doc *edmx) check(t *testing.T) {
	t.Helper()
	s := &doc.Schema
	known := map[string]bool{}
	declare := func(name string) {
		if known["graph."+name] {
			t.Errorf("the type %s is there twice", name)
		}
		known["graph."+name] = true
	}
	for _, e := range s.Enums {
		declare(e.Name)
		if len(e.Members) == 0 {
			t.Errorf("the enumeration %s has no members", e.Name)
		}
	}
	for _, typ := range append(s.Entities, s.Complex...) {
		declare(typ.Name)
	}
	for _, typ := range append(s.Entities, s.Complex...) {
		if typ.BaseType != "" && !known[typ.BaseType] {
			t.Errorf("%s is based on %s, which is not there", typ.Name, typ.BaseType)
		}
		seen := map[string]bool{}
		for _, p := range append(typ.Properties, typ.Navigation...) {
			element := strings.TrimSuffix(strings.TrimPrefix(p.Type, "Collection("), ")")
			if !known[element] && !strings.HasPrefix(element, "Edm.") || seen[p.Name] {
				t.Errorf("%s.%s is of %s, which is not there, or stands twice", typ.Name, p.Name, p.Type)
			}
			seen[p.Name] = true
		}
	}
	for _, set := range s.Container.Sets {
		if !known[strings.Replace(set.EntityType, "microsoft.graph.", "graph.", 1)] {
			t.Errorf("the set %s is of %s, which is not there", set.Name, set.EntityType)
		}
	}
	if doc.Version != "4.0" || s.Namespace != "microsoft.graph" || s.Container.Singleton.Type != "microsoft.graph.user" || len(s.Container.Sets) < 6 {
		t.Errorf("document = version %q of %q with %+v", doc.Version, s.Namespace, s.Container)
	}
	for name, want := range map[string]edmxProperty{"message": {"toRecipients", "Collection(graph.recipient)"}, "event": {"sensitivity", "graph.sensitivity"},
		"fileAttachment": {"contentBytes", "Edm.Binary"}, "emailAddress": {"address", "Edm.String"}} {
		if !doc.has(name, want) {
			t.Errorf("%s has no %v", name, want)
		}
	}
}

func (doc *edmx) has(name string, want edmxProperty) bool {
	for _, typ := range append(doc.Schema.Entities, doc.Schema.Complex...) {
		for _, p := range typ.Properties {
			if typ.Name == name && p == want {
				return true
			}
		}
	}
	return false
}
