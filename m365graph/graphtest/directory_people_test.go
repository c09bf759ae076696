package graphtest_test

import (
	"strings"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestPeopleAreRelevant(t *testing.T) {
	t.Parallel()
	tenant := firm()
	inbox := &graphtest.MailFolder{DisplayName: "Inbox"}
	for range 3 {
		inbox.Messages = append(inbox.Messages, &graphtest.Message{From: &graphtest.Recipient{Name: "Tours Office", Address: "tours@partner.example"}, ReceivedDateTime: now})
	}
	tenant.Users[0].Folders = []*graphtest.MailFolder{inbox}
	f := setup(t, tenant)
	f.token = mint(t, map[string]any{"scp": "People.Read"})
	for query, want := range map[string]string{
		"": "Front Desk,Tours Office,Operations", "?$top=1": "Front Desk", "?$search=tou": "Tours Office", `?$search="ops@contoso"`: "Operations",
		`?$search="Desk%20Front"`: "Front Desk", "?$orderby=displayName": "Front Desk,Operations,Tours Office",
		"?$filter=personType/subclass%20eq%20'OrganizationUser'&$skip=1": "Operations", "?$search=nobody": "",
	} {
		if got := names(f.get(t, "/me/people"+strings.ReplaceAll(query, `"`, "%22")), "displayName"); got != want {
			t.Errorf("/me/people%s = %s, want %s", query, got, want)
		}
	}
	if p := f.get(t, "/me/people/"+opsID); p["userPrincipalName"] != "ops@contoso.example" {
		t.Errorf("a person by id = %v", p)
	}
}

// onePicture is the head of a PNG of two by three.
const onePicture = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x03\x08\x06\x00\x00\x00\xb9\xea\xde\x81"

func TestPhotosAreServed(t *testing.T) {
	t.Parallel()
	f := directoryFixture(t)
	for _, path := range []string{"/me/photo", "/me/photo/$value", "/users/" + opsID + "/photo/$value", "/me/photos/48x48"} {
		if a := f.do(t, "GET", path, ""); a.status != 404 || a.code(t) != "ImageNotFound" {
			t.Errorf("GET %s = %d %s, want 404 ImageNotFound", path, a.status, a.body)
		}
	}
	png := onePicture
	if a := f.do(t, "PUT", "/me/photo/$value", png, "Content-Type", "image/png"); a.status != 200 {
		t.Fatalf("PUT = %d %s", a.status, a.body)
	}
	if a := f.do(t, "PUT", "/me/photo/$value", "GIF", "Content-Type", "image/jpeg"); a.status != 400 {
		t.Errorf("PUT of no picture = %d", a.status)
	}
	if p := f.get(t, "/me/photo"); p["id"] != "2x3" || p["height"] != 3.0 || p["@odata.mediaContentType"] != "image/png" {
		t.Errorf("the photo says %v", p)
	}
	a := f.do(t, "GET", "/me/photos/2x3/$value", "")
	if a.status != 200 || string(a.body) != png || a.header.Get("Content-Type") != "image/png" {
		t.Errorf("the photo = %d %q %s", a.status, a.body, a.header.Get("Content-Type"))
	}
	if a := f.do(t, "DELETE", "/me/photo", ""); a.status != 204 {
		t.Errorf("DELETE = %d", a.status)
	}
}
