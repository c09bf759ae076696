package graphtest

import "strings"

// specialFolders are the places of
// https://learn.microsoft.com/graph/api/drive-get-specialfolder, by name. They
// are there for whoever asks, and in listings once something is written to
// them.
var specialFolders = map[string][]string{
	"approot":     {"Apps", "Graph"},
	"attachments": {"Attachments"},
	"cameraroll":  {"Pictures", "Camera Roll"},
	"documents":   {"Documents"},
	"music":       {"Music"},
	"photos":      {"Pictures"},
	"recordings":  {"Recordings"},
}

// special gives the folder of a name; nil if there is none of that name.
func (s *driveStore) special(name string) *driveNode {
	n := s.root
	for _, element := range specialFolders[name] {
		next := n.child(element)
		if next == nil {
			next = &driveNode{
				id: driveItemID("special", s.id, n.id, element), name: element, parent: n, byName: map[string]*driveNode{},
				created: s.started, modified: s.started, fileCreated: s.started, fileTime: s.started, version: 1, contentTimes: 1,
			}
		}
		n = next
	}
	if n == s.root || !n.isFolder() {
		return nil
	}
	return n
}

// specialByID finds a special folder that nobody has written to yet.
func (s *driveStore) specialByID(id string) *driveNode {
	for name := range specialFolders {
		for n := s.special(name); n != nil && n != s.root; n = n.parent {
			if strings.EqualFold(n.id, id) {
				return n
			}
		}
	}
	return nil
}

// settle puts a special folder into its place before something is written to
// it, and gives the folder that is there.
func (s *driveStore) settle(n *driveNode) *driveNode {
	if n.parent == nil || s.items[n.id] == n {
		return n
	}
	parent := s.settle(n.parent)
	if there := parent.child(n.name); there != nil {
		return there
	}
	s.attach(parent, n)
	s.tell(n, itemCreated)
	return n
}

// specialName is what the special folder that lies here is called; "" for any
// other item.
func (n *driveNode) specialName() string {
	if n.parent == nil || !n.isFolder() {
		return ""
	}
	path := n.path()
	for name, elements := range specialFolders {
		if strings.EqualFold(path, strings.Join(elements, "/")) {
			return name
		}
	}
	return ""
}
