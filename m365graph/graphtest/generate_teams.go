package graphtest

import (
	"fmt"
	"time"

	"github.com/m365go/sdk/m365graph/internal/prose"
)

// makeTeams gives each department a team, and all people one.
func (g *generator) makeTeams() {
	all := &Team{DisplayName: "Everybody", Description: "News for all", Visibility: "public", CreatedDateTime: g.now.AddDate(-2, 0, 0), Owners: []string{g.people[0].UserPrincipalName}}
	for _, p := range g.people[1:] {
		all.Members = append(all.Members, p.UserPrincipalName)
	}
	all.Channels = []*Channel{g.channel("General", g.people, 5)}
	g.tenant.Teams = append(g.tenant.Teams, all)
	for _, d := range g.departments {
		t := &Team{ID: d.team, DisplayName: d.name, Description: "The desks of " + d.name, CreatedDateTime: g.now.AddDate(-1, 0, 0), Owners: []string{d.people[0].UserPrincipalName}}
		for _, p := range d.people[1:] {
			t.Members = append(t.Members, p.UserPrincipalName)
		}
		t.Channels = []*Channel{g.channel("General", d.people, 6), g.channel(prose.Pick(g.Writer, prose.Projects), d.people, 12)}
		private := g.channel("Budget", d.people[:1], 3)
		private.MembershipType, private.Owners = "private", t.Owners
		t.Channels = append(t.Channels, private)
		g.tenant.Teams = append(g.tenant.Teams, t)
	}
}

// channel is one in which people talk, with threads of replies.
func (g *generator) channel(name string, people []*desk, threads int) *Channel {
	ch := &Channel{DisplayName: name, Description: g.Say("About {g} and the {P}"), CreatedDateTime: g.now.AddDate(-1, 0, 0)}
	for range threads {
		at := g.before(mailDays)
		m := g.chatMessage(prose.Pick(g.Writer, people), people, g.Paragraph(), at)
		if g.Chance(3) {
			m.Subject = g.Title()
		}
		for range g.IntN(4) {
			at = at.Add(time.Duration(1+g.IntN(600)) * time.Minute)
			if at.Before(g.now) {
				m.Replies = append(m.Replies, g.chatMessage(prose.Pick(g.Writer, people), people, g.Say(prose.Pick(g.Writer, prose.Quips)), at))
			}
		}
		ch.Messages = append(ch.Messages, m)
	}
	return ch
}

// reactions are what people think, mostly.
var reactions = []string{"👍", "❤️", "😆", "😮"}

// chatMessage is something that one of the people says to the others.
func (g *generator) chatMessage(from *desk, people []*desk, text string, at time.Time) *ChatMessage {
	m := &ChatMessage{From: from.UserPrincipalName, Body: Body{ContentType: "text", Content: text}, CreatedDateTime: at.Add(time.Duration(g.IntN(1000)) * time.Millisecond)}
	if to := prose.Pick(g.Writer, people); to != from && g.Chance(5) {
		m.Mentions = []Mention{{Text: to.DisplayName, User: to.UserPrincipalName}}
		m.Body = Body{ContentType: "html", Content: fmt.Sprintf(`<p><at id="0">%s</at> %s</p>`, to.DisplayName, text)}
	}
	if by := prose.Pick(g.Writer, people); by != from && g.Chance(4) {
		m.Reactions = []Reaction{{Type: prose.Pick(g.Writer, reactions), User: by.UserPrincipalName, CreatedDateTime: at.Add(time.Minute)}}
	}
	return m
}

// makeChats lets neighbours talk, and some groups.
func (g *generator) makeChats() {
	for i, p := range g.people[1:] {
		pair := []*desk{g.people[i], p}
		g.tenant.Chats = append(g.tenant.Chats, g.chat("oneOnOne", "", pair))
	}
	if len(g.people) < 3 {
		return
	}
	for i := range (len(g.people) + 2) / 3 {
		p := g.people[i]
		group := append([]*desk{p}, g.others(p, 2+g.IntN(4))...)
		if len(group) < 3 {
			continue
		}
		kind, topic := "group", g.Title()
		if g.Chance(4) {
			kind = "meeting"
		}
		g.tenant.Chats = append(g.tenant.Chats, g.chat(kind, topic, group))
	}
}

func (g *generator) chat(kind, topic string, people []*desk) *Chat {
	c := &Chat{Type: kind, Topic: topic, CreatedDateTime: g.now.AddDate(0, 0, -mailDays)}
	for _, p := range people {
		c.Members = append(c.Members, p.UserPrincipalName)
	}
	at := g.before(60)
	for range 1 + g.IntN(12) {
		c.Messages = append(c.Messages, g.chatMessage(prose.Pick(g.Writer, people), people, g.Say(prose.Pick(g.Writer, prose.Quips)), at))
		if at = at.Add(time.Duration(10+g.IntN(4000)) * time.Second); !at.Before(g.now) {
			break
		}
	}
	return c
}
