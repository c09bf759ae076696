package graphtest

import "slices"

// contactNames are the plain properties of a contact, in the order Graph prints them.
var contactNames = []struct {
	name string
	of   func(*contactState) *string
}{
	{"fileAs", func(x *contactState) *string { return &x.FileAs }},
	{"displayName", func(x *contactState) *string { return &x.DisplayName }},
	{"givenName", func(x *contactState) *string { return &x.GivenName }},
	{"initials", func(x *contactState) *string { return &x.Initials }},
	{"middleName", func(x *contactState) *string { return &x.MiddleName }},
	{"nickName", func(x *contactState) *string { return &x.NickName }},
	{"surname", func(x *contactState) *string { return &x.Surname }},
	{"title", func(x *contactState) *string { return &x.Title }},
	{"yomiGivenName", func(x *contactState) *string { return &x.YomiGivenName }},
	{"yomiSurname", func(x *contactState) *string { return &x.YomiSurname }},
	{"yomiCompanyName", func(x *contactState) *string { return &x.YomiCompanyName }},
	{"generation", func(x *contactState) *string { return &x.Generation }},
	{"jobTitle", func(x *contactState) *string { return &x.JobTitle }},
	{"companyName", func(x *contactState) *string { return &x.CompanyName }},
	{"department", func(x *contactState) *string { return &x.Department }},
	{"officeLocation", func(x *contactState) *string { return &x.OfficeLocation }},
	{"profession", func(x *contactState) *string { return &x.Profession }},
	{"businessHomePage", func(x *contactState) *string { return &x.BusinessHomePage }},
	{"assistantName", func(x *contactState) *string { return &x.AssistantName }},
	{"manager", func(x *contactState) *string { return &x.Manager }},
	{"mobilePhone", func(x *contactState) *string { return &x.MobilePhone }},
	{"spouseName", func(x *contactState) *string { return &x.SpouseName }},
	{"personalNotes", func(x *contactState) *string { return &x.PersonalNotes }},
}

// contactLists are the properties of several plain values.
var contactLists = []struct {
	name string
	of   func(*contactState) *[]string
}{
	{"categories", func(x *contactState) *[]string { return &x.Categories }},
	{"imAddresses", func(x *contactState) *[]string { return &x.ImAddresses }},
	{"homePhones", func(x *contactState) *[]string { return &x.HomePhones }},
	{"businessPhones", func(x *contactState) *[]string { return &x.BusinessPhones }},
	{"children", func(x *contactState) *[]string { return &x.Children }},
}

// contactAddresses are the places where somebody can be met.
var contactAddresses = []struct {
	name string
	of   func(*contactState) *PhysicalAddress
}{
	{"homeAddress", func(x *contactState) *PhysicalAddress { return &x.HomeAddress }},
	{"businessAddress", func(x *contactState) *PhysicalAddress { return &x.BusinessAddress }},
	{"otherAddress", func(x *contactState) *PhysicalAddress { return &x.OtherAddress }},
}

// contactSchema is https://learn.microsoft.com/graph/api/resources/contact.
var contactSchema = &schema[*contactState]{
	name: "contact", keep: []string{"id"}, page: 10, maxPage: 1000,
	etag: func(x *contactState) string { return `W/"` + x.changeKey() + `"` },
	props: slices.Concat([]property[*contactState]{
		contactGet("id", "Edm.String", func(x *contactState) any { return x.ID }),
		contactGet("createdDateTime", "Edm.DateTimeOffset", func(x *contactState) any { return x.CreatedDateTime }),
		contactGet("lastModifiedDateTime", "Edm.DateTimeOffset", func(x *contactState) any { return x.LastModifiedDateTime }),
		contactGet("changeKey", "Edm.String", func(x *contactState) any { return x.changeKey() }),
		contactGet("parentFolderId", "Edm.String", func(x *contactState) any { return x.folder.id }),
		contactGet("birthday", "Edm.DateTimeOffset", func(x *contactState) any { return orNoTime(x.Birthday) }),
	}, contactProperties(), []property[*contactState]{
		contactGet("emailAddresses", "[]emailAddress", func(x *contactState) any {
			all := make([]object, len(x.EmailAddresses))
			for i, r := range x.EmailAddresses {
				all[i] = emailAddress(r.Name, r.Address)
			}
			return all
		}),
		contactGet("primaryEmailAddress", "emailAddress", func(x *contactState) any { return x.emailAddress(0) }),
		contactGet("secondaryEmailAddress", "emailAddress", func(x *contactState) any { return x.emailAddress(1) }),
		contactGet("tertiaryEmailAddress", "emailAddress", func(x *contactState) any { return x.emailAddress(2) }),
		{name: "singleValueExtendedProperties", typ: "[]singleValueLegacyExtendedProperty", show: expanded, filtered: true,
			get: func(_ *call, x *contactState) any { return propertyObjects(x.properties) }},
		{name: "photo", typ: "profilePhoto", show: expanded, get: func(c *call, x *contactState) any {
			if p, ok := readPhoto(x.Photo); ok {
				return plainly(c, photoSchema, p)
			}
			return nil
		}},
	}),
}

