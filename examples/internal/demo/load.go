package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// LoadOptions say what the files leave open. Nil is the zero value.
type LoadOptions struct {
	// Owner is the address whose mailbox this is. Empty means the one that the
	// messages suggest, else owner@contoso.example.
	Owner string
	// OwnerName is the owner's display name. Empty means the one that the
	// messages give with the address, else the address.
	OwnerName string
	// TimeZone is the mailbox's time zone by its IANA or Windows name. Empty
	// means the one that the calendars suggest, else UTC.
	TimeZone string
}

// Problem is a file, or a part of one, that could not be loaded as it is.
type Problem struct {
	// File is the path below the folder, with slashes: "mail/Inbox/7.eml".
	File string
	// Reason is what is wrong, in half a sentence of at most 200 bytes.
	Reason string
	// Loaded says that the file was loaded all the same, without the part that
	// Reason names.
	Loaded bool
}

// String is the problem on one line, which says whether the file was loaded.
func (p Problem) String() string {
	if p.Loaded {
		return printable(p.File) + ": loaded, but " + p.Reason
	}
	return printable(p.File) + ": left out: " + p.Reason
}

// Load makes a tenant of the files. Its first user is the owner, who has the
// mailbox, the calendars and the drive; the second is a colleague with an empty
// mailbox. The tenant opens files of the drive in fsys for as long as it is used.
//
// The error is for what leaves nothing to load: a folder that cannot be listed or
// has neither mail nor calendar nor drive, wrong options, and the end of ctx, which
// is looked at between files and while one is read. Files that are wrong are Problems, in the order of their paths within each of the three parts.
func Load(ctx context.Context, fsys fs.FS, opts *LoadOptions) (*graphtest.Tenant, []Problem, error) {
	var o LoadOptions
	if opts != nil {
		o = *opts
	}
	if o.TimeZone != "" {
		zone, ok := knownZone(o.TimeZone)
		if !ok {
			return nil, nil, fmt.Errorf("demo: time zone %q is neither an IANA nor a known Windows name", o.TimeZone)
		}
		o.TimeZone = zone
	}
	if o.Owner != "" && !isAddress(o.Owner) {
		return nil, nil, fmt.Errorf("demo: the owner %q is not an address such as sales@contoso.example", o.Owner)
	}
	parts, err := findParts(fsys)
	if err != nil {
		return nil, nil, fmt.Errorf("demo: %w", err)
	}

	src := &source{ctx: ctx, fsys: fsys, limits: defaultLimits}
	box := &mailbox{src: src, votes: newBallot()}
	if parts.mail != "" {
		box.load(parts.mail)
	}
	owner, colleague := box.votes.elect(o.Owner, o.OwnerName)
	dates := &diary{src: src, owner: owner.Address}
	if parts.calendar != "" {
		dates.read(parts.calendar)
	}
	zone := dates.zone(o.TimeZone)
	user := &graphtest.User{
		UserPrincipalName: owner.Address, DisplayName: owner.Name, TimeZone: zone,
		Folders: box.folders, Calendars: dates.calendars(zone),
	}
	if parts.drive != "" {
		user.Drive = &graphtest.Drive{Items: loadDrive(src, parts.drive)}
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, fmt.Errorf("demo: load: %w", err)
	}
	_, domain, _ := strings.Cut(owner.Address, "@")
	tenant := &graphtest.Tenant{DisplayName: domain, Users: []*graphtest.User{
		user,
		{UserPrincipalName: colleague.Address, DisplayName: colleague.Name, TimeZone: zone},
	}}
	return tenant, src.problems, nil
}

// parts are the names of the three folders, empty where there is none.
type parts struct{ mail, calendar, drive string }

// findParts looks for the three folders, in whatever case they are spelled.
func findParts(fsys fs.FS) (parts, error) {
	var p parts
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return p, fmt.Errorf("list the folder: %w", err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		switch strings.ToLower(e.Name()) {
		case "mail":
			p.mail = e.Name()
		case "calendar":
			p.calendar = e.Name()
		case "drive":
			p.drive = e.Name()
		}
	}
	if p == (parts{}) {
		return p, errors.New("the folder has none of the folders mail, calendar and drive")
	}
	return p, nil
}
