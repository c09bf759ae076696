package entra_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

// emulator starts an Entra ID whose only person approves each sign-in, and
// returns what a program needs to use it. With a real tenant, Config{ClientID:
// "…"} and nil options are enough.
func emulator() (m365auth.Config, *entra.Options, func()) {
	server, err := entratest.New(&entratest.Options{
		Users:       []entratest.User{{UPN: "sales@contoso.example", DisplayName: "Sales Desk"}},
		AutoApprove: "sales@contoso.example",
	})
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "m365")
	if err != nil {
		log.Fatal(err)
	}
	cfg := m365auth.Config{
		ClientID:  "22223333-cccc-4444-dddd-5555eeee6666",
		CachePath: dir,
		Cloud:     m365auth.Cloud{LoginHost: server.Host(), GraphHost: "graph.microsoft.com"},
	}
	return cfg, &entra.Options{HTTPClient: server.Client()}, func() {
		_ = server.Close()
		_ = os.RemoveAll(dir)
	}
}

func Example() {
	cfg, opts, stop := emulator()
	defer stop()
	p, err := entra.New(cfg, opts)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = p.Close() }()

	ctx := context.Background()
	_, err = p.Token(ctx, m365auth.TokenRequest{})
	fmt.Println("needs a sign-in:", errors.Is(err, m365auth.ErrLoginRequired))

	login, err := p.StartDeviceCode(ctx, entra.LoginRequest{})
	if err != nil {
		log.Fatal(err)
	}
	_ = login.Prompt().Message // show it: "To sign in, use a web browser to open …"
	token, err := login.Wait(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("signed in:", token.Account.Username)

	token, err = p.Token(ctx, m365auth.TokenRequest{Scopes: []string{"Mail.Read"}})
	fmt.Println("from the cache:", token.Access, err)

	err = p.Logout(ctx, "")
	accounts, _ := p.Accounts(ctx)
	fmt.Println("signed out:", err, len(accounts))
	// Output:
	// needs a sign-in: true
	// signed in: sales@contoso.example
	// from the cache: REDACTED <nil>
	// signed out: <nil> 0
}

func ExamplePrompting() {
	cfg, opts, stop := emulator()
	defer stop()
	p, err := entra.New(cfg, opts)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = p.Close() }()

	tokens := entra.Prompting(p, func(prompt entra.DevicePrompt) {
		fmt.Println("a code of", len(prompt.UserCode), "characters")
	})
	for range 2 {
		token, err := tokens.Token(context.Background(), m365auth.TokenRequest{})
		fmt.Println(token.Account.Username, err)
	}
	// Output:
	// a code of 9 characters
	// sales@contoso.example <nil>
	// sales@contoso.example <nil>
}
