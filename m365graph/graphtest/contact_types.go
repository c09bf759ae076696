package graphtest

import "time"

// ContactFolder is a folder of contacts, as in
// https://learn.microsoft.com/graph/api/resources/contactfolder.
type ContactFolder struct {
	ID          string
	DisplayName string
	Contacts    []*Contact
	Children    []*ContactFolder
}

// Contact is somebody whom a person keeps in Outlook, as in
// https://learn.microsoft.com/graph/api/resources/contact.
type Contact struct {
	ID               string
	DisplayName      string // "" means made of the other names
	FileAs           string // "" means "Surname, GivenName"
	Title            string
	GivenName        string
	MiddleName       string
	Surname          string
	Generation       string
	Initials         string
	NickName         string
	YomiGivenName    string
	YomiSurname      string
	YomiCompanyName  string
	CompanyName      string
	Department       string
	JobTitle         string
	OfficeLocation   string
	Profession       string
	Manager          string
	AssistantName    string
	SpouseName       string
	BusinessHomePage string
	MobilePhone      string
	PersonalNotes    string

	EmailAddresses []Recipient // at most three
	ImAddresses    []string
	BusinessPhones []string
	HomePhones     []string
	Children       []string
	Categories     []string

	BusinessAddress PhysicalAddress
	HomeAddress     PhysicalAddress
	OtherAddress    PhysicalAddress

	Birthday time.Time // zero means unknown
	Photo    []byte    // JPEG or PNG; nil means none

	CreatedDateTime      time.Time // zero means when the server starts
	LastModifiedDateTime time.Time // zero means CreatedDateTime
}

// PhysicalAddress is where somebody lives or works, as in
// https://learn.microsoft.com/graph/api/resources/physicaladdress.
type PhysicalAddress struct {
	Street          string
	City            string
	State           string
	PostalCode      string
	CountryOrRegion string
}
