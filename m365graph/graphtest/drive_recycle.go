package graphtest

import (
	"net/http"
	"time"
)

// deletedItem is what is left of an item in the recycle bin; of one that was
// deleted for good, what delta still tells.
type deletedItem struct {
	id, parent string
	folder     bool
	node       *driveNode // nil: not to be restored by itself
	at         time.Time
}

// recycle takes an item out of its folder and keeps it in the recycle bin.
func (s *driveStore) recycle(n *driveNode, now time.Time) {
	s.remove(n, now)
	s.deleted[n.id].node = n
	s.binned += n.size
}

// remove takes an item out, with all that is in it.
func (s *driveStore) remove(n *driveNode, now time.Time) {
	s.bury(n, now)
	s.detach(n)
}

// bury notes that items are gone: what is in a folder first.
func (s *driveStore) bury(n *driveNode, now time.Time) {
	for _, child := range n.children {
		s.bury(child, now)
	}
	s.deleted[n.id] = &deletedItem{id: n.id, parent: n.parent.id, folder: n.isFolder(), at: now}
	delete(s.items, n.id)
	s.tell(n, itemDeleted)
}

// revive enters an item of the recycle bin again, with all that is in it.
func (s *driveStore) revive(n *driveNode) {
	delete(s.deleted, n.id)
	s.items[n.id] = n
	s.tell(n, itemCreated)
	for _, child := range n.children {
		s.revive(child)
	}
}

// removable finds the item that a path means, to be deleted.
func removable(c *call) (driveItem, error) {
	item, err := itemOf(c)
	if err != nil {
		return item, err
	}
	if item.parent == nil {
		return item, failf(codeDriveDenied, "The root of a drive cannot be deleted.")
	}
	if item.drive.items[item.id] == nil {
		return item, fail(codeDriveNotFound) // a special folder that nobody has used
	}
	return item, item.checkLock(c.person())
}

// deleteItem moves an item to the recycle bin, a folder with all that is in it.
func deleteItem(c *call) (*reply, error) {
	item, err := removable(c)
	if err != nil {
		return nil, err
	}
	item.drive.recycle(item.driveNode, c.now)
	return emptyReply(http.StatusNoContent), nil
}

// permanentDelete removes an item without the recycle bin.
func permanentDelete(c *call) (*reply, error) {
	item, err := removable(c)
	if err != nil {
		return nil, err
	}
	item.drive.remove(item.driveNode, c.now)
	return emptyReply(http.StatusNoContent), nil
}

// restoreItem brings an item back from the recycle bin.
func restoreItem(c *call) (*reply, error) {
	drive, err := driveOf(c)
	if err != nil {
		return nil, err
	}
	gone := drive.deleted[c.vars["item"]]
	if gone == nil || gone.node == nil {
		return nil, fail(codeDriveNotFound)
	}
	var in itemInput
	if len(c.body) > 0 {
		if err := c.decode(&in); err != nil {
			return nil, err
		}
	}
	parent := drive.items[gone.parent]
	if in.Parent != nil {
		folder, err := in.Parent.folder(c, drive)
		if err != nil {
			return nil, err
		}
		if folder.drive != drive {
			return nil, failf(codeNotSupported, "An item is restored within its drive.")
		}
		parent = folder.driveNode
	}
	if parent == nil {
		return nil, failf(codeDriveNotFound, "The folder that the item was in is gone.")
	}
	n, name := gone.node, gone.node.name
	if in.Name != nil {
		name = *in.Name
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	if parent.child(name) != nil {
		return nil, fail(codeNameExists)
	}
	if n.size > drive.free() {
		return nil, fail(codeQuota)
	}
	drive.binned -= n.size
	n.name = name
	drive.attach(parent, n)
	drive.revive(n)
	return answerItem(c, driveItem{driveNode: n, drive: drive}, false)
}
