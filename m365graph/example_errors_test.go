package m365graph_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

func ExampleError() {
	client, _ := emulated()
	ctx := context.Background()
	draft, err := m365graph.Post[struct{ ID string }](ctx, client, m365graph.P("me", "messages"), map[string]string{"subject": "Plant tour"})
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		err = m365graph.Delete(ctx, client, m365graph.P("me", "messages", draft.ID), "")
	}
	fmt.Println("gone already:", errors.Is(err, m365graph.ErrNotFound))
	if graph, ok := errors.AsType[*m365graph.Error](err); ok {
		fmt.Println(graph.Method, graph.Status, graph.HasCode("errorItemNotFound"), graph.Message)
	}
	// Output:
	// gone already: true
	// DELETE 404 true The specified object was not found in the store.
}

// A gateway that gives up does not say whether the mail went out. It is not sent
// again, and whoever sent it has to look.
func ExampleSafety() {
	client, emulator := emulated()
	if err := emulator.Fail(graphtest.Fault{Route: "POST /me/sendMail", Count: -1, Status: 504, After: true}); err != nil {
		log.Fatal(err)
	}
	mail := map[string]any{"message": map[string]any{"subject": "Plant tour", "toRecipients": m365graph.Recipients("sales@contoso.example")}}
	err := m365graph.Action(context.Background(), client, m365graph.P("me", "sendMail"), mail, m365graph.SafetySend)
	fmt.Println("ambiguous:", errors.Is(err, m365graph.ErrAmbiguous), "sent:", len(emulator.Requests()))

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
