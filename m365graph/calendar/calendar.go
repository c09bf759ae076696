package calendar

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"time"

	"github.com/m365go/sdk/m365graph"
)

// Client reads and writes one calendar. It is safe for concurrent use.
type Client struct {
	graph   *m365graph.Client
	mailbox m365graph.Path
	own     m365graph.Path // the calendar: the mailbox's default one, or another
}

// New returns a client of the signed-in person's default calendar.
func New(graph *m365graph.Client) *Client {
	me := m365graph.P("me")
	return &Client{graph: graph, mailbox: me, own: me.Join("calendar")}
}

// Mailbox returns a client of another person's default calendar, named by their
// id or principal name. It needs a shared or an application permission.
func (c *Client) Mailbox(user string) *Client {
	mailbox := m365graph.P("users", user)
	return &Client{graph: c.graph, mailbox: mailbox, own: mailbox.Join("calendar")}
}

// Calendar returns a client of another calendar in the same mailbox.
func (c *Client) Calendar(id string) *Client {
	return &Client{graph: c.graph, mailbox: c.mailbox, own: c.mailbox.Join("calendars", id)}
}

// Info is a calendar of a mailbox.
// https://learn.microsoft.com/graph/api/resources/calendar
type Info struct {
	ID                string                  `json:"id"`
	Name              string                  `json:"name,omitempty"`
	IsDefaultCalendar bool                    `json:"isDefaultCalendar"`
	CanEdit           bool                    `json:"canEdit"`
	Owner             *m365graph.EmailAddress `json:"owner,omitempty"`

	// Extra is what else came.
	Extra m365graph.Extra `json:"-"`
}

// UnmarshalJSON reads the calendar and keeps what the struct has no field for.
func (i *Info) UnmarshalJSON(data []byte) error { return m365graph.UnmarshalEntity(data, i) }

// Calendars returns the mailbox's calendars; give an id to [Client.Calendar].
// https://learn.microsoft.com/graph/api/user-list-calendars
func (c *Client) Calendars(ctx context.Context) iter.Seq2[Info, error] {
	return m365graph.All[Info](ctx, c.graph, c.mailbox.Join("calendars"), &m365graph.Query{Top: c.graph.PageSize(maxPage)})
}

// maxPage is the largest page of events that Graph gives.
const maxPage = 1000

