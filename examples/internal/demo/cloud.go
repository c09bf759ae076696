package demo

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// clientID is the demo's app registration.
const clientID = "5d1ae4c6-1f0b-4b52-9a63-0c7e7d0f3a11"

// Options configure [Start]. Nil is the zero value.
type Options struct {
	// Dir is a folder with mail, calendar and drive in it. Nothing outside of
	// it is read. Empty means Data.
	Dir string
	// Data holds the same three folders. Nil means the built-in [Data]. Only
	// one of Dir and Data may be set.
	Data fs.FS
	// Load says what the files leave open.
	Load LoadOptions

	// AutoApprove lets the owner approve each device code at once. Otherwise
	// a person does so on the page, or the program with Cloud.Entra.Approve.
	AutoApprove bool
	// PollInterval is how often a client may ask whether a device code was
	// approved. It counts in whole seconds. Zero means one second, so that a
	// demo is brisk; Entra itself says five.
	PollInterval time.Duration
	// Now is the clock of both emulators. Nil means time.Now.
	Now func() time.Time
}

// Cloud is Entra ID and Microsoft Graph in this process, with a tenant loaded.
// Its fields are read only.
type Cloud struct {
	// Entra signs people in, and Graph serves what Owner has.
	Entra *entratest.Server
	Graph *graphtest.Server
	// Owner is whose mailbox it is, and Colleague the tenant's other person.
	Owner, Colleague graphtest.Recipient
	// TimeZone is the mailbox's, by its IANA name.
	TimeZone string
	// Problems are what could not be loaded.
	Problems []Problem

	client *http.Client
	close  func() error
}

// Start loads the files and starts both emulators, on ports of the loopback
// interface that the system chooses. The caller closes the Cloud; the context
// bounds the start alone.
func Start(ctx context.Context, opts *Options) (*Cloud, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.PollInterval == 0 {
		o.PollInterval = time.Second
	}
	fsys, closeData, err := o.open()
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	tenant, problems, err := Load(ctx, fsys, &o.Load)
	if err != nil {
		return nil, errors.Join(err, closeData())
	}
	c := &Cloud{
		Owner:     graphtest.Recipient{Name: tenant.Users[0].DisplayName, Address: tenant.Users[0].UserPrincipalName},
		Colleague: graphtest.Recipient{Name: tenant.Users[1].DisplayName, Address: tenant.Users[1].UserPrincipalName},
		TimeZone:  tenant.Users[0].TimeZone,
		Problems:  problems,
	}
	if err := c.start(tenant, &o); err != nil {
		return nil, errors.Join(err, closeData())
	}
	c.client = trusting(c.Entra.Certificate(), c.Graph.Certificate())
	c.close = sync.OnceValue(func() error {
		c.client.CloseIdleConnections()
		return errors.Join(c.Graph.Close(), c.Entra.Close(), closeData())
	})
	return c, nil
}

// open returns the files, and how to let go of them.
func (o *Options) open() (fs.FS, func() error, error) {
	keep := func() error { return nil }
	switch {
	case o.Dir != "" && o.Data != nil:
		return nil, nil, errors.New("the options Dir and Data are both set")
	case o.Dir != "":
		// A Root keeps even a link that appears later from leading outside.
		root, err := os.OpenRoot(o.Dir)
		if err != nil {
			return nil, nil, fmt.Errorf("open the folder: %w", err)
		}
		return root.FS(), root.Close, nil
	case o.Data != nil:
		return o.Data, keep, nil
	}
	return Data(), keep, nil
}

// start runs Entra with the tenant's people, and Graph with their object ids, so
// that the oid of a token names the person in both.
func (c *Cloud) start(tenant *graphtest.Tenant, o *Options) (err error) {
	entra := &entratest.Options{
		Apps: []entratest.App{{ID: clientID, Name: "Microsoft 365 for Go, quick start"}},
		Now:  o.Now, Interval: o.PollInterval,
	}
	for _, u := range tenant.Users {
		entra.Users = append(entra.Users, entratest.User{UPN: u.UserPrincipalName, DisplayName: u.DisplayName})
	}
	if o.AutoApprove {
		entra.AutoApprove = c.Owner.Address
	}
	if c.Entra, err = entratest.New(entra); err != nil {
		return fmt.Errorf("demo: start Entra: %w", err)
	}
	tenant.ID = c.Entra.TenantID()
	for i, u := range c.Entra.Users() {
		tenant.Users[i].ID = u.ID
	}
	c.Graph, err = graphtest.New(&graphtest.Options{
		Keys: c.Entra.Key, Issuer: c.Entra.Issuer(), Audience: c.Entra.Audience(), Challenge: c.Entra.Challenge,
		ValidationTokens: c.Entra.ValidationToken, Tenant: tenant, Now: o.Now,
	})
	if err != nil {
		return errors.Join(fmt.Errorf("demo: start Graph: %w", err), c.Entra.Close())
	}
	return nil
}

// trusting makes a client that trusts the certificates, and no others.
func trusting(certs ...*x509.Certificate) *http.Client {
	roots := x509.NewCertPool()
	for _, cert := range certs {
		roots.AddCert(cert)
	}
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}}
}

// Config is what a provider needs to sign in to this cloud. It names no scopes, so
// that the program's own, or the defaults, are asked for.
func (c *Cloud) Config() m365auth.Config {
	return m365auth.Config{
		ClientID: clientID, TenantID: c.Entra.TenantID(),
		Cloud: m365auth.Cloud{
			Name: "demo", LoginHost: c.Entra.Host(), GraphHost: c.Graph.Host(),
			ContentHosts: []string{c.Graph.ContentHost()},
		},
	}
}

// HTTPClient trusts the certificates of both emulators. Close closes its idle
// connections.
func (c *Cloud) HTTPClient() *http.Client { return c.client }

// Tokens signs the owner in, without asking anybody, for the scopes named.
func (c *Cloud) Tokens(scopes ...string) m365auth.TokenProvider {
	return m365auth.ProviderFunc(func(context.Context, m365auth.TokenRequest) (m365auth.Token, error) {
		token, err := c.Entra.Token(c.Owner.Address, scopes...)
		return m365auth.Token{Access: m365auth.NewSecret(token)}, err
	})
}

// Close stops both emulators and lets go of the files. Further calls return the
// same result.
func (c *Cloud) Close() error { return c.close() }