func contactGet(name, typ string, get func(*contactState) any) property[*contactState] {
	return property[*contactState]{name: name, typ: typ, get: func(_ *call, x *contactState) any { return get(x) }}
}

// contactProperties are those of the tables.
func contactProperties() []property[*contactState] {
	var all []property[*contactState]
	for _, p := range contactNames {
		all = append(all, contactGet(p.name, "Edm.String", func(x *contactState) any { return orNull(*p.of(x)) }))
	}
	for _, p := range contactLists {
		all = append(all, contactGet(p.name, "[]Edm.String", func(x *contactState) any { return nonNil(*p.of(x)) }))
	}
	for _, p := range contactAddresses {
		all = append(all, contactGet(p.name, "physicalAddress", func(x *contactState) any { return p.of(x).object() }))
	}
	return all
}

// emailAddress is one of the three, or nothing.
func (x *contactState) emailAddress(i int) any {
	if i >= len(x.EmailAddresses) {
		return nil
	}
	return emailAddress(x.EmailAddresses[i].Name, x.EmailAddresses[i].Address)
}

// object shows an address; what is not known of it is left out.
func (a *PhysicalAddress) object() object {
	o := object{}
	for _, m := range []struct{ name, value string }{
		{"street", a.Street}, {"city", a.City}, {"state", a.State}, {"countryOrRegion", a.CountryOrRegion}, {"postalCode", a.PostalCode},
	} {
		if m.value != "" {
			o = append(o, member{m.name, m.value})
		}
	}
	return o
}

// contactFolderSchema is https://learn.microsoft.com/graph/api/resources/contactfolder.
var contactFolderSchema = &schema[*contactFolder]{
	name: "contactFolder", keep: []string{"id"}, page: 10, maxPage: 1000,
	props: []property[*contactFolder]{
		{name: "id", typ: "Edm.String", get: func(_ *call, f *contactFolder) any { return f.id }},
		{name: "parentFolderId", typ: "Edm.String", get: func(c *call, f *contactFolder) any {
			if f.parent == nil {
				return c.user.mail.root.id
			}
			return f.parent.id
		}},
		{name: "displayName", typ: "Edm.String", get: func(_ *call, f *contactFolder) any { return f.name }},
		{name: "contacts", typ: "[]contact", show: expanded, get: func(c *call, f *contactFolder) any { return plainlyAll(c, contactSchema, f.contacts) }},
		{name: "singleValueExtendedProperties", typ: "[]singleValueLegacyExtendedProperty", show: expanded, filtered: true,
			get: func(_ *call, f *contactFolder) any { return propertyObjects(f.properties) }},
	},
}

func init() { // refers to itself
	contactFolderSchema.props = append(contactFolderSchema.props, property[*contactFolder]{
		name: "childFolders", typ: "[]contactFolder", show: expanded,
		get: func(c *call, f *contactFolder) any { return plainlyAll(c, contactFolderSchema, f.children) },
	})
}

// contactTypes are the types within contacts.
var contactTypes = types{
	"physicalAddress": {"street": "Edm.String", "city": "Edm.String", "state": "Edm.String", "countryOrRegion": "Edm.String", "postalCode": "Edm.String"},
}
