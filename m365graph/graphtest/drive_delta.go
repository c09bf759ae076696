package graphtest

import (
	"cmp"
	"slices"
	"time"
)

// deltaDrive tells what changed in a drive, as
// https://learn.microsoft.com/graph/api/driveitem-delta: folders before what
// is in them, what is gone with the deleted facet.
func deltaDrive(c *call) (*reply, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	s := item.drive
	if item.parent != nil {
		return nil, failf(codeNotSupported, "Change tracking is supported for the root of a drive alone.")
	}
	if err := s.admit(c); err != nil {
		return nil, err
	}
	since := c.takeMoment()
	t := tracked[driveItem]{
		listing: listing[driveItem]{schema: driveItemSchema, context: "Collection(driveItem)"}, collection: s.collection(), dialect: driveDelta,
	}
	t.first = func() []string {
		all := []string{s.root.id}
		var changed []string
		s.root.walk(func(n *driveNode) {
			all = append(all, n.id)
			if !n.modified.Before(since) {
				changed = append(changed, n.id)
			}
		})
		if since.IsZero() {
			return all
		}
		return s.topDown(changed, true)
	}
	t.spread = func(changes []change) []string {
		ids := make([]string, len(changes))
		for i, ch := range changes {
			ids[i] = ch.id
		}
		return s.topDown(ids, c.r.Header.Get("deltaExcludeParent") == "")
	}
	t.find = func(id string) (driveItem, bool) {
		n := s.items[id]
		return driveItem{driveNode: n, drive: s, changed: true}, n != nil
	}
	t.gone = s.goneItem
	return delta(c, t)
}

// takeMoment reads a time in place of a token, from which on changes are told.
func (c *call) takeMoment() time.Time {
	moment, err := time.Parse(time.RFC3339, c.tokenParameter(driveDelta))
	if err != nil {
		return time.Time{}
	}
	c.args = nil
	c.params = slices.DeleteFunc(slices.Clone(c.params), func(p param) bool { return p.name == "token" })
	return moment
}

// topDown puts what is gone first, and then folders before what is in them, if
// wanted with the folders around the changes.
func (s *driveStore) topDown(ids []string, around bool) []string {
	depths := map[string]int{}
	for _, id := range ids {
		n := s.items[id]
		if n == nil {
			depths[id] = -1
			continue
		}
		depths[id] = n.depth()
		for folder := n.parent; around && folder != nil; folder = folder.parent {
			depths[folder.id] = folder.depth()
		}
	}
	all := make([]string, 0, len(depths))
	for id := range depths {
		all = append(all, id)
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(cmp.Compare(depths[a], depths[b]), cmp.Compare(a, b))
	})
	return all
}

// depth is the number of folders around an item.
func (n *driveNode) depth() int {
	depth := 0
	for n = n.parent; n != nil; n = n.parent {
		depth++
	}
	return depth
}

// goneItem is what delta tells of an item that was deleted.
func (s *driveStore) goneItem(id string) object {
	o := object{{"@odata.type", "#microsoft.graph.driveItem"}, {"id", id}, {"deleted", object{{"state", "deleted"}}}}
	gone := s.deleted[id]
	if gone == nil {
		return o
	}
	kind := "file"
	if gone.folder {
		kind = "folder"
	}
	where := append(s.place(), member{"id", gone.parent})
	return append(o, member{kind, object{}}, member{"parentReference", where}, member{"size", 0})
}
