package graphtest

import (
	"crypto/rsa"
	"errors"
	"maps"
	"net/http"
	"os"
	"reflect"
	"slices"
	"time"

	"github.com/m365go/sdk/m365graph/internal/blob"
	"github.com/m365go/sdk/m365graph/internal/recurrence"
)

// Snapshot is what a [Server] had at one time: people, mail, calendars, files,
// sites, and all else that requests change. Files are not copied.
type Snapshot struct {
	server *Server
	tenant *tenantState
	rounds *rounds
}

// Snapshot keeps the tenant as it is now, for [Server.Restore].
func (s *Server) Snapshot() *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Snapshot{server: s, tenant: deepCopy(s.tenant), rounds: s.rounds.copy()}
}

// Restore puts the tenant back to a snapshot of this server, which can be
// used again and again. Delta links that know of later changes are answered
// with 410. Log, faults and throttling stay as they are.
func (s *Server) Restore(snapshot *Snapshot) error {
	if snapshot == nil || snapshot.server != s {
		return errors.New("graphtest: restore: the snapshot is not one of this server")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replace(deepCopy(snapshot.tenant))
	s.rounds.set(snapshot.rounds.copy())
	return nil
}

// Reset puts the server back to where [New] left it: the tenant is the one of
// [Options], the log is empty, nothing is arranged and nobody throttled.
func (s *Server) Reset() error {
	tenant, err := newTenantState(s.opts.Tenant, s.now())
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replace(tenant)
	s.rounds.set(&rounds{})
	s.ClearFaults()
	s.log.clear()
	s.throttle.clear()
	return nil
}

// replace changes the tenant for another, whose time was left behind: links
// of that time are void.
func (s *Server) replace(t *tenantState) {
	from, to := t.journal.last, s.tenant.journal.last
	t.journal.last = max(from, to) + 1
	// What was void stays so, and those spans that lie in the new one are a part
	// of it: a test suite may restore as often as it likes.
	void := slices.DeleteFunc(slices.Clone(s.tenant.journal.void), func(v span) bool { return v.first > from })
	t.journal.void = append(void, span{from + 1, t.journal.last - 1})
	s.tenant = t
}

// span is a range of changes that never were, as it were.
type span struct{ first, last int64 }

// lost tells whether a round that knows of changes up to seq has to begin
// again.
func (j *journal) lost(seq int64) bool {
	if seq < j.floor {
		return true
	}
	for _, v := range j.void {
		if v.first <= seq && seq <= v.last {
			return true
		}
	}
	return false
}

func (r *rounds) copy() *rounds {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &rounds{ids: maps.Clone(r.ids), order: append([]string(nil), r.order...)}
}

func (r *rounds) set(to *rounds) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ids, r.order = to.ids, to.order
}

// shared are the types that copies of the state have in common, since nobody
// changes their values: what the tenant was given as, content and rules.
var shared = map[reflect.Type]bool{
	reflect.TypeFor[*Tenant]():            true,
	reflect.TypeFor[*MailFolder]():        true,
	reflect.TypeFor[*Calendar]():          true,
	reflect.TypeFor[*Contact]():           true,
	reflect.TypeFor[*ContactFolder]():     true,
	reflect.TypeFor[*TaskList]():          true,
	reflect.TypeFor[*Drive]():             true,
	reflect.TypeFor[*Site]():              true,
	reflect.TypeFor[*blob.Blob]():         true,
	reflect.TypeFor[*os.File]():           true, // a spool gives its copies content of their own
	reflect.TypeFor[*recurrence.Series](): true,
	reflect.TypeFor[time.Time]():          true,

	// What a subscription remembers of the request that made it.
	reflect.TypeFor[*Server]():           true,
	reflect.TypeFor[*http.Request]():     true,
	reflect.TypeFor[*httpExchange]():     true,
	reflect.TypeFor[*route]():            true,
	reflect.TypeFor[*token]():            true,
	reflect.TypeFor[*watched]():          true,
	reflect.TypeFor[*rsa.PublicKey]():    true,
	reflect.TypeFor[func(change) bool](): true, // by ids
	reflect.TypeFor[func()]():            true,
}

// deepCopy copies v and all that it leads to, but for what is shared. It reads
// the types, so that a field that is added is copied without further ado.
func deepCopy[T any](v T) T {
	c := copier{done: map[visited]reflect.Value{}}
	c.deepen(reflect.ValueOf(&v).Elem())
	return v
}

// copier deepens values that are shallow copies.
type copier struct{ done map[visited]reflect.Value }

// visited is a pointer or a map that was copied: what was one stays one.
type visited struct {
	typ     reflect.Type
	pointer uintptr
}

func (c *copier) deepen(v reflect.Value) {
	if shared[v.Type()] {
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Map:
		c.deepenReference(v)
	case reflect.Interface:
		if !v.IsNil() {
			inside := reflect.New(v.Elem().Type()).Elem()
			inside.Set(v.Elem())
			c.deepen(inside)
			v.Set(inside)
		}
	case reflect.Slice:
		c.deepenSlice(v)
	case reflect.Array:
		for i := range v.Len() {
			c.deepen(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			// The field by its address, so that unexported ones can be set.
			f := v.Field(i)
			c.deepen(reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem())
		}
		if s, ok := v.Addr().Interface().(*blob.Spool); ok {
			s.Detach()
		}
	}
}

func (c *copier) deepenReference(v reflect.Value) {
	if v.IsNil() {
		return
	}
	key := visited{v.Type(), v.Pointer()}
	if copied, ok := c.done[key]; ok {
		v.Set(copied)
		return
	}
	if v.Kind() == reflect.Pointer {
		n := reflect.New(v.Type().Elem())
		c.done[key] = n
		n.Elem().Set(v.Elem())
		c.deepen(n.Elem())
		v.Set(n)
		return
	}
	n := reflect.MakeMapWithSize(v.Type(), v.Len())
	c.done[key] = n
	for i := v.MapRange(); i.Next(); {
		name, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		name.Set(i.Key())
		value.Set(i.Value())
		c.deepen(name)
		c.deepen(value)
		n.SetMapIndex(name, value)
	}
	v.Set(n)
}

// deepenSlice copies a slice. Bytes are not changed in place, only added to,
// so they are shared.
func (c *copier) deepenSlice(v reflect.Value) {
	switch {
	case v.IsNil():
	case v.Type().Elem().Kind() == reflect.Uint8:
		v.Set(v.Slice3(0, v.Len(), v.Len()))
	default:
		n := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(n, v)
		for i := range n.Len() {
			c.deepen(n.Index(i))
		}
		v.Set(n)
	}
}
