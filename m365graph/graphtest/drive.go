package graphtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/blob"
)

// driveStore is a drive as it is now: a person's OneDrive, or a document library
// of a site.
type driveStore struct {
	tenant      *tenantState
	owner       driveOwner
	id, name    string
	quota       int64 // bytes
	noAnonymous bool  // links for everybody are disabled
	root        *driveNode
	items       map[string]*driveNode // by id
	created     int                   // how many items and upload sessions requests have made
	numbers     int                   // given to items, in the order in which they came
	sessions    map[string]*uploadSession
	deleted     map[string]*deletedItem // by id
	binned      int64                   // bytes in the recycle bin
	started     time.Time
}

// driveNode is a file or a folder.
type driveNode struct {
	id, name    string
	description string
	parent      *driveNode // nil: the root
	number      int        // as an item of its library's list; the root has none
	size        int64      // of a folder: of all that is in it

	children []*driveNode          // of a folder, by name
	byName   map[string]*driveNode // of a folder, by lower-cased name
	blob     *blob.Blob            // of a file; nil: a folder
	facets   *facets               // that only the tenant's data has; nil: none

	contentType           string    // "": by name
	createdBy, modifiedBy object    // identitySets; nil: the drive's author
	created, modified     time.Time // by the server's clock
	fileCreated, fileTime time.Time // what the client says of its own file
	version, contentTimes int       // changes of anything, and of the content

	versions     []fileVersion // earlier ones, the oldest first
	versionsMade int           // also of those deleted since
	grants       []*grant
	out          *checkout // nil: not checked out
}

// facets are what a driveItem tells of its content beyond file and folder.
type facets struct {
	pack, malware string
	media         object // image, photo, video
}

// defaultQuota is one tebibyte.
const defaultQuota = 1 << 40

// newDrive loads a drive and enters it among those of the tenant. given may be
// nil: an empty drive.
func (t *tenantState) newDrive(owner driveOwner, given *Drive, now time.Time) (*driveStore, error) {
	if given == nil {
		given = &Drive{}
	}
	d := &driveStore{
		tenant: t, owner: owner, id: orElse(given.ID, owner.driveID()), name: orElse(given.Name, owner.library), quota: given.Quota, noAnonymous: given.NoAnonymousLinks, started: now,
		items: map[string]*driveNode{}, sessions: map[string]*uploadSession{}, deleted: map[string]*deletedItem{},
	}
	if d.quota == 0 {
		d.quota = defaultQuota
	}
	if t.drive(d.id) != nil {
		return nil, fmt.Errorf("there are two drives with id %s", d.id)
	}
	t.drives[strings.ToLower(d.id)] = d
	t.driveOrder = append(t.driveOrder, d)
	d.root = &driveNode{
		id: driveItemID("item", d.id), name: "root", byName: map[string]*driveNode{},
		created: now, modified: now, fileCreated: now, fileTime: now, version: 1, contentTimes: 1,
	}
	d.items[d.root.id] = d.root
	return d, d.load(d.root, given.Items, "", now)
}

// drive finds a drive by its id; clients lower-case them. nil if there is none.
func (t *tenantState) drive(id string) *driveStore { return t.drives[strings.ToLower(id)] }

// load takes over items of the tenant.
func (s *driveStore) load(parent *driveNode, given []*DriveItem, at string, now time.Time) error {
	for i, item := range given {
		position := at + "/" + itoa(i)
		n := newLoaded(item, now)
		if n.id == "" {
			n.id = driveItemID("item", s.id, position)
		}
		switch {
		case s.items[n.id] != nil:
			return fmt.Errorf("%q: there are two with id %s", n.name, n.id)
		case !validName(n.name):
			return fmt.Errorf("%q: OneDrive does not take this name", n.name)
		case parent.child(n.name) != nil:
			return fmt.Errorf("%q: there are two in one folder", n.name)
		}
		if item.Folder || item.Children != nil || item.Package != "" {
			n.byName = map[string]*driveNode{}
		} else if err := n.open(item); err != nil {
			return fmt.Errorf("%q: %w", n.name, err)
		}
		for _, share := range item.Shared {
			if err := n.loadShare(share); err != nil {
				return fmt.Errorf("%q: %w", n.name, err)
			}
		}
		s.attach(parent, n)
		if err := s.load(n, item.Children, position, now); err != nil {
			return fmt.Errorf("%q: %w", n.name, err)
		}
	}
	return nil
}

