package graphtest

import (
	"net/url"
	"strings"
)

// itemReference is what a client may write of
// https://learn.microsoft.com/graph/api/resources/itemreference.
type itemReference struct {
	ID      string `json:"id"`
	DriveID string `json:"driveId"`
	Path    string `json:"path"`
}

// folder finds the folder that a reference means, in the drive or in another
// one.
func (r *itemReference) folder(c *call, drive *driveStore) (driveItem, error) {
	if r.DriveID != "" && !strings.EqualFold(r.DriveID, drive.id) {
		if drive = c.s.tenant.drive(r.DriveID); drive == nil {
			return driveItem{}, fail(codeDriveNotFound)
		}
	}
	n := drive.find(r.ID)
	switch {
	case strings.EqualFold(r.ID, "root"), r.ID == "" && r.Path == "":
		n = drive.root
	case r.ID == "":
		var err error
		if drive, n, err = followReference(c, drive, r.Path); err != nil {
			return driveItem{}, err
		}
	}
	switch {
	case n == nil:
		return driveItem{}, fail(codeDriveNotFound)
	case drive.admit(c) != nil && !c.sharedHere(n):
		return driveItem{}, fail(codeDriveDenied)
	case !n.isFolder():
		return driveItem{}, failf(codeDriveBad, "The destination is not a folder.")
	}
	return driveItem{driveNode: drive.settle(n), drive: drive}, nil
}

// followReference goes the way of a reference's path, such as
// /drives/{id}/root:/a/b or /drive/root:/a/b.
func followReference(c *call, drive *driveStore, path string) (*driveStore, *driveNode, error) {
	where, below, _ := strings.Cut(path, "root:")
	if id, ok := strings.CutPrefix(where, "/drives/"); ok {
		if drive = c.s.tenant.drive(strings.TrimSuffix(id, "/")); drive == nil {
			return nil, nil, fail(codeDriveNotFound)
		}
	}
	n := drive.root
	for name := range strings.SplitSeq(strings.Trim(below, "/"), "/") {
		if name == "" || n == nil {
			continue
		}
		next := n.child(name)
		if decoded, err := url.PathUnescape(name); next == nil && err == nil {
			next = n.child(decoded)
		}
		n = next
	}
	return drive, n, nil
}

// patchItem renames, moves and describes.
func patchItem(c *call) (*reply, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	var in itemInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := item.checkLock(c.person()); err != nil {
		return nil, err
	}
	item.driveNode = item.drive.settle(item.driveNode)
	if in.Name != nil || in.Parent != nil {
		if err := item.move(c, &in); err != nil {
			return nil, err
		}
	}
	if in.Description != nil {
		item.description = *in.Description
	}
	if in.Times != nil && !item.isFolder() {
		item.keepVersion()
	}
	in.Times.apply(item.driveNode)
	item.drive.touch(item.driveNode, item.drive.actor(c), c.now)
	return answerItem(c, item, false)
}

// move gives an item another name, another folder, or both.
func (i driveItem) move(c *call, in *itemInput) error {
	parent, name := i.parent, i.name
	if in.Parent != nil && in.Parent.DriveID != "" && !strings.EqualFold(in.Parent.DriveID, i.drive.id) {
		return failf(codeNotSupported, "Moving items to another drive is not supported.")
	}
	if in.Parent != nil && (in.Parent.ID != "" || in.Parent.Path != "") {
		folder, err := in.Parent.folder(c, i.drive)
		if err != nil {
			return err
		}
		if folder.drive != i.drive {
			return failf(codeNotSupported, "Moving items to another drive is not supported.")
		}
		if folder.within(i.driveNode) {
			return failf(codeDriveBad, "The item cannot be moved into itself.")
		}
		parent = folder.driveNode
	}
	if in.Name != nil {
		name = *in.Name
	}
	if i.parent == nil {
		if parent == nil && name == i.name {
			return nil
		}
		return failf(codeDriveBad, "The root of a drive cannot be renamed or moved.")
	}
	if err := i.checkMove(parent, name); err != nil {
		return err
	}
	name, err := i.freePlace(c, parent, name, in)
	if err != nil {
		return err
	}
	i.drive.detach(i.driveNode)
	i.name = name
	i.fileTime = c.now // unless the request says otherwise: clients send the old time along to keep it
	i.drive.attach(parent, i.driveNode)
	return nil
}

// checkMove refuses names and paths that OneDrive does not take.
func (i driveItem) checkMove(parent *driveNode, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if parent == i.parent && name == i.name {
		return nil
	}
	return checkPath(parent, name)
}

// freePlace settles what happens about a name that is taken, and gives the one
// to use.
func (i driveItem) freePlace(c *call, parent *driveNode, name string, in *itemInput) (string, error) {
	behavior, err := in.behavior(c, conflictFail)
	if err != nil {
		return "", err
	}
	taken := parent.child(name)
	if taken == nil || taken == i.driveNode {
		return name, nil
	}
	switch {
	case behavior == conflictRename:
		return parent.freeName(name), nil
	case behavior == conflictReplace && !taken.isFolder() && !i.isFolder():
		if err := taken.checkLock(c.person()); err != nil {
			return "", err
		}
		i.drive.recycle(taken, c.now)
		return name, nil
	}
	return "", fail(codeNameExists)
}
