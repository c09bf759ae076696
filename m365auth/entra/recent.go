package entra

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/tokencache"
)

const (
	// recentLife is how long a token is served again without a look at the
	// store: as long as what is done to its files by hand goes unseen.
	recentLife = time.Second
	// maxRecent bounds the requests whose answers are kept.
	maxRecent = 16
)

// recent holds the answers to the last requests, to be given again as long as
// neither the store nor memory has changed. It asks no clock, which would cost
// more than all else: a timer ends it.
type recent struct {
	counter tokencache.Counter // nil if the store does not count its changes
	changes atomic.Uint64      // of memory; counted after each

	list atomic.Pointer[recentList]
	mu   sync.Mutex // of those who replace the list
}

// recentList is not changed once it is there.
type recentList struct {
	at      moment
	answers []recentAnswer
}

type recentAnswer struct {
	account, tenant string
	scopes          []string
	token           m365auth.Token
}

// moment tells states of the store and of memory apart.
type moment struct{ store, memory uint64 }

// now returns the moment, if it can be known.
func (r *recent) now() (moment, bool) {
	if r.counter == nil {
		return moment{}, false
	}
	at := moment{memory: r.changes.Load()}
	var ok bool
	at.store, ok = r.counter.Changes()
	return at, ok
}

// find returns the answer that the request got last, which is not changed; nil
// if there is none.
func (r *recent) find(req *m365auth.TokenRequest) *m365auth.Token {
	list := r.list.Load()
	if list == nil || req.ForceRefresh || req.Claims != "" {
		return nil
	}
	if at, ok := r.now(); !ok || at != list.at {
		return nil
	}
	for i := range list.answers {
		a := &list.answers[i]
		if a.account == req.Account && a.tenant == req.Tenant && slices.Equal(a.scopes, req.Scopes) {
			return &a.token
		}
	}
	return nil
}

// add keeps an answer that was found at a moment or later.
func (r *recent) add(at moment, req *m365auth.TokenRequest, t m365auth.Token) {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.list.Load()
	next := &recentList{at: at}
	if list == nil {
		time.AfterFunc(recentLife, r.clear)
	} else if list.at == at {
		next.answers = list.answers[max(0, len(list.answers)+1-maxRecent):]
	}
	next.answers = append(slices.Clip(next.answers), recentAnswer{
		account: req.Account, tenant: req.Tenant, scopes: slices.Clone(req.Scopes), token: t,
	})
	r.list.Store(next)
}

func (r *recent) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list.Store(nil)
}
