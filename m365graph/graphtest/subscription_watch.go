package graphtest

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// watched is a kind of resource that can be subscribed to. The limits are
// those of https://learn.microsoft.com/graph/change-notifications-overview,
// "Subscription lifetime"; the permissions those of
// https://learn.microsoft.com/graph/api/subscription-post-subscriptions.
type watched struct {
	patterns      []string
	typ           string // of the resource, for @odata.type
	scopes, roles []string
	minutes       int  // the longest lifetime
	richMinutes   int  // with resource data; 0: there is none
	needsData     bool // it is told with resource data alone
	options       options
	longNeedsLife bool // more than an hour takes a lifecycleNotificationUrl
	changes       []changeKind
	lifecycle     []LifecycleEvent
	whole         bool // the resource is told, not what changed in it
	service       *service

	// places tells which changes of the journal are meant.
	places func(*call) (func(change) bool, error)
	// name is the resource that a notification names.
	name func(sub *subscription, ch change) string
	// read shows what changed, in the shape that the subscription selects, nil
	// if it is not there any more; !ok if the $filter does not let it through.
	read func(*call, change) (o object, ok bool, err error)
}

var (
	everyChange     = []changeKind{itemCreated, itemUpdated, itemDeleted}
	everyLifecycle  = []LifecycleEvent{ReauthorizationRequired, SubscriptionRemoved, MissedNotifications}
	challengesAlone = []LifecycleEvent{ReauthorizationRequired}
)

// kindOf is a change in the words of the resource: where it tells of one kind
// alone, every change is that one.
func (w *watched) kindOf(kind changeKind) changeKind {
	if slices.Contains(w.changes, kind) {
		return kind
	}
	return itemUpdated
}

// watchedResources are all kinds but those of Teams.
var watchedResources = []*watched{
	{
		patterns: []string{"/~/messages", "/~/mailFolders/{folder}/messages"}, typ: "Message", service: exchange,
		scopes: basicMail, roles: basicMailRoles, minutes: 10_080, richMinutes: 1440, options: optSelect | optFilter,
		changes: everyChange, lifecycle: everyLifecycle, places: mailPlaces, name: mailboxName, read: readWatchedMessage,
	},
	{
		patterns: []string{"/~/events", "/~/calendar/events", "/~/calendars/{calendar}/events"}, typ: "Event", service: exchange,
		scopes: []string{"Calendars.Read", "Calendars.ReadBasic", "Calendars.ReadWrite"}, minutes: 10_080, richMinutes: 1440, options: optSelect | optFilter,
		changes: everyChange, lifecycle: everyLifecycle, places: eventPlaces, name: mailboxName, read: readWatched(eventSchema, watchedEvent),
	},
	{
		patterns: []string{"/~/contacts", "/~/contactFolders/{folder}/contacts"}, typ: "Contact", service: exchange,
		scopes: readOutlookContacts, minutes: 10_080, richMinutes: 1440, options: optSelect | optFilter,
		changes: everyChange, lifecycle: everyLifecycle, places: contactPlaces, name: mailboxName, read: readWatched(contactSchema, watchedContact),
	},
	{
		patterns: []string{"/~drive/root"}, typ: "DriveItem", service: oneDrive, scopes: fileReadScopes,
		minutes: 42_300, changes: []changeKind{itemUpdated}, lifecycle: challengesAlone, whole: true, places: drivePlaces,
	},
	{
		patterns: []string{"/~site/lists/{list}"}, typ: "List", service: oneDrive, scopes: siteReadScopes,
		minutes: 42_300, changes: []changeKind{itemUpdated}, lifecycle: challengesAlone, whole: true, places: listPlaces,
	},
	{
		patterns: []string{"/users", "/users/{person}"}, typ: "User", service: directory, scopes: readUsers,
		minutes: 41_760, changes: []changeKind{itemUpdated, itemDeleted}, lifecycle: challengesAlone,
		places: userPlaces, name: directoryName, read: readWatched(userSchema, watchedUser),
	},
	{
		patterns: []string{"/groups", "/groups/{group}"}, typ: "Group", service: directory, scopes: readGroups,
		minutes: 41_760, changes: []changeKind{itemUpdated, itemDeleted}, lifecycle: challengesAlone,
		places: groupPlaces, name: directoryName, read: readWatched(groupSchema, watchedGroup),
	},
}

// watches finds kinds by their patterns, which it keeps like those of routes.
type watches struct {
	tree
	kinds map[*route]*watched
}

