package m365graph_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// emulated is a client of yours, here in front of an emulated tenant, which tells
// what it was asked.
func emulated() (*m365graph.Client, *graphtest.Server) {
	issuer, err := entratest.New(&entratest.Options{InMemory: true, Users: []entratest.User{{UPN: "sales@contoso.example"}, {UPN: "plant@contoso.example"}}})
	if err != nil {
		log.Fatal(err)
	}
	people := issuer.Users()
	stands := &graphtest.Event{
		Start: graphtest.DateTimeTimeZone{DateTime: "2026-03-04T10:00:00", TimeZone: "Europe/Paris"},
		End:   graphtest.DateTimeTimeZone{DateTime: "2026-03-04T10:30:00", TimeZone: "Europe/Paris"},
	}
	graph, err := graphtest.New(&graphtest.Options{InMemory: true, Keys: issuer.Key, Tenant: &graphtest.Tenant{
		ID: issuer.TenantID(),
		Users: []*graphtest.User{
			{ID: people[0].ID, UserPrincipalName: people[0].UPN, DisplayName: "Sales Desk", Department: "Sales", Calendars: []*graphtest.Calendar{{Events: []*graphtest.Event{stands}}}},
			{ID: people[1].ID, UserPrincipalName: people[1].UPN, DisplayName: "Plant Desk", Department: "Plant"},
		},
		Groups: []*graphtest.Group{{DisplayName: "Sales"}, {DisplayName: "Plant"}},
	}})
	if err != nil {
		log.Fatal(err)
	}
	token, err := issuer.Token(people[0].UPN, "User.ReadWrite.All", "Group.Read.All", "Mail.ReadWrite", "Mail.Send", "Calendars.Read", "Files.ReadWrite")
	if err != nil {
		log.Fatal(err)
	}
	client, err := m365graph.New(m365auth.Static(token), &m365graph.Options{HTTPClient: graph.Client()})
	if err != nil {
		log.Fatal(err)
	}
	return client, graph
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func ExampleWhere() {
	since := time.Date(2026, 3, 1, 9, 0, 0, 0, time.FixedZone("", 3600))
	fmt.Println(m365graph.Where("subject eq ? and receivedDateTime ge ? and isRead eq ?", "it's on", since, false))
	fmt.Println(m365graph.Where("department in ?", []string{"Sales", "R&D"}))
	// Output:
	// subject eq 'it''s on' and receivedDateTime ge 2026-03-01T08:00:00Z and isRead eq false
	// department in ('Sales','R&D')
}

// A filter is put together from what a person chose; what was not chosen adds
// nothing.
func ExampleFilter() {
	var filter m365graph.Filter
	for _, department := range []string{"Sales", "Plant"} {
		filter = filter.Or(m365graph.Where("department eq ?", department))
	}
	filter = filter.And(m365graph.Where("startswith(displayName, ?)", "O'").Not())
	fmt.Println(filter)
	// Output: ((department eq 'Sales') or (department eq 'Plant')) and (not (startswith(displayName, 'O''')))
}

// The directory answers some queries only with a header and a count, which are
// added by themselves.
func ExampleQuery() {
	client, graph := emulated()
	type user struct {
		DisplayName string `json:"displayName"`
	}
	query := &m365graph.Query{Select: []string{"displayName"}, Filter: m365graph.Where("department ne ?", "Plant"), Top: 50}
	for u, err := range m365graph.All[user](context.Background(), client, m365graph.P("users"), query) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(u.DisplayName)
	}
	asked := graph.Requests()[0]
	fmt.Println(asked.Method, asked.Path+"?"+asked.Query)
	fmt.Println("ConsistencyLevel:", asked.Header.Get("ConsistencyLevel"))
	// Output:
	// Sales Desk
	// GET /v1.0/users?$select=displayName&$filter=department%20ne%20%27Plant%27&$top=50&$count=true
	// ConsistencyLevel: eventual
}

func ExampleCount() {
	client, _ := emulated()
	n, err := m365graph.Count(context.Background(), client, m365graph.P("groups"), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n, "groups")
	// Output: 2 groups
}

func ExampleQuoteSearch() {
	name := `"Sales" desk`
	fmt.Println(m365graph.QuoteSearch("displayName:"+name) + " OR " + m365graph.QuoteSearch("mail:sales"))
	// Output: "displayName:\"Sales\" desk" OR "mail:sales"
}

func ExampleP() {
	fmt.Println(m365graph.P("users", "sales@contoso.example", "messages", "AAMk/+="))
	root := m365graph.P("me", "drive", "root")
	fmt.Println(root.At("Reports/March 2026.xlsx").Join("content"))
	fmt.Println(root.Func("search", "q", "it's on"))
	fmt.Println(m365graph.P("me/messages").Err())
	// Output:
	// /users/sales%40contoso.example/messages/AAMk%2F%2B%3D
	// /me/drive/root:/Reports/March%202026.xlsx:/content
	// /me/drive/root/search(q='it%27%27s%20on')
	// m365graph: the path begins with the one element "me/messages"; give its parts one by one, P("me", "messages"), or use ParsePath
}

func ExampleParsePath() {
	path, err := m365graph.ParsePath("me/drive/root:/March 2026.xlsx:/content")
	fmt.Println(path, err)
	_, err = m365graph.ParsePath("/me/../users")
	fmt.Println(err)
	// Output:
	// /me/drive/root:/March%202026.xlsx:/content <nil>
	// m365graph: the path "/me/../users" has a dot segment
}

// What has no typed package of its own is asked for with a Request.
func ExampleClient_Do() {
	client, graph := emulated()
	type dateTime struct {
		DateTime string `json:"dateTime"`
		TimeZone string `json:"timeZone"`
	}
	resp, err := client.Do(context.Background(), &m365graph.Request{
		Method: http.MethodPost, Path: m365graph.P("me", "calendar", "getSchedule"),
		Query: &m365graph.Query{Prefer: m365graph.Prefer{TimeZone: "Europe/Paris"}},
		Body: map[string]any{
			"schedules":                []string{"sales@contoso.example"},
			"startTime":                dateTime{"2026-03-04T09:00:00", "Europe/Paris"},
			"endTime":                  dateTime{"2026-03-04T11:00:00", "Europe/Paris"},
			"availabilityViewInterval": 30,
		},
		Safety: m365graph.SafetyRead, // it changes nothing, although it is a POST
	})
	if err != nil {
		log.Fatal(err)
	}
	var answer struct {
		Value []struct {
			AvailabilityView string `json:"availabilityView"`
		} `json:"value"`
	}
	if err := resp.Decode(&answer); err != nil {
		log.Fatal(err)
	}
	asked := graph.Requests()[0]
	fmt.Println(asked.Method, asked.Path, asked.Header.Get("Prefer"))
	fmt.Println(answer.Value[0].AvailabilityView, resp.RequestID() == asked.ID)
	// Output:
	// POST /v1.0/me/calendar/getSchedule outlook.timezone="Europe/Paris"
	// 0020 true
}