// ViewOptions change a view or a list. Nil means UTC and Graph's own fields.
type ViewOptions struct {
	// TimeZone is the IANA or Windows zone that times come in. Empty means UTC.
	TimeZone string
	// Filter narrows the events.
	Filter m365graph.Filter
	// Select names the properties wanted; empty means all.
	Select []string
	// Text asks for bodies as plain text.
	Text bool
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

func (o *ViewOptions) query(graph *m365graph.Client) *m365graph.Query {
	if o == nil {
		o = &ViewOptions{}
	}
	q := &m365graph.Query{
		Filter: o.Filter, Select: o.Select, Top: o.PageSize, MaxItems: o.MaxItems, Cursor: o.Cursor, Prefetch: o.Prefetch,
		Prefer: m365graph.Prefer{TimeZone: o.TimeZone, TextBody: o.Text},
	}
	if q.Top == 0 {
		q.Top = graph.PageSize(maxPage)
	}
	if o.MaxItems > 0 {
		q.Top = min(q.Top, o.MaxItems)
	}
	return q
}

// View returns what takes place between two instants, in order of its start:
// single events, and each occurrence of a series. What began before and is not
// over is part of it.
// https://learn.microsoft.com/graph/api/calendar-list-calendarview
func (c *Client) View(ctx context.Context, from, to time.Time, opts *ViewOptions) iter.Seq2[Event, error] {
	if !from.Before(to) {
		return func(yield func(Event, error) bool) {
			yield(Event{}, fmt.Errorf("calendar: view: %s is not before %s", from.Format(time.RFC3339), to.Format(time.RFC3339)))
		}
	}
	q := opts.query(c.graph)
	q.OrderBy = []string{"start/dateTime"}
	// An offset in the value wins over the preferred zone, so these stay instants.
	q.Params = map[string]string{
		"startDateTime": from.UTC().Format(time.RFC3339Nano),
		"endDateTime":   to.UTC().Format(time.RFC3339Nano),
	}
	return m365graph.All[Event](ctx, c.graph, c.own.Join("calendarView"), q)
}

// List returns what is stored: single events, and each series once, as its
// master. https://learn.microsoft.com/graph/api/calendar-list-events
func (c *Client) List(ctx context.Context, opts *ViewOptions) iter.Seq2[Event, error] {
	return m365graph.All[Event](ctx, c.graph, c.own.Join("events"), opts.query(c.graph))
}

// Get returns an event, with times in the given zone; empty means UTC.
// https://learn.microsoft.com/graph/api/event-get
func (c *Client) Get(ctx context.Context, id, timeZone string) (*Event, error) {
	q := &m365graph.Query{Prefer: m365graph.Prefer{TimeZone: timeZone}}
	return m365graph.Get[Event](ctx, c.graph, c.mailbox.Join("events", id), q)
}

// Draft is an event to create. Subject, Start and End are required.
type Draft struct {
	Subject string              `json:"subject"`
	Body    *m365graph.ItemBody `json:"body,omitempty"`
	// Start and End are made with m365graph.DateTime. Those of an all-day
	// event are midnights of one zone; End is the one after the last day.
	Start      m365graph.DateTimeTimeZone `json:"start"`
	End        m365graph.DateTimeTimeZone `json:"end"`
	IsAllDay   bool                       `json:"isAllDay,omitempty"`
	Location   *Location                  `json:"location,omitempty"`
	Recurrence *Recurrence                `json:"recurrence,omitempty"`
	// Attendees are sent an invitation at once.
	Attendees []Attendee `json:"attendees,omitempty"`
	// IsOnlineMeeting makes a meeting of the organization's own provider.
	IsOnlineMeeting bool     `json:"isOnlineMeeting,omitempty"`
	ShowAs          string   `json:"showAs,omitempty"`
	Sensitivity     string   `json:"sensitivity,omitempty"`
	Categories      []string `json:"categories,omitempty"`
	// TransactionID makes creating repeatable: Graph creates one event for
	// one id. Empty means a random one, which Create writes here, so that
	// creating the same draft again makes no second event.
	TransactionID string `json:"transactionId,omitempty"`
}

// Create creates an event and returns it as stored, with times in UTC. As it
// carries a transaction id it is sent again after a fault, and creates one event
// all the same. If it fails for good and the error matches
// m365graph.ErrAmbiguous, call it with the same draft again. https://learn.microsoft.com/graph/api/calendar-post-events
func (c *Client) Create(ctx context.Context, d *Draft) (*Event, error) {
	if d == nil || d.Start.IsZero() || d.End.IsZero() {
		return nil, errors.New("calendar: create: Start and End are required")
	}
	start, err := d.Start.Time()
	if err != nil {
		return nil, err
	}
	end, err := d.End.Time()
	if err != nil {
		return nil, err
	}
	if end.Before(start) {
		return nil, fmt.Errorf("calendar: create: it ends at %s, before it starts at %s", d.End.DateTime, d.Start.DateTime)
	}
	if d.TransactionID == "" {
		d.TransactionID = rand.Text()
	}
	resp, err := c.graph.Do(ctx, &m365graph.Request{
		Method: http.MethodPost, Path: c.own.Join("events"), Body: d, Safety: m365graph.SafetyRepeatable,
	})
	if err != nil {
		return nil, err
	}
	created := new(Event)
	if err := resp.Decode(created); err != nil {
		return nil, err
	}
	return created, nil
}

// TimeZone returns the name of the mailbox's own zone, Windows or IANA, as its
// owner set it. It needs MailboxSettings.Read.
// https://learn.microsoft.com/graph/api/user-get-mailboxsettings
func (c *Client) TimeZone(ctx context.Context) (string, error) {
	type settings struct {
		TimeZone string `json:"timeZone"`
	}
	s, err := m365graph.Get[settings](ctx, c.graph, c.mailbox.Join("mailboxSettings"), &m365graph.Query{Select: []string{"timeZone"}})
	if err != nil {
		return "", err
	}
	return s.TimeZone, nil
}
