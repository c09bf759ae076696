package graphtest

import (
	"net/http"
	"strings"
)

// target is what a path addresses: an item that exists, or a place where one could be.
type target struct {
	drive *driveStore
	base  *driveNode // from where names are counted
	names []string   // below base
	node  *driveNode // nil: not there
}

// findDrive finds the drive that a path means, whoever asks.
func findDrive(c *call) (*driveStore, error) {
	if c.vars["site"] != "" || c.vars["group"] != "" {
		return c.siteDrive()
	}
	id, named := c.vars["drive"]
	if !named {
		return c.user.drive, nil
	}
	if s := c.s.tenant.drive(id); s != nil {
		return s, nil
	}
	return nil, fail(codeDriveNotFound)
}

// driveOf finds the drive that a path means. A person reaches their own drive
// by its id, and those of sites with a scope for more than their own files.
func driveOf(c *call) (*driveStore, error) {
	s, err := findDrive(c)
	if err == nil {
		err = s.admit(c)
	}
	return s, err
}

// admit tells whether the request may do in the whole drive what it asks for.
func (s *driveStore) admit(c *call) error {
	switch {
	case s.owner.place != nil:
		return c.checkSite(s.owner.place)
	case c.onlySelected():
		return fail(codeDriveDenied)
	case c.token.app || s.owner.user == c.person():
		return nil
	}
	return fail(codeDriveDenied)
}

// reachesOthers tells whether the token opens what others share with the person.
func (c *call) reachesOthers() bool {
	var wide []string
	for _, scope := range c.route.scopes {
		if strings.HasSuffix(scope, ".All") {
			wide = append(wide, scope)
		}
	}
	return c.token.has(wide)
}

// targetOf reads root, items/{id}, special/{name} and shares/{id}, and each of
// them with a path between colons.
func targetOf(c *call) (*target, error) {
	if c.vars["share"] != "" {
		return sharedTarget(c)
	}
	drive, err := findDrive(c)
	if err != nil {
		return nil, err
	}
	t := &target{drive: drive, base: drive.root}
	denied := drive.admit(c)
	if id, named := c.vars["item"]; named && !strings.EqualFold(id, "root") {
		if t.base = drive.find(id); t.base == nil {
			if denied == nil {
				denied = fail(codeDriveNotFound)
			}
			return nil, denied
		}
	}
	if name, named := c.vars["special"]; named {
		if t.base = drive.special(strings.ToLower(name)); t.base == nil {
			return nil, fail(codeDriveNotFound)
		}
	}
	if child, named := c.vars["child"]; named {
		t.addChild(c, child)
	}
	if err := t.follow(c.vars["path"]); err != nil {
		return nil, err
	}
	if denied != nil && !c.sharedHere(t.nearest()) {
		return nil, denied
	}
	return t, nil
}

// addChild reads children/{name or id}, also as children('@alias').
func (t *target) addChild(c *call, child string) {
	if strings.HasPrefix(child, "@") {
		child = strings.Trim(c.param(child), "'")
		child = strings.ReplaceAll(child, "''", "'")
	}
	if n := t.drive.find(child); n != nil && n.parent == t.base {
		t.base = n
		return
	}
	t.names = append(t.names, child)
}

// follow goes down a path. Sync clients begin theirs with "./".
func (t *target) follow(path string) error {
	for name := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if name != "." && path != "" {
			t.names = append(t.names, name)
		}
	}
	t.node = t.base
	for _, name := range t.names {
		if t.node != nil {
			t.node = t.node.child(name)
		}
	}
	return checkPath(t.base, t.names...)
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

// find finds an item by its id; clients upper-case and lower-case them. nil if
// there is none.
func (s *driveStore) find(id string) *driveNode {
	if n := s.items[id]; n != nil {
		return n
	}
	if n := s.items[strings.ToUpper(id)]; n != nil {
		return n
	}
	return s.specialByID(id)
}

// itemOf finds the item that a path means, and checks If-Match against it.
func itemOf(c *call) (driveItem, error) {
	t, err := targetOf(c)
	if err != nil {
		return driveItem{}, err
	}
	if t.node == nil {
		return driveItem{}, fail(codeDriveNotFound)
	}
	return driveItem{driveNode: t.node, drive: t.drive}, t.precondition(c)
}

// fileOf finds the file that a path means.
func fileOf(c *call) (driveItem, error) {
	item, err := itemOf(c)
	if err == nil && item.isFolder() {
		err = failf(codeDriveBad, "The item is a folder.")
	}
	return item, err
}

// precondition honours If-Match and If-None-Match of a write. Either tag of an item will do.
func (t *target) precondition(c *call) error {
	if c.r.Method == http.MethodGet {
		return nil
	}
	if m := c.r.Header.Get("If-Match"); m != "" && (t.node == nil || !t.node.matches(m)) {
		return fail(codePrecondition)
	}
	if m := c.r.Header.Get("If-None-Match"); m != "" && t.node != nil && t.node.matches(m) {
		return fail(codePrecondition)
	}
	return nil
}

// unchanged tells whether a client that reads has this version already.
func (i driveItem) unchanged(c *call) bool {
	m := c.r.Header.Get("If-None-Match")
	return m != "" && i.matches(m)
}

// matches compares an item with a list of tags as in a header. Some clients lose the quotes of a tag.
func (n *driveNode) matches(header string) bool {
	bare := func(tag string) string {
		return strings.Trim(strings.TrimPrefix(strings.TrimSpace(tag), "W/"), `"`)
	}
	if bare(header) == "*" {
		return true
	}
	for tag := range strings.SplitSeq(header, `",`) {
		if bare(tag) == bare(n.eTag()) || bare(tag) == bare(n.cTag()) {
			return true
		}
	}
	return false
}
