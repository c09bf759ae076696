package m365graph_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

// A mirror keeps a copy of a collection. The first round brings all there is, and
// each later one what has changed since.
func ExampleDelta() {
	client, err := m365graph.New(m365auth.Static("token"), &m365graph.Options{HTTPClient: directory()})
	if err != nil {
		fmt.Println(err)
		return
	}
	type user struct {
		DisplayName string `json:"displayName"`
	}
	names := map[string]string{} // the copy, and beside it the cursor, are kept in some store
	cursor := ""
	for range 3 {
		users := m365graph.Delta[user](client, m365graph.P("users", "delta"), &m365graph.DeltaOptions{Cursor: cursor})
		var listed map[string]bool // of a round that starts over
		for change, err := range users.Round(context.Background()) {
			if err != nil {
				fmt.Println(err) // what was applied so far stays, and the cursor as well
				return
			}
			switch change.Kind {
			case m365graph.DeltaReset:
				listed = map[string]bool{}
			case m365graph.DeltaRemoved:
				delete(names, change.ID)
			case m365graph.DeltaUpsert:
				names[change.ID] = change.Item.DisplayName
				if listed != nil {
					listed[change.ID] = true
				}
			}
		}
		for id := range names {
			if listed != nil && !listed[id] {
				delete(names, id)
			}
		}
		cursor = users.Cursor()
		fmt.Println(names)
	}
	// Output:
	// map[1:Sales Desk 2:Support]
	// map[1:Sales Desk 3:Accounting]
	// map[1:Sales]
}

// directory is a Graph that has forgotten its second cursor.
func directory() *http.Client {
	const link = "https://graph.microsoft.com/v1.0/users/delta?$deltatoken="
	rounds := map[string]func() *http.Response{
		"": func() *http.Response {
			return reply(200, `{"value":[{"id":"1","displayName":"Sales Desk"},{"id":"2","displayName":"Support"}],"@odata.deltaLink":"`+link+`one"}`)
		},
		"one": func() *http.Response {
			return reply(200, `{"value":[{"id":"3","displayName":"Accounting"},{"id":"2","@removed":{"reason":"deleted"}}],"@odata.deltaLink":"`+link+`two"}`)
		},
		"two": func() *http.Response { return graphError(410, "resyncRequired", "Location", link+"again") },
		"again": func() *http.Response {
			return reply(200, `{"value":[{"id":"1","displayName":"Sales"}],"@odata.deltaLink":"`+link+`three"}`)
		},
	}
	return &http.Client{Transport: &wire{answer: func(_ int, req *http.Request) (*http.Response, error) {
		_, token, _ := strings.Cut(req.URL.RawQuery, "=")
		return rounds[token](), nil
	}}}
}
