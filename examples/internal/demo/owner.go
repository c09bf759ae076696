package demo

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// ballot counts who the messages say the mailbox belongs to, and with whom its
// owner writes. Keys are addresses in lower case.
type ballot struct {
	owner  map[string]int
	others map[string]int            // whom the owner writes with
	names  map[string]map[string]int // by address
}

func newBallot() *ballot {
	return &ballot{owner: map[string]int{}, others: map[string]int{}, names: map[string]map[string]int{}}
}

// count takes a message's votes: those it was delivered to, or those who sent it.
func (b *ballot) count(m *message, u use) {
	received := slices.Concat(m.deliveredTo, m.ToRecipients, m.CcRecipients)
	var sender []graphtest.Recipient
	if m.From != nil {
		sender = append(sender, *m.From)
	}
	mine, theirs := received, sender
	if u == useSent || u == useDrafts {
		mine, theirs = sender, received
	}
	b.add(b.owner, mine)
	b.add(b.others, theirs)
}

// add gives one vote to each address, however often it stands there.
func (b *ballot) add(votes map[string]int, people []graphtest.Recipient) {
	seen := map[string]bool{}
	for _, p := range people {
		key := strings.ToLower(p.Address)
		if !isAddress(key) || seen[key] {
			continue
		}
		seen[key] = true
		votes[key]++
		if p.Name != "" && !strings.EqualFold(p.Name, key) {
			if b.names[key] == nil {
				b.names[key] = map[string]int{}
			}
			b.names[key][p.Name]++
		}
	}
}

// elect names the owner, unless that was settled before, and a colleague in the
// same domain.
func (b *ballot) elect(address, name string) (owner, colleague graphtest.Recipient) {
	owner.Address = strings.ToLower(cmp.Or(address, winner(b.owner), "owner@contoso.example"))
	owner.Name = cmp.Or(name, winner(b.names[owner.Address]), owner.Address)
	_, domain, _ := strings.Cut(owner.Address, "@")
	near := maps.Clone(b.others)
	maps.DeleteFunc(near, func(a string, _ int) bool {
		return a == owner.Address || !strings.HasSuffix(a, "@"+domain)
	})
	colleague.Address = winner(near)
	if colleague.Address == "" {
		colleague.Address = "colleague@" + domain
		if colleague.Address == owner.Address {
			colleague.Address = "second.colleague@" + domain
		}
	}
	colleague.Name = cmp.Or(winner(b.names[colleague.Address]), colleague.Address)
	return owner, colleague
}

// winner is the key with the most votes, the first of the alphabet among equals.
func winner(votes map[string]int) string {
	best := ""
	for _, key := range slices.Sorted(maps.Keys(votes)) {
		if votes[key] > votes[best] {
			best = key
		}
	}
	return best
}

// isAddress reports whether s has the form that a user principal name needs.
func isAddress(s string) bool {
	name, domain, ok := strings.Cut(s, "@")
	return ok && name != "" && domain != "" && !strings.ContainsAny(s, " \t\r\n<>(),;:\\\"/?#%") && !strings.Contains(domain, "@")
}
