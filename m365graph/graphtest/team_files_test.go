package graphtest_test

import (
	"net/url"
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

func TestChannelWithoutSiteHasNoFiles(t *testing.T) {
	t.Parallel()
	f := setup(t, desks()).with(t, salesID, teamScopes+" Files.Read.All")
	id := f.get(t, "/teams/"+deskTeam+"/primaryChannel")["id"].(string)
	f.do(t, "GET", "/teams/"+deskTeam+"/channels/"+url.PathEscape(id)+"/filesFolder", "").wants(t, "filesFolder", 404, "NotFound")
}
