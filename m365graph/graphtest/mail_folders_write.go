package graphtest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// folderJSON is a folder as clients write it.
type folderJSON struct {
	Type        string   `json:"@odata.type"`
	DisplayName *string  `json:"displayName"`
	IsHidden    bool     `json:"isHidden"`
	Nested      *bool    `json:"includeNestedFolders"`
	Sources     []string `json:"sourceFolderIds"`
	Filter      *string  `json:"filterQuery"`
}

// maxFolderName is how long a folder's name can be.
const maxFolderName = 255

// checkName holds what a folder's name must be, below a parent.
func (m *mailbox) checkName(parent *folder, name string, except *folder) error {
	name = strings.TrimSpace(name)
	switch other := parent.child(name); {
	case name == "" || len([]rune(name)) > maxFolderName:
		return failf(codeArgument, "The folder's name must have 1 to %d characters.", maxFolderName)
	case other != nil && other != except:
		return fail(codeFolderExists)
	}
	return nil
}

func createFolder(c *call) (*reply, error) {
	parent, err := c.folder()
	if err != nil {
		return nil, err
	}
	var in folderJSON
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.DisplayName == nil {
		return nil, failf(codeMissingArgument, "The folder needs a displayName.")
	}
	mail := c.user.mail
	if err := mail.checkName(parent, *in.DisplayName, nil); err != nil {
		return nil, err
	}
	f := &folder{name: strings.TrimSpace(*in.DisplayName), hidden: in.IsHidden}
	if strings.TrimPrefix(in.Type, "#") == "microsoft.graph.mailSearchFolder" {
		if f.search, err = c.readSearchFolder(&in, nil); err != nil {
			return nil, err
		}
	}
	mail.addFolder(parent, f)
	mail.recordFolder(f, itemCreated)
	mail.recordFolder(parent, itemUpdated)
	return created(c, folderSchema, f, folderContext(c))
}

// patchFolder renames a folder, and tells a search folder what to look for.
func patchFolder(c *call) (*reply, error) {
	f, err := c.folder()
	if err != nil {
		return nil, err
	}
	var in folderJSON
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	search := f.search
	if search != nil {
		if search, err = c.readSearchFolder(&in, f.search); err != nil {
			return nil, err
		}
	}
	if in.DisplayName != nil {
		if f.wellKnown != "" {
			return nil, failf(codeArgument, "Distinguished folders cannot be renamed.")
		}
		if err := c.user.mail.checkName(f.parent, *in.DisplayName, f); err != nil {
			return nil, err
		}
		f.name = strings.TrimSpace(*in.DisplayName)
	}
	f.search = search
	c.user.mail.recordFolder(f, itemUpdated)
	return one(c, folderSchema, f, userContext(c)+"/mailFolders")
}

// ownFolder finds the folder that the path names, which must be none that
// every mailbox has.
func (c *call) ownFolder() (*folder, error) {
	f, err := c.folder()
	if err == nil && f.wellKnown != "" {
		return nil, fail(codeDistinguished)
	}
	return f, err
}

// deleteFolder takes a folder to the deleted items, and what is there already
// away for good.
func deleteFolder(c *call) (*reply, error) {
	f, err := c.ownFolder()
	if err != nil {
		return nil, err
	}
	mail := c.user.mail
	bin := mail.wellKnown["deleteditems"]
	if f.within(bin) {
		mail.removeFolder(f)
	} else {
		mail.moveFolder(f, bin, mail.freeName(bin, f.name))
	}
	return emptyReply(http.StatusNoContent), nil
}

func permanentlyDeleteFolder(c *call) (*reply, error) {
	f, err := c.ownFolder()
	if err != nil {
		return nil, err
	}
	c.user.mail.removeFolder(f)
	return emptyReply(http.StatusNoContent), nil
}

func moveFolder(c *call) (*reply, error) {
	f, to, err := c.folderAndDestination()
	if err != nil {
		return nil, err
	}
	if f.parent != to {
		if err := c.user.mail.checkName(to, f.name, nil); err != nil {
			return nil, err
		}
		c.user.mail.moveFolder(f, to, f.name)
	}
	return created(c, folderSchema, f, userContext(c)+"/mailFolders")
}

func copyFolder(c *call) (*reply, error) {
	f, to, err := c.folderAndDestination()
	if err != nil {
		return nil, err
	}
	if err := c.user.mail.checkName(to, f.name, nil); err != nil {
		return nil, err
	}
	return created(c, folderSchema, c.user.mail.copyFolder(f, to, c.now), userContext(c)+"/mailFolders")
}

// folderAndDestination reads what a move or a copy of a folder is about.
func (c *call) folderAndDestination() (f, to *folder, err error) {
	if f, err = c.folder(); err != nil {
		return nil, nil, err
	}
	if to, err = c.destination(); err != nil {
		return nil, nil, err
	}
	switch {
	case f.wellKnown != "":
		return nil, nil, failf(codeMoveFailed, "The move or copy operation failed. Distinguished folders cannot be moved.")
	case !to.inSight():
		return nil, nil, failf(codeMoveFailed, "The move or copy operation failed. The destination takes no folders.")
	case to.within(f):
		return nil, nil, failf(codeMoveFailed, "The move or copy operation failed. A folder cannot be put below itself.")
	}
	return f, to, nil
}

// within tells whether f is the other folder or lies below it.
func (f *folder) within(other *folder) bool {
	for ; f != nil; f = f.parent {
		if f == other {
			return true
		}
	}
	return false
}

// freeName is a name that no other folder there has.
func (m *mailbox) freeName(parent *folder, name string) string {
	free := name
	for i := 1; parent.child(free) != nil; i++ {
		free = name + " (" + itoa(i) + ")"
	}
	return free
}

// moveFolder brings a folder below another one. Its id stays, as ids of
// folders do.
func (m *mailbox) moveFolder(f, to *folder, name string) {
	from := f.parent
	from.children = slices.DeleteFunc(from.children, func(o *folder) bool { return o == f })
	f.parent, f.name = to, name
	to.children = append(to.children, f)
	for _, changed := range []*folder{f, from, to} {
		m.recordFolder(changed, itemUpdated)
	}
}

// removeFolder takes a folder away with all that is in it.
func (m *mailbox) removeFolder(f *folder) {
	for _, child := range slices.Clone(f.children) {
		m.removeFolder(child)
	}
	for _, msg := range slices.Clone(f.messages) {
		m.remove(msg)
	}
	f.parent.children = slices.DeleteFunc(f.parent.children, func(o *folder) bool { return o == f })
	delete(m.folders, f.id)
	m.recordFolder(f, itemDeleted)
	m.recordFolder(f.parent, itemUpdated)
}

// copyFolder copies a folder with all that is in it.
func (m *mailbox) copyFolder(f, to *folder, now time.Time) *folder {
	copied := &folder{name: f.name, hidden: f.hidden, search: f.search}
	children, messages := slices.Clone(f.children), slices.Clone(f.messages)
	m.addFolder(to, copied)
	m.recordFolder(copied, itemCreated)
	m.recordFolder(to, itemUpdated)
	for _, msg := range slices.Backward(messages) {
		m.copy(msg, copied, now)
	}
	for _, child := range children {
		m.copyFolder(child, copied, now)
	}
	return copied
}
