package graphtest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestChildrenAreExpandedWithOptions(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	for i, name := range []string{"b.txt", "c.txt", "a.txt", "d.bin"} {
		f.do(t, "PUT", "/me/drive/root:/"+name+":/content", strings.Repeat("x", i+1), "Content-Type", "text/plain")
	}
	for options, want := range map[string][]string{
		"$select=id,name;$orderby=name":                           {"a.txt", "b.txt", "c.txt", "d.bin"},
		"$orderby=name desc;$top=2":                               {"d.bin", "c.txt"},
		"$orderby=size;$skip=1;$top=1":                            {"c.txt"},
		"$filter=startswith(name,'a') or size eq 4;$orderby=name": {"a.txt", "d.bin"},
		"filter=endswith(name,'.txt');top=1;orderby=name":         {"a.txt"},
		"$filter=file ne null;$top=0":                             {},
	} {
		root := f.get(t, "/me/drive/root?$expand="+url.QueryEscape("children("+options+")"))
		got := []string{}
		for _, child := range root["children"].([]any) {
			got = append(got, child.(map[string]any)["name"].(string))
		}
		if !slices.Equal(got, want) {
			t.Errorf("children(%s) = %v, want %v", options, got, want)
		}
	}
}

func TestExpandRefusesWhatGraphDoes(t *testing.T) {
	t.Parallel()
	f := setup(t, described())
	for query, says := range map[string]string{
		"/me?$expand=manager,memberOf":                             "the maximum allowed is 1",
		"/me?$expand=memberOf($top=1)":                             "not supported inside",
		"/me?$expand=memberOf($filter=id eq 'x')":                  "not supported inside",
		"/me?$expand=memberOf($levels=2)":                          "not supported inside",
		"/me?$expand=manager($expand=manager)":                     "not supported inside",
		"/me?$expand=mailFolders":                                  "Could not find a property",
		"/me/messages?$expand=attachments($select=nosuch)":         "named 'nosuch' on type 'microsoft.graph.attachment'",
		"/me/messages?$expand=attachments($select=contentBytes)":   "named 'contentBytes' on type 'microsoft.graph.attachment'",
		"/me/messages?$expand=attachments($levels=2)":              "not supported inside",
		"/me/messages?$expand=attachments()":                       "",
		"/me/messages?$expand=attachments($select=id))":            "",
		"/me/drive/root?$expand=children($filter=nosuch eq 1)":     "Could not find a property named 'nosuch'",
		"/me/drive/root?$expand=children($orderby=nosuch)":         "Could not find a property named 'nosuch'",
		"/me/drive/root?$expand=children($select=name;$select=id)": "Syntax error",
		"/me/drive/root?$expand=children($top=-1)":                 "$top query option",
		"/me/drive/root?$expand=children($frobnicate=1)":           "not supported inside",
	} {
		path, expand, _ := strings.Cut(query, "$expand=")
		a := f.do(t, "GET", path+"$expand="+url.QueryEscape(expand), "")
		if says == "" && a.status == http.StatusOK {
			continue // nothing asked, or read with good will
		}
		if a.status != http.StatusBadRequest || !strings.Contains(string(a.body), says) {
			t.Errorf("GET %s = %d %s, want 400 that says %q", query, a.status, a.body, says)
		}
	}
}

func TestAnExpansionCanNameADerivedType(t *testing.T) {
	t.Parallel()
	f := setup(t, described())
	f.do(t, "POST", "/me/messages/AAMkMail/attachments", `{"@odata.type":"#microsoft.graph.fileAttachment","name":"a.txt","contentBytes":"aGVsbG8="}`)
	m := f.get(t, "/me/messages/AAMkMail?$expand="+url.QueryEscape("attachments($select=name,microsoft.graph.fileAttachment/contentBytes)"))
	if got := fmt.Sprint(m["attachments"]); !strings.Contains(got, "contentBytes:aGVsbG8=") || strings.Contains(got, "size:") {
		t.Errorf("attachments = %s, want name and content alone", got)
	}
}
