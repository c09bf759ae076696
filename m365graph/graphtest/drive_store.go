package graphtest

import "time"

// upload is a file about to be stored.
type upload struct {
	blob        *blob
	contentType string // "": by name
	description string
	times       *fileTimes
	behavior    conflict
}

// checkPlace refuses early what store would refuse in the end.
func (t *target) checkPlace(behavior conflict) error {
	if t.node == nil {
		for _, name := range t.names {
			if !validName(name) {
				return failf(codeDriveBad, "The provided name '%s' cannot contain characters or endings that OneDrive does not take.", name)
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

// nearest is the last item on the way that exists.
func (t *target) nearest() *driveNode {
	n := t.base
	for _, name := range t.names {
		next := n.child(name)
		if next == nil {
			break
		}
		n = next
	}
	return n
}

// store puts a file where t points, with folders on the way as needed. An item addressed by its id gets a new version, as
// does a name that is taken, unless the behavior says otherwise.
func (t *target) store(u *upload, now time.Time) (n *driveNode, created bool, err error) {
	if err := t.checkPlace(u.behavior); err != nil {
		return nil, false, err
	}
	before := int64(0)
	if t.node != nil && (len(t.names) == 0 || u.behavior != conflictRename) {
		before = t.node.size
	}
	if u.blob.size-before > t.drive.free() {
		return nil, false, fail(codeQuota)
	}
	n = t.node
	if n == nil || len(t.names) > 0 && u.behavior == conflictRename {
		n, created = t.drive.newNode(now), true
	}
	if created {
		parent, name := t.parent(now), t.names[len(t.names)-1]
		if parent.child(name) != nil {
			name = parent.freeName(name)
		}
		n.name, n.size = name, u.blob.size
		n.blob = u.blob
		t.drive.attach(parent, n)
	} else {
		n.grow(u.blob.size - n.size)
		n.blob = u.blob
		n.contentTimes++
		n.touch(now)
		n.fileTime = now
	}
	n.contentType = u.contentType
	if u.description != "" {
		n.description = u.description
	}
	u.times.apply(n)
	return n, created, nil
}

// parent makes the folders on the way to a new item.
func (t *target) parent(now time.Time) *driveNode {
	n := t.base
	for _, name := range t.names[:len(t.names)-1] {
		next := n.child(name)
		if next == nil {
			next = t.drive.newNode(now)
			next.name, next.byName = name, map[string]*driveNode{}
			t.drive.attach(n, next)
		}
		n = next
	}
	return n
}

// newNode makes an item that lies nowhere yet.
func (s *driveStore) newNode(now time.Time) *driveNode {
	s.created++
	return &driveNode{
		id: driveItemID("made", s.id, s.created), created: now, modified: now, fileCreated: now, fileTime: now, version: 1, contentTimes: 1,
	}
}
