package m365graph_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/m365go/sdk/m365graph"
)

func ExampleError() {
	client := answering(func(*http.Request) (int, string) {
		return http.StatusNotFound, `{"error":{"code":"ErrorItemNotFound","message":"The specified object was not found in the store."}}`
	})
	err := m365graph.Delete(context.Background(), client, m365graph.P("me", "messages", "1"), "")
	fmt.Println(err)

	fmt.Println("gone already:", errors.Is(err, m365graph.ErrNotFound))
	if graph, ok := errors.AsType[*m365graph.Error](err); ok {
		fmt.Println(graph.Status, graph.HasCode("errorItemNotFound"), graph.RequestID)
	}
	// Output:
	// m365graph: DELETE /me/messages/1: 404 not found, ErrorItemNotFound: The specified object was not found in the store. (request-id 5b1e)
	// gone already: true
	// 404 true 5b1e
}

// A gateway that gives up does not say whether the mail went out. It is not sent
// again, and whoever sent it has to look.
func ExampleSafety() {
	sent := 0
	client := answering(func(*http.Request) (int, string) {
		sent++
		return http.StatusGatewayTimeout, ""
	})
	mail := map[string]any{"message": map[string]any{"subject": "Plant tour", "toRecipients": m365graph.Recipients("sales@contoso.example")}}
	err := m365graph.Action(context.Background(), client, m365graph.P("me", "sendMail"), mail, m365graph.SafetySend)
	fmt.Println("ambiguous:", errors.Is(err, m365graph.ErrAmbiguous), "sent:", sent)

	var graph *m365graph.Error
	if errors.As(err, &graph) {
		fmt.Println("because of", graph.Status)
	}
	// Output:
	// ambiguous: true sent: 1
	// because of 504
}

// Every sentinel stands for what the program can do about it.
func Example_errors() {
	for _, status := range []int{401, 403, 404, 409, 410, 412, 423, 429, 507} {
		err := error(&m365graph.Error{Method: "PATCH", Path: "/me/drive/items/1", Status: status})
		switch {
		case errors.Is(err, m365graph.ErrUnauthenticated):
			fmt.Println(status, "sign in again")
		case errors.Is(err, m365graph.ErrForbidden):
			fmt.Println(status, "ask for the permission")
		case errors.Is(err, m365graph.ErrNotFound):
			fmt.Println(status, "it is gone")
		case errors.Is(err, m365graph.ErrConflict):
			fmt.Println(status, "choose another name")
		case errors.Is(err, m365graph.ErrResync):
			fmt.Println(status, "read it all again")
		case errors.Is(err, m365graph.ErrPrecondition):
			fmt.Println(status, "somebody else changed it; read it again")
		case errors.Is(err, m365graph.ErrLocked):
			fmt.Println(status, "somebody has it open")
		case errors.Is(err, m365graph.ErrThrottled):
			fmt.Println(status, "come back after Error.RetryAfter")
		case errors.Is(err, m365graph.ErrQuota):
			fmt.Println(status, "it is full")
		}
	}
	// Output:
	// 401 sign in again
	// 403 ask for the permission
	// 404 it is gone
	// 409 choose another name
	// 410 read it all again
	// 412 somebody else changed it; read it again
	// 423 somebody has it open
	// 429 come back after Error.RetryAfter
	// 507 it is full
}
