package m365graph

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
)

// DeltaOptions say what a [DeltaReader] reads. Nil means everything there is,
// from the beginning.
type DeltaOptions struct {
	// Query chooses properties, and what else the resource's delta allows. Its
	// Prefer is sent with every page, and Prefer.PageSize is how the size of a
	// page is asked for; with Prefetch a page is fetched while another is read.
	// MaxItems, MaxPages and Cursor do not count: leave the loop instead.
	Query *Query
	// Cursor is where an earlier reader was, as its Cursor or Place told. It
	// holds the query; of Query only Prefer and Prefetch count beside it, until
	// Graph has the reader start over. Empty means from the beginning, and that
	// you hold nothing of it yet.
	Cursor string
	// Latest leaves out what exists already: the first round is empty and ends
	// now. It tells the service how. Empty means not to; Outlook cannot.
	Latest DeltaLatest
}

// DeltaLatest is how a service is asked for the changes from now on.
// https://learn.microsoft.com/graph/delta-query-overview
type DeltaLatest string

const (
	// LatestDirectory is for users, groups and whatever else the directory holds.
	LatestDirectory DeltaLatest = "$deltatoken"
	// LatestDrive is for the items of a drive.
	LatestDrive DeltaLatest = "token"
)

// DeltaKind says what a [DeltaItem] tells.
type DeltaKind int

const (
	// DeltaUpsert brings an item that is new or has changed.
	DeltaUpsert DeltaKind = iota
	// DeltaRemoved says that an item is gone, whether it was known or not.
	DeltaRemoved
	// DeltaReset says that Graph cannot tell what has changed and starts over:
	// what follows, to the end of the round, is everything there is. Go on as
	// with any round, note the ids, and when the round is complete delete what
	// it did not list, or with KeepLocal do not. A reset that comes again, or a
	// round that is left before its end, begins the noting anew.
	DeltaReset
)

// DeltaItem is one change.
type DeltaItem[T any] struct {
	Kind DeltaKind
	// ID is the item's; empty for a reset.
	ID string
	// Item is the new state. It may be partial: what is missing has not changed.
	// Of a removed one little more than the id is known.
	Item T
	// Reason is Graph's own word: "deleted" for what is gone for good, "changed"
	// for what may be restored; of a reset, the code of the refusal.
	Reason string
	// KeepLocal is set for a reset after which local items that are not listed
	// are to be kept and uploaded, as it may be Graph that has lost them.
	KeepLocal bool
}

// DeltaReader reads what has changed in a collection, round by round. It is for
// one goroutine at a time.
type DeltaReader[T any] struct {
	client *Client
	path   Path
	query  Query
	latest DeltaLatest

	cursor string        // behind the last complete round
	place  string        // within the running one; empty is its collection's beginning
	reset  *DeltaItem[T] // of the running round, if it is one that starts over
}

// Delta returns a reader of the changes in the collection whose delta function
// path leads to, such as P("users", "delta"),
// P("me", "mailFolders", id, "messages", "delta") or
// P("me", "drive", "root", "delta"). Nothing is fetched before a round is ranged
// over. https://learn.microsoft.com/graph/delta-query-overview
func Delta[T any](c *Client, path Path, opts *DeltaOptions) *DeltaReader[T] {
	r := &DeltaReader[T]{client: c, path: path}
	if opts != nil {
		r.cursor, r.place, r.latest = opts.Cursor, opts.Cursor, opts.Latest
		if opts.Query != nil {
			r.query = *opts.Query
		}
	}
	return r
}

// Cursor is where the last complete round ended, to be saved and given to a later
// reader as DeltaOptions.Cursor. It changes only when a round was ranged over to
// its end; before that it is the one that the reader was made with. It is opaque:
// a link to the Graph host that may hold the query's own words, and no secret.
// Directory cursors live for seven days, Outlook's for as long as there is room.
func (r *DeltaReader[T]) Cursor() string { return r.cursor }

// Place is where the running round is, to be saved and given to a later reader
// that then need not begin the round anew. Of what comes before it everything was
// yielded, and more was asked for; what was yielded behind it comes again. Between
// rounds, and in one that starts over, which counts as a whole only, it is the
// Cursor.
func (r *DeltaReader[T]) Place() string { return cmp.Or(r.place, r.cursor) }

// first is the query that begins the collection.
func (r *DeltaReader[T]) first() (*Query, error) {
	query := r.query
	switch r.latest {
	case "":
		return &query, nil
	case LatestDirectory, LatestDrive:
	default:
		return nil, fmt.Errorf("m365graph: delta of %s: there is no DeltaLatest %q", r.path, r.latest)
	}
	query.Params = maps.Clone(query.Params)
	if query.Params == nil {
		query.Params = map[string]string{}
	}
	query.Params[string(r.latest)] = "latest"
	return &query, nil
}

// deltaMark is what tells the kind of a change.
type deltaMark struct {
	ID      string          `json:"id"`
	Removed json.RawMessage `json:"@removed"`
	Deleted json.RawMessage `json:"deleted"`
}

// removed reports whether the item is gone. The directory and Outlook mark that
// with @removed, a drive by a facet; other resources may have a property of that
// name.
func (m *deltaMark) removed() (reason string, yes bool) {
	switch {
	case isObject(m.Removed):
		return textIn(m.Removed, "reason"), true
	case isObject(m.Deleted):
		return textIn(m.Deleted, "state"), true
	}
	return "", false
}

func textIn(object json.RawMessage, name string) string {
	var m members
	_ = decodeJSON(object, &m)
	return m.text(name)
}

func isObject(value json.RawMessage) bool { return len(value) > 0 && value[0] == '{' }

// allowsLink reports whether a link may be followed with the token.
func (c *Client) allowsLink(link string) bool {
	u, err := url.Parse(link)
	return err == nil && c.cloud.AllowsToken(u)
}
