package graphtest

import "time"

// Team is a team, as in
// https://learn.microsoft.com/graph/api/resources/team. Its ID is that of the
// group behind it.
type Team struct {
	ID              string
	DisplayName     string
	Description     string
	Visibility      string // "private" (also ""), "public" or "hiddenMembership"
	IsArchived      bool
	CreatedDateTime time.Time

	// Owners and Members are principal names or object ids of users of the
	// tenant. An owner is a member too, and need not be named twice.
	Owners  []string
	Members []string

	// Channels are those of the team. The one named "General" is its primary
	// channel, and exists in any case.
	Channels []*Channel
}

// Channel is a channel of a team, as in
// https://learn.microsoft.com/graph/api/resources/channel.
type Channel struct {
	ID              string // "" means one in Graph's form: 19:…@thread.tacv2
	DisplayName     string
	Description     string
	MembershipType  string // "standard" (also ""), "private" or "shared"
	CreatedDateTime time.Time

	// Owners and Members are those of a private or shared channel, by
	// principal name or object id. A standard channel is its team's.
	Owners  []string
	Members []string

	Messages []*ChatMessage // without the replies to others; in any order
}

// Chat is a conversation outside of teams, as in
// https://learn.microsoft.com/graph/api/resources/chat.
type Chat struct {
	ID              string // "" means one in Graph's form
	Type            string // "oneOnOne", "group" or "meeting"; "" means by the number of Members
	Topic           string
	Members         []string // principal names or object ids of users of the tenant
	JoinURL         string   // of the meeting that the chat belongs to
	CreatedDateTime time.Time
	Messages        []*ChatMessage // in any order
}

// ChatMessage is a message in a channel or a chat, as in
// https://learn.microsoft.com/graph/api/resources/chatmessage.
type ChatMessage struct {
	ID          string // milliseconds since 1970; "" means those of CreatedDateTime
	From        string // principal name or object id of a user of the tenant
	Application string // display name of the bot or connector that sent it; From is empty then
	Subject     string
	Summary     string
	Body        Body
	Importance  string // "normal" (also ""), "high" or "urgent"
	Mentions    []Mention
	Attachments []ChatAttachment
	Reactions   []Reaction
	Replies     []*ChatMessage // of a channel's message only

	CreatedDateTime    time.Time
	LastEditedDateTime time.Time // zero means never
	DeletedDateTime    time.Time // zero means not
}

// Mention is somebody named in a message, where its body has <at id="…">, as
// in https://learn.microsoft.com/graph/api/resources/chatmessagemention.
type Mention struct {
	ID   int
	Text string
	User string // principal name or object id of a user of the tenant; "" means the channel
}

// ChatAttachment is a file, card or message that a message carries, as in
// https://learn.microsoft.com/graph/api/resources/chatmessageattachment.
type ChatAttachment struct {
	ID           string
	ContentType  string // such as "reference" for a file
	ContentURL   string
	Content      string
	Name         string
	ThumbnailURL string
	TeamsAppID   string
}

// Reaction is what somebody thinks of a message, as in
// https://learn.microsoft.com/graph/api/resources/chatmessagereaction.
type Reaction struct {
	Type            string // an emoji, or "like" and its kind
	User            string // principal name or object id of a user of the tenant
	CreatedDateTime time.Time
}

// Presence is whether a person is at hand, as in
// https://learn.microsoft.com/graph/api/resources/presence.
type Presence struct {
	Availability  string // such as "Available"; "" means "Offline"
	Activity      string // such as "InAMeeting"; "" means Availability
	StatusMessage string
	OutOfOffice   string // the message of those who are away; "" means that they are not
}
