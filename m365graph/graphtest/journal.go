package graphtest

// journal is what changed in the tenant since it was loaded, in order. Delta
// rounds read it, and subscriptions are told of it. Server.mu guards it.
type journal struct {
	last  int64 // number of the latest change; the tenant as loaded is number one
	floor int64 // rounds that know of nothing later must begin again
	void  []span
	of    map[string][]change

	subscriptions subscriptions // who are told
}

// change is one entry of the journal.
type change struct {
	seq        int64
	collection string // where the item is or was listed, as a path: "users/{id}/mailFolders/{id}/messages"
	id         string // of the item, as its store knows it
	kind       changeKind
}

type changeKind string

// The kinds of change, in the words of changeType of
// https://learn.microsoft.com/graph/api/resources/subscription.
const (
	itemCreated changeKind = "created"
	itemUpdated changeKind = "updated"
	itemDeleted changeKind = "deleted"
)

// record notes a change of an item. What moves is deleted in one collection
// and created in the other.
func (j *journal) record(collection, id string, kind changeKind) {
	if j.of == nil {
		j.of = map[string][]change{}
	}
	j.last++
	ch := change{j.last, collection, id, kind}
	j.of[collection] = append(j.of[collection], ch)
	j.subscriptions.note(ch)
}

// between gives the latest change of each item that changed after from and
// not after upto, in order. What was created in that time and changed since is
// still created.
func (j *journal) between(collection string, from, upto int64) []change {
	all := j.of[collection]
	seen := map[string]int{} // where in latest
	var latest []change
	for i := len(all) - 1; i >= 0 && all[i].seq > from; i-- {
		ch := all[i]
		if ch.seq > upto {
			continue
		}
		if at, ok := seen[ch.id]; !ok {
			seen[ch.id] = len(latest)
			latest = append(latest, ch)
		} else if ch.kind == itemCreated && latest[at].kind == itemUpdated {
			latest[at].kind = itemCreated
		}
	}
	for i, k := 0, len(latest)-1; i < k; i, k = i+1, k-1 {
		latest[i], latest[k] = latest[k], latest[i]
	}
	return latest
}

// ExpireDeltas forgets what delta rounds have seen so far: each delta and next
// link handed out is answered with 410 from now on, and its round begins again.
func (s *Server) ExpireDeltas() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tenant.journal.last++
	s.tenant.journal.floor = s.tenant.journal.last
}
