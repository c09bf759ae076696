package graphtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// contactStore is whom a person keeps in Outlook.
type contactStore struct {
	owner    *userState
	root     *contactFolder            // the default one, above all others
	folders  map[string]*contactFolder // by id
	contacts map[string]*contactState  // by id
	made     int                       // what requests have made, for ids
}

// contactFolder is a folder of contacts as it is now.
type contactFolder struct {
	id, name   string
	parent     *contactFolder
	children   []*contactFolder
	contacts   []*contactState // the latest last
	properties []extendedProperty
}

// contactState is a contact as it is now.
type contactState struct {
	Contact
	folder     *contactFolder
	version    int // counts changes
	properties []extendedProperty
}

// newContactStore copies a person's contacts.
func newContactStore(u *userState, now time.Time) (*contactStore, error) {
	s := &contactStore{owner: u, folders: map[string]*contactFolder{}, contacts: map[string]*contactState{}}
	given := &ContactFolder{ID: outlookID("contact folder", u.ID), DisplayName: "Contacts", Contacts: u.Contacts, Children: u.ContactFolders}
	var err error
	s.root, err = s.load(nil, given, now)
	return s, err
}

// load copies a folder of the tenant's data and what is in it.
func (s *contactStore) load(parent *contactFolder, given *ContactFolder, now time.Time) (*contactFolder, error) {
	f := &contactFolder{id: given.ID, name: given.DisplayName}
	if f.id == "" {
		f.id = outlookID("contact folder", parent.id, len(parent.children))
	}
	switch {
	case f.name == "":
		return nil, fmt.Errorf("a folder below %q has no DisplayName", parent.name)
	case s.folders[f.id] != nil, parent != nil && parent.child(f.name) != nil:
		return nil, fmt.Errorf("folder %q: there are two with this name or id", f.name)
	}
	s.addFolder(parent, f)
	for i, contact := range given.Contacts {
		x := &contactState{Contact: *contact, folder: f}
		if x.ID == "" {
			x.ID = outlookID("contact", f.id, i)
		}
		if s.contacts[x.ID] != nil {
			return nil, fmt.Errorf("contact %q: there are two with id %s", contact.DisplayName, x.ID)
		}
		if err := x.check(); err != nil {
			return nil, fmt.Errorf("contact %q: %w", contact.DisplayName, err)
		}
		x.fill(now)
		s.add(x)
	}
	for _, child := range given.Children {
		if _, err := s.load(f, child, now); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (s *contactStore) addFolder(parent, f *contactFolder) {
	f.parent = parent
	s.folders[f.id] = f
	if parent != nil {
		parent.children = append(parent.children, f)
	}
}

// removeFolder takes a folder away with all that is in it.
func (s *contactStore) removeFolder(f *contactFolder) {
	for _, child := range slices.Clone(f.children) {
		s.removeFolder(child)
	}
	for _, x := range slices.Clone(f.contacts) {
		s.remove(x)
	}
	delete(s.folders, f.id)
	f.parent.children = slices.DeleteFunc(f.parent.children, func(o *contactFolder) bool { return o == f })
	s.recordFolder(f, itemDeleted)
}

// all are the contacts of all folders.
func (s *contactStore) all() []*contactState {
	var all []*contactState
	for _, id := range contactFolderIDs(s.root, nil) {
		all = append(all, s.folders[id].contacts...)
	}
	return all
}

// child finds a folder below by name.
func (f *contactFolder) child(name string) *contactFolder {
	for _, child := range f.children {
		if strings.EqualFold(child.name, name) {
			return child
		}
	}
	return nil
}

func (s *contactStore) add(x *contactState) {
	s.contacts[x.ID] = x
	x.folder.contacts = append(x.folder.contacts, x)
}

func (s *contactStore) remove(x *contactState) {
	s.record(x, itemDeleted)
	delete(s.contacts, x.ID)
	x.folder.contacts = slices.DeleteFunc(x.folder.contacts, func(o *contactState) bool { return o == x })
}

// record notes what became of a contact, in the folder where it is.
func (s *contactStore) record(x *contactState, kind changeKind) {
	s.owner.tenant.journal.record(s.collection(x.folder), x.ID, kind)
}

func (s *contactStore) recordFolder(f *contactFolder, kind changeKind) {
	s.owner.tenant.journal.record(s.folderCollection(), f.id, kind)
}

// collection is what the journal calls the contacts of a folder.
func (s *contactStore) collection(f *contactFolder) string {
	return s.folderCollection() + "/" + f.id + "/contacts"
}

func (s *contactStore) folderCollection() string { return "users/" + s.owner.ID + "/contactFolders" }

// defaultContacts is the name by which the default folder can be addressed.
const defaultContacts = "contacts"

// folder finds a folder by id, the default one by its name too.
func (s *contactStore) folder(id string) (*contactFolder, error) {
	if strings.EqualFold(id, defaultContacts) {
		return s.root, nil
	}
	if f := s.folders[id]; f != nil {
		return f, nil
	}
	return nil, noSuchItem(id)
}

// noSuchItem tells what never was an id of Exchange's from one of nothing.
func noSuchItem(id string) error {
	if !plausibleID(id) {
		return fail(codeMalformedID)
	}
	return fail(codeItemNotFound)
}

// fill makes up what was left open.
func (x *contactState) fill(now time.Time) {
	if x.CreatedDateTime.IsZero() {
		x.CreatedDateTime = now
	}
	if x.LastModifiedDateTime.IsZero() {
		x.LastModifiedDateTime = x.CreatedDateTime
	}
	x.DisplayName = orElse(x.DisplayName, x.fullName())
	x.FileAs = orElse(x.FileAs, x.filedAs())
}

// fullName is what Outlook calls somebody whom nobody gave a display name.
func (x *contactState) fullName() string {
	var first string
	if len(x.EmailAddresses) > 0 {
		first = orElse(x.EmailAddresses[0].Name, x.EmailAddresses[0].Address)
	}
	name := strings.Join(strings.Fields(strings.Join([]string{x.Title, x.GivenName, x.MiddleName, x.Surname, x.Generation}, " ")), " ")
	return orElse(name, orElse(x.CompanyName, first))
}

// filedAs is under what Outlook files a contact by itself.
func (x *contactState) filedAs() string {
	given := strings.TrimSpace(x.GivenName + " " + x.MiddleName)
	switch {
	case x.Surname == "" && given == "":
		return orElse(x.CompanyName, x.DisplayName)
	case x.Surname == "" || given == "":
		return x.Surname + given
	}
	return x.Surname + ", " + given
}

// maxContactAddresses is how many e-mail addresses a contact has: a primary, a
// secondary and a tertiary one.
const maxContactAddresses = 3

// check holds what Exchange holds of a contact.
func (x *contactState) check() error {
	if len(x.EmailAddresses) > maxContactAddresses {
		return refuse(codePropertyInvalid, "At least one property failed validation. A contact has at most %d e-mail addresses.", maxContactAddresses)
	}
	return nil
}

// touch makes a new version of a contact.
func (x *contactState) touch(now time.Time) {
	x.version++
	x.LastModifiedDateTime = now
}

// changeKey names a version of a contact.
func (x *contactState) changeKey() string { return outlookID("contact change", x.ID, x.version)[:24] }

// asUser is what a contact has in common with people of the directory.
func (x *contactState) asUser() *User {
	return &User{
		GivenName: x.GivenName, Surname: x.Surname, JobTitle: x.JobTitle, Department: x.Department, OfficeLocation: x.OfficeLocation,
		MobilePhone: x.MobilePhone, BusinessPhones: x.BusinessPhones, Profile: Profile{CompanyName: x.CompanyName},
	}
}
