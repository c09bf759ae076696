package graphtools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/graphtools"
)

// A host mounts the tools with the permissions that it wants an agent to have.
// Here Entra and Graph are emulated; against Microsoft's cloud Mount needs no
// options.
func Example() {
	entra, graph, tokens, err := emulate()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer entra.Close()
	defer graph.Close()

	host := agenttool.NewHost(nil)
	if err := host.SetTokens(agenttool.TokensService, tokens); err != nil {
		fmt.Println(err)
		return
	}
	opts := &graphtools.Options{Client: m365graph.Options{
		Cloud:      m365auth.Cloud{Name: "emulated", LoginHost: entra.Host(), GraphHost: graph.Host()},
		HTTPClient: graph.Client(),
	}}
	opts.Config.File = os.DevNull
	ctx := agenttool.WithCaller(context.Background(), agenttool.Caller{User: "sales-desk"})
	cleanup, err := graphtools.MountWith(ctx, host, map[string]any{"permissions": []any{"graph.read", "people.read"}}, opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = cleanup(ctx) }()

	for _, in := range []string{
		`{"endpoint":"/users","params":{"$select":"displayName","$filter":"startswith(displayName,'Sales')"}}`,
		`{"endpoint":"/me/messages"}`,
		`{"endpoint":"/users","params":{"select":"displayName"}}`,
	} {
		res := host.Call(ctx, "m365_graph", json.RawMessage(in))
		if res.Success {
			var list struct {
				Items []struct {
					DisplayName string `json:"displayName"`
				} `json:"items"`
			}
			if err := json.Unmarshal(res.Output, &list); err != nil {
				fmt.Println(err)
				return
			}
			fmt.Println(list.Items)
			continue
		}
		fmt.Println(res.Error.Code, "-", res.Error.Message)
	}
	// Output:
	// [{Sales Desk}]
	// M365_PERMISSION_DISABLED - the permission outlook.read is off
	// M365_INVALID_ARGUMENT - the parameter "select" is unknown
}

// emulate starts a tenant with one person, whom the tokens stand for.
func emulate() (*entratest.Server, *graphtest.Server, m365auth.TokenProvider, error) {
	entra, err := entratest.New(&entratest.Options{Users: []entratest.User{{UPN: sales, DisplayName: "Sales Desk"}}})
	if err != nil {
		return nil, nil, nil, err
	}
	graph, err := graphtest.New(&graphtest.Options{
		Keys: entra.Key, Issuer: entra.Issuer(), Audience: entra.Audience(),
		Tenant: &graphtest.Tenant{ID: entra.TenantID(), Users: []*graphtest.User{
			{ID: entra.Users()[0].ID, UserPrincipalName: sales, DisplayName: "Sales Desk"},
		}},
	})
	if err != nil {
		_ = entra.Close()
		return nil, nil, nil, err
	}
	access, err := entra.Token(sales, "User.ReadBasic.All")
	return entra, graph, m365auth.Static(access), err
}
