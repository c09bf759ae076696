package graphtest_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

const (
	everyDrive = "b!Every"
	dayID      = "8a6f1b5e-0000-4000-8000-0000000000f2"
	floorID    = "8a6f1b5e-0000-4000-8000-0000000000f1"
)

// oneOfEach is a tenant with at least one of each kind, so that every route
// finds what it is for.
func oneOfEach() *graphtest.Tenant {
	t, sites := desks(), intranet()
	t.Groups = append(sites.Groups, &graphtest.Group{ID: floorID, DisplayName: "Floor", Members: []string{nightID}})
	t.Sites = sites.Sites
	t.Sites[0].Drives[0].Items = tree()
	t.Sites[0].Applications = []*graphtest.SitePermission{{AppID: appID, DisplayName: "Robot", Roles: []string{"fullcontrol"}}}
	sites.Groups[0].Owners, sites.Groups[0].Members = []string{salesID, opsID}, []string{salesID, opsID, floorID}
	t.Users = append(t.Users, &graphtest.User{ID: dayID, UserPrincipalName: "day@contoso.example", DisplayName: "Day Desk"})
	t.Teams[0].Members = append(t.Teams[0].Members, nightID)
	t.Teams[0].Channels[2].Members = []string{opsID}
	sales := t.Users[0]
	keeper := rolodex().Users[0]
	sales.Contacts, sales.ContactFolders = keeper.Contacts, keeper.ContactFolders
	sales.Manager, sales.Photo = opsID, []byte(seedPicture)
	sales.Drive = &graphtest.Drive{ID: everyDrive, Items: tree()}
	sales.Folders = []*graphtest.MailFolder{folder("TOP", folder("SUB", folder("DEEP")))}
	meeting := single("MEETING", "Meeting", "2026-03-10T12:00:00", "2026-03-10T13:00:00")
	meeting.Attendees = []graphtest.Attendee{{Recipient: graphtest.Recipient{Address: "ops@contoso.example"}}}
	meeting.Attachments = []*graphtest.Attachment{{ID: "MEETING-FILE", Name: "agenda.txt", Content: []byte("agenda")}}
	meeting.IsReminderOn = true
	asked := single("ASKED", "Asked", "2026-03-12T12:00:00", "2026-03-12T13:00:00")
	asked.Organizer = &graphtest.Recipient{Name: "Operations", Address: "ops@contoso.example"}
	sales.Calendars = []*graphtest.Calendar{{ID: "MAIN", Events: []*graphtest.Event{meeting, asked, mondays()}}}
	return t
}

// tree is what lies in each drive.
func tree() []*graphtest.DriveItem {
	return []*graphtest.DriveItem{
		{ID: "dir", Name: "dir", Folder: true, Children: []*graphtest.DriveItem{{ID: "inner", Name: "inner.txt", Content: []byte("inner")}}},
		{ID: "file", Name: "file.png", Content: []byte("a file"), Image: &graphtest.Image{Width: 3, Height: 2}, Shared: []graphtest.Share{{With: opsID}}},
		{ID: "gone", Name: "gone.txt", Content: []byte("gone")},
		{ID: "out", Name: "out.txt", Content: []byte("checked out")},
	}
}

// folder has a draft with a file attached.
func folder(id string, children ...*graphtest.MailFolder) *graphtest.MailFolder {
	return &graphtest.MailFolder{ID: id, DisplayName: id, Children: children, Messages: []*graphtest.Message{{
		ID: id + "-NOTE", Subject: "Note of " + id, IsDraft: true, From: &graphtest.Recipient{Address: "sales@contoso.example"}, ReceivedDateTime: now,
		ToRecipients: []graphtest.Recipient{{Address: "ops@contoso.example"}},
		Attachments:  []*graphtest.Attachment{{ID: id + "-FILE", Name: "a.txt", Content: []byte("attached")}},
	}}}
}

// whole is a server on oneOfEach, after requests that make what a tenant
// cannot be given, and the ids that stand for parameters.
type whole struct {
	*fixture
	ids  map[string]string // by the end of a spelling
	made *graphtest.Snapshot
}

