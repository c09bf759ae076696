package m365graph_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"

	"github.com/m365go/sdk/m365graph"
)

// Two reads and a flag that is set only if the message is there, in one request.
func ExampleClient_Batch() {
	client, _ := emulated()
	ctx := context.Background()
	draft, err := m365graph.Post[struct{ ID string }](ctx, client, m365graph.P("me", "messages"), map[string]string{"subject": "Plant tour"})
	if err != nil {
		log.Fatal(err)
	}
	message := m365graph.P("me", "messages", draft.ID)
	results, err := client.Batch(ctx, []*m365graph.BatchItem{
		{ID: "me", Request: m365graph.Request{Path: m365graph.P("me")}},
		{ID: "manager", Request: m365graph.Request{Path: m365graph.P("me", "manager")}},
		{ID: "read", Request: m365graph.Request{Path: message}},
		{ID: "flag", DependsOn: []string{"read"}, Request: m365graph.Request{
			Method: http.MethodPatch, Path: message, Body: map[string]bool{"isRead": true},
		}},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	var me struct{ DisplayName string }
	if err := results[0].Decode(&me); err == nil {
		fmt.Println("I am", me.DisplayName)
	}
	fmt.Println("no manager:", errors.Is(results[1].Err, m365graph.ErrNotFound))
	fmt.Println("flagged:", results[3].Err == nil)
	// Output:
	// I am Sales Desk
	// no manager: true
	// flagged: true
}
