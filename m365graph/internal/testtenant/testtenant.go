// Package testtenant joins the two emulators for the tests of this module: a
// Graph whose tokens Entra signs, and a client of ours in front of it.
package testtenant

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"sync"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// Owner is the person whom the client acts for.
const Owner = "admin@contoso.example"

// Scopes are what the client's tokens carry.
var Scopes = []string{"User.Read", "User.ReadBasic.All", "Mail.ReadWrite", "Mail.Send", "Calendars.ReadWrite", "Files.ReadWrite.All", "MailboxSettings.Read"}

// Tenant is a running pair of emulators.
type Tenant struct {
	Entra  *entratest.Server
	Graph  *graphtest.Server
	HTTP   *http.Client   // trusts both; in memory, reaches Graph alone
	Cloud  m365auth.Cloud // in memory, the global one
	Client *m365graph.Client
}

// Start serves the owner's data, and other people's, until the test ends. The
// owner's id and name are filled in; nil is a person without data.
func Start(t testing.TB, owner *graphtest.User, others ...*graphtest.User) *Tenant {
	t.Helper()
	return serve(t, Issuer(t, others...), false, owner, others)
}

// InMemory is Start without ports, for a bubble of testing/synctest. The issuer
// listens, so it was made outside of the bubble.
func InMemory(t testing.TB, issuer *entratest.Server, owner *graphtest.User, others ...*graphtest.User) *Tenant {
	t.Helper()
	return serve(t, issuer, true, owner, others)
}

// Issuer signs tokens of the owner and of other people.
func Issuer(t testing.TB, others ...*graphtest.User) *entratest.Server {
	t.Helper()
	users := []entratest.User{{UPN: Owner}}
	for _, p := range others {
		users = append(users, entratest.User{UPN: p.UserPrincipalName, DisplayName: p.DisplayName})
	}
	entra, err := entratest.New(&entratest.Options{Users: users})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = entra.Close() })
	return entra
}

func serve(t testing.TB, entra *entratest.Server, inMemory bool, owner *graphtest.User, others []*graphtest.User) *Tenant {
	t.Helper()
	if owner == nil {
		owner = &graphtest.User{}
	}
	owner.UserPrincipalName = Owner
	people := append([]*graphtest.User{owner}, others...)
	for i, u := range entra.Users() {
		people[i].ID = u.ID
	}
	graph, err := graphtest.New(&graphtest.Options{
		Keys: entra.Key, Issuer: entra.Issuer(), Audience: entra.Audience(), Challenge: entra.Challenge,
		Tenant: &graphtest.Tenant{ID: entra.TenantID(), Users: people}, InMemory: inMemory,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = graph.Close() })
	x := &Tenant{Entra: entra, Graph: graph, HTTP: graph.Client()}
	if !inMemory {
		x.Cloud = m365auth.Cloud{
			Name: "test", LoginHost: entra.Host(), GraphHost: graph.Host(), ContentHosts: []string{graph.ContentHost()},
		}
		x.HTTP = trusting(t, entra.Certificate(), graph.Certificate())
	}
	x.Client, err = m365graph.New(x.Tokens(), &m365graph.Options{Cloud: x.Cloud, HTTPClient: x.HTTP})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// Tokens are the owner's. A new one is minted when the last was refused.
func (x *Tenant) Tokens() m365auth.TokenProvider {
	var mu sync.Mutex
	var token string
	return m365auth.ProviderFunc(func(_ context.Context, req m365auth.TokenRequest) (m365auth.Token, error) {
		mu.Lock()
		defer mu.Unlock()
		var err error
		if token == "" || req.ForceRefresh || req.Claims != "" {
			token, err = x.Entra.Token(Owner, Scopes...)
		}
		return m365auth.Token{Access: m365auth.NewSecret(token)}, err
	})
}

func trusting(t testing.TB, certs ...*x509.Certificate) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	for _, c := range certs {
		transport.TLSClientConfig.RootCAs.AddCert(c)
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}
