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
	behavior, err := (&itemInput{}).behavior(c, conflictReplace)
	if err != nil {
		return nil, err
	}
	n, created, err := t.store(&upload{
		blob: c.spool.Blob(), contentType: bodyType(c), behavior: behavior, by: t.drive.actor(c), person: c.person(),
	}, c.now)
	if err != nil {
		return nil, err
	}
	return answerItem(c, driveItem{driveNode: n, drive: t.drive}, created)
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
	Name        *string        `json:"name"`
	Description *string        `json:"description"`
	Folder      *struct{}      `json:"folder"`
	File        *struct{}      `json:"file"`
	Behavior    string         `json:"@microsoft.graph.conflictBehavior"`
	OldBehavior string         `json:"@name.conflictBehavior"` // as OneDrive's first API spelt it
	Times       *fileTimes     `json:"fileSystemInfo"`
	Parent      *itemReference `json:"parentReference"`
}

// behavior is what the client wants done about a taken name, by the body or by
// the query.
func (in *itemInput) behavior(c *call, otherwise conflict) (conflict, error) {
	asked := orElse(c.param("@microsoft.graph.conflictBehavior"), c.param("@name.conflictBehavior"))
	return parseConflict(orElse(in.Behavior, orElse(in.OldBehavior, asked)), otherwise)
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
	behavior, err := in.behavior(c, conflictFail)
	switch {
	case err != nil:
		return nil, err
	case !parent.isFolder():
		return nil, failf(codeDriveBad, "The parent of the item is a file.")
	case in.Folder == nil || in.File != nil:
		return nil, failf(codeDriveBad, "Cannot create the item: only folders are made like this.")
	case in.Name == nil:
		return nil, failf(codeDriveBad, "Name is a required property.")
	}
	name := *in.Name
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := checkPath(parent.driveNode, name); err != nil {
		return nil, err
	}
	if taken := parent.child(name); taken != nil {
		switch {
		case behavior == conflictRename:
			name = parent.freeName(name)
		case behavior == conflictReplace && taken.isFolder(): // a folder replaces a folder by leaving it
			return answerItem(c, driveItem{driveNode: taken, drive: parent.drive}, false)
		default:
			return nil, fail(codeNameExists)
		}
	}
	s := parent.drive
	n := s.newNode(s.actor(c), c.now)
	n.name, n.byName = name, map[string]*driveNode{}
	if in.Description != nil {
		n.description = *in.Description
	}
	in.Times.apply(n)
	s.attach(s.settle(parent.driveNode), n)
	s.tell(n, itemCreated)
	return answerItem(c, driveItem{driveNode: n, drive: s}, true)
}
