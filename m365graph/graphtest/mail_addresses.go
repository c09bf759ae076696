package graphtest

import "strings"

// addresses are all of a mailbox, in lower case.
func (u *userState) addresses() []string {
	all := []string{strings.ToLower(u.Mail), strings.ToLower(u.UserPrincipalName)}
	for _, alias := range u.Profile.Aliases {
		all = append(all, strings.ToLower(alias))
	}
	return all
}

// has tells whether an address is the person's.
func (u *userState) has(address string) bool {
	return containsFold(u.Profile.Aliases, address) || strings.EqualFold(address, u.Mail) || strings.EqualFold(address, u.UserPrincipalName)
}

// byAddress finds whose mailbox an address is; nil for an outsider's.
func (t *tenantState) byAddress(address string) *userState {
	return t.mailboxes[strings.ToLower(address)]
}

// list makes a mailbox findable by its addresses. One that somebody else has
// already stays theirs.
func (t *tenantState) list(u *userState) {
	for _, address := range u.addresses() {
		if address != "" && t.mailboxes[address] == nil {
			t.mailboxes[address] = u
		}
	}
}

// unlist takes a mailbox out, before its addresses change or its owner leaves.
func (t *tenantState) unlist(u *userState) {
	for _, address := range u.addresses() {
		if t.mailboxes[address] == u {
			delete(t.mailboxes, address)
		}
	}
}

// expand finds the mailboxes behind addresses, each once however often and
// through however many groups it is named: a group is a distribution list of
// the people in it. What nobody of the tenant has is left over.
func (t *tenantState) expand(recipients []Recipient) (mailboxes []*userState, unknown []Recipient) {
	seen := map[*userState]bool{}
	add := func(u *userState) {
		if !seen[u] {
			seen[u] = true
			mailboxes = append(mailboxes, u)
		}
	}
	for _, r := range recipients {
		if u := t.byAddress(r.Address); u != nil {
			add(u)
			continue
		}
		g := t.groupByAddress(r.Address)
		if g == nil {
			unknown = append(unknown, r)
			continue
		}
		for _, member := range t.membersOf(g) {
			if u, person := member.(*userState); person {
				add(u)
			}
		}
	}
	return mailboxes, unknown
}

// groupByAddress finds a group that takes mail; nil if there is none.
func (t *tenantState) groupByAddress(address string) *groupState {
	for _, g := range t.groups {
		if address != "" && strings.EqualFold(g.Mail, address) {
			return g
		}
	}
	return nil
}
