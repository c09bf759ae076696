package graphtest

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
)

// driveOwner is whose a drive is, and where it lies in SharePoint.
type driveOwner struct {
	user     *userState // nil: a site's
	place    *siteStore // nil: a person's
	identity object     // an identitySet: {"user": {…}} of a person, {"group": {…}} of a site
	author   object     // an identitySet: who made what nobody else did

	site, web, list string // GUIDs of https://learn.microsoft.com/graph/api/resources/sharepointids
	siteURL         string // in a browser, without a slash at the end
	library         string // name of the drive, where it has none of its own
	path            string // of the library below siteURL, such as "Shared Documents"
}

// personalDrive is the owner of a OneDrive.
func personalDrive(u *userState) driveOwner {
	who := object{{"user", u.identity()}}
	person := strings.NewReplacer(".", "_", "@", "_").Replace(strings.ToLower(u.UserPrincipalName))
	return driveOwner{
		user: u, identity: who, author: who,
		site: guid("personal site", u.ID), web: guid("personal web", u.ID), list: guid("personal list", u.ID),
		siteURL: "https://" + personalHost + "/personal/" + url.PathEscape(person), library: "OneDrive", path: "Documents",
	}
}

// driveType is that of https://learn.microsoft.com/graph/api/resources/drive.
func (o *driveOwner) driveType() string {
	if o.user != nil {
		return "business"
	}
	return "documentLibrary"
}

// driveID is made of the ids of site, web and list, as SharePoint makes it.
func (o *driveOwner) driveID() string {
	ids, err := hex.DecodeString(strings.ReplaceAll(o.site+o.web+o.list, "-", ""))
	if err != nil { // given ids that are no GUIDs
		ids = digest("drive", o.site, o.web, o.list)
	}
	return "b!" + base64.RawURLEncoding.EncodeToString(ids)
}
