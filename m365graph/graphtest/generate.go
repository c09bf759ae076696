package graphtest

import (
	"math/rand/v2"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/prose"
)

// GenerateOptions say how large a tenant [Generate] makes.
type GenerateOptions struct {
	Users    int    // less than 1 means 10
	Messages int    // in all mailboxes together; 0 means 100 for each user, less than 0 none
	Seed     uint64 // another seed, another tenant

	// Now is the time up to which there is mail; events lie around it. Zero
	// means the first Monday of 2026, so that the tenant is the same each time.
	Now time.Time

	Domain string // of the addresses; "" means contoso.example
}

// Generate makes a tenant to work with: people in departments with their
// managers and groups, mail that answers each other, meetings, contacts, tasks, files,
// sites, teams and chats. The same options give the same tenant. Desks and offices
// stand for people, and nobody's name is made up.
func Generate(o GenerateOptions) *Tenant {
	if o.Users <= 0 {
		o.Users = 10
	}
	if o.Messages == 0 {
		o.Messages = 100 * o.Users
	}
	if o.Now.IsZero() {
		o.Now = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	}
	if o.Domain == "" {
		o.Domain = "contoso.example"
	}
	g := &generator{
		Writer: prose.Writer{Rand: rand.New(rand.NewPCG(o.Seed, uint64(o.Users)))}, //nolint:gosec // not for secrets: it has to repeat
		now:    o.Now.UTC().Truncate(time.Second), domain: o.Domain,
		tenant: &Tenant{ID: guid("generated tenant", o.Domain, o.Seed), DisplayName: "Contoso"},
	}
	g.makePeople(o.Users)
	g.makeGroups()
	g.makeMail(max(o.Messages, 0))
	g.makeCalendars()
	g.makeContacts()
	g.makeTasks()
	g.makeDrives()
	g.makeSites()
	g.makeTeams()
	g.makeChats()
	return g.tenant
}

// generator makes one tenant.
type generator struct {
	prose.Writer
	now    time.Time
	domain string
	tenant *Tenant

	people      []*desk
	departments []*department
	serial      int // of what needs a number of its own
}

// desk is a person, with what others need to write to it.
type desk struct {
	*User
	self    *Recipient
	alone   []Recipient // the same, as the only one of a list
	folders map[string]*MailFolder
	own     []*MailFolder // those where mail is put away
	of      *department
}

// department is the people who work on one thing.
type department struct {
	name, nick string
	team       string // id of its team, whose site it is too
	people     []*desk
}

// departmentNames are the departments, in the order in which a tenant grows.
var departmentNames = []string{
	"Sales", "Operations", "Finance", "Purchasing", "Logistics", "Support", "Engineering", "Marketing", "Quality", "Personnel", "Legal", "Facilities",
}

// offices are where departments sit, and by which clock they work.
var offices = []struct{ name, zone string }{
	{"Lyon", "Europe/Paris"}, {"Rotterdam", "Europe/Amsterdam"}, {"Toronto", "America/Toronto"}, {"Osaka", "Asia/Tokyo"},
}

// makePeople makes n desks. The first of a department leads it.
func (g *generator) makePeople(n int) {
	for i := range n {
		if i < len(departmentNames) {
			name := departmentNames[i]
			g.departments = append(g.departments, &department{name: name, nick: strings.ToLower(name), team: guid("generated team", g.tenant.ID, name)})
		}
		d := g.departments[i%len(departmentNames)]
		number := itoa(len(d.people) + 1)
		office := offices[i%len(departmentNames)%len(offices)]
		u := &User{
			UserPrincipalName: d.nick + number + "@" + g.domain, DisplayName: d.name + " Desk " + number, GivenName: d.name, Surname: "Desk " + number,
			JobTitle: "Desk", Department: d.name, OfficeLocation: office.name, TimeZone: office.zone, PreferredLanguage: "en-US",
			BusinessPhones: []string{"+1 555 0" + itoa(100+i%900)},
		}
		u.ID = guid("generated user", g.tenant.ID, u.UserPrincipalName)
		self := &Recipient{Name: u.DisplayName, Address: u.UserPrincipalName}
		p := &desk{User: u, self: self, alone: []Recipient{*self}, of: d}
		switch {
		case i == 0: // who leads it all
			u.JobTitle = "Head of " + d.name + " and of the company"
		case len(d.people) == 0:
			u.JobTitle, u.Manager = "Head of "+d.name, g.people[0].UserPrincipalName
		default: // ten desks to a manager
			u.Manager = d.people[(len(d.people)-1)/10].UserPrincipalName
		}
		d.people = append(d.people, p)
		g.people = append(g.people, p)
		g.tenant.Users = append(g.tenant.Users, u)
	}
}

// makeGroups makes the groups behind nothing else: those of teams come with
// them. Offices are security groups, and one group has others in it.
func (g *generator) makeGroups() {
	all := &Group{ID: guid("generated group", g.tenant.ID, "offices"), DisplayName: "All offices", Description: "Who may enter any office"}
	for _, office := range offices {
		local := &Group{ID: guid("generated group", g.tenant.ID, office.name), DisplayName: "Office " + office.name, Description: "Who works in " + office.name}
		for _, p := range g.people {
			if p.OfficeLocation == office.name {
				local.Members = append(local.Members, p.UserPrincipalName)
			}
		}
		if len(local.Members) > 0 {
			all.Members = append(all.Members, local.ID)
			g.tenant.Groups = append(g.tenant.Groups, local)
		}
	}
	heads := &Group{DisplayName: "Heads", Description: "Who leads a department", GroupTypes: []string{"Unified"}, Visibility: "Private", Owners: []string{g.people[0].UserPrincipalName}}
	for _, d := range g.departments {
		heads.Members = append(heads.Members, d.people[0].UserPrincipalName)
	}
	g.tenant.Groups = append(g.tenant.Groups, all, heads)
}

// before is a time within so many days before now, at an hour of work.
func (g *generator) before(days int) time.Time {
	day := g.now.AddDate(0, 0, -1-g.IntN(days)).Truncate(24 * time.Hour)
	return day.Add(7*time.Hour + time.Duration(g.IntN(11*3600))*time.Second)
}

// others are n people beside one, no two the same.
func (g *generator) others(p *desk, n int) []*desk {
	var found []*desk
	seen := map[*desk]bool{p: true}
	for range 4 * n { // in a small tenant there may be fewer
		pool := g.people
		if !g.Chance(3) {
			pool = p.of.people
		}
		if o := prose.Pick(g.Writer, pool); !seen[o] && len(found) < n {
			seen[o] = true
			found = append(found, o)
		}
	}
	return found
}

func (g *generator) next() int {
	g.serial++
	return g.serial
}
