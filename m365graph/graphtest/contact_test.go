package graphtest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// rolodex is the office with contacts of the sales desk.
func rolodex() *graphtest.Tenant {
	t := office()
	freight := &graphtest.Contact{ID: "FREIGHT-CONTACT-1", GivenName: "Freight", Surname: "Desk", CompanyName: "Fabrikam", JobTitle: "Desk",
		EmailAddresses: []graphtest.Recipient{{Name: "Freight", Address: "freight@fabrikam.example"}, {Address: "night@fabrikam.example"}}}
	print := &graphtest.Contact{ID: "PRINTING-CONTACT1", GivenName: "Printing", Surname: "Counter", CompanyName: "Proseware", Categories: []string{"Blue category"},
		BusinessAddress: graphtest.PhysicalAddress{City: "Lyon"}, EmailAddresses: []graphtest.Recipient{{Address: "print@proseware.example"}}}
	t.Users[0].Contacts = []*graphtest.Contact{freight, print}
	t.Users[0].ContactFolders = []*graphtest.ContactFolder{{ID: "SUPPLIERS-FOLDER-1", DisplayName: "Suppliers", Contacts: []*graphtest.Contact{{ID: "SUPPLIER-CONTACT-1", CompanyName: "Litware"}},
		Children: []*graphtest.ContactFolder{{ID: "OLD-SUPPLIERS-FOLDER", DisplayName: "Old", Contacts: []*graphtest.Contact{{ID: "OLD-SUPPLIER-CONTACT", DisplayName: "Old Supplier"}}}}}}
	return t
}

const contactScopes = "Contacts.ReadWrite People.Read"

func keeper(t *testing.T) *fixture {
	t.Helper()
	f := setup(t, rolodex())
	f.token = mint(t, map[string]any{"scp": contactScopes})
	return f
}

