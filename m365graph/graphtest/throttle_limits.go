package graphtest

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The words of the services. Outlook and Graph itself differ in how they spell
// Retry-After, and so clients must read each form.
var (
	gatewayWords = &throttleWords{code: codeTooManyRequests, message: "Please retry again later.", inner: []code{"429"}, retryAfter: asDate}
	serviceWords = &throttleWords{code: codeTooManyRequests, message: "Please retry again later.", inner: []code{"429"}, retryAfter: wholeSeconds}
	driveWords   = &throttleWords{code: codeActivityLimit, message: "The app or user has been throttled.",
		inner: []code{"throttledRequest", "quota"}, retryAfter: wholeSeconds, header: rateLimitHeader}
	unitWords  = directoryWords("ReadWrite", "ResourceUnitLimitExceeded")
	writeWords = directoryWords("Write", "WriteLimitExceeded")

	rateWords        = outlookWords("RequestRate")
	bytesWords       = outlookWords("IncomingBytes")
	concurrencyWords = outlookWords("MailboxConcurrency")
)

func outlookWords(which string) *throttleWords {
	return &throttleWords{code: codeAppThrottled, message: "Application is over its " + which + " limit.", retryAfter: fractionOfSeconds}
}

// directoryWords adds the headers of
// https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits.
func directoryWords(which, why string) *throttleWords {
	return &throttleWords{code: codeTooManyRequests, message: "Please retry again later.", inner: []code{"429"}, retryAfter: wholeSeconds,
		header: func(h http.Header, c *call, l *limit, u use) {
			if u.share >= 0.8 && l.per == perAppTenant {
				h.Set("X-Ms-Throttle-Limit-Percentage", strconv.FormatFloat(u.share, 'f', 2, 64))
			}
			if u.refused {
				scope := map[limitScope]string{perApp: "Application", perAppTenant: "Tenant_Application", perTenant: "Tenant"}[l.per]
				h.Set("X-Ms-Throttle-Scope", fmt.Sprintf("%s/%s/%s/%s", scope, which, c.token.appID, c.s.opts.Tenant.ID))
				h.Set("X-Ms-Throttle-Information", why)
			}
		}}
}

// rateLimitHeader is SharePoint's, which it sends from four fifths of the
// minute's quota on.
// https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
func rateLimitHeader(h http.Header, _ *call, l *limit, u use) {
	if u.share < 0.8 || l.window != time.Minute {
		return
	}
	h["RateLimit-Limit"] = []string{itoa(int(u.quota))}
	h["RateLimit-Remaining"] = []string{itoa(int(math.Round(max(u.quota*(1-u.share), 0))))}
	h["RateLimit-Reset"] = []string{wholeSeconds(time.Time{}, time.Duration(u.share*float64(l.window)))}
}

var everyRoute = limit{name: "any", per: perApp, quota: 130000, window: 10 * time.Second, says: gatewayWords}

// The limits of one team or channel, beside those of Teams as a whole.
// https://learn.microsoft.com/graph/throttling-limits#microsoft-teams-service-limits
var (
	oneTeam    = limit{name: "team", per: perAppTeam, quota: 4, window: time.Second, says: serviceWords}
	oneChannel = limit{name: "channel/day", per: perAppTeam, quota: 3000, window: 24 * time.Hour, cost: writeCost, says: serviceWords}
)

// limitGroup is the limits of one service. A request counts against those of
// the first group that has it.
type limitGroup struct {
	has    func(l leaf, pattern string) bool
	limits []limit
}

// limitGroups are what
// https://learn.microsoft.com/graph/throttling-limits publishes for the
// services here.
var limitGroups = []limitGroup{
	{has: named("subscriptions"), limits: []limit{
		{name: "subscriptions", per: perAppTenant, quota: 5000, window: 20 * time.Second, says: serviceWords},
		{name: "subscriptions/tenant", per: perTenant, quota: 10000, window: 20 * time.Second, says: serviceWords},
		{name: "subscriptions/write", per: perAppTenant, quota: 1000, window: 20 * time.Second, cost: writeCost, says: serviceWords},
	}},
	{has: named("presence", "presences", "getPresencesByUserId"), limits: []limit{
		{name: "presence", per: perAppTenant, quota: 1500, window: 30 * time.Second, says: serviceWords},
	}},
	perSecond("GET", 200, 1000, "channels/getallmessages", "chats/getallmessages"),
	perSecond("GET", 20, 200, "channels/{}/messages", "chats/{}/messages"),
	perSecond("POST", 50, 500, "channels/{}/messages"),
	perSecond("POST", 20, 200, "chats/{}/messages"),
	perSecond("GET", 60, 1200, "teams/{}/members", "teams/{}/channels$", "channels/{}/members"),
	perSecond("GET", 30, 600, "teams/{}/channels", "teams/{}/installedapps"),
	perSecond("GET", 30, 300, "/teams/{}$", "joinedteams"),
	perSecond("GET", 30, 1500, "/teams", "/chats", "groups/{}/team$"),
	perSecond("POST", 10, 100, "/teams$"),
	perSecond("POST", 6, 150, "teams/{}/clone"),
	perSecond("PUT", 6, 150, "groups/{}/team$"),
	perSecond("DELETE", 15, 150, "teams/{}/channels"),
	perSecond("", 30, 300, "/teams", "/chats"),
	{has: of(exchange), limits: []limit{
		{name: "outlook", per: perAppMailbox, quota: 10000, window: 10 * time.Minute, says: rateWords},
		{name: "outlook/upload", per: perAppMailbox, quota: 150e6, window: 5 * time.Minute, cost: uploadCost, says: bytesWords},
	}},
	{has: of(oneDrive), limits: []limit{
		{name: "files", per: perAppTenant, quota: 1200, window: time.Minute, cost: driveUnits, says: driveWords},
		{name: "files/day", per: perAppTenant, quota: 1200000, window: 24 * time.Hour, cost: driveUnits, says: driveWords},
	}},
	{has: of(directory), limits: []limit{
		{name: "directory", per: perAppTenant, quota: 3500, larger: directoryQuota, window: 10 * time.Second, cost: resourceUnits, says: unitWords},
		{name: "directory/write", per: perAppTenant, quota: 3000, window: 150 * time.Second, cost: writeCost, says: writeWords},
		{name: "directory/app", per: perApp, quota: 150000, window: 20 * time.Second, cost: resourceUnits, says: unitWords},
		{name: "directory/app/write", per: perApp, quota: 70000, window: 5 * time.Minute, cost: writeCost, says: writeWords},
		{name: "directory/tenant/write", per: perTenant, quota: 18000, window: 5 * time.Minute, cost: writeCost, says: writeWords},
	}},
}

