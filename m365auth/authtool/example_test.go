package authtool_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/authtool"
	"github.com/m365go/sdk/m365auth/config"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

// An agent is told that nobody is signed in, shows a code, and goes on when the
// person has approved. Against Microsoft's own cloud, Mount with a client id is
// enough; here Entra runs in this process and approves by itself.
func ExampleMountWith() {
	ms, err := entratest.New(&entratest.Options{AutoApprove: "admin@contoso.example", Interval: -1})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = ms.Close() }()
	ctx := agenttool.WithCaller(context.Background(), agenttool.Caller{User: "sales-desk"})
	host := agenttool.NewHost(nil)
	cleanup, err := authtool.MountWith(ctx, host, map[string]any{"client_id": "22223333-cccc-4444-dddd-5555eeee6666"}, &authtool.Options{
		Config: config.Options{
			File:  os.DevNull,
			Cloud: m365auth.Cloud{Name: "emulator", LoginHost: ms.Host(), GraphHost: "graph.microsoft.com"},
		},
		Entra: &entra.Options{HTTPClient: ms.Client(), Store: tokencache.NewMemoryStore()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = cleanup(ctx) }()

	fmt.Println(host.Call(ctx, "m365_auth", json.RawMessage(`{"operation":"status"}`)).Text)
	login := host.Call(ctx, "m365_auth", json.RawMessage(`{"operation":"login"}`))
	fmt.Println("a code to show:", strings.Contains(login.Text, "enter the code"))

	// Any tool asks the host for tokens. Here the person needs no time at all.
	tokens, err := host.Tokens(agenttool.TokensService)
	if err != nil {
		fmt.Println(err)
		return
	}
	for range time.Tick(10 * time.Millisecond) {
		if tok, err := tokens.Token(ctx, m365auth.TokenRequest{}); err == nil {
			fmt.Println("signed in:", tok.Account.Username, tok.Access)
			break
		}
	}
	// Output:
	// Signed in: nobody.
	// Next: call m365_auth with operation login.
	// a code to show: true
	// signed in: admin@contoso.example REDACTED
}
