package graphtest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// person is somebody relevant to a person, as in
// https://learn.microsoft.com/graph/api/resources/person.
type person struct {
	name, address string
	user          *userState // nil for an outsider
	about         *User      // what is known of them; nil: nothing
	score         float64
}

// peopleRoutes are the people around a person.
func peopleRoutes() []route {
	const peopleOptions = listOptions&^optExpand | optSearch
	get := func(pattern, page string, o options, handle func(*call) (*reply, error)) route {
		return route{method: "GET", pattern: pattern, doc: directoryPages + page, service: exchange, shared: true, scopes: readPeople, roles: rolesOf(readPeople), options: o,
			handle: ownOr(readPeople[1:], handle)}
	}
	people := get("/~/people", "user-list-people", peopleOptions, listPeople)
	people.differs = "Relevance is counted from the latest mail and from contacts, and a search tolerates no slips of the pen."
	return []route{people, get("/~/people/{person}", "person-get", optSelect|optFormat, getPerson)}
}

func personText(name string, of func(*User) string) property[*person] {
	return property[*person]{name: name, typ: "Edm.String", get: func(_ *call, p *person) any {
		if p.about == nil {
			return nil
		}
		return orNull(of(p.about))
	}}
}

func personGet(name, typ string, get func(*person) any) property[*person] {
	return property[*person]{name: name, typ: typ, get: func(_ *call, p *person) any { return get(p) }}
}

var personSchema = &schema[*person]{
	name: "person", page: 10, maxPage: 1000, keep: []string{"id"},
	props: []property[*person]{
		personGet("id", "Edm.String", func(p *person) any { return p.id() }),
		personGet("displayName", "Edm.String", func(p *person) any { return p.name }),
		personText("givenName", func(u *User) string { return u.GivenName }),
		personText("surname", func(u *User) string { return u.Surname }),
		personGet("birthday", "Edm.String", func(*person) any { return "" }),
		personGet("personNotes", "Edm.String", func(*person) any { return "" }),
		personGet("isFavorite", "Edm.Boolean", func(*person) any { return false }),
		personText("jobTitle", func(u *User) string { return u.JobTitle }),
		personText("companyName", func(u *User) string { return u.Profile.CompanyName }),
		personGet("yomiCompany", "Edm.String", func(*person) any { return "" }),
		personText("department", func(u *User) string { return u.Department }),
		personText("officeLocation", func(u *User) string { return u.OfficeLocation }),
		personGet("profession", "Edm.String", func(*person) any { return "" }),
		personText("userPrincipalName", func(u *User) string { return u.UserPrincipalName }),
		personGet("imAddress", "Edm.String", func(p *person) any {
			if p.user == nil {
				return nil
			}
			return "sip:" + p.user.UserPrincipalName
		}),
		personGet("scoredEmailAddresses", "[]scoredEmailAddress", func(p *person) any {
			return []object{{{"address", p.address}, {"relevanceScore", p.score}, {"selectionLikelihood", "notSpecified"}}}
		}),
		personGet("phones", "[]phone", func(p *person) any { return p.phones() }),
		personGet("postalAddresses", "[]location", func(*person) any { return []object{} }),
		personGet("websites", "[]website", func(*person) any { return []object{} }),
		personGet("personType", "personType", func(p *person) any {
			switch {
			case p.user != nil:
				return object{{"class", "Person"}, {"subclass", "OrganizationUser"}}
			case p.about != nil:
				return object{{"class", "Person"}, {"subclass", "PersonalContact"}}
			}
			return object{{"class", "Person"}, {"subclass", "ImplicitContact"}}
		}),
	},
}

func (p *person) id() string {
	if p.user != nil {
		return p.user.ID
	}
	return guid("person", strings.ToLower(p.address))
}

func (p *person) phones() []object {
	all := []object{}
	if p.about == nil {
		return all
	}
	for _, number := range p.about.BusinessPhones {
		all = append(all, object{{"type", "business"}, {"number", number}})
	}
	if p.about.MobilePhone != "" {
		all = append(all, object{{"type", "mobile"}, {"number", p.about.MobilePhone}})
	}
	return all
}

// recentMail is how many of the latest messages tell who is relevant.
const recentMail = 500

// peopleOf are those whom a person writes to, hears from and keeps, the most
// relevant first, and then everybody else in the tenant.
func peopleOf(u *userState) []*person {
	byAddress := map[string]*person{}
	var all []*person
	count := func(r Recipient, score float64) {
		key := strings.ToLower(r.Address)
		if key == "" || strings.EqualFold(r.Address, u.Mail) {
			return
		}
		p := byAddress[key]
		if p == nil {
			p = &person{name: orElse(r.Name, r.Address), address: r.Address}
			byAddress[key], all = p, append(all, p)
		}
		p.score += score
	}
	for _, m := range latest(u.mail.wellKnown["sentitems"]) {
		for _, r := range slices.Concat(m.ToRecipients, m.CcRecipients) {
			count(r, 2)
		}
	}
	for _, m := range latest(u.mail.wellKnown["inbox"]) {
		if m.From != nil {
			count(*m.From, 1)
		}
	}
	for _, x := range u.contacts.all() {
		if len(x.EmailAddresses) == 0 {
			continue
		}
		r := x.EmailAddresses[0]
		count(Recipient{x.DisplayName, r.Address}, 3)
		if p := byAddress[strings.ToLower(r.Address)]; p != nil {
			p.name, p.about = x.DisplayName, x.asUser()
		}
	}
	for _, other := range u.tenant.users {
		if other == u {
			continue
		}
		score := 0.5
		if other.ID == u.Manager || other.Manager == u.ID {
			score = 4
		}
		count(Recipient{other.DisplayName, other.Mail}, score)
		if p := byAddress[strings.ToLower(other.Mail)]; p != nil {
			p.user, p.about, p.name = other, &other.User, orElse(other.DisplayName, other.UserPrincipalName)
		}
	}
	slices.SortStableFunc(all, func(a, b *person) int { return cmp.Compare(b.score, a.score) })
	return all
}

func latest(f *folder) []*message { return f.messages[:min(len(f.messages), recentMail)] }

// maxFound is how many people a search gives.
const maxFound = 250

// personSearch finds people by the words of their names and addresses.
var personSearch = &searching[*person]{
	parse: odata.ParseKeywordSearch,
	fits: func(_ *call, p *person, t odata.Term) bool {
		return t.MatchTokens(p.name) || t.MatchPrefix(p.address) || p.user != nil && t.MatchPrefix(p.user.UserPrincipalName)
	},
}

// listPeople is https://learn.microsoft.com/graph/api/user-list-people.
func listPeople(c *call) (*reply, error) {
	l := listing[*person]{schema: personSchema, items: peopleOf(c.user), context: "users('" + escapeValue(c.user.ID) + "')/people", search: personSearch}
	l.check = func(_ *call, q *query) error {
		if q.search != nil && q.filter != nil {
			return failf(codeRequestBad, "The query parameters $search and $filter cannot be used together.")
		}
		if q.search != nil {
			q.size = min(q.size, maxFound)
		}
		return nil
	}
	return list(c, l)
}

func getPerson(c *call) (*reply, error) {
	for _, p := range peopleOf(c.user) {
		if strings.EqualFold(p.id(), c.vars["person"]) {
			return one(c, personSchema, p, "users('"+escapeValue(c.user.ID)+"')/people")
		}
	}
	return nil, fail(codeItemNotFound)
}
