package graphtest

import (
	"net/http"
	"strings"
	"time"
)

// conflict is what to do when a name is taken.
type conflict string

const (
	conflictFail    conflict = "fail"
	conflictReplace conflict = "replace"
	conflictRename  conflict = "rename"
)

// parseConflict reads @microsoft.graph.conflictBehavior.
func parseConflict(word string, otherwise conflict) (conflict, error) {
	if word == "" {
		return otherwise, nil
	}
	if known := oneOf(word, []string{"fail", "replace", "rename"}); known != "" {
		return conflict(known), nil
	}
	return "", failf(codeDriveBad, "The value '%s' of @microsoft.graph.conflictBehavior is not one of fail, replace, rename.", word)
}

// fileTimes is https://learn.microsoft.com/graph/api/resources/filesysteminfo.
type fileTimes struct {
	Created  *time.Time `json:"createdDateTime"`
	Modified *time.Time `json:"lastModifiedDateTime"`
}

func (f *fileTimes) apply(n *driveNode) {
	if f == nil {
		return
	}
	if f.Created != nil {
		n.fileCreated = f.Created.UTC()
	}
	if f.Modified != nil {
		n.fileTime = f.Modified.UTC()
	}
}

// putContent stores a file in one request, also an empty one.
func putContent(c *call) (*reply, error) {
	t, err := targetOf(c)
	if err != nil {
		return nil, err
	}
	if err := t.precondition(c); err != nil {
		return nil, err
	}
	behavior, err := parseConflict(c.param("@microsoft.graph.conflictBehavior"), conflictReplace)
	if err != nil {
		return nil, err
	}
	var s spool
	if err := s.append(c.body); err != nil {
		return nil, err
	}
	n, created, err := t.store(&upload{blob: s.blob(), contentType: bodyType(c), behavior: behavior}, c.now)
	if err != nil {
		return nil, err
	}
	return answerItem(c, driveItem{n, t.drive}, created)
}

// bodyType is the type of content that a client names; what says nothing is left to the file's name.
func bodyType(c *call) string {
	kind, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";")
	switch kind = strings.TrimSpace(kind); kind {
	case "application/octet-stream", "application/x-www-form-urlencoded":
		return ""
	}
	return kind
}

// answerItem shows an item that was just written.
func answerItem(c *call, item driveItem, created bool) (*reply, error) {
	rep, err := one(c, driveItemSchema, item, itemContext(item.drive))
	if err == nil && created {
		rep.status = http.StatusCreated
	}
	return rep, err
}

// itemInput is what a client may write of a driveItem.
type itemInput struct {
	Name        *string    `json:"name"`
	Description *string    `json:"description"`
	Folder      *struct{}  `json:"folder"`
	File        *struct{}  `json:"file"`
	Behavior    string     `json:"@microsoft.graph.conflictBehavior"`
	Times       *fileTimes `json:"fileSystemInfo"`
	Parent      *struct {
		ID      string `json:"id"`
		DriveID string `json:"driveId"`
	} `json:"parentReference"`
}

// postChild makes a folder.
func postChild(c *call) (*reply, error) {
	parent, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	var in itemInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	behavior, err := parseConflict(in.Behavior, conflictFail)
	switch {
	case err != nil:
		return nil, err
	case !parent.isFolder():
		return nil, failf(codeDriveBad, "The parent of the item is a file.")
	case in.Folder == nil || in.File != nil:
		return nil, failf(codeDriveBad, "Cannot create the item: only folders are made like this.")
	case in.Name == nil || !validName(*in.Name):
		return nil, failf(codeDriveBad, "The provided name cannot contain characters or endings that OneDrive does not take.")
	}
	name := *in.Name
	if taken := parent.child(name); taken != nil {
		switch {
		case behavior == conflictRename:
			name = parent.freeName(name)
		case behavior == conflictReplace && taken.isFolder(): // a folder replaces a folder by leaving it
			return answerItem(c, driveItem{taken, parent.drive}, false)
		default:
			return nil, fail(codeNameExists)
		}
	}
	n := parent.drive.newNode(c.now)
	n.name, n.byName = name, map[string]*driveNode{}
	if in.Description != nil {
		n.description = *in.Description
	}
	in.Times.apply(n)
	parent.drive.attach(parent.driveNode, n)
	return answerItem(c, driveItem{n, parent.drive}, true)
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
	if in.Name != nil || in.Parent != nil {
		if err := item.move(&in); err != nil {
			return nil, err
		}
	}
	if in.Description != nil {
		item.description = *in.Description
	}
	in.Times.apply(item.driveNode)
	item.touch(c.now)
	return answerItem(c, item, false)
}

// move gives an item another name, another folder, or both.
func (i driveItem) move(in *itemInput) error {
	parent, name := i.parent, i.name
	if parent == nil {
		return failf(codeDriveBad, "The root of a drive cannot be renamed or moved.")
	}
	if in.Parent != nil {
		if in.Parent.DriveID != "" && !strings.EqualFold(in.Parent.DriveID, i.drive.id) {
			return failf(codeNotSupported, "Moving items to another drive is not supported.")
		}
		if parent = i.drive.items[in.Parent.ID]; parent == nil {
			return fail(codeDriveNotFound)
		}
		if !parent.isFolder() || parent.within(i.driveNode) {
			return failf(codeDriveBad, "The item cannot be moved there.")
		}
	}
	if in.Name != nil {
		if name = *in.Name; !validName(name) {
			return failf(codeDriveBad, "The provided name cannot contain characters or endings that OneDrive does not take.")
		}
	}
	behavior, err := parseConflict(in.Behavior, conflictFail)
	if err != nil {
		return err
	}
	if taken := parent.child(name); taken != nil && taken != i.driveNode {
		switch {
		case behavior == conflictRename:
			name = parent.freeName(name)
		case behavior == conflictReplace && !taken.isFolder() && !i.isFolder():
			i.drive.detach(taken)
			i.drive.forget(taken)
		default:
			return fail(codeNameExists)
		}
	}
	i.drive.detach(i.driveNode)
	i.name = name
	i.drive.attach(parent, i.driveNode)
	return nil
}

// deleteItem takes an item out, a folder with all that is in it.
func deleteItem(c *call) (*reply, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	if item.parent == nil {
		return nil, failf(codeDriveDenied, "The root of a drive cannot be deleted.")
	}
	item.drive.detach(item.driveNode)
	item.drive.forget(item.driveNode)
	return emptyReply(http.StatusNoContent), nil
}
