package graphtest

import "time"

// Tenant is what the emulated Graph knows: people, and what each of them has
// in mailbox, calendar and drive. It is plain data; [New] copies what it
// changes, so one Tenant can feed many servers. Every id may stay empty: the
// server then derives one from the position in the tenant, the same one in
// each run.
type Tenant struct {
	ID          string // directory (tenant) id, a GUID
	DisplayName string
	Users       []*User
	Groups      []*Group
	Sites       []*Site
	Teams       []*Team
	Chats       []*Chat
}

// User is a person of the tenant with mailbox, calendars and drive, as in
// https://learn.microsoft.com/graph/api/resources/user. UserPrincipalName is
// required and unique in the tenant.
type User struct {
	ID                string // object id: the oid claim of this person's tokens
	UserPrincipalName string
	Mail              string // "" means UserPrincipalName
	DisplayName       string
	GivenName         string
	Surname           string
	JobTitle          string
	Department        string
	OfficeLocation    string
	MobilePhone       string
	BusinessPhones    []string
	PreferredLanguage string // such as "en-US"
	Manager           string // principal name or id of another person
	Photo             []byte // JPEG or PNG; nil means none
	Profile           Profile

	// TimeZone is the mailbox's time zone, by its IANA or its Windows name.
	// "" means UTC.
	TimeZone string

	Folders   []*MailFolder // top-level mail folders; the well-known ones exist in any case
	Calendars []*Calendar   // the first one is the default calendar; one exists in any case
	Contacts  []*Contact    // of the default folder
	Drive     *Drive        // OneDrive; nil means an empty one
	Presence  *Presence     // nil means offline

	ContactFolders []*ContactFolder // below the default folder of contacts
	TaskLists      []*TaskList      // of To Do; the well-known ones exist in any case
}

// MailFolder is a folder of a mailbox, as in
// https://learn.microsoft.com/graph/api/resources/mailfolder.
type MailFolder struct {
	ID          string
	DisplayName string

	// WellKnownName is Graph's name for a folder that every mailbox has, such
	// as "inbox" or "sentitems". A folder without one that bears the display
	// name of a well-known folder ("Inbox", "Sent Items") is that folder.
	WellKnownName string

	Messages []*Message
	Children []*MailFolder
}

// Message is a mail, as in
// https://learn.microsoft.com/graph/api/resources/message.
type Message struct {
	ID                string
	Subject           string
	Body              Body
	BodyPreview       string     // "" means the first 255 characters of Body as text
	From              *Recipient // nil means none, as in a draft nobody addressed
	Sender            *Recipient // nil means From
	ToRecipients      []Recipient
	CcRecipients      []Recipient
	BccRecipients     []Recipient
	ReplyTo           []Recipient
	Attachments       []*Attachment
	Headers           []Header // Internet headers, shown only by $select=internetMessageHeaders
	InternetMessageID string
	ConversationID    string // "" means derived from the References and In-Reply-To headers, else from InternetMessageID
	Categories        []string
	Importance        string // "low", "normal" (also "") or "high"
	FlagStatus        string // "notFlagged" (also ""), "flagged" or "complete"
	IsRead            bool
	IsDraft           bool

	ReceivedDateTime     time.Time
	SentDateTime         time.Time // zero means ReceivedDateTime
	CreatedDateTime      time.Time // zero means ReceivedDateTime
	LastModifiedDateTime time.Time // zero means ReceivedDateTime
}

// Body is the text of a message or an event.
type Body struct {
	ContentType string // "text" (also "") or "html"
	Content     string
}

// Recipient is a name and an e-mail address.
type Recipient struct {
	Name    string
	Address string
}

// Header is one Internet header of a message, as in RFC 5322.
type Header struct {
	Name  string
	Value string
}

// Attachment is a file attached to a message, as in
// https://learn.microsoft.com/graph/api/resources/fileattachment; with Item a
// message, with SourceURL a link.
type Attachment struct {
	ID                   string
	Name                 string
	ContentType          string // "" means application/octet-stream
	Item                 *Message
	SourceURL            string
	ContentID            string // what cid: links in an HTML body name, without angle brackets
	IsInline             bool
	Content              []byte
	LastModifiedDateTime time.Time // zero means the message's
}
