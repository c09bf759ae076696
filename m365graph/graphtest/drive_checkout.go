package graphtest

import (
	"net/http"

	"github.com/m365go/sdk/m365graph/internal/blob"
)

// checkout is a file that somebody keeps for themselves while they work on it.
// See https://learn.microsoft.com/graph/api/driveitem-checkout.
type checkout struct {
	by     object     // identitySet; nil: the drive's author
	person *userState // nil: an application

	before   *blob.Blob // content when it was checked out
	versions int
}

// checkLock refuses a write to a file that somebody else has checked out.
func (n *driveNode) checkLock(person *userState) error {
	if n.out == nil || n.out.person == person {
		return nil
	}
	return &graphError{code: codeLocked, inner: []code{"resourceCheckedOut"}, message: "The file is checked out by somebody else."}
}

// checkOut keeps a file for the caller.
func checkOut(c *call) (*reply, error) {
	file, err := fileOf(c)
	if err != nil {
		return nil, err
	}
	if file.out != nil {
		return nil, &graphError{code: codeLocked, inner: []code{"resourceCheckedOut"}, message: "The file is checked out already."}
	}
	file.out = &checkout{by: file.drive.actor(c), person: c.person(), before: file.blob, versions: file.versionsMade}
	file.drive.touch(file.driveNode, file.modifiedBy, file.modified)
	return emptyReply(http.StatusNoContent), nil
}

// checkIn ends a checkout, and lets others see what was done.
func checkIn(c *call) (*reply, error) {
	file, err := fileOf(c)
	if err != nil {
		return nil, err
	}
	var in struct {
		As      string `json:"checkInAs"`
		Comment string `json:"comment"`
	}
	if len(c.body) > 0 {
		if err := c.decode(&in); err != nil {
			return nil, err
		}
	}
	switch {
	case file.out == nil:
		return nil, failf(codeDriveBad, "The file is not checked out.")
	case in.As != "" && oneOf(in.As, []string{"published", "unspecified"}) == "":
		return nil, failf(codeDriveBad, "The value of checkInAs is neither published nor unspecified.")
	}
	if err := file.checkLock(c.person()); err != nil {
		return nil, err
	}
	file.out = nil
	file.drive.touch(file.driveNode, file.drive.actor(c), c.now)
	return emptyReply(http.StatusNoContent), nil
}

// discardCheckout ends a checkout, and forgets what was done.
func discardCheckout(c *call) (*reply, error) {
	file, err := fileOf(c)
	if err != nil {
		return nil, err
	}
	if file.out == nil {
		return nil, failf(codeDriveBad, "The file is not checked out.")
	}
	if err := file.checkLock(c.person()); err != nil {
		return nil, err
	}
	if file.blob != file.out.before {
		file.drive.setContent(file.driveNode, file.out.before)
	}
	for file.versionsMade > file.out.versions && len(file.versions) > 0 {
		file.versions = file.versions[:len(file.versions)-1]
		file.versionsMade--
	}
	file.out = nil
	file.drive.touch(file.driveNode, file.modifiedBy, c.now)
	return emptyReply(http.StatusNoContent), nil
}

// publication is https://learn.microsoft.com/graph/api/resources/publicationfacet.
func (i driveItem) publication() any {
	if i.isFolder() {
		return nil
	}
	o := object{{"level", "published"}, {"versionId", itoa(i.versionNumber()) + ".0"}}
	if i.out != nil {
		o[0].value = "checkout"
		o = append(o, member{"checkedOutBy", i.drive.identity(i.out.by)})
	}
	return o
}
