package graphtest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// teamStore is what the tenant has in Teams. Server.mu guards it.
type teamStore struct {
	tenant   *tenantState
	teams    []*teamState
	teamByID map[string]*teamState // by lower-cased id
	chats    []*chatState
	chatByID map[string]*chatState
	made     int // how many things requests have made
}

// teamState is a team as it is now.
type teamState struct {
	Team       // a copy; its channels and people are below
	group      *groupState
	settings   map[string]object
	members    []*teamMember
	channels   []*channelState // the primary one first
	operations []*teamOperation
}

// channelState is a channel as it is now.
type channelState struct {
	Channel // a copy; its people and messages are below
	team    *teamState
	folder  string // id of its folder in the team's library; "": it has none
	thread
}

// chatState is a chat as it is now.
type chatState struct {
	Chat // a copy; its people and messages are below
	thread
	updated time.Time            // renamed, or its members changed
	read    map[string]time.Time // up to when, by user id
	hidden  map[string]bool      // by user id
}

// thread is what messages are in, and who is.
type thread struct {
	id         string
	collection string // of the messages, as the journal names it
	members    []*teamMember
	messages   []*chatMessage         // without replies; the last modified first
	byID       map[int64]*chatMessage // replies too
	last       int64                  // id of the latest message
}

// teamMember is a person in a team, a channel or a chat.
type teamMember struct {
	id    string
	user  *userState
	owner bool
	since time.Time // from when on the history is visible; zero: all
}

func newTeamStore(s *tenantState, now time.Time) (*teamStore, error) {
	ts := &teamStore{tenant: s, teamByID: map[string]*teamState{}, chatByID: map[string]*chatState{}}
	for _, t := range s.Teams {
		if _, err := ts.addTeam(t, now); err != nil {
			return nil, fmt.Errorf("team %q: %w", t.DisplayName, err)
		}
	}
	for i, c := range s.Chats {
		if _, err := ts.addChat(c, i, now); err != nil {
			return nil, fmt.Errorf("chat %d %q: %w", i, c.Topic, err)
		}
	}
	return ts, nil
}

// addTeam copies a team and its channels.
func (ts *teamStore) addTeam(given *Team, now time.Time) (*teamState, error) {
	t := &teamState{Team: *given, settings: map[string]object{}}
	if t.DisplayName == "" {
		return nil, errors.New("DisplayName is required")
	}
	if t.ID == "" {
		t.ID = guid("team", ts.tenant.ID, t.DisplayName)
	}
	t.ID = strings.ToLower(t.ID)
	if t.CreatedDateTime.IsZero() {
		t.CreatedDateTime = now
	}
	if ts.teamByID[t.ID] != nil {
		return nil, errors.New("there are two with this id or name")
	}
	var err error
	if t.members, err = ts.people(t.ID, t.Owners, t.Members); err != nil {
		return nil, err
	}
	isGeneral := func(c *Channel) bool { return strings.EqualFold(c.DisplayName, "General") }
	channels := slices.Clone(t.Channels)
	if i := slices.IndexFunc(channels, isGeneral); i > 0 {
		channels[0], channels[i] = channels[i], channels[0]
	} else if i < 0 {
		channels = slices.Insert(channels, 0, &Channel{DisplayName: "General", Description: t.Description})
	}
	for _, c := range channels {
		if _, err := ts.addChannel(t, c, now); err != nil {
			return nil, fmt.Errorf("channel %q: %w", c.DisplayName, err)
		}
	}
	ts.teams, ts.teamByID[t.ID] = append(ts.teams, t), t
	if err := ts.joinGroup(t, now); err != nil {
		return nil, err
	}
	if err := ts.tenant.giveSite(t.group, now); err != nil {
		return nil, err
	}
	for _, ch := range t.channels {
		ch.makeFolder(ts.tenant, now)
	}
	return t, nil
}

// addChannel copies a channel and its messages.
func (ts *teamStore) addChannel(t *teamState, given *Channel, now time.Time) (*channelState, error) {
	c := &channelState{Channel: *given, team: t}
	c.MembershipType = or(c.MembershipType, "standard")
	if c.CreatedDateTime.IsZero() {
		c.CreatedDateTime = t.CreatedDateTime
	}
	if c.ID == "" {
		c.ID = threadID("tacv2", "channel", t.ID, c.DisplayName, len(t.channels))
	}
	if c.DisplayName == "" {
		return nil, errors.New("DisplayName is required")
	}
	if t.channel(c.ID) != nil || t.channelNamed(c.DisplayName) != nil {
		return nil, errors.New("there are two with this id or name")
	}
	people, err := ts.people(c.ID, c.Owners, c.Members)
	if err != nil {
		return nil, err
	}
	c.thread = thread{id: c.ID, collection: "teams/" + t.ID + "/channels/" + c.ID + "/messages", members: people, byID: map[int64]*chatMessage{}}
	if err := ts.loadMessages(&c.thread, c.Messages, now); err != nil {
		return nil, err
	}
	c.makeFolder(ts.tenant, now)
	t.channels = append(t.channels, c)
	return c, nil
}

