package files

import (
	"context"
	"iter"

	"github.com/m365go/sdk/m365graph"
)

// Client reads and writes one drive. It is safe for concurrent use.
type Client struct {
	graph *m365graph.Client
	drive m365graph.Path
}

// New returns a client of the signed-in person's OneDrive.
func New(graph *m365graph.Client) *Client {
	return &Client{graph: graph, drive: m365graph.P("me", "drive")}
}

// Drive returns a client of another drive, such as a site's document library.
func (c *Client) Drive(id string) *Client {
	return &Client{graph: c.graph, drive: m365graph.P("drives", id)}
}

// Ref names an item of a drive. The zero value is the root folder.
type Ref struct {
	id, path string
	lost     bool // an id was to be given, and was empty
}

// Root is the drive's root folder.
func Root() Ref { return Ref{} }

// ByID names an item by its id, which stays when the item is renamed or moved. An
// empty id names nothing, and is an error where it is used.
func ByID(id string) Ref { return Ref{id: id, lost: id == ""} }

// ByPath names an item by its path from the root, "Reports/2026.csv".
func ByPath(path string) Ref { return Ref{path: path} }

// Child names an item by its path below r.
func (r Ref) Child(path string) Ref {
	if r.path != "" {
		path = r.path + "/" + path
	}
	return Ref{id: r.id, path: path, lost: r.lost}
}

// IsRoot reports whether r is the root folder.
func (r Ref) IsRoot() bool { return r == Ref{} }

func (c *Client) path(r Ref) m365graph.Path {
	p := c.drive.Join("root")
	if r.id != "" || r.lost { // the path refuses an empty id
		p = c.drive.Join("items", r.id)
	}
	return p.At(r.path)
}

// maxPage is the largest page of children that clients in the field ask for.
const maxPage = 1000

// ListOptions change a list. Nil means all children in order of their names.
type ListOptions struct {
	// OrderBy lists properties, each with " desc" if descending; Graph sorts
	// by name, size and lastModifiedDateTime.
	OrderBy []string
	// Select names the properties wanted; empty means all.
	Select []string
	// PageSize is how many to fetch at a time, at most 1000. Zero means the
	// client's.
	PageSize int
	// MaxItems ends the list with a *m365graph.TruncatedError; its Cursor,
	// given here, resumes it. Zero means no end.
	MaxItems int
	Cursor   string
	// Prefetch fetches the next page while one is read.
	Prefetch bool
}

// List returns what is in a folder.
// https://learn.microsoft.com/graph/api/driveitem-list-children
func (c *Client) List(ctx context.Context, folder Ref, opts *ListOptions) iter.Seq2[DriveItem, error] {
	var o ListOptions
	if opts != nil {
		o = *opts
	}
	q := &m365graph.Query{
		Select: o.Select, OrderBy: o.OrderBy, Top: o.PageSize, MaxItems: o.MaxItems, Cursor: o.Cursor, Prefetch: o.Prefetch,
	}
	if q.Top == 0 {
		q.Top = c.graph.PageSize(maxPage)
	}
	if o.MaxItems > 0 {
		q.Top = min(q.Top, o.MaxItems)
	}
	return m365graph.All[DriveItem](ctx, c.graph, c.path(folder).Join("children"), q)
}

// Walk returns what is in a folder and in all folders below it, each folder
// before what it holds. Items of other drives are returned and not entered.
func (c *Client) Walk(ctx context.Context, folder Ref) iter.Seq2[DriveItem, error] {
	return func(yield func(DriveItem, error) bool) {
		// A stack of folders, not recursion: an error or a break leaves at once.
		for rest := []Ref{folder}; len(rest) > 0; {
			next := rest[len(rest)-1]
			rest = rest[:len(rest)-1]
			for item, err := range c.List(ctx, next, nil) {
				if !yield(item, err) || err != nil {
					return
				}
				if item.IsFolder() && item.RemoteItem == nil {
					rest = append(rest, ByID(item.ID))
				}
			}
		}
	}
}

// Get returns what is known of an item.
// https://learn.microsoft.com/graph/api/driveitem-get
func (c *Client) Get(ctx context.Context, item Ref) (*DriveItem, error) {
	return m365graph.Get[DriveItem](ctx, c.graph, c.path(item), nil)
}
