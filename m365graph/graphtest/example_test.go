package graphtest_test

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// Two emulators are joined by the key function: one issues tokens, the other
// serves mail to whoever holds them.
func Example() {
	entra, err := entratest.New(&entratest.Options{Users: []entratest.User{{UPN: "sales@contoso.example"}}})
	if err != nil {
		log.Fatal(err)
	}
	defer entra.Close()

	graph, err := graphtest.New(&graphtest.Options{
		Keys: entra.Key, Issuer: entra.Issuer(), Audience: entra.Audience(),
		Tenant: &graphtest.Tenant{ID: entra.TenantID(), Users: []*graphtest.User{{
			ID: entra.Users()[0].ID, UserPrincipalName: "sales@contoso.example",
			Folders: []*graphtest.MailFolder{{DisplayName: "Inbox", Messages: []*graphtest.Message{
				{Subject: "Plant tour", ReceivedDateTime: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)},
				{Subject: "Invoice 7", ReceivedDateTime: time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC), IsRead: true},
			}}},
		}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer graph.Close()
	if err := graph.Throttle("GET /me/mailFolders/{folder}/messages", 0, 1, "1"); err != nil {
		log.Fatal(err)
	}

	token, err := entra.Token("sales@contoso.example", "Mail.Read")
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		req, err := http.NewRequest("GET", graph.URL()+"/v1.0/me/mailFolders/inbox/messages?$select=subject&$filter=isRead%20eq%20false", nil)
		if err != nil {
			log.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := graph.Client().Do(req)
		if err != nil {
			log.Fatal(err)
		}
		var page struct {
			Error struct{ Code string }
			Value []struct{ Subject string }
		}
		if err := json.NewDecoder(res.Body).Decode(&page); err != nil {
			log.Fatal(err)
		}
		res.Body.Close()
		fmt.Println(res.StatusCode, page.Error.Code, res.Header.Get("Retry-After"), page.Value)
	}
	// Output:
	// 429 TooManyRequests 1 []
	// 200   [{Plant tour}]
}
