package m365graph

import (
	"fmt"
	"time"

	"github.com/m365go/sdk/m365graph/internal/winzone"
)

// These shapes are shared by several resources.

// EmailAddress is a name and an SMTP address.
// https://learn.microsoft.com/graph/api/resources/emailaddress
type EmailAddress struct {
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"`
}

// String returns "Name <address>", or the one of the two that there is.
func (a EmailAddress) String() string {
	switch {
	case a.Name == "" || a.Name == a.Address:
		return a.Address
	case a.Address == "":
		return a.Name
	}
	return a.Name + " <" + a.Address + ">"
}

// Recipient is somebody a mail is from or to.
// https://learn.microsoft.com/graph/api/resources/recipient
type Recipient struct {
	EmailAddress EmailAddress `json:"emailAddress"`
}

// Recipients turns addresses without names into recipients.
func Recipients(addresses ...string) []Recipient {
	rs := make([]Recipient, len(addresses))
	for i, a := range addresses {
		rs[i].EmailAddress.Address = a
	}
	return rs
}

// ItemBody is the text of a mail or an event.
// https://learn.microsoft.com/graph/api/resources/itembody
type ItemBody struct {
	// ContentType is "text" or "html".
	ContentType string `json:"contentType,omitempty"`
	Content     string `json:"content"`
}

// Text returns a body of plain text.
func Text(content string) *ItemBody { return &ItemBody{ContentType: "text", Content: content} }

// HTML returns a body of HTML.
func HTML(content string) *ItemBody { return &ItemBody{ContentType: "html", Content: content} }

// Identity is a person, an application or a device that did something.
// https://learn.microsoft.com/graph/api/resources/identity
type Identity struct {
	ID          string `json:"id,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
}

// IdentitySet says who did something; the parts that do not apply are nil.
// https://learn.microsoft.com/graph/api/resources/identityset
type IdentitySet struct {
	User        *Identity `json:"user,omitempty"`
	Application *Identity `json:"application,omitempty"`
	Device      *Identity `json:"device,omitempty"`
}

// DateTimeTimeZone is a wall-clock time and the zone it is read in.
// https://learn.microsoft.com/graph/api/resources/datetimetimezone
type DateTimeTimeZone struct {
	// DateTime is "2026-03-01T09:00:00.0000000", without an offset.
	DateTime string `json:"dateTime"`
	// TimeZone is a Windows or an IANA name.
	TimeZone string `json:"timeZone"`
}

// wallClock is how a time is written without its zone, with as many digits of
// the second as Graph writes.
const wallClock = "2006-01-02T15:04:05.0000000"

// DateTime returns t on the wall clock of its own location, where that has an
// IANA or Windows name which says the same instant; all others, time.Local and
// time.FixedZone among them, become UTC.
func DateTime(t time.Time) DateTimeTimeZone {
	t = t.Truncate(100 * time.Nanosecond) // as fine as Graph keeps it
	own := DateTimeTimeZone{DateTime: t.Format(wallClock), TimeZone: t.Location().String()}
	// A made-up zone can bear a real one's name, and an hour of autumn comes
	// twice: what counts is what Graph will read.
	if read, err := own.Time(); err == nil && read.Equal(t) {
		return own
	}
	return DateTimeTimeZone{DateTime: t.UTC().Format(wallClock), TimeZone: "UTC"}
}

// Time returns the instant, in the named zone. An unknown zone is an error, not
// a guess.
func (d DateTimeTimeZone) Time() (time.Time, error) {
	loc, err := winzone.Load(d.TimeZone)
	if err != nil {
		return time.Time{}, fmt.Errorf("m365graph: read %q: %w", d.DateTime, err)
	}
	// Parsing takes any number of digits after the seconds.
	t, err := time.ParseInLocation("2006-01-02T15:04:05", d.DateTime, loc)
	if err != nil {
		return time.Time{}, fmt.Errorf("m365graph: %q is not a time such as 2026-03-01T09:00:00", clip(d.DateTime, 40))
	}
	return t, nil
}

// LoadLocation is time.LoadLocation for the names that Graph uses: Windows names
// such as "Romance Standard Time" beside IANA ones.
func LoadLocation(name string) (*time.Location, error) {
	loc, err := winzone.Load(name)
	if err != nil {
		return nil, fmt.Errorf("m365graph: %w", err)
	}
	return loc, nil
}

// IsZero reports whether no time is given.
func (d DateTimeTimeZone) IsZero() bool { return d == DateTimeTimeZone{} }
