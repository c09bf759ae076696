package graphtest_test

import (
	"fmt"
	"log"
	"net/http"
	"strings"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// A mail is sent, the answer is lost, and the program sends it once more: the
// second person has it twice, until the tenant is put back.
func ExampleServer_Fail() {
	clock := graphtest.NewClock(time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC))
	entra, err := entratest.New(&entratest.Options{
		InMemory: true, Now: clock.Now,
		Users: []entratest.User{{UPN: "sales@contoso.example"}, {UPN: "operations@contoso.example"}},
		Apps:  []entratest.App{{ID: "33334444-dddd-4555-8666-ffff7777aaaa", Scopes: []string{"Mail.Send"}, Roles: []string{"Mail.Read"}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer entra.Close()
	tenant := &graphtest.Tenant{ID: entra.TenantID()}
	for _, u := range entra.Users() {
		tenant.Users = append(tenant.Users, &graphtest.User{ID: u.ID, UserPrincipalName: u.UPN})
	}
	graph, err := graphtest.New(&graphtest.Options{InMemory: true, Keys: entra.Key, Issuer: entra.Issuer(), Tenant: tenant, Now: clock.Now})
	if err != nil {
		log.Fatal(err)
	}
	defer graph.Close()

	send := func(method, path, token, body string) string {
		req, err := http.NewRequest(method, "https://graph.microsoft.com/v1.0"+path, strings.NewReader(body))
		if err != nil {
			log.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
		resp, err := graph.Client().Do(req)
		if err != nil {
			return "no answer"
		}
		defer resp.Body.Close()
		return resp.Status
	}
	person, err := entra.Token("sales@contoso.example")
	if err != nil {
		log.Fatal(err)
	}
	app, err := entra.AppToken("33334444-dddd-4555-8666-ffff7777aaaa")
	if err != nil {
		log.Fatal(err)
	}

	before := graph.Snapshot()
	if err := graph.Fail(graphtest.Fault{Route: "POST /me/sendMail", After: true, Cut: graphtest.CutBefore}); err != nil {
		log.Fatal(err)
	}
	mail := `{"message":{"subject":"Order 4711","toRecipients":[{"emailAddress":{"address":"operations@contoso.example"}}]}}`
	for range 2 {
		fmt.Println(send("POST", "/me/sendMail", person, mail))
	}
	executed := 0
	for _, r := range graph.Requests() {
		if r.Executed {
			executed++
		}
	}
	fmt.Println("sent:", executed)

	fmt.Println(send("GET", "/users/operations@contoso.example/messages", app, ""))
	clock.Advance(2 * time.Hour)
	fmt.Println(send("GET", "/users/operations@contoso.example/messages", app, ""))
	if err := graph.Restore(before); err != nil {
		log.Fatal(err)
	}
	// Output:
	// no answer
	// 202 Accepted
	// sent: 2
	// 200 OK
	// 401 Unauthorized
}
