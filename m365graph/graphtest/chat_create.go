package graphtest

import (
	"net/http"
	"strings"
	"time"
)

// chatInput is a chat as clients write one.
type chatInput struct {
	Type    string        `json:"chatType"`
	Topic   *string       `json:"topic"`
	Members []memberInput `json:"members"`
}

// createChat makes a chat; between two people there is only one.
func createChat(c *call) (*reply, error) {
	var in chatInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if strings.EqualFold(in.Type, "oneOnOne") {
		in.Type = "oneOnOne"
	}
	given := &Chat{CreatedDateTime: c.now, Type: in.Type}
	switch {
	case in.Type != "group" && in.Type != "oneOnOne":
		return nil, invalidValue("chatType")
	case in.Topic != nil && *in.Topic != "" && in.Type != "group":
		return nil, failf(codeBadRequest, "Topic can be set only for group chats.")
	case in.Topic != nil:
		given.Topic = *in.Topic
	}
	if err := checkTopic(given.Topic); err != nil {
		return nil, err
	}
	people, err := c.chatPeople(&in)
	if err != nil {
		return nil, err
	}
	for _, m := range people {
		given.Members = append(given.Members, m.user.ID)
	}
	ts := c.s.tenant.teams
	if given.Type == "oneOnOne" {
		given.ID = newChatID(given.Type, people, c.s.tenant.ID, 0)
		if t := ts.chatByID[given.ID]; t != nil {
			return created(c, chatSchema, t, "chats")
		}
	} else {
		given.ID = threadID("v2", "made chat", c.s.tenant.ID, ts.made)
	}
	t, err := ts.addChat(given, 0, c.now)
	if err != nil {
		return nil, failf(codeBadRequest, "The chat cannot be made: %v.", err)
	}
	ts.made++
	c.s.tenant.journal.record("chats", t.ID, itemCreated)
	return created(c, chatSchema, t, "chats")
}

// chatPeople reads the members of a new chat, of whom the caller is one.
func (c *call) chatPeople(in *chatInput) ([]*teamMember, error) {
	var people []*teamMember
	for i := range in.Members {
		if len(in.Members[i].Roles) == 0 {
			return nil, failf(codeBadRequest, "Invalid roles specified for member.")
		}
		m, err := c.newMember(&in.Members[i], "")
		if err != nil {
			return nil, err
		}
		if memberOf(people, m.user) != nil {
			return nil, failf(codeBadRequest, "Duplicate chat members is specified in the request body.")
		}
		people = append(people, m)
	}
	switch {
	case in.Type == "oneOnOne" && len(people) != 2:
		return nil, failf(codeBadRequest, "Invalid number of members for chat type oneOnOne: 2 are required.")
	case len(people) < 2:
		return nil, failf(codeBadRequest, "Invalid number of members: a chat has at least 2.")
	case !c.token.app && memberOf(people, c.me()) == nil:
		return nil, failf(codeForbidden, "The initiator has to be a member of the chat.")
	}
	return people, nil
}

// checkTopic holds what a title may be.
func checkTopic(topic string) error {
	if len([]rune(topic)) > 250 || strings.Contains(topic, ":") {
		return failf(codeBadRequest, "The topic of a chat has at most 250 characters, and none of them is ':'.")
	}
	return nil
}

// patchChat renames a group or a meeting.
func patchChat(c *call) (*reply, error) {
	t, err := c.chat()
	if err != nil {
		return nil, err
	}
	var in chatInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if t.Type == "oneOnOne" {
		return nil, failf(codeBadRequest, "The topic of a oneOnOne chat cannot be set.")
	}
	if in.Topic != nil {
		if err := checkTopic(*in.Topic); err != nil {
			return nil, err
		}
		t.Topic, t.updated = *in.Topic, c.now
		c.announce(&t.thread, "chatRenamed", member{"chatId", t.ID}, member{"chatDisplayName", t.Topic})
		c.s.tenant.journal.record("chats", t.ID, itemUpdated)
	}
	return one(c, chatSchema, t, "chats")
}

// chatMarks are what a person notes on a chat for themselves.
var chatMarks = []struct {
	action string
	mark   chatMark
}{
	{"markChatReadForUser", func(t *chatState, userID string, at time.Time) { t.read[userID] = at }},
	{"markChatUnreadForUser", func(t *chatState, userID string, at time.Time) { t.read[userID] = at }},
	{"hideForUser", func(t *chatState, userID string, _ time.Time) { t.hidden[userID] = true }},
	{"unhideForUser", func(t *chatState, userID string, _ time.Time) { delete(t.hidden, userID) }},
}

type chatMark func(t *chatState, userID string, at time.Time)

func markChat(mark chatMark) func(*call) (*reply, error) {
	return func(c *call) (*reply, error) {
		t, err := c.chat()
		if err != nil {
			return nil, err
		}
		var in struct {
			User struct {
				ID string `json:"id"`
			} `json:"user"`
			Read *time.Time `json:"lastMessageReadDateTime"`
		}
		if err := c.decode(&in); err != nil {
			return nil, err
		}
		u := c.s.tenant.user(in.User.ID)
		switch {
		case memberOf(t.members, u) == nil:
			return nil, failf(codeBadRequest, "The user in the request is no member of the chat.")
		case !c.token.app && u != c.me():
			return nil, failf(codeForbidden, "Forbidden")
		}
		at := c.now
		if in.Read != nil {
			at = in.Read.UTC()
		}
		mark(t, u.ID, at)
		return emptyReply(http.StatusNoContent), nil
	}
}