func TestContactsAreFiltered(t *testing.T) {
	t.Parallel()
	f := keeper(t)
	for query, want := range map[string]string{
		"": "Freight Desk,Printing Counter",
		"$filter=emailAddresses/any(a:a/address eq 'NIGHT@fabrikam.example')": "Freight Desk",
		"$filter=startswith(displayName,'Print')":                             "Printing Counter",
		"$filter=companyName eq 'Proseware'":                                  "Printing Counter",
		"$filter=categories/any(c:c eq 'Blue category')":                      "Printing Counter",
		"$filter=businessAddress/city eq 'Lyon'":                              "Printing Counter",
		"$filter=surname eq null":                                             "",
		"$orderby=displayName desc":                                           "Printing Counter,Freight Desk",
		"$top=1":                                                              "Freight Desk",
		"$skip=1":                                                             "Printing Counter",
		`$search="fabrikam"`:                                                  "Freight Desk",
		`$search="surname:counter"`:                                           "Printing Counter",
		`$search="nobody"`:                                                    "",
	} {
		if got := names(f.get(t, "/me/contacts?"+url.PathEscape(query)), "displayName"); got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
	for query, code := range map[string]string{
		"$filter=emailAddresses/any(a:startswith(a/address,'f'))": "ErrorInvalidUrlQueryFilter",
		"$filter=emailAddresses/any(a:a/name eq 'Freight')":       "ErrorInvalidUrlQueryFilter",
		"$filter=emailAddresses/any(a:a/address ne 'x')":          "ErrorInvalidUrlQueryFilter",
		"$filter=emailAddress eq 'x'":                             "RequestBroker--ParseUri",
		"$search=\"x\"&$filter=surname eq 'Desk'":                 "SearchWithFilter",
		"$select=nothing": "BadRequest",
		"$deltatoken=1":   "RequestBroker--ParseUri",
	} {
		if a := f.do(t, "GET", "/me/contacts?"+url.PathEscape(query), ""); a.status != http.StatusBadRequest || a.code(t) != code {
			t.Errorf("%s = %d %s, want 400 %s", query, a.status, a.body, code)
		}
	}
}

func TestContactLifecycle(t *testing.T) {
	t.Parallel()
	f := keeper(t)
	a := f.do(t, "POST", "/me/contacts", `{"givenName":"Quality","surname":"Desk","emailAddresses":[{"address":"q@x.example","name":"Q"}],"businessPhones":["+1 555 0100"],
		"birthday":"1974-07-22","homeAddress":{"city":"Lyon"},"singleValueExtendedProperties":[{"id":"String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Colour","value":"green"}]}`)
	made := a.json(t)
	if a.status != http.StatusCreated || made["displayName"] != "Quality Desk" || made["fileAs"] != "Desk, Quality" || made["birthday"] != "1974-07-22T00:00:00Z" {
		t.Fatalf("POST = %d %s, want 201 with the names that Outlook makes", a.status, a.body)
	}
	at := "/me/contacts/" + made["id"].(string)
	expand := "?$expand=" + url.QueryEscape("singleValueExtendedProperties($filter=id eq 'String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Colour')")
	if got := f.get(t, at+expand)["singleValueExtendedProperties"]; len(got.([]any)) != 1 {
		t.Errorf("the extended properties are %v, want the one that was sent", got)
	}
	if a := f.do(t, "PATCH", at, `{"surname":"Bench","homeAddress":{"street":"1 Road"}}`, "If-Match", made["@odata.etag"].(string)); a.status != http.StatusOK ||
		a.json(t)["displayName"] != "Quality Bench" || !cmp.Equal(a.json(t)["homeAddress"], any(map[string]any{"street": "1 Road"})) {
		t.Errorf("PATCH = %d %s, want another surname, name and address", a.status, a.body)
	}
	if a := f.do(t, "PATCH", at, `{"surname":"Lab","displayName":"The Lab","mobilePhone":null}`); a.json(t)["displayName"] != "The Lab" {
		t.Errorf("PATCH with a display name = %d %s, want it kept", a.status, a.body)
	}
	if a := f.do(t, "PATCH", at, `{}`, "If-Match", made["@odata.etag"].(string)); a.status != http.StatusPreconditionFailed {
		t.Errorf("PATCH of an old version = %d %s, want 412", a.status, a.body)
	}
	if a := f.do(t, "DELETE", at, ""); a.status != http.StatusNoContent {
		t.Errorf("DELETE = %d %s, want 204", a.status, a.body)
	}
	if a := f.do(t, "GET", at, ""); a.status != http.StatusNotFound || a.code(t) != "ErrorItemNotFound" {
		t.Errorf("GET of what was deleted = %d %s, want 404 ErrorItemNotFound", a.status, a.body)
	}
}

func TestContactIsRefused(t *testing.T) {
	t.Parallel()
	f := keeper(t)
	for body, code := range map[string]string{
		`{"name":"x"}`:                               "RequestBodyRead",
		`{"givenName":1}`:                            "RequestBodyRead",
		`{"birthday":"yesterday"}`:                   "RequestBodyRead",
		`{"emailAddresses":{}}`:                      "RequestBodyRead",
		`{"tertiaryEmailAddress":{"address":"x@y"}}`: "ErrorPropertyValidationFailure",
		`{"emailAddresses":[{"address":"1@x"},{"address":"2@x"},{"address":"3@x"},{"address":"4@x"}]}`: "ErrorPropertyValidationFailure",
		`{"singleValueExtendedProperties":[{"id":"Colour","value":"x"}]}`:                              "RequestBodyRead",
		`[`: "BadRequest",
	} {
		if a := f.do(t, "POST", "/me/contacts", body); a.status != http.StatusBadRequest || a.code(t) != code {
			t.Errorf("POST %s = %d %s, want 400 %s", body, a.status, a.body, code)
		}
	}
	if n := len(f.get(t, "/me/contacts")["value"].([]any)); n != 2 {
		t.Errorf("there are %d contacts, want the two that were there", n)
	}
	if a := f.do(t, "GET", "/me/contacts/x", ""); a.status != http.StatusBadRequest || a.code(t) != "ErrorInvalidIdMalformed" {
		t.Errorf("GET of no id = %d %s, want 400 ErrorInvalidIdMalformed", a.status, a.body)
	}
	f.token = mint(t, map[string]any{"scp": "Contacts.Read"})
	for _, request := range []string{"POST /me/contacts", "DELETE /me/contacts/FREIGHT-CONTACT-1", "POST /me/contactFolders"} {
		method, path, _ := strings.Cut(request, " ")
		if a := f.do(t, method, path, `{}`); a.status != http.StatusForbidden || a.code(t) != "ErrorAccessDenied" {
			t.Errorf("%s with Contacts.Read = %d %s, want 403 ErrorAccessDenied", request, a.status, a.body)
		}
	}
	if a := f.do(t, "GET", "/users/"+opsID+"/contacts", ""); a.status != http.StatusForbidden {
		t.Errorf("GET of somebody else's contacts = %d %s, want 403", a.status, a.body)
	}
}

func TestContactFolders(t *testing.T) {
	t.Parallel()
	f := keeper(t)
	if got := names(f.get(t, "/me/contactFolders"), "displayName"); got != "Suppliers" {
		t.Errorf("the folders are %q, want those below the default one", got)
	}
	root := f.get(t, "/me/contactFolders/contacts")
	if root["displayName"] != "Contacts" || f.get(t, "/me/contactFolders/SUPPLIERS-FOLDER-1?$expand=childFolders,contacts")["parentFolderId"] != root["id"] {
		t.Errorf("the default folder is %v, want it above Suppliers", root)
	}
	for path, want := range map[string]string{
		"/me/contactFolders/contacts/contacts":                                                                   "Freight Desk,Printing Counter",
		"/me/contactFolders/SUPPLIERS-FOLDER-1/contacts":                                                         "Litware",
		"/me/contactFolders/SUPPLIERS-FOLDER-1/childFolders":                                                     "Old",
		"/me/contactFolders/SUPPLIERS-FOLDER-1/childFolders/OLD-SUPPLIERS-FOLDER/contacts":                       "Old Supplier",
		"/me/contactFolders/contacts/childFolders/SUPPLIERS-FOLDER-1/childFolders/OLD-SUPPLIERS-FOLDER/contacts": "Old Supplier",
	} {
		if got := names(f.get(t, path), "displayName"); got != want {
			t.Errorf("%s lists %q, want %q", path, got, want)
		}
	}
	made := f.do(t, "POST", "/me/contactFolders/SUPPLIERS-FOLDER-1/childFolders", `{"displayName":"New"}`)
	id, _ := made.json(t)["id"].(string)
	if made.status != http.StatusCreated || f.do(t, "POST", "/me/contactFolders/"+id+"/contacts", `{"companyName":"Newcomer"}`).status != http.StatusCreated {
		t.Fatalf("POST of a folder = %d %s, want 201 and a contact in it", made.status, made.body)
	}
	for request, status := range map[string]int{
		`POST /me/contactFolders {"displayName":"suppliers"}`:                          http.StatusConflict,
		`POST /me/contactFolders {"displayName":" "}`:                                  http.StatusBadRequest,
		`PATCH /me/contactFolders/contacts {"displayName":"Mine"}`:                     http.StatusBadRequest,
		`DELETE /me/contactFolders/contacts `:                                          http.StatusBadRequest,
		`PATCH /me/contactFolders/` + id + ` {"displayName":"Newer"}`:                  http.StatusOK,
		`GET /me/contactFolders/OLD-SUPPLIERS-FOLDER/contacts/FREIGHT-CONTACT-1 `:      http.StatusNotFound,
		`GET /me/contactFolders/OLD-SUPPLIERS-FOLDER/childFolders/SUPPLIERS-FOLDER-1 `: http.StatusNotFound,
	} {
		part := strings.SplitN(request, " ", 3)
		if a := f.do(t, part[0], part[1], part[2]); a.status != status {
			t.Errorf("%s = %d %s, want %d", request, a.status, a.body, status)
		}
	}
	if a := f.do(t, "DELETE", "/me/contactFolders/SUPPLIERS-FOLDER-1", ""); a.status != http.StatusNoContent || f.do(t, "GET", "/me/contacts/OLD-SUPPLIER-CONTACT", "").status != http.StatusNotFound {
		t.Errorf("DELETE of a folder = %d %s, want 204 and all in it gone", a.status, a.body)
	}
}

func TestContactDelta(t *testing.T) {
	t.Parallel()
	f := keeper(t)
	first := f.get(t, "/me/contactFolders/contacts/contacts/delta?$select=displayName", "Prefer", "odata.maxpagesize=1")
	second := f.get(t, first["@odata.nextLink"].(string))
	link, _ := second["@odata.deltaLink"].(string)
	if got := names(first, "displayName") + "," + names(second, "displayName"); got != "Freight Desk,Printing Counter" || link == "" {
		t.Fatalf("the first round tells %q and the link %q, want both contacts and a link", got, link)
	}
	if folders := names(f.get(t, "/me/contactFolders/delta"), "displayName"); folders != "Contacts,Suppliers,Old" {
		t.Errorf("the round of folders tells %q, want them all", folders)
	}
	f.do(t, "DELETE", "/me/contacts/FREIGHT-CONTACT-1", "")
	f.do(t, "PATCH", "/me/contacts/PRINTING-CONTACT1", `{"nickName":"Press"}`)
	f.do(t, "POST", "/me/contactFolders/SUPPLIERS-FOLDER-1/contacts", `{"nickName":"elsewhere"}`)
	changed := f.get(t, link)["value"].([]any)
	if len(changed) != 2 || changed[0].(map[string]any)["@removed"] == nil || changed[1].(map[string]any)["displayName"] != "Printing Counter" {
		t.Errorf("the second round tells %v, want one gone and one changed", changed)
	}
	if a := f.do(t, "GET", "/me/contacts/delta?$filter=surname%20eq%20'x'", ""); a.status != http.StatusBadRequest {
		t.Errorf("a round with $filter = %d, want 400", a.status)
	}
}

func TestContactPhoto(t *testing.T) {
	t.Parallel()
	f := keeper(t)
	const at = "/me/contacts/FREIGHT-CONTACT-1/photo"
	if a := f.do(t, "GET", at+"/$value", ""); a.status != http.StatusNotFound || a.code(t) != "ImageNotFound" {
		t.Errorf("GET without a photo = %d %s, want 404 ImageNotFound", a.status, a.body)
	}
	if a := f.do(t, "PUT", at+"/$value", "none", "Content-Type", "image/png"); a.status != http.StatusBadRequest {
		t.Errorf("PUT of no picture = %d %s, want 400", a.status, a.body)
	}
	picture := onePicture
	if a := f.do(t, "PUT", at+"/$value", picture, "Content-Type", "image/png"); a.status != http.StatusOK {
		t.Errorf("PUT = %d %s, want 200", a.status, a.body)
	}
	if a := f.do(t, "GET", at+"/$value", ""); string(a.body) != picture || a.header.Get("Content-Type") != "image/png" {
		t.Errorf("GET = %d %s of %d bytes, want the picture", a.status, a.header.Get("Content-Type"), len(a.body))
	}
	if got := f.get(t, at); got["@odata.mediaContentType"] != "image/png" {
		t.Errorf("the photo is %v, want its kind", got)
	}
}

func TestContactsAreAmongPeople(t *testing.T) {
	t.Parallel()
	f := keeper(t)
	people := f.get(t, "/me/people?$search="+url.QueryEscape(`"printing"`))["value"].([]any)
	if len(people) != 1 {
		t.Fatalf("the search finds %v, want the contact", people)
	}
	p := people[0].(map[string]any)
	if p["companyName"] != "Proseware" || p["personType"].(map[string]any)["subclass"] != "PersonalContact" || p["userPrincipalName"] != nil {
		t.Errorf("the contact is %v, want its company, and that it is no user", p)
	}
}