// addChat copies a chat and its messages. n tells it from others without an id.
func (ts *teamStore) addChat(given *Chat, n int, now time.Time) (*chatState, error) {
	c := &chatState{Chat: *given, read: map[string]time.Time{}, hidden: map[string]bool{}}
	if c.Type == "" {
		c.Type = "group"
		if len(c.Members) == 2 {
			c.Type = "oneOnOne"
		}
	}
	if c.CreatedDateTime.IsZero() {
		c.CreatedDateTime = now
	}
	users, err := ts.people("", c.Members, nil)
	switch {
	case err != nil:
		return nil, err
	case c.Type == "oneOnOne" && len(users) != 2:
		return nil, errors.New("one-on-one needs two Members")
	case c.ID == "":
		c.ID = newChatID(c.Type, users, ts.tenant.ID, n)
	}
	if ts.chatByID[c.ID] != nil {
		return nil, errors.New("there are two with this id or these members")
	}
	c.updated = c.CreatedDateTime
	c.thread = thread{id: c.ID, collection: "chats/" + c.ID + "/messages", byID: map[int64]*chatMessage{}}
	for _, m := range users {
		c.members = append(c.members, newTeamMember(c.ID, m.user, true, ts.tenant.ID))
	}
	if err := ts.loadMessages(&c.thread, c.Messages, now); err != nil {
		return nil, err
	}
	ts.chats, ts.chatByID[c.ID] = append(ts.chats, c), c
	return c, nil
}

// people finds owners and members by name.
func (ts *teamStore) people(place string, owners, members []string) ([]*teamMember, error) {
	var found []*teamMember
	for i, name := range slices.Concat(owners, members) {
		u := ts.tenant.user(name)
		if u == nil {
			return nil, fmt.Errorf("member %q is no user of the tenant", name)
		}
		if !slices.ContainsFunc(found, func(m *teamMember) bool { return m.user == u }) {
			found = append(found, newTeamMember(place, u, i < len(owners), ts.tenant.ID))
		}
	}
	return found, nil
}

func newTeamMember(place string, u *userState, owner bool, tenantID string) *teamMember {
	id := base64.StdEncoding.EncodeToString([]byte(tenantID + "##" + place + "##" + u.ID))
	return &teamMember{id: id, user: u, owner: owner}
}

// threadID derives the id of a channel or a chat from parts.
func threadID(kind string, parts ...any) string {
	return "19:" + strings.ReplaceAll(guid(parts...), "-", "") + "@thread." + kind
}

// newChatID derives a chat's id; that of a one-on-one chat names both people.
func newChatID(kind string, people []*teamMember, tenantID string, n int) string {
	switch kind {
	case "oneOnOne":
		ids := []string{people[0].user.ID, people[1].user.ID}
		sort.Strings(ids)
		return "19:" + ids[0] + "_" + ids[1] + "@unq.gbl.spaces"
	case "meeting":
		return "19:meeting_" + base64.RawURLEncoding.EncodeToString([]byte(guid("meeting", tenantID, n))) + "@thread.v2"
	}
	return threadID("v2", "chat", tenantID, n)
}

func (t *teamState) channel(id string) *channelState {
	for _, c := range t.channels {
		if strings.EqualFold(c.ID, id) {
			return c
		}
	}
	return nil
}

func (t *teamState) channelNamed(name string) *channelState {
	for _, c := range t.channels {
		if strings.EqualFold(c.DisplayName, name) {
			return c
		}
	}
	return nil
}

// roster is who is in a channel: the team, unless it is private or shared.
func (ch *channelState) roster() []*teamMember {
	if ch.MembershipType == "standard" {
		return ch.team.members
	}
	return ch.members
}

// memberOf finds a person among members; nil if they are not there.
func memberOf(members []*teamMember, u *userState) *teamMember {
	for _, m := range members {
		if m.user == u && u != nil {
			return m
		}
	}
	return nil
}
