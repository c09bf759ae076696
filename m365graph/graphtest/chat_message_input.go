package graphtest

import (
	"fmt"
	"slices"
	"strings"
)

// maxChatMessage is the largest message that Teams takes, with all that is in
// it. https://learn.microsoft.com/microsoftteams/limits-specifications-teams
const maxChatMessage = 100 << 10

// chatMessageInput is a message as clients write one.
type chatMessageInput struct {
	Body *struct {
		ContentType string `json:"contentType"`
		Content     string `json:"content"`
	} `json:"body"`
	Subject     *string               `json:"subject"`
	Summary     *string               `json:"summary"`
	Importance  *string               `json:"importance"`
	Mentions    []mentionInput        `json:"mentions"`
	Attachments []chatAttachmentInput `json:"attachments"`
	Hosted      []hostedInput         `json:"hostedContents"`
}

type mentionInput struct {
	ID        *int   `json:"id"`
	Text      string `json:"mentionText"`
	Mentioned struct {
		User *struct {
			ID string `json:"id"`
		} `json:"user"`
		Conversation *struct {
			ID string `json:"id"`
		} `json:"conversation"`
	} `json:"mentioned"`
}

type chatAttachmentInput struct {
	ID           string `json:"id"`
	ContentType  string `json:"contentType"`
	ContentURL   string `json:"contentUrl"`
	Content      string `json:"content"`
	Name         string `json:"name"`
	ThumbnailURL string `json:"thumbnailUrl"`
	TeamsAppID   string `json:"teamsAppId"`
}

type hostedInput struct {
	TemporaryID string `json:"@microsoft.graph.temporaryId"`
	Content     []byte `json:"contentBytes"`
	ContentType string `json:"contentType"`
}

// readChatMessage reads the body of a request that writes a message.
func (c *call) readChatMessage(m *ChatMessage) (*chatMessageInput, error) {
	var in chatMessageInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.Body != nil {
		m.Body = Body{ContentType: strings.ToLower(or(in.Body.ContentType, "text")), Content: in.Body.Content}
	}
	if in.Subject != nil {
		m.Subject = *in.Subject
	}
	if in.Summary != nil {
		m.Summary = *in.Summary
	}
	if in.Importance != nil {
		m.Importance = strings.ToLower(*in.Importance)
	}
	size := len(m.Body.Content) + len(m.Subject)
	for _, a := range in.Attachments {
		size += len(a.Content)
	}
	switch {
	case m.Body.ContentType != "text" && m.Body.ContentType != "html":
		return nil, invalidValue("contentType")
	case m.Importance != "" && !slices.Contains([]string{"normal", "high", "urgent"}, m.Importance):
		return nil, invalidValue("importance")
	case size > maxChatMessage:
		return nil, failf(codePayloadTooLarge, "The message is too large: it has %d bytes, of which Teams takes %d.", size, maxChatMessage)
	}
	return &in, c.readParts(in, m)
}

// readParts reads mentions and attachments, each of which has a place in the
// text.
func (c *call) readParts(in chatMessageInput, m *ChatMessage) error {
	if in.Mentions != nil {
		m.Mentions = nil
	}
	for i, given := range in.Mentions {
		mention := Mention{ID: i, Text: given.Text}
		if given.ID != nil {
			mention.ID = *given.ID
		}
		if !strings.Contains(m.Body.Content, fmt.Sprintf(`<at id="%d"`, mention.ID)) || m.Body.ContentType != "html" {
			return failf(codeBadRequest, "Neither Body nor adaptive card content contains marker for mention with Id '%d'.", mention.ID)
		}
		switch {
		case given.Mentioned.User != nil:
			if mention.User = given.Mentioned.User.ID; c.s.tenant.user(mention.User) == nil {
				return failf(codeBadRequest, "The user '%s', who is mentioned, was not found.", mention.User)
			}
		case given.Mentioned.Conversation == nil:
			return failf(codeBadRequest, "Invalid mention: a user or a conversation is required in 'mentioned'.")
		}
		m.Mentions = append(m.Mentions, mention)
	}
	if in.Attachments != nil {
		m.Attachments = nil
	}
	for _, a := range in.Attachments {
		if a.ContentType == "" {
			return failf(codeBadRequest, "An attachment has no contentType.")
		}
		if a.ID != "" && !strings.Contains(m.Body.Content, `<attachment id="`+a.ID+`"`) {
			return failf(codeBadRequest, "The body contains no marker for the attachment with Id '%s'.", a.ID)
		}
		m.Attachments = append(m.Attachments, ChatAttachment(a))
	}
	return nil
}
