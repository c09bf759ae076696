package graphtest

import (
	"reflect"
	"slices"
)

// RouteInfo is what tests of the whole table know of a route.
type RouteInfo struct {
	Method, Pattern string
	Spellings       []string // in all its ways
	Options         []string // of the query
	Scopes, Roles   []string // any one will do
	Public          bool     // whoever has a token
	Content         bool     // on the content host
	Shared          bool     // the directory: other people's too
	Lent            bool     // somebody may have lent it
}

// Name is how failures call the route.
func (r *RouteInfo) Name() string { return r.Method + " " + r.Pattern }

// RouteTable is all that the server answers.
func RouteTable() []RouteInfo {
	var table []RouteInfo
	for _, r := range slices.Concat(allRoutes()...) {
		roles := r.roles
		if roles == nil {
			roles = r.scopes
		}
		table = append(table, RouteInfo{
			Method: r.method, Pattern: r.pattern, Spellings: expandMacros(r.pattern), Options: r.options.names(),
			Scopes: r.scopes, Roles: roles, Public: r.public, Content: r.content, Shared: r.shared, Lent: r.lent != nil,
		})
	}
	return table
}

// Changes tells how many changes the journal has seen.
func (s *Server) Changes() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.tenant.journal.last
}

// Difference names the first field of the tenant that is not as it was at a
// snapshot; "" if there is none.
func (s *Server) Difference(snapshot *Snapshot) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d := differ{seen: map[[2]uintptr]bool{}}
	return d.compare(reflect.ValueOf(s.tenant).Elem(), reflect.ValueOf(snapshot.tenant).Elem(), "tenant")
}

// differ compares values that may lead back to themselves.
type differ struct{ seen map[[2]uintptr]bool }

func (d *differ) compare(a, b reflect.Value, at string) string {
	if shared[a.Type()] || a.Type() == reflect.TypeFor[journal]() { // which Restore carries on with
		return ""
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return unless(a.IsNil() == b.IsNil(), at)
		}
		if a.Kind() == reflect.Pointer {
			pair := [2]uintptr{a.Pointer(), b.Pointer()}
			if d.seen[pair] {
				return ""
			}
			d.seen[pair] = true
		}
		return d.compare(a.Elem(), b.Elem(), at)
	case reflect.Map:
		if a.Len() != b.Len() {
			return at
		}
		for i := a.MapRange(); i.Next(); {
			other := b.MapIndex(i.Key())
			if a.Type().Key().Kind() == reflect.Pointer {
				continue // copies have keys of their own
			}
			if !other.IsValid() {
				return at
			}
			if diff := d.compare(i.Value(), other, at+"["+i.Key().String()+"]"); diff != "" {
				return diff
			}
		}
		return ""
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return at
		}
		for i := range a.Len() {
			if diff := d.compare(a.Index(i), b.Index(i), at+"[]"); diff != "" {
				return diff
			}
		}
		return ""
	case reflect.Struct:
		if a.Type().PkgPath() == "sync" || a.Type().PkgPath() == "sync/atomic" {
			return ""
		}
		for i := range a.NumField() {
			if diff := d.compare(a.Field(i), b.Field(i), at+"."+a.Type().Field(i).Name); diff != "" {
				return diff
			}
		}
		return ""
	}
	return unless(a.Equal(b), at)
}

func unless(same bool, at string) string {
	if same {
		return ""
	}
	return at
}
