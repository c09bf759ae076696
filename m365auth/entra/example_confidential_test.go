package entra_test

import (
	"context"
	"fmt"
	"log"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

const serviceID = "44445555-dddd-6666-eeee-7777ffff8888"

// service starts an Entra ID that knows one application by its secret, and
// returns what that needs. With a real tenant, nil options are enough.
func service(method m365auth.Method) (*entratest.Server, m365auth.Config, *entra.Options) {
	server, err := entratest.New(&entratest.Options{
		Users: []entratest.User{{UPN: "sales@contoso.example", DisplayName: "Sales Desk"}},
		Apps:  []entratest.App{{ID: serviceID, Secrets: []string{"from a vault"}, Roles: []string{"Mail.Read"}, AdminConsent: true}},
	})
	if err != nil {
		log.Fatal(err)
	}
	return server, m365auth.Config{
		ClientID: serviceID, TenantID: server.TenantID(), Method: method,
		Cloud: m365auth.Cloud{LoginHost: server.Host(), GraphHost: "graph.microsoft.com"},
	}, &entra.Options{HTTPClient: server.Client()}
}

// An application signs in as itself, with a secret that may rotate.
func ExampleNew_application() {
	server, cfg, opts := service(m365auth.MethodClientSecret)
	defer func() { _ = server.Close() }()
	opts.ClientSecret = func(context.Context) (m365auth.Secret, error) {
		return m365auth.NewSecret("from a vault"), nil // ask yours
	}
	p, err := entra.New(cfg, opts)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = p.Close() }()

	token, err := p.Token(context.Background(), m365auth.TokenRequest{})
	fmt.Println(token.Access, token.Account.IsZero(), err)
	// Output: REDACTED true <nil>
}

// A service acts on behalf of whoever calls it.
func ExampleProvider_OnBehalfOf() {
	server, cfg, opts := service(m365auth.MethodOnBehalfOf)
	defer func() { _ = server.Close() }()
	cfg.ClientSecret = m365auth.NewSecret("from a vault")
	p, err := entra.New(cfg, opts)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = p.Close() }()

	// What came in the Authorization header of a call, once it was checked.
	caller, err := server.Token("sales@contoso.example", "api://"+serviceID+"/access")
	if err != nil {
		log.Fatal(err)
	}
	tokens := p.OnBehalfOf(m365auth.NewSecret(caller))
	token, err := tokens.Token(context.Background(), m365auth.TokenRequest{Scopes: []string{"Mail.Read"}})
	fmt.Println(token.Account.Username, err)
	// Output: sales@contoso.example <nil>
}
