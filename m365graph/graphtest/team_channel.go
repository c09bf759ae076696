package graphtest

import (
	"net/http"
	"slices"
	"strings"
)

func (ch *channelState) context() string {
	return "teams('" + ch.team.ID + "')/channels('" + escapeValue(ch.ID) + "')"
}

// visibleChannels are those that the caller may know of: all but the private
// ones of others.
func visibleChannels(c *call, t *teamState) []*channelState {
	me := c.me()
	return slices.DeleteFunc(slices.Clone(t.channels), func(ch *channelState) bool {
		owner := memberOf(t.members, me)
		return !c.token.app && memberOf(ch.roster(), me) == nil && (owner == nil || !owner.owner)
	})
}

func listChannels(c *call) (*reply, error) {
	t, err := c.team()
	if err != nil {
		return nil, err
	}
	return list(c, counted(listing[*channelState]{schema: channelSchema, items: visibleChannels(c, t), context: "teams('" + t.ID + "')/channels"}))
}

func getPrimaryChannel(c *call) (*reply, error) {
	t, err := c.team()
	if err != nil {
		return nil, err
	}
	return one(c, channelSchema, t.channels[0], "teams('"+t.ID+"')/channels")
}

func getChannel(c *call) (*reply, error) {
	ch, err := c.channel()
	if err != nil {
		return nil, err
	}
	return one(c, channelSchema, ch, "teams('"+ch.team.ID+"')/channels")
}

// channelInput is a channel as clients write one.
type channelInput struct {
	DisplayName    *string       `json:"displayName"`
	Description    *string       `json:"description"`
	MembershipType string        `json:"membershipType"`
	Members        []memberInput `json:"members"`
}

// apply writes what is given into a channel of the team.
func (in *channelInput) apply(ch *Channel, t *teamState) error {
	if in.DisplayName != nil {
		ch.DisplayName = strings.TrimSpace(*in.DisplayName)
	}
	if in.Description != nil {
		ch.Description = *in.Description
	}
	name := []rune(ch.DisplayName)
	switch other := t.channelNamed(ch.DisplayName); {
	case len(name) == 0 || len(name) > 50 || strings.ContainsAny(ch.DisplayName, "~#%&*{}+/\\:<>?|'\""):
		return failf(codeBadRequest, "Channel name is not valid: it has 1 to 50 characters and none of ~ # %% & * { } + / \\ : < > ? | ' \".")
	case len([]rune(ch.Description)) > 1024:
		return invalidValue("description")
	case other != nil && other.ID != ch.ID:
		return failf(codeBadRequest, "Channel name already existed, please use other name.")
	}
	return nil
}

func createChannel(c *call) (*reply, error) {
	t, err := c.team()
	if err != nil {
		return nil, err
	}
	var in channelInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	ts := c.s.tenant.teams
	given := &Channel{MembershipType: strings.ToLower(or(in.MembershipType, "standard")), CreatedDateTime: c.now}
	if !slices.Contains([]string{"standard", "private", "shared"}, given.MembershipType) {
		return nil, invalidValue("membershipType")
	}
	if err := in.apply(given, t); err != nil {
		return nil, err
	}
	given.ID = threadID("tacv2", "made channel", t.ID, ts.made)
	if given.MembershipType != "standard" {
		people := teamInput{Members: in.Members}
		named := &Team{ID: given.ID}
		if err := c.teamPeople(&people, named); err != nil {
			return nil, err
		}
		given.Owners, given.Members = named.Owners, named.Members
	}
	ch, err := ts.addChannel(t, given, c.now)
	if err != nil {
		return nil, failf(codeBadRequest, "The channel cannot be made: %v.", err)
	}
	ts.made++
	c.s.tenant.journal.record("teams/"+t.ID+"/channels", ch.ID, itemCreated)
	if d := t.library(c.s.tenant); d != nil {
		d.tell(d.find(ch.folder), itemCreated)
	}
	c.announce(&t.channels[0].thread, "channelAdded", member{"channelId", ch.ID}, member{"channelDisplayName", ch.DisplayName})
	return created(c, channelSchema, ch, "teams('"+t.ID+"')/channels")
}

func patchChannel(c *call) (*reply, error) {
	ch, err := c.channel()
	if err != nil {
		return nil, err
	}
	var in channelInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	changed := ch.Channel
	if err := in.apply(&changed, ch.team); err != nil {
		return nil, err
	}
	if changed.DisplayName != ch.DisplayName {
		if ch == ch.team.channels[0] {
			return nil, failf(codeBadRequest, "The General channel cannot be renamed.")
		}
		c.announce(&ch.thread, "channelRenamed", member{"channelId", ch.ID}, member{"channelDisplayName", changed.DisplayName})
	}
	ch.Channel = changed
	c.s.tenant.journal.record("teams/"+ch.team.ID+"/channels", ch.ID, itemUpdated)
	return emptyReply(http.StatusNoContent), nil
}

func deleteChannel(c *call) (*reply, error) {
	ch, err := c.channel()
	if err != nil {
		return nil, err
	}
	t := ch.team
	if ch == t.channels[0] {
		return nil, failf(codeBadRequest, "The General channel cannot be deleted.")
	}
	t.channels = slices.DeleteFunc(t.channels, func(o *channelState) bool { return o == ch })
	c.s.tenant.journal.record("teams/"+t.ID+"/channels", ch.ID, itemDeleted)
	c.announce(&t.channels[0].thread, "channelDeleted", member{"channelId", ch.ID}, member{"channelDisplayName", ch.DisplayName})
	return emptyReply(http.StatusNoContent), nil
}
