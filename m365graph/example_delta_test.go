package m365graph_test

import (
	"context"
	"fmt"
	"log"
	"maps"
	"net/http"
	"slices"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// A mirror keeps a copy of a collection. The first round brings all there is, and
// each later one what has changed since.
func ExampleDelta() {
	client, graph := emulated()
	type user struct {
		DisplayName string `json:"displayName"`
	}
	names := map[string]string{} // the copy, and beside it the cursor, are kept in some store
	cursor := ""
	for round := range 3 {
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
		fmt.Println(slices.Sorted(maps.Values(names)))
		meanwhile(round, client, graph)
	}
	// Output:
	// [Plant Desk Sales Desk]
	// [Accounting Sales Desk]
	// [Sales]
}

// meanwhile is what becomes of a directory between the rounds of a copy.
func meanwhile(round int, client *m365graph.Client, graph *graphtest.Server) {
	sales, plant := m365graph.P("users", "sales@contoso.example"), m365graph.P("users", "plant@contoso.example")
	var requests []m365graph.Request
	switch round {
	case 0:
		requests = []m365graph.Request{
			{Method: http.MethodDelete, Path: plant},
			{Method: http.MethodPost, Path: m365graph.P("users"), Body: map[string]any{
				"accountEnabled": true, "displayName": "Accounting", "mailNickname": "accounting",
				"userPrincipalName": "accounting@contoso.example", "passwordProfile": map[string]any{"password": "Some-1-word"},
			}},
		}
	case 1:
		graph.ExpireDeltas()
		requests = []m365graph.Request{
			{Method: http.MethodPatch, Path: sales, Body: map[string]any{"displayName": "Sales"}},
			{Method: http.MethodDelete, Path: m365graph.P("users", "accounting@contoso.example")},
		}
	}
	for _, r := range requests {
		if _, err := client.Do(context.Background(), &r); err != nil {
			log.Fatal(err)
		}
	}
}
