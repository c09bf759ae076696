package m365graph_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

// A copy is accepted at once and made later. The monitor, kept as a secret, lets
// another process wait for it too.
func ExampleClient_Wait() {
	answers := []*http.Response{
		reply(202, "", "Location", "https://contoso.sharepoint.com/_api/v2.0/monitor/1"),
		reply(200, `{"status":"completed","percentageComplete":100,"resourceId":"01COPY"}`),
		reply(200, `{"status":"failed","errorCode":"nameAlreadyExists"}`),
	}
	w := &wire{answer: func(n int, _ *http.Request) (*http.Response, error) { return answers[n], nil }}
	client, err := m365graph.New(m365auth.Static("token"), &m365graph.Options{HTTPClient: &http.Client{Transport: w}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	accepted, err := client.Do(ctx, &m365graph.Request{
		Method: http.MethodPost, Path: m365graph.P("me", "drive", "items", "01ABC", "copy"),
		Body: map[string]any{"name": "copy.txt"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	monitor := accepted.Monitor()
	op, err := client.Wait(ctx, monitor, &m365graph.WaitOptions{
		Progress: func(percent float64) { fmt.Printf("%.0f %%\n", percent) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(op.Status, op.ResourceID, monitor)

	_, err = client.Wait(ctx, monitor, nil)
	fmt.Println(errors.Is(err, m365graph.ErrConflict))
	// Output:
	// 100 %
	// completed 01COPY REDACTED
	// true
}
