package graphtest_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// TestChannelsHaveFiles goes from a channel to its folder, as programs do that
// share files in Teams.
func TestChannelsHaveFiles(t *testing.T) {
	t.Parallel()
	tenant := desks()
	tenant.Sites = []*graphtest.Site{{Path: "sites/desks", Group: deskTeam, Drives: []*graphtest.Drive{{Items: []*graphtest.DriveItem{{Name: "Crates", Folder: true}}}}}}
	f := setup(t, tenant).with(t, salesID, teamScopes+" Files.ReadWrite.All Sites.ReadWrite.All")
	at := "/teams/" + deskTeam + "/channels"
	for _, name := range []string{"General", "Crates"} {
		id := ""
		if name == "Crates" {
			a := f.do(t, "POST", at, `{"displayName":"Crates"}`)
			a.wants(t, "a new channel", 201, "")
			id = a.json(t)["id"].(string)
		} else {
			id = f.get(t, "/teams/"+deskTeam+"/primaryChannel")["id"].(string)
		}
		folder := f.get(t, at+"/"+url.PathEscape(id)+"/filesFolder")
		place, _ := folder["parentReference"].(map[string]any)
		if folder["name"] != name || folder["folder"] == nil || place["driveType"] != "documentLibrary" {
			t.Fatalf("filesFolder = %v", folder)
		}
		item := "/drives/" + place["driveId"].(string) + "/items/" + folder["id"].(string)
		f.do(t, "PUT", item+":/a.txt:/content", "crates", "Content-Type", "text/plain").wants(t, "a file in the channel", 201, "")
		if got := names(f.get(t, item+"/children"), "name"); got != "a.txt" {
			t.Errorf("files of the channel = %s", got)
		}
		if a := f.get(t, "/groups/"+deskTeam+"/drive/root:/"+name+"/a.txt"); a["name"] != "a.txt" {
			t.Errorf("the file by the group's drive = %v", a)
		}
	}
	f.with(t, salesID, "Files.Read.All").do(t, "GET", at+"/none/filesFolder", "").wants(t, "an odd channel", 400, "BadRequest")
	f.with(t, salesID, teamScopes).do(t, "GET", at+"/none/filesFolder", "").wants(t, "without the scope", 403, "Forbidden")
}

// TestEveryGroupHasASite is about groups of Microsoft 365 whose sites nobody
// declared: those of the tenant, and those that requests make.
func TestEveryGroupHasASite(t *testing.T) {
	t.Parallel()
	tenant := desks()
	tenant.Groups = append(tenant.Groups, &graphtest.Group{ID: brandGroup, DisplayName: "Brand & Co", GroupTypes: []string{"Unified"}, Visibility: "Private", Members: []string{salesID}},
		&graphtest.Group{ID: floorID, DisplayName: "Floor"})
	f := setup(t, tenant).with(t, salesID, teamScopes+" "+siteScopes+" Files.ReadWrite.All Group.ReadWrite.All Team.Create")
	made := f.do(t, "POST", "/groups", `{"displayName":"New","mailEnabled":true,"mailNickname":"BrandCo","securityEnabled":false,"groupTypes":["Unified"]}`).json(t)["id"].(string)
	seen := map[any]bool{}
	for _, id := range []string{deskTeam, brandGroup, made} {
		site, drive := f.get(t, "/groups/"+id+"/sites/root"), f.get(t, "/groups/"+id+"/drive")
		if seen[site["webUrl"]] || !strings.HasPrefix(drive["webUrl"].(string), site["webUrl"].(string)+"/") || f.get(t, "/drives/"+drive["id"].(string))["id"] != drive["id"] {
			t.Errorf("group %s has the site %v and the drive %v, want one of each of its own", id, site, drive)
		}
		seen[site["webUrl"]] = true
	}
	f.do(t, "GET", "/groups/"+floorID+"/drive", "").wants(t, "the drive of a security group", 404, "itemNotFound")
	outsider := f.with(t, opsID, siteScopes+" Files.ReadWrite.All")
	if a := outsider.do(t, "GET", "/groups/"+brandGroup+"/drive/root/children", ""); a.status != 403 {
		t.Errorf("the files of a private group are shown to others: %d %s", a.status, a.body)
	}
	a := f.do(t, "POST", "/teams", `{"template@odata.bind":"https://graph.microsoft.com/v1.0/teamsTemplates('standard')","displayName":"Fair"}`)
	location := strings.Split(a.header.Get("Content-Location"), "'")
	if len(location) < 2 {
		t.Fatalf("POST of a team = %d %s", a.status, a.body)
	}
	channel := f.get(t, "/teams/"+location[1]+"/primaryChannel")["id"].(string)
	if folder := f.get(t, "/teams/"+location[1]+"/channels/"+url.PathEscape(channel)+"/filesFolder"); folder["name"] != "General" {
		t.Errorf("the folder of a new team's channel is %v, want General", folder)
	}
}
