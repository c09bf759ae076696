package graphtest

import (
	"time"

	"github.com/m365go/sdk/m365graph/internal/blob"
)

// upload is a file about to be stored.
type upload struct {
	blob        *blob.Blob
	contentType string // "": by name
	description string
	times       *fileTimes
	behavior    conflict
	by          object // identitySet of who stores it
	person      *userState
}

// checkPlace refuses early what store would refuse in the end.
func (t *target) checkPlace(behavior conflict) error {
	if t.node == nil {
		for _, name := range t.names {
			if err := checkName(name); err != nil {
				return err
			}
		}
		if parent := t.nearest(); !parent.isFolder() {
			return failf(codeDriveBad, "The parent of the item is a file.")
		}
		return nil
	}
	switch {
	case t.node.isFolder():
		return failf(codeNameExists, "The specified item name already exists: it is a folder.")
	case len(t.names) > 0 && behavior == conflictFail:
		return fail(codeNameExists)
	}
	return nil
}

// store puts a file where t points, with folders on the way as needed. An item addressed by its id gets a new version, as
// does a name that is taken, unless the behavior says otherwise.
func (t *target) store(u *upload, now time.Time) (n *driveNode, created bool, err error) {
	if err := t.checkPlace(u.behavior); err != nil {
		return nil, false, err
	}
	n = t.node
	if created = n == nil || len(t.names) > 0 && u.behavior == conflictRename; created {
		n, err = t.storeNew(u, now)
	} else {
		err = t.storeVersion(n, u, now)
	}
	if err != nil {
		return nil, false, err
	}
	n.contentType = u.contentType
	if u.description != "" {
		n.description = u.description
	}
	u.times.apply(n)
	return n, created, nil
}

// storeNew makes a file.
func (t *target) storeNew(u *upload, now time.Time) (*driveNode, error) {
	if u.blob.Size() > t.drive.free() {
		return nil, fail(codeQuota)
	}
	parent, name := t.parent(u.by, now), t.names[len(t.names)-1]
	if parent.child(name) != nil {
		name = parent.freeName(name)
	}
	n := t.drive.newNode(u.by, now)
	n.name, n.size, n.blob = name, u.blob.Size(), u.blob
	t.drive.attach(parent, n)
	t.drive.tell(n, itemCreated)
	return n, nil
}

// storeVersion gives a file new content.
func (t *target) storeVersion(n *driveNode, u *upload, now time.Time) error {
	if err := n.checkLock(u.person); err != nil {
		return err
	}
	if u.blob.Size()-n.size > t.drive.free() {
		return fail(codeQuota)
	}
	n.keepVersion()
	t.drive.setContent(n, u.blob)
	n.fileTime = now
	t.drive.touch(n, u.by, now)
	return nil
}

// setContent exchanges the content of a file.
func (s *driveStore) setContent(n *driveNode, b *blob.Blob) {
	n.grow(b.Size() - n.size)
	n.blob = b
	n.contentTimes++
}

// parent makes the folders on the way to a new item.
func (t *target) parent(by object, now time.Time) *driveNode {
	n := t.drive.settle(t.base)
	for _, name := range t.names[:len(t.names)-1] {
		next := n.child(name)
		if next == nil {
			next = t.drive.newNode(by, now)
			next.name, next.byName = name, map[string]*driveNode{}
			t.drive.attach(n, next)
			t.drive.tell(next, itemCreated)
		}
		n = next
	}
	return n
}

// newNode makes an item that lies nowhere yet.
func (s *driveStore) newNode(by object, now time.Time) *driveNode {
	s.created++
	return &driveNode{
		id: driveItemID("made", s.id, s.created), createdBy: by, modifiedBy: by,
		created: now, modified: now, fileCreated: now, fileTime: now, version: 1, contentTimes: 1,
	}
}
