package graphtest

import "slices"

// Scopes and app roles of the directory, the least first, as the permission
// tables of the pages have them.
var (
	readOwnUser   = []string{"User.Read", "User.ReadWrite"}
	readUsers     = []string{"User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	readProfiles  = readUsers[1:]
	writeUsers    = []string{"User.ReadWrite.All", "Directory.ReadWrite.All"}
	readPeople    = []string{"People.Read", "People.Read.All"}
	readMembers   = []string{"GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	readGroups    = readMembers
	writeGroups   = []string{"Group.ReadWrite.All", "Directory.ReadWrite.All"}
	deleteGroups  = writeGroups[:1]
	createGroups  = append([]string{"Group.Create"}, writeGroups...) // of an application; people need writeGroups
	writeMembers  = append([]string{"GroupMember.ReadWrite.All"}, writeGroups...)
	readDirectory = []string{"Directory.Read.All", "Directory.ReadWrite.All"}
	readTenant    = append([]string{"Organization.Read.All", "Organization.ReadWrite.All"}, readDirectory...)
	readDomains   = append([]string{"Domain.Read.All", "Domain.ReadWrite.All"}, readDirectory...)
	readLicenses  = append([]string{"LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All"}, readTenant...)
	readContacts  = append([]string{"OrgContact.Read.All"}, readDirectory...)
	readPhotos    = append([]string{"ProfilePhoto.Read.All", "ProfilePhoto.ReadWrite.All"}, readUsers...)
	writePhotos   = append([]string{"ProfilePhoto.ReadWrite.All"}, writeUsers...)
)

// readMemberships are for one's own, for everybody's, and with a right to read
// people beside.
var readMemberships = joined(readOwnUser, readProfiles, readMembers[:4])

// rolesOf are the roles of applications that are named like scopes: all but those
// that are about the signed-in person.
func rolesOf(scopes []string) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(s string) bool {
		return slices.Contains(readOwnUser, s) || s == readPeople[0]
	})
}

// joined are several lists of scopes, any one of which will do.
func joined(lists ...[]string) []string {
	var all []string
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// ownOr lets a person ask about themselves with the scopes of the route; about
// others they need one of these.
func ownOr(others []string, handle func(*call) (*reply, error)) func(*call) (*reply, error) {
	return func(c *call) (*reply, error) {
		if c.user.ID != c.token.objectID && !c.token.has(others) {
			return nil, fail(codeRequestDenied)
		}
		return handle(c)
	}
}

// resourceNotFound is how the directory misses an object.
func resourceNotFound(id string) error {
	return failf(codeRequestNotFound, "Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)
}
