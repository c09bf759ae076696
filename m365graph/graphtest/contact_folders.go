package graphtest

import (
	"net/http"
	"strings"
)

func contactFolderContext(c *call) string { return userContext(c) + "/contactFolders" }

// listContactFolders lists the folders below the one that the path names; the default one itself is above them all.
func listContactFolders(c *call) (*reply, error) {
	f, err := c.contactFolder()
	if err != nil {
		return nil, err
	}
	return list(c, listing[*contactFolder]{schema: contactFolderSchema, items: f.children, context: contactFolderContext(c)})
}

func getContactFolder(c *call) (*reply, error) {
	f, err := c.contactFolder()
	if err != nil {
		return nil, err
	}
	return one(c, contactFolderSchema, f, contactFolderContext(c))
}

// readContactFolder lays the body of a request over a folder.
func readContactFolder(c *call, f *contactFolder) error {
	g, err := readGiven(c, contactFolderSchema, contactFolderInputs)
	if err != nil {
		return err
	}
	if err := contactFolderInputs.apply(g, f); err != nil {
		return err
	}
	f.name = strings.TrimSpace(f.name)
	switch {
	case f.name == "" || len([]rune(f.name)) > maxFolderName:
		return failf(codeArgument, "The folder's name must have 1 to %d characters.", maxFolderName)
	case f.parent == nil:
		return nil
	}
	if other := f.parent.child(f.name); other != nil && other.id != f.id {
		return fail(codeFolderExists)
	}
	return nil
}

func postContactFolder(c *call) (*reply, error) {
	parent, err := c.contactFolder()
	if err != nil {
		return nil, err
	}
	store := c.user.contacts
	f := &contactFolder{id: outlookID("contact folder made", c.user.ID, store.made), parent: parent}
	if err := readContactFolder(c, f); err != nil {
		return nil, err
	}
	rep, err := created(c, contactFolderSchema, f, contactFolderContext(c))
	if err != nil {
		return nil, err
	}
	store.made++
	store.addFolder(parent, f)
	store.recordFolder(f, itemCreated)
	return rep, nil
}

func patchContactFolder(c *call) (*reply, error) {
	f, err := c.contactFolder()
	if err != nil {
		return nil, err
	}
	changed := *f
	if err := readContactFolder(c, &changed); err != nil {
		return nil, err
	}
	if f.parent == nil && changed.name != f.name {
		return nil, failf(codeArgument, "Distinguished folders cannot be renamed.")
	}
	rep, err := one(c, contactFolderSchema, &changed, contactFolderContext(c))
	if err != nil {
		return nil, err
	}
	f.name, f.properties = changed.name, changed.properties
	c.user.contacts.recordFolder(f, itemUpdated)
	return rep, nil
}

func deleteContactFolder(c *call) (*reply, error) {
	f, err := c.contactFolder()
	switch {
	case err != nil:
		return nil, err
	case f.parent == nil:
		return nil, fail(codeDistinguished)
	}
	c.user.contacts.removeFolder(f)
	return emptyReply(http.StatusNoContent), nil
}

// deltaContactFolders tells what changed among all folders below the default one.
func deltaContactFolders(c *call) (*reply, error) {
	store := c.user.contacts
	t := tracked[*contactFolder]{collection: store.folderCollection(), dialect: outlookDelta}
	t.listing = listing[*contactFolder]{schema: contactFolderSchema, context: "Collection(contactFolder)"}
	t.first = func() []string { return contactFolderIDs(store.root, nil) }
	t.find = func(id string) (*contactFolder, bool) { f := store.folders[id]; return f, f != nil }
	t.gone = func(id string) object { return removedObject("contactFolder", id) }
	return delta(c, t)
}

// contactFolderIDs are those of f and of all folders below, parents first.
func contactFolderIDs(f *contactFolder, ids []string) []string {
	ids = append(ids, f.id)
	for _, child := range f.children {
		ids = contactFolderIDs(child, ids)
	}
	return ids
}

// contactPhoto is the picture of the contact in the path.
func (c *call) contactPhoto() (*contactState, *photo, error) {
	x, err := c.contact()
	if err != nil {
		return nil, nil, err
	}
	p, ok := readPhoto(x.Photo)
	if !ok {
		return nil, nil, fail(codeImageNotFound)
	}
	return x, p, nil
}

func getContactPhoto(c *call) (*reply, error) {
	x, p, err := c.contactPhoto()
	if err != nil {
		return nil, err
	}
	return one(c, photoSchema, p, userContext(c)+"/contacts('"+escapeValue(x.ID)+"')/photo")
}

func getContactPhotoContent(c *call) (*reply, error) {
	x, p, err := c.contactPhoto()
	if err != nil {
		return nil, err
	}
	return p.reply(x.LastModifiedDateTime), nil
}

func setContactPhoto(c *call) (*reply, error) {
	x, err := c.contact()
	if err != nil {
		return nil, err
	}
	if x.Photo, err = sentPhoto(c, x.Photo); err != nil {
		return nil, err
	}
	x.touch(c.now)
	c.user.contacts.record(x, itemUpdated)
	return emptyReply(http.StatusOK), nil
}
