package m365graph_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

// Two reads and a flag that is set only if the message is there, in one request.
func ExampleClient_Batch() {
	client, err := m365graph.New(m365auth.Static("token"), &m365graph.Options{
		HTTPClient: &http.Client{Transport: &batchGraph{item: func(it sentItem, _ int) string {
			switch it.ID {
			case "me":
				return answerItem(it.ID, 200, `{"displayName":"Sales Desk"}`, "Content-Type", "application/json")
			case "manager":
				return itemError(it.ID, 404, "Request_ResourceNotFound")
			}
			return answerItem(it.ID, 200, `{"id":"1"}`, "Content-Type", "application/json")
		}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	message := m365graph.P("me", "messages", "1")
	results, err := client.Batch(context.Background(), []*m365graph.BatchItem{
		{ID: "me", Request: m365graph.Request{Path: m365graph.P("me")}},
		{ID: "manager", Request: m365graph.Request{Path: m365graph.P("me", "manager")}},
		{ID: "read", Request: m365graph.Request{Path: message}},
		{ID: "flag", DependsOn: []string{"read"}, Request: m365graph.Request{
			Method: http.MethodPatch, Path: message, Body: map[string]bool{"isRead": true},
		}},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
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