// newLoaded takes over what the tenant says of an item.
func newLoaded(item *DriveItem, now time.Time) *driveNode {
	n := &driveNode{
		id: item.ID, name: item.Name, description: item.Description, contentType: item.ContentType, facets: facetsOf(item),
		createdBy: recipientSet(item.CreatedBy), modifiedBy: recipientSet(item.LastModifiedBy),
		created: item.CreatedDateTime, modified: item.LastModifiedDateTime, version: 1, contentTimes: 1,
	}
	if n.modified.IsZero() {
		n.modified = now
	}
	if n.created.IsZero() {
		n.created = n.modified
	}
	n.fileCreated, n.fileTime = n.created, n.modified
	return n
}

// open gives a file of the tenant its content.
func (n *driveNode) open(item *DriveItem) (err error) {
	if item.Content == nil && item.Open != nil {
		n.blob, err = blob.Lazy(item.Open)
	} else {
		n.blob = blob.Of(item.Content)
	}
	if err == nil {
		n.size = n.blob.Size()
	}
	return err
}

func (n *driveNode) isFolder() bool { return n.blob == nil }

// child finds an item of a folder; OneDrive does not tell cases apart. nil if there is none.
func (n *driveNode) child(name string) *driveNode { return n.byName[strings.ToLower(name)] }

// attach puts an item into a folder.
func (s *driveStore) attach(parent, n *driveNode) {
	n.parent = parent
	if n.number == 0 {
		s.numbers++
		n.number = s.numbers
	}
	i, _ := slices.BinarySearchFunc(parent.children, n, func(a, b *driveNode) int {
		return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name))
	})
	parent.children = slices.Insert(parent.children, i, n)
	parent.byName[strings.ToLower(n.name)] = n
	s.items[n.id] = n
	parent.grow(n.size)
}

// detach takes an item out of its folder, with all that is in it.
func (s *driveStore) detach(n *driveNode) {
	parent := n.parent
	parent.children = slices.DeleteFunc(parent.children, func(o *driveNode) bool { return o == n })
	delete(parent.byName, strings.ToLower(n.name))
	parent.grow(-n.size)
	n.parent = nil
}

// grow counts bytes of an item and of all folders around it.
func (n *driveNode) grow(bytes int64) {
	for ; n != nil; n = n.parent {
		n.size += bytes
	}
}

// within tells whether n is folder, or lies in it.
func (n *driveNode) within(folder *driveNode) bool {
	for ; n != nil; n = n.parent {
		if n == folder {
			return true
		}
	}
	return false
}

// eTag and cTag are quoted as OneDrive quotes them, within the value itself.
func (n *driveNode) eTag() string {
	return fmt.Sprintf(`"{%s},%d"`, strings.ToUpper(guid("tag", n.id)), n.version)
}

func (n *driveNode) cTag() string {
	return fmt.Sprintf(`"c:{%s},%d"`, strings.ToUpper(guid("tag", n.id)), n.contentTimes)
}

// path is the way to an item from the root, without the root: "a/b".
func (n *driveNode) path() string {
	if n.parent == nil {
		return ""
	}
	return path.Join(n.parent.path(), n.name)
}

// walk visits all that lies in a folder.
func (n *driveNode) walk(visit func(*driveNode)) {
	for _, c := range n.children {
		visit(c)
		c.walk(visit)
	}
}

// freeName numbers a name that is taken: "report 1.txt".
func (n *driveNode) freeName(name string) string {
	extension := path.Ext(name)
	stem := strings.TrimSuffix(name, extension)
	for i := 1; ; i++ {
		if free := stem + " " + itoa(i) + extension; n.child(free) == nil {
			return free
		}
	}
}
