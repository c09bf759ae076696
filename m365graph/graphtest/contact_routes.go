package graphtest

import (
	"net/http"
	"strings"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// Scopes of contacts.
var (
	readOutlookContacts  = []string{"Contacts.Read", "Contacts.ReadWrite"}
	writeOutlookContacts = readOutlookContacts[1:]
)

const contactPages = "https://learn.microsoft.com/graph/api/"

// deltaContactOptions are what rounds take: a selection.
const deltaContactOptions = optSelect | optFormat | optSkipToken | optDeltaToken

// contactRoutes are the ways to a person's contacts and their folders.
func contactRoutes() []route {
	read := func(pattern, page string, o options, handle func(*call) (*reply, error)) route {
		return route{method: "GET", pattern: "/~/" + pattern, doc: contactPages + page, scopes: readOutlookContacts, options: o, handle: handle}
	}
	write := func(method, pattern, page string, handle func(*call) (*reply, error)) route {
		r := route{method: method, pattern: "/~/" + pattern, doc: contactPages + page, scopes: writeOutlookContacts, options: oneOptions, handle: handle}
		if method == "DELETE" || method == "PUT" || strings.HasSuffix(pattern, "permanentDelete") {
			r.options = optNone
		}
		return r
	}
	const contact, photo = "~contacts/{contact}", "~contacts/{contact}/photo"
	changes := read("~contacts/delta", "contact-delta", deltaContactOptions, deltaContacts)
	changes.differs = "A link never expires by age, only by Server.ExpireDeltas."
	update := write("PATCH", contact, "contact-update", patchContact)
	update.differs = "A contact stays in its folder, whatever parentFolderId says."
	return ofExchange([]route{
		read("~contacts", "user-list-contacts", listOptions|optSearch, listContacts),
		read("~contacts/$count", "user-list-contacts", optFilter, countContacts),
		write("POST", "~contacts", "user-post-contacts", postContact),
		changes,
		read(contact, "contact-get", oneOptions, getContact),
		update,
		write("DELETE", contact, "contact-delete", deleteContact),
		write("POST", contact+"/permanentDelete", "contact-permanentdelete", deleteContact),
		read(photo, "profilephoto-get", optSelect|optFormat, getContactPhoto),
		read(photo+"/$value", "profilephoto-get", optNone, getContactPhotoContent),
		write("PUT", photo+"/$value", "profilephoto-update", setContactPhoto),
		{method: "PATCH", pattern: "/~/" + photo + "/$value", doc: contactPages + "profilephoto-update", scopes: writeOutlookContacts, options: optNone, handle: setContactPhoto},

		read("contactFolders", "user-list-contactfolders", listOptions, listContactFolders),
		write("POST", "contactFolders", "user-post-contactfolders", postContactFolder),
		read("contactFolders/delta", "contactfolder-delta", deltaContactOptions, deltaContactFolders),
		read("~contactFolder", "contactfolder-get", oneOptions, getContactFolder),
		write("PATCH", "~contactFolder", "contactfolder-update", patchContactFolder),
		write("DELETE", "~contactFolder", "contactfolder-delete", deleteContactFolder),
		write("POST", "~contactFolder/permanentDelete", "contactfolder-permanentdelete", deleteContactFolder),
		read("~contactFolder/childFolders", "contactfolder-list-childfolders", listOptions, listContactFolders),
		write("POST", "~contactFolder/childFolders", "contactfolder-post-childfolders", postContactFolder),
	})
}

// contactFolder finds the folder that the path names; the default one where it names none.
func (c *call) contactFolder() (*contactFolder, error) {
	store := c.user.contacts
	f := store.root
	for _, name := range []string{"grandparent", "parent", "folder"} {
		id, named := c.vars[name]
		if !named {
			continue
		}
		below, err := store.folder(id)
		switch {
		case err != nil:
			return nil, err
		case f != store.root && below.parent != f:
			return nil, fail(codeItemNotFound)
		}
		f = below
	}
	return f, nil
}

// contact finds the contact that the path names, in the folder that it names.
func (c *call) contact() (*contactState, error) {
	f, err := c.contactFolder()
	if err != nil {
		return nil, err
	}
	x := c.user.contacts.contacts[c.vars["contact"]]
	if x == nil || c.vars["folder"] != "" && x.folder != f {
		return nil, noSuchItem(c.vars["contact"])
	}
	return x, nil
}

func contactContext(c *call) string {
	if id := c.vars["folder"]; id != "" {
		return userContext(c) + "/contactFolders('" + escapeValue(id) + "')/contacts"
	}
	return userContext(c) + "/contacts"
}

// contactSearch finds contacts by the words of their names, addresses and companies.
var contactSearch = &searching[*contactState]{
	parse: odata.ParseKeywordSearch,
	fits: func(c *call, x *contactState, t odata.Term) bool {
		return t.Match(x.searched(t.Property), c.now)
	},
}

// searched are the values of a property; "" means where words are looked for by default.
func (x *contactState) searched(property string) []string {
	switch property {
	case "":
		return append(addressesOf(x.EmailAddresses), x.DisplayName, x.NickName, x.CompanyName, x.FileAs)
	case "emailaddresses", "email":
		return addressesOf(x.EmailAddresses)
	case "name":
		return []string{x.DisplayName}
	}
	for _, p := range contactNames {
		if strings.EqualFold(p.name, property) {
			return []string{*p.of(x)}
		}
	}
	return nil
}

func contactListing(c *call) (listing[*contactState], error) {
	f, err := c.contactFolder()
	if err != nil {
		return listing[*contactState]{}, err
	}
	c.applyOutlook()
	return listing[*contactState]{schema: contactSchema, items: f.contacts, context: contactContext(c), check: checkContactQuery, search: contactSearch}, nil
}

// codeFilterNodes is of a filter that Exchange cannot carry out.
const codeFilterNodes code = "ErrorInvalidUrlQueryFilter"

// checkContactQuery holds what of the addresses can be asked for: that one is equal to a value. See
// https://learn.microsoft.com/graph/api/user-list-contacts, "Optional query parameters".
func checkContactQuery(c *call, q *query) error {
	if q.search != nil {
		return checkSearchAlone(c)
	}
	if q.filter == nil {
		return nil
	}
	for _, use := range q.filter.Uses {
		path := strings.ToLower(use.Path)
		if strings.HasPrefix(path, "emailaddresses") && (path != "emailaddresses/address" || use.Operator != "eq") {
			return refuse(codeFilterNodes, "The query filter contains one or more invalid nodes.")
		}
	}
	return nil
}

func listContacts(c *call) (*reply, error) {
	l, err := contactListing(c)
	if err != nil {
		return nil, err
	}
	return list(c, l)
}

func countContacts(c *call) (*reply, error) {
	l, err := contactListing(c)
	if err != nil {
		return nil, err
	}
	return count(c, l)
}

func getContact(c *call) (*reply, error) {
	x, err := c.contact()
	if err != nil {
		return nil, err
	}
	c.applyOutlook()
	return one(c, contactSchema, x, contactContext(c))
}

func postContact(c *call) (*reply, error) {
	f, err := c.contactFolder()
	if err != nil {
		return nil, err
	}
	store := c.user.contacts
	x := &contactState{folder: f}
	x.ID = outlookID("contact made", c.user.ID, store.made)
	if err := readContact(c, x); err != nil {
		return nil, err
	}
	rep, err := created(c, contactSchema, x, contactContext(c))
	if err != nil {
		return nil, err
	}
	store.made++
	store.add(x)
	store.record(x, itemCreated)
	return rep, nil
}

func patchContact(c *call) (*reply, error) {
	x, err := c.contact()
	if err != nil {
		return nil, err
	}
	if err := c.holdsMatch(contactSchema.etag(x)); err != nil {
		return nil, err
	}
	changed := *x // kept only if all of it is good
	if err := readContact(c, &changed); err != nil {
		return nil, err
	}
	changed.touch(c.now)
	rep, err := one(c, contactSchema, &changed, contactContext(c))
	if err != nil {
		return nil, err
	}
	*x = changed
	c.user.contacts.record(x, itemUpdated)
	return rep, nil
}

func deleteContact(c *call) (*reply, error) {
	x, err := c.contact()
	if err != nil {
		return nil, err
	}
	if err := c.holdsMatch(contactSchema.etag(x)); err != nil {
		return nil, err
	}
	c.user.contacts.remove(x)
	return emptyReply(http.StatusNoContent), nil
}

// deltaContacts tells what changed in a folder.
func deltaContacts(c *call) (*reply, error) {
	f, err := c.contactFolder()
	if err != nil {
		return nil, err
	}
	c.applyOutlook()
	store := c.user.contacts
	t := tracked[*contactState]{collection: store.collection(f), dialect: outlookDelta}
	t.listing = listing[*contactState]{schema: contactSchema, context: "Collection(contact)"}
	t.first = func() []string {
		ids := make([]string, len(f.contacts))
		for i, x := range f.contacts {
			ids[i] = x.ID
		}
		return ids
	}
	t.find = func(id string) (*contactState, bool) { x := store.contacts[id]; return x, x != nil && x.folder == f }
	t.gone = func(id string) object { return removedObject("contact", id) }
	return delta(c, t)
}