// directoryQuota is that of an app in a tenant of so many people, in three
// sizes.
func directoryQuota(users int) float64 {
	switch {
	case users < 50:
		return 3500
	case users <= 500:
		return 5000
	}
	return 8000
}

// limitsOf are the limits that requests to a route count against.
func limitsOf(l leaf) []*limit {
	pattern := plainPattern(l.pattern)
	if pattern == "/$batch" {
		return nil // its requests count
	}
	limits := []*limit{&everyRoute}
	for i := range limitGroups {
		if g := &limitGroups[i]; g.has(l, pattern) {
			for k := range g.limits {
				limits = append(limits, &g.limits[k])
			}
			break
		}
	}
	if strings.HasPrefix(pattern, "/teams/{}") {
		limits = append(limits, &oneTeam)
		if strings.Contains(pattern, "/channels/{}/messages") && l.method == http.MethodPost {
			limits = append(limits, &oneChannel)
		}
	}
	return limits
}

// named takes routes that have one of the elements.
func named(elements ...string) func(leaf, string) bool {
	return func(_ leaf, pattern string) bool {
		return slices.ContainsFunc(elements, func(e string) bool {
			return strings.Contains(pattern+"/", "/"+strings.ToLower(e)+"/")
		})
	}
}

func of(s *service) func(leaf, string) bool {
	return func(l leaf, _ string) bool { return l.service == s }
}

// perSecond is a row of the table of Teams: the requests a second of an app in
// a tenant, and in all. A part that ends with $ ends the pattern.
func perSecond(method string, tenant, all float64, parts ...string) limitGroup {
	has := func(l leaf, pattern string) bool {
		return (method == "" || l.method == method) && slices.ContainsFunc(parts, func(part string) bool {
			return strings.Contains(pattern+"$", part)
		})
	}
	name := "teams/" + method + strings.Join(parts, " ")
	return limitGroup{has, []limit{
		{name: name, per: perAppTenant, quota: tenant, window: time.Second, says: serviceWords},
		{name: name + "/all", per: perApp, quota: all, window: time.Second, says: serviceWords},
	}}
}

func writeCost(c *call) float64 {
	if c.r.Method == http.MethodGet || c.r.Method == http.MethodHead {
		return 0
	}
	return 1
}

// uploadCost is how much is uploaded.
func uploadCost(c *call) float64 { return writeCost(c) * float64(max(c.r.ContentLength, 0)) }

// unitCosts are the base costs that are not one, by method and pattern.
var unitCosts = map[string]float64{
	"GET /users": 2, "GET /groups/{}/members": 3, "GET /groups/{}/transitivemembers": 5, "GET /~/memberof": 2,
	"GET /~/transitivememberof": 2, "GET /~/ownedobjects": 2, "GET /~/licensedetails": 2, "GET /subscribedskus": 3,
	"POST /~/checkmembergroups": 4, "POST /~/checkmemberobjects": 4, "POST /~/getmembergroups": 2, "POST /~/getmemberobjects": 2,
	"POST /directoryobjects/getbyids": 3, "GET /applications": 2,
}

// baseUnits is what a route of the directory costs; 0 for others.
func (r *route) baseUnits() float64 {
	if r.service != directory || r.pattern == "/$batch" {
		return 0
	}
	if cost, ok := unitCosts[r.method+" "+plainPattern(r.pattern)]; ok {
		return cost
	}
	return 1
}

// resourceUnits is what a request of the directory costs, by
// https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits.
func resourceUnits(c *call) float64 {
	cost := c.route.units
	if c.param("$select") != "" {
		cost--
	}
	if c.param("$expand") != "" {
		cost++
	}
	if n, err := strconv.Atoi(c.param("$top")); err == nil && n < 20 {
		cost--
	}
	return max(cost, 1)
}

// driveUnits is what a request of SharePoint and OneDrive costs.
func driveUnits(c *call) float64 {
	pattern := plainPattern(c.route.pattern)
	switch {
	case strings.Contains(pattern, "permissions"), strings.Contains(c.param("$expand"), "permissions"):
		return 5
	case c.r.Method != http.MethodGet:
		return 2
	case strings.HasSuffix(pattern, "/delta"):
		if c.param("token") != "" || c.args["token"] != "" {
			return 1
		}
		return 2
	case strings.HasSuffix(pattern, "/children"), strings.HasSuffix(pattern, "/items"), strings.HasSuffix(pattern, "/lists"), strings.Contains(pattern, "search"):
		return 2
	}
	return 1
}
