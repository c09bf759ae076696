package m365graph_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/m365go/sdk/m365graph"
)

// A copy is accepted at once and made later. The monitor, kept as a secret, lets
// another process wait for it too.
func ExampleClient_Wait() {
	client, ctx := withFile("report.txt", "a;b"), context.Background()
	begin := m365graph.Request{
		Method: http.MethodPost, Path: m365graph.P("me", "drive", "root").At("report.txt").Join("copy"),
		Body: map[string]any{"name": "copy.txt"},
	}
	accepted, err := client.Do(ctx, &begin)
	if err != nil {
		fmt.Println(err)
		return
	}
	monitor := accepted.Monitor()
	op, err := client.Wait(ctx, monitor, &m365graph.WaitOptions{
		Progress: func(percent float64) {
			if percent == 100 {
				fmt.Println("all is copied")
			}
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(op.Status, op.ResourceID != "", monitor)

	// The name is taken now.
	if accepted, err = client.Do(ctx, &begin); err == nil {
		_, err = client.Wait(ctx, accepted.Monitor(), nil)
	}
	fmt.Println(errors.Is(err, m365graph.ErrConflict))
	// Output:
	// all is copied
	// completed true REDACTED
	// true
}
