package graphtest_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
)

func TestExtendedPropertiesAreKept(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(2))
	const id = "String {8ECCC264-6880-4EBE-992F-8888D2EEAA1D} Name SyncKey"
	draft := f.post(t, http.StatusCreated, "/me/messages", `{"subject":"kept","singleValueExtendedProperties":[{"id":"`+id+`","value":"42"},{"id":"Integer 0x1000","value":"7"}]}`)
	path := "/me/messages/" + draft["id"].(string)
	expand := "?$expand=" + url.QueryEscape("singleValueExtendedProperties($filter=id eq '"+id+"')")
	if draft["singleValueExtendedProperties"] != nil {
		t.Error("properties are shown unasked")
	}
	list := f.get(t, path+expand)["singleValueExtendedProperties"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["value"] != "42" {
		t.Errorf("expanded = %v, want the one asked for", list)
	}
	filter := "$filter=" + url.QueryEscape("singleValueExtendedProperties/any(ep: ep/id eq '"+id+"' and ep/value eq '42')")
	if got, _ := walk(t, f, "/me/messages?"+filter); !slices.Equal(got, []string{"kept"}) {
		t.Errorf("filter found %q, want the draft", got)
	}
	f.do(t, "PATCH", path, `{"singleValueExtendedProperties":[{"id":"`+id+`","value":null}]}`)
	if got, _ := walk(t, f, "/me/messages?"+filter); len(got) != 0 {
		t.Errorf("after it was taken away the filter found %q", got)
	}
	if a := f.do(t, "PATCH", path, `{"singleValueExtendedProperties":[{"id":"SyncKey","value":"1"}]}`); a.status != http.StatusBadRequest {
		t.Errorf("a property without a type = %d %s, want 400", a.status, a.body)
	}
}

func TestBasicReaderSeesNoText(t *testing.T) {
	t.Parallel()
	f := setup(t, correspondence())
	f.token = mint(t, map[string]any{"scp": "Mail.ReadBasic"})
	m := messageBySubject(t, f, "Plant tour")
	if m["body"] != nil || m["bodyPreview"] != nil || m["from"] == nil {
		t.Errorf("message = %v, want the head alone", m)
	}
	for _, path := range []string{"?$select=body", "/attachments", "/$value"} {
		if a := f.do(t, "GET", "/me/messages/"+m["id"].(string)+path, ""); a.status < 400 {
			t.Errorf("GET %s = %d, want it refused", path, a.status)
		}
	}
}
