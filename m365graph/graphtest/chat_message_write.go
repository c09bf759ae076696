package graphtest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// writable finds the thread that a path names, if the caller may write there.
func (c *call) writable() (*thread, error) {
	t, err := c.thread()
	if err != nil {
		return nil, err
	}
	if team, _, ok := t.channel(); ok && c.s.tenant.teams.teamByID[strings.ToLower(team)].IsArchived {
		return nil, failf(codeForbidden, "The team is archived: it can be read only.")
	}
	return t, nil
}

func sendChatMessage(c *call) (*reply, error) {
	if c.token.app {
		return nil, errImportOnly
	}
	t, err := c.writable()
	if err != nil {
		return nil, err
	}
	var parent *chatMessage
	s := chatMessageSchema
	if strings.HasSuffix(c.route.pattern, "/replies") {
		if parent, err = t.find(c.vars["message"]); err != nil {
			return nil, err
		}
		if parent.parent != nil {
			return nil, failf(codeBadRequest, "A reply cannot be replied to.")
		}
		s = replySchema
	}
	m := &chatMessage{ChatMessage: &ChatMessage{}, from: c.me()}
	in, err := c.readChatMessage(m.ChatMessage)
	if err != nil {
		return nil, err
	}
	if in.Body == nil {
		return nil, failf(codeBadRequest, "Missing required property 'body' of the message.")
	}
	if err := c.readHosted(m, in.Hosted, t); err != nil {
		return nil, err
	}
	c.s.tenant.post(t, parent, m, c.now)
	m.placeHosted(c)
	return created(c, s, m, c.threadContext(t))
}

// ownMessage finds the message that the path names, for who wrote it.
func (c *call) ownMessage() (*chatMessage, error) {
	if _, err := c.writable(); err != nil {
		return nil, err
	}
	m, err := c.chatMessage()
	if err != nil {
		return nil, err
	}
	if m.from == nil || m.from != c.me() {
		return nil, failf(codeForbidden, "Only the sender can change a message.")
	}
	return m, nil
}

func patchChatMessage(c *call) (*reply, error) {
	if c.token.app {
		return nil, failf(codeForbidden, "An application can change only the policyViolation of a message.")
	}
	m, err := c.ownMessage()
	if err != nil {
		return nil, err
	}
	if m.deleted() {
		return nil, failf(codeBadRequest, "A deleted message cannot be changed.")
	}
	changed := *m.ChatMessage
	in, err := c.readChatMessage(&changed)
	if err != nil {
		return nil, err
	}
	if len(in.Hosted) > 0 {
		return nil, failf(codeBadRequest, "hostedContents of a message cannot be changed.")
	}
	changed.LastEditedDateTime = c.now
	c.rewrite(m, func(own *ChatMessage) { *own = changed })
	return emptyReply(http.StatusNoContent), nil
}

// rewrite changes a message, and notes it.
func (c *call) rewrite(m *chatMessage, set func(*ChatMessage)) {
	set(m.change(c.now))
	kind := itemUpdated
	if m.deleted() {
		kind = itemDeleted
	}
	c.s.tenant.noteMessage(m, kind)
}

func softDelete(c *call) (*reply, error) {
	m, err := c.ownMessage()
	if err != nil {
		return nil, err
	}
	if !m.deleted() {
		c.rewrite(m, func(own *ChatMessage) { own.DeletedDateTime = c.now })
	}
	return emptyReply(http.StatusNoContent), nil
}

func undoSoftDelete(c *call) (*reply, error) {
	m, err := c.ownMessage()
	if err != nil {
		return nil, err
	}
	if m.deleted() {
		c.rewrite(m, func(own *ChatMessage) { own.DeletedDateTime = time.Time{} })
	}
	return emptyReply(http.StatusNoContent), nil
}

// reactionNames are the names of the reactions that Teams had before it took
// any emoji.
var reactionNames = map[string]string{
	"like": "Like", "heart": "Heart", "laugh": "Laugh", "surprised": "Surprised", "sad": "Sad", "angry": "Angry",
	"👍": "Like", "❤️": "Heart", "😆": "Laugh", "😮": "Surprised", "😢": "Sad", "😡": "Angry",
}

func reactionName(kind string) string { return reactionNames[kind] }

func setReaction(c *call) (*reply, error)   { return react(c, true) }
func unsetReaction(c *call) (*reply, error) { return react(c, false) }

// react sets or takes back what the caller thinks of a message.
func react(c *call, set bool) (*reply, error) {
	if _, err := c.writable(); err != nil {
		return nil, err
	}
	m, err := c.chatMessage()
	if err != nil {
		return nil, err
	}
	var in struct {
		Type string `json:"reactionType"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if plain := strings.IndexFunc(in.Type, func(r rune) bool { return r >= 0x80 }) < 0; in.Type == "" || len(in.Type) > 64 || plain && reactionNames[in.Type] == "" {
		return nil, invalidValue("reactionType")
	}
	me := c.me()
	same := func(r Reaction) bool { return r.Type == in.Type && c.s.tenant.user(r.User) == me }
	if slices.ContainsFunc(m.Reactions, same) != set {
		c.rewrite(m, func(own *ChatMessage) {
			if set {
				own.Reactions = append(own.Reactions, Reaction{Type: in.Type, User: me.ID, CreatedDateTime: c.now})
			} else {
				own.Reactions = slices.DeleteFunc(own.Reactions, same)
			}
		})
	}
	return emptyReply(http.StatusNoContent), nil
}

// announce puts a message of the service's own into a thread: what happened
// there, as one of the event details of
// https://learn.microsoft.com/graph/system-messages.
func (c *call) announce(t *thread, event string, details ...member) {
	initiator := object{{"application", nil}, {"device", nil}, {"user", nil}}
	if me := c.me(); me != nil {
		initiator[2].value = identityOf(me)
	}
	detail := append(object{{"@odata.type", "#microsoft.graph." + event + "EventMessageDetail"}}, details...)
	m := &chatMessage{ChatMessage: &ChatMessage{}, event: append(detail, member{"initiator", initiator})}
	c.s.tenant.post(t, nil, m, c.now)
}