var watchTable = sync.OnceValue(func() *watches {
	t := &watches{kinds: map[*route]*watched{}}
	for _, w := range slices.Concat(watchedResources, watchedTeams) {
		r := &route{
			method: http.MethodGet, scopes: w.scopes, roles: w.roles, service: w.service, options: w.options, shared: w.service == directory,
		}
		t.kinds[r] = w
		for _, pattern := range w.patterns {
			for _, spelling := range expandMacros(pattern) {
				t.add(r, spelling)
			}
		}
	}
	return t
})

// watch finds what a resource means, as the caller may see it: a call of its
// own, whose options are those behind the resource.
func (c *call) watch(resource string) (*watched, *call, error) {
	path, query, _ := strings.Cut(resource, "?")
	unknown := failf(codeSubscription, "The resource '%s' is not supported for subscriptions.", resource)
	segments, err := splitPath(path)
	if err != nil {
		return nil, nil, unknown
	}
	node, taken := watchTable().find(segments, nil)
	if node == nil {
		return nil, nil, unknown
	}
	found := node.leaves[http.MethodGet]
	of := &call{
		s: c.s, r: c.reading(), route: found.route, version: c.version, base: c.base, token: c.token, now: c.now,
		vars: map[string]string{}, path: strings.Trim(path, "/"), prefer: map[string]string{"idtype": c.prefer["idtype"]},
	}
	for i, name := range found.names {
		of.vars[name] = taken[i]
	}
	if of.params, err = parseQuery(query); err == nil {
		err = of.checkOptions()
	}
	if err == nil {
		err = of.authorize(found.spelling)
	}
	if err != nil {
		return nil, nil, err
	}
	return watchTable().kinds[found.route], of, nil
}

// reading is the request as one that reads, which is what subscribing is.
func (c *call) reading() *http.Request {
	r := c.r.Clone(c.r.Context())
	r.Method, r.Body = http.MethodGet, http.NoBody
	return r
}

func exactly(collection string) func(change) bool {
	return func(ch change) bool { return ch.collection == collection }
}

// below are the items of all folders.
func below(folders, items string) func(change) bool {
	return func(ch change) bool {
		return strings.HasPrefix(ch.collection, folders+"/") && strings.HasSuffix(ch.collection, items)
	}
}

func drivePlaces(c *call) (func(change) bool, error) {
	d, err := driveOf(c)
	if err != nil {
		return nil, err
	}
	return exactly("drives/" + d.id + "/root"), nil
}

func listPlaces(c *call) (func(change) bool, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	if l.drive != nil {
		files := "drives/" + l.drive.id + "/root"
		return func(ch change) bool { return ch.collection == l.collection() || ch.collection == files }, nil
	}
	return exactly(l.collection()), nil
}

// userPlaces is the directory, or one person of it.
func userPlaces(c *call) (func(change) bool, error) {
	name := c.vars["person"]
	if name == "" {
		return exactly("users"), nil
	}
	u := c.s.tenant.user(name)
	if u == nil {
		return nil, failf(codeRequestNotFound, "Resource '%s' does not exist or one of its queried reference-property objects are not present.", name)
	}
	return func(ch change) bool { return ch.collection == "users" && ch.id == u.ID }, nil
}

func watchedUser(c *call, ch change) (*userState, bool) {
	u := c.s.tenant.byID[ch.id]
	return u, u != nil
}

// groupPlaces are all groups, or one of them.
func groupPlaces(c *call) (func(change) bool, error) {
	if c.vars["group"] == "" {
		return exactly("groups"), nil
	}
	item, err := c.group()
	if err != nil {
		return nil, err
	}
	id := item.objectID()
	return func(ch change) bool { return ch.collection == "groups" && ch.id == id }, nil
}

func watchedGroup(c *call, ch change) (*groupState, bool) {
	g := c.s.tenant.groupByID[strings.ToLower(ch.id)]
	return g, g != nil
}

// mailboxName names an item of a mailbox.
func mailboxName(sub *subscription, ch change) string {
	return "Users/" + sub.call.user.ID + "/" + sub.watch.typ + "s/" + ch.id
}

// directoryName names an object of the directory.
func directoryName(sub *subscription, ch change) string { return sub.watch.typ + "s/" + ch.id }

// readWatched reads a resource through its schema.
func readWatched[T any](s *schema[T], find func(*call, change) (T, bool)) func(*call, change) (object, bool, error) {
	return func(c *call, ch change) (object, bool, error) {
		sh, err := shapeOf(c, s)
		if err != nil {
			return nil, false, err
		}
		l := &listing[T]{schema: s}
		q, err := readQuery(c, l)
		if err != nil {
			return nil, false, err
		}
		v, there := find(c, ch)
		switch {
		case !there:
			return nil, true, nil
		case !newMatcher(c, l, q).holds(v):
			return nil, false, nil
		}
		return sh.render(c, v), true, nil
	}
}