// everyID are the ids that the tenant is given. A parameter is looked up by the
// spelling up to it, from as far left as there is an entry.
var everyID = map[string]string{
	"{user}": salesID, "groups/{group}": brandGroup, "{organization}": tenantID, "{domain}": "contoso.example", "{site}": marketing, "{setting}": "timeZone", "{column}": "Color", "{list}/items/{item}/versions/{version}": "1.0", "{:sitepath}": "sites/marketing",
	"groups/{group}/sites/{site}": marketing, "groups/{team}": deskTeam,
	"members/{member}": opsID, "owners/{member}": opsID, "directoryObjects/{object}": opsID, "{size}": "48x48",
	"{folder}": "TOP", "{grandparent}": "TOP", "{parent}": "TOP", "childFolders/{folder}": "SUB", "childFolders/{parent}": "SUB", "childFolders/{parent}/childFolders/{folder}": "DEEP",
	"{message}": "TOP-NOTE", "childFolders/{folder}/messages/{message}": "SUB-NOTE", "childFolders/{parent}/childFolders/{folder}/messages/{message}": "DEEP-NOTE",
	"{attachment}": "TOP-FILE", "childFolders/{folder}/messages/{message}/attachments/{attachment}": "SUB-FILE",
	"childFolders/{parent}/childFolders/{folder}/messages/{message}/attachments/{attachment}": "DEEP-FILE",
	"{contact}": "FREIGHT-CONTACT-1", "contactFolders/{folder}": "SUPPLIERS-FOLDER-1", "contactFolders/{folder}/contacts/{contact}": "SUPPLIER-CONTACT-1", "contactFolders/{parent}": "SUPPLIERS-FOLDER-1",
	"contactFolders/{parent}/childFolders/{folder}": "OLD-SUPPLIERS-FOLDER", "contactFolders/{parent}/childFolders/{folder}/contacts/{contact}": "OLD-SUPPLIER-CONTACT",
	"{calendar}": "MAIN", "{event}": "MEETING", "events/{event}/attachments/{attachment}": "MEETING-FILE",
	"{drive}": everyDrive, "{item}": "file", "{:path}": "file.png", "{child}": "file.png", "{special}": "documents", "items/{item}/{:path}": "inner.txt", "{version}": "1.0",
	"thumbnails/{thumbnail}": "0", "thumbnails/{thumbnail}/{size}": "small", "{list}": "8a6f1b5e-0000-4000-8000-0000000000d1", "lists/{list}/items/{item}": "1", "{team}": deskTeam,
}

// find gives the id for a parameter at the end of the path so far.
func (w *whole) find(path []string) (string, bool) {
	for i := range path {
		if id, ok := w.ids[strings.Join(path[i:], "/")]; ok {
			return id, true
		}
	}
	return "", false
}

// fill writes a spelling with ids, those of over first.
func (w *whole) fill(spelling string, over map[string]string) string {
	var b strings.Builder
	elements := strings.Split(strings.TrimPrefix(spelling, "/"), "/")
	for i, element := range elements {
		id, given := over[element]
		switch found, ok := w.ids[id]; {
		case given && ok:
			id = found
		case !given && element == "{site}" && i+1 < len(elements) && elements[i+1] == "{:sitepath}":
			id, given = "root", true
		case !given:
			id, given = w.find(elements[:i+1])
		}
		switch {
		case strings.HasPrefix(element, "{:"):
			b.WriteString(":/" + (&url.URL{Path: id}).EscapedPath() + ":")
		case given:
			b.WriteString("/" + url.PathEscape(id))
		default:
			b.WriteString("/" + element)
		}
	}
	return b.String()
}

// newWhole starts the server in memory.
func newWhole(t testing.TB, log func(graphtest.Request)) *whole {
	t.Helper()
	return startWhole(t, &graphtest.Options{Tenant: oneOfEach(), Now: func() time.Time { return now }, KeepRequests: 16, Log: log})
}

// startWhole is newWhole with options, of which it sets those that tests share.
func startWhole(t testing.TB, opts *graphtest.Options) *whole {
	t.Helper()
	opts.Keys, opts.Issuer, opts.InMemory = keys, issuer, true
	opts.NotificationClient = &http.Client{Transport: &receiver{}}
	s, err := graphtest.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	var all []string
	for _, r := range graphtest.RouteTable() {
		all = append(all, r.Scopes...)
	}
	slices.Sort(all)
	scopes := strings.Join(slices.Compact(all), " ") + " Mail.Read Chat.Read ChannelMessage.Read.All"
	w := &whole{&fixture{s, mint(t, map[string]any{"scp": scopes, "azp": appID})}, maps.Clone(everyID), nil}
	w.prepare(t)
	w.made = s.Snapshot()
	return w
}

// contentURL are the ids of whole addresses, for the routes of the content host.
var contentURL = map[string]string{
	"/upload/{session}": "upload", "/download/{item}": "download", "/thumbnail/{item}/{size}": "thumbnail", "/monitor/{job}": "monitor",
	"/api/v2.0/users/{user}/messages/{item}/attachmentSessions/{session}": "attachment upload",
	"/api/v2.0/users/{user}/events/{item}/attachmentSessions/{session}":   "event upload",
}

// request is one that a seed makes of a route.
type request struct {
	method, target string
	body           string
	header         []string
}

// seeded is the request of a route's seed, by one of its spellings.
func (w *whole) seeded(r *graphtest.RouteInfo, spelling string) request {
	s := seedOf(r)
	if s == nil {
		s = &seed{}
	}
	q := request{r.Method, "", w.expand(s.body), slices.Clone(s.header)}
	if r.Content {
		name := contentURL[r.Pattern]
		if other := s.over[name]; other != "" {
			name = other
		}
		q.target, q.header = w.ids[name], append(q.header, "Authorization", "-")
	} else if q.target = w.fill(spelling, s.over); strings.HasPrefix(spelling, "/oidc") {
		q.target = w.URL() + q.target
	}
	if s.query != "" {
		q.target += "?" + s.query
	}
	if s.media != "" {
		q.header = append(q.header, "Content-Type", s.media)
	}
	q.header = append(q.header, "ConsistencyLevel", "eventual")
	return q
}

// expand writes the ids of the server into a body.
func (w *whole) expand(body string) string {
	return strings.ReplaceAll(body, "$complete upload", w.ids["complete upload"])
}
