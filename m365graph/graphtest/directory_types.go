package graphtest

import "time"

// Group is a group of people, as in
// https://learn.microsoft.com/graph/api/resources/group.
type Group struct {
	ID              string
	DisplayName     string
	Description     string
	Mail            string   // "" means MailNickname at the tenant's domain, if the group is mail-enabled
	MailNickname    string   // "" means DisplayName without spaces
	GroupTypes      []string // "Unified" makes it a Microsoft 365 group; none a security group
	SecurityEnabled bool     // of a Microsoft 365 group; a security group always is
	Visibility      string   // "Public", "Private" or "HiddenMembership"; "" means "Public" for a Microsoft 365 group
	Classification  string
	CreatedDateTime time.Time // zero means when the server starts

	// Owners and Members are principal names or ids of people, or ids of
	// groups.
	Owners  []string
	Members []string
}

// Profile is what the directory knows of a person beside the name, shown only
// where $select asks for it.
type Profile struct {
	MailNickname      string // "" means the principal name up to its @
	UserType          string // "Member" (also "") or "Guest"
	Disabled          bool   // accountEnabled is false
	CompanyName       string
	EmployeeID        string
	EmployeeType      string
	StreetAddress     string
	City              string
	State             string
	PostalCode        string
	Country           string
	UsageLocation     string // a country's two letters
	FaxNumber         string
	AboutMe           string
	AgeGroup          string
	Consent           string // consentProvidedForMinor
	PasswordPolicies  string
	ImmutableID       string // onPremisesImmutableId
	PreferredLocation string // preferredDataLocation
	OtherMails        []string
	Aliases           []string // further addresses of the mailbox
	CreatedDateTime   time.Time
	EmployeeHireDate  time.Time
}
