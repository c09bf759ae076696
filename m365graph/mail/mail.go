package mail

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/m365go/sdk/m365graph"
)

// Client reads and sends the mail of one mailbox. It is safe for concurrent use.
type Client struct {
	graph   *m365graph.Client
	mailbox m365graph.Path
}

// New returns a client of the signed-in person's own mailbox.
func New(graph *m365graph.Client) *Client {
	return &Client{graph: graph, mailbox: m365graph.P("me")}
}

// Mailbox returns a client of another mailbox, named by its user's id or
// principal name. It needs a shared or an application permission.
func (c *Client) Mailbox(user string) *Client {
	return &Client{graph: c.graph, mailbox: m365graph.P("users", user)}
}

// maxPage is the largest page of messages that Graph gives.
const maxPage = 1000

// listFields are what a table of mails shows. Without a selection Graph sends
// each body too, which makes a page some fifty times larger.
var listFields = []string{
	"id", "subject", "bodyPreview", "from", "sender", "toRecipients", "ccRecipients", "receivedDateTime", "sentDateTime",
	"isRead", "isDraft", "hasAttachments", "importance", "categories", "flag", "conversationId",
	"internetMessageId", "parentFolderId", "webLink",
}

// ListOptions choose messages. Nil lists the whole mailbox, newest first.
type ListOptions struct {
	// Folder is an id or a well-known name such as [Inbox]. Empty means all
	// folders, Deleted Items among them.
	Folder string
	// Unread leaves out what has been read.
	Unread bool
	// Since leaves out what was received before it.
	Since time.Time
	// Filter narrows further, on any property that Graph filters by.
	Filter m365graph.Filter
	// Search finds words in subject, body and addresses, most relevant first.
	// Graph does not join it with Unread, Since or Filter.
	Search string
	// Select names the properties wanted, in place of those of a table.
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
	// ImmutableIDs asks for ids that survive a move to another folder.
	ImmutableIDs bool
}

// List returns the messages, newest first unless searched for. Nothing is
// fetched before the iterator is ranged over; an error comes once, last.
// https://learn.microsoft.com/graph/api/user-list-messages
func (c *Client) List(ctx context.Context, opts *ListOptions) iter.Seq2[Message, error] {
	var o ListOptions
	if opts != nil {
		o = *opts
	}
	if o.Search != "" && (o.Unread || !o.Since.IsZero() || !o.Filter.IsZero()) {
		return func(yield func(Message, error) bool) {
			yield(Message{}, errors.New("mail: list: Graph does not join Search with Unread, Since or Filter"))
		}
	}
	path := c.mailbox
	if o.Folder != "" {
		path = path.Join("mailFolders", o.Folder)
	}
	return m365graph.All[Message](ctx, c.graph, path.Join("messages"), o.query(c.graph))
}

func (o *ListOptions) query(graph *m365graph.Client) *m365graph.Query {
	q := &m365graph.Query{
		Select: o.Select, Search: o.Search, Top: o.PageSize, MaxItems: o.MaxItems, Cursor: o.Cursor, Prefetch: o.Prefetch,
		Prefer: m365graph.Prefer{ImmutableIDs: o.ImmutableIDs},
	}
	if len(q.Select) == 0 {
		q.Select = slices.Clone(listFields)
	}
	if q.Top == 0 {
		q.Top = graph.PageSize(maxPage)
	}
	if o.MaxItems > 0 {
		q.Top = min(q.Top, o.MaxItems)
	}
	filter := o.Filter
	if o.Unread {
		filter = m365graph.Where("isRead eq false").And(filter)
	}
	switch {
	case o.Search != "": // comes in its own order
	case filter.IsZero() && o.Since.IsZero():
		q.OrderBy = []string{"receivedDateTime desc"}
	default:
		// Graph refuses to sort by what the filter does not begin with
		// (InefficientFilter), so it begins with a date, if need be the first
		// that Exchange knows.
		since := o.Since
		if since.IsZero() {
			since = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		filter = m365graph.Where("receivedDateTime ge ?", since).And(filter)
		q.OrderBy = []string{"receivedDateTime desc"}
	}
	q.Filter = filter
	return q
}

// GetOptions choose what comes with a message.
type GetOptions struct {
	// Text asks for the body as plain text, made by Graph where it is HTML.
	Text bool
	// Attachments brings them too, with their content.
	Attachments bool
	// ImmutableIDs says that the id is one, and asks for one.
	ImmutableIDs bool
}

// Get returns a message with its body.
// https://learn.microsoft.com/graph/api/message-get
func (c *Client) Get(ctx context.Context, id string, opts *GetOptions) (*Message, error) {
	q := &m365graph.Query{}
	if opts != nil {
		q.Prefer = m365graph.Prefer{TextBody: opts.Text, ImmutableIDs: opts.ImmutableIDs}
		if opts.Attachments {
			q.Expand = []string{"attachments"}
		}
	}
	return m365graph.Get[Message](ctx, c.graph, c.mailbox.Join("messages", id), q)
}

// Folders returns the folders below parent, an id or a well-known name; empty
// means the top of the mailbox. Hidden folders are left out.
// https://learn.microsoft.com/graph/api/user-list-mailfolders
func (c *Client) Folders(ctx context.Context, parent string) iter.Seq2[Folder, error] {
	path := c.mailbox.Join("mailFolders")
	if parent != "" {
		path = path.Join(parent, "childFolders")
	}
	return m365graph.All[Folder](ctx, c.graph, path, &m365graph.Query{Top: c.graph.PageSize(maxPage)})
}
