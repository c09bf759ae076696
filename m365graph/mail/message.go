package mail

import (
	"time"

	"github.com/m365go/sdk/m365graph"
)

// Message is a mail.
// https://learn.microsoft.com/graph/api/resources/message
type Message struct {
	ID                string `json:"id"`
	ETag              string `json:"@odata.etag,omitempty"`
	ChangeKey         string `json:"changeKey,omitempty"`
	InternetMessageID string `json:"internetMessageId,omitempty"`
	ConversationID    string `json:"conversationId,omitempty"`
	ParentFolderID    string `json:"parentFolderId,omitempty"`

	Subject string `json:"subject,omitempty"`
	// BodyPreview is the first 255 characters, as text.
	BodyPreview string `json:"bodyPreview,omitempty"`
	// Body is nil in lists unless it was selected.
	Body *m365graph.ItemBody `json:"body,omitempty"`
	// UniqueBody is what this mail adds to those that it answers; nil unless it
	// was selected.
	UniqueBody *m365graph.ItemBody `json:"uniqueBody,omitempty"`

	// From is whose mail it is, Sender who sent it on their behalf. Both are
	// nil in some drafts.
	From          *m365graph.Recipient  `json:"from,omitempty"`
	Sender        *m365graph.Recipient  `json:"sender,omitempty"`
	ToRecipients  []m365graph.Recipient `json:"toRecipients,omitempty"`
	CcRecipients  []m365graph.Recipient `json:"ccRecipients,omitempty"`
	BccRecipients []m365graph.Recipient `json:"bccRecipients,omitempty"`
	ReplyTo       []m365graph.Recipient `json:"replyTo,omitempty"`

	ReceivedDateTime     time.Time `json:"receivedDateTime,omitzero"`
	SentDateTime         time.Time `json:"sentDateTime,omitzero"`
	CreatedDateTime      time.Time `json:"createdDateTime,omitzero"`
	LastModifiedDateTime time.Time `json:"lastModifiedDateTime,omitzero"`

	IsRead         bool `json:"isRead"`
	IsDraft        bool `json:"isDraft"`
	HasAttachments bool `json:"hasAttachments"`
	// IsReadReceiptRequested and IsDeliveryReceiptRequested say what the sender
	// wants to hear of.
	IsReadReceiptRequested     bool `json:"isReadReceiptRequested,omitempty"`
	IsDeliveryReceiptRequested bool `json:"isDeliveryReceiptRequested,omitempty"`
	// Importance is "low", "normal" or "high".
	Importance string `json:"importance,omitempty"`
	// InferenceClassification is "focused" or "other".
	InferenceClassification string       `json:"inferenceClassification,omitempty"`
	Categories              []string     `json:"categories,omitempty"`
	Flag                    *Flag        `json:"flag,omitempty"`
	WebLink                 string       `json:"webLink,omitempty"`
	Attachments             []Attachment `json:"attachments,omitempty"`
	// InternetMessageHeaders are nil unless they were selected.
	InternetMessageHeaders []Header `json:"internetMessageHeaders,omitempty"`

	// Extra is what else came.
	Extra m365graph.Extra `json:"-"`
}

// UnmarshalJSON reads the message and keeps what the struct has no field for.
func (m *Message) UnmarshalJSON(data []byte) error { return m365graph.UnmarshalEntity(data, m) }

// Header is a line of a mail's header as it went over the internet.
// https://learn.microsoft.com/graph/api/resources/internetmessageheader
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Flag is a follow-up flag.
// https://learn.microsoft.com/graph/api/resources/followupflag
type Flag struct {
	// FlagStatus is "notFlagged", "flagged" or "complete".
	FlagStatus        string                      `json:"flagStatus,omitempty"`
	StartDateTime     *m365graph.DateTimeTimeZone `json:"startDateTime,omitempty"`
	DueDateTime       *m365graph.DateTimeTimeZone `json:"dueDateTime,omitempty"`
	CompletedDateTime *m365graph.DateTimeTimeZone `json:"completedDateTime,omitempty"`
}

// Attachment is a file, an item or a link attached to a mail.
// https://learn.microsoft.com/graph/api/resources/attachment
type Attachment struct {
	// Type is "#microsoft.graph.fileAttachment", "…itemAttachment" or
	// "…referenceAttachment".
	Type        string `json:"@odata.type,omitempty"`
	ID          string `json:"id,omitempty"`
	Name        string `json:"name"`
	ContentType string `json:"contentType,omitempty"`
	// Size is in bytes, as stored; somewhat more than the file's own.
	Size                 int       `json:"size,omitempty"`
	IsInline             bool      `json:"isInline,omitempty"`
	LastModifiedDateTime time.Time `json:"lastModifiedDateTime,omitzero"`
	// ContentID is what "cid:" links in an HTML body refer to.
	ContentID string `json:"contentId,omitempty"`
	// ContentBytes is a file's content; nil in lists.
	ContentBytes []byte `json:"contentBytes,omitempty"`

	// Extra is what else came.
	Extra m365graph.Extra `json:"-"`
}

// UnmarshalJSON reads the attachment and keeps what the struct has no field for.
func (a *Attachment) UnmarshalJSON(data []byte) error { return m365graph.UnmarshalEntity(data, a) }

// Folder is a mail folder.
// https://learn.microsoft.com/graph/api/resources/mailfolder
type Folder struct {
	ID               string `json:"id"`
	DisplayName      string `json:"displayName"`
	ParentFolderID   string `json:"parentFolderId,omitempty"`
	ChildFolderCount int    `json:"childFolderCount"`
	TotalItemCount   int    `json:"totalItemCount"`
	UnreadItemCount  int    `json:"unreadItemCount"`
	IsHidden         bool   `json:"isHidden,omitempty"`

	// Extra is what else came.
	Extra m365graph.Extra `json:"-"`
}

// UnmarshalJSON reads the folder and keeps what the struct has no field for.
func (f *Folder) UnmarshalJSON(data []byte) error { return m365graph.UnmarshalEntity(data, f) }

// Well-known folder names, which stand for an id wherever a folder is named.
const (
	Inbox        = "inbox"
	SentItems    = "sentitems"
	Drafts       = "drafts"
	Archive      = "archive"
	DeletedItems = "deleteditems"
	JunkEmail    = "junkemail"
	Outbox       = "outbox"
)
