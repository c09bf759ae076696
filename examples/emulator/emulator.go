package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// clientID is the app registration of every emulator: a public client and, with the
// secret of the ready line, a confidential one.
const clientID = "5d1ae4c6-1f0b-4b52-9a63-0c7e7d0f3a11"

// emulator is Entra, Graph and the proxy that leads to them.
type emulator struct {
	entra *entratest.Server
	graph *graphtest.Server
	proxy *proxy
	ready ready
	came  atomic.Bool // a program opened a tunnel
	dir   string      // holds the certificate; removed at the end
	undo  []func() error
}

// startEmulator serves until close; the context bounds the start alone. What it cannot load of the data it says on
// problems, and every request on log, where that is not nil.
func startEmulator(ctx context.Context, s *settings, problems io.Writer, log func(entry)) (_ *emulator, err error) {
	if err := s.check(); err != nil {
		return nil, unusable(err)
	}
	e := &emulator{}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.close())
		}
	}()
	addrs, err := addresses(s.listen)
	if err != nil {
		return nil, unusable(err)
	}
	host, _, err := net.SplitHostPort(addrs[0])
	if err != nil {
		return nil, unusable(err)
	}
	tenant, release, err := loadTenant(ctx, s, problems)
	if err != nil {
		return nil, unusable(err)
	}
	e.undo = append(e.undo, release)
	id, err := newIdentity(net.ParseIP(host))
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	secret := rand.Text()
	if err := e.startEntra(s, tenant, id, addrs[1], secret, log); err != nil {
		return nil, unusable(listening(err))
	}
	if err := e.startGraph(s, tenant, id, addrs[0], addrs[2], log); err != nil {
		return nil, unusable(listening(err))
	}
	if err := e.startProxy(id, addrs[3], log); err != nil {
		return nil, unusable(listening(err))
	}
	return e, e.describe(id, secret)
}

// addresses are those of Graph, sign-in, content and proxy: that port and the next
// three, or any four.
func addresses(listen string) ([4]string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return [4]string{}, fmt.Errorf("-listen %q is not an address such as 127.0.0.1:8443", listen)
	}
	first, err := strconv.ParseUint(port, 10, 16)
	if err != nil || first > 65535-3 {
		return [4]string{}, fmt.Errorf("-listen %q: no port with three after it", listen)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return [4]string{}, fmt.Errorf("-listen %q: not a loopback address, and other machines must not come in", listen)
	}
	var addrs [4]string
	for i := range addrs {
		addrs[i] = listen
		if first != 0 {
			addrs[i] = net.JoinHostPort(host, strconv.Itoa(int(first)+i))
		}
	}
	return addrs, nil
}

// listening names the flag where there is no place to listen.
func listening(err error) error {
	if op := (*net.OpError)(nil); errors.As(err, &op) && op.Op == "listen" {
		return fmt.Errorf("-listen: %s: %w", op.Addr, op.Err)
	}
	return err
}

func (e *emulator) startEntra(s *settings, tenant *graphtest.Tenant, id *identity, addr, secret string, log func(entry)) (err error) {
	certificates, err := clientCertificates(s.certificate)
	if err != nil {
		return err
	}
	delegated, application := permissions()
	opts := &entratest.Options{
		TenantID: tenant.ID, Addr: addr, Certificate: &id.leaf, TokenLifetime: s.tokenLifetime, Interval: time.Second,
		Apps: []entratest.App{{
			ID: clientID, Name: "Microsoft 365 emulator", Secrets: []string{secret}, Certificates: certificates, PublicFlows: true, IDTokens: true,
			Scopes: delegated, Roles: application,
		}},
		// A program that has a client id of its own comes in with it.
		Others: &entratest.App{Scopes: delegated, IDTokens: true},
	}
	for _, u := range tenant.Users {
		opts.Users = append(opts.Users, entratest.User{ID: u.ID, UPN: u.UserPrincipalName, DisplayName: u.DisplayName, Password: password})
	}
	if s.approve == "auto" {
		opts.AutoApprove = tenant.Users[0].UserPrincipalName
	}
	if log != nil {
		opts.Log = func(r entratest.Request) { log(loginEntry(r)) }
	}
	if e.entra, err = entratest.New(opts); err != nil {
		return err
	}
	e.undo = append(e.undo, e.entra.Close)
	tenant.ID = e.entra.TenantID()
	for i, u := range e.entra.Users() {
		tenant.Users[i].ID = u.ID
	}
	return nil
}

func (e *emulator) startGraph(s *settings, tenant *graphtest.Tenant, id *identity, addr, contentAddr string, log func(entry)) (err error) {
	rate, err := throttling(s.throttle)
	if err != nil {
		return err
	}
	opts := &graphtest.Options{
		Keys: e.entra.Key, Issuer: e.entra.Issuer(), Audience: e.entra.Audience(), Challenge: e.entra.Challenge,
		Leeway: -1, // -token-lifetime is exact
		Tenant: tenant, Addr: addr, ContentAddr: contentAddr, Certificate: &id.leaf,
		Throttling: rate, ValidationTokens: e.entra.ValidationToken,
	}
	if log != nil {
		opts.Log = func(r graphtest.Request) { log(graphEntry(r)) }
	}
	if e.graph, err = graphtest.New(opts); err != nil {
		return err
	}
	e.undo = append(e.undo, e.graph.Close)
	return spoil(e.graph, s.faults)
}

func (e *emulator) startProxy(id *identity, addr string, log func(entry)) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	e.ready.ControlKey = rand.Text()
	e.proxy = &proxy{leads: e.leads, refused: refusals(log), led: func() { e.came.Store(true) }, local: e.control()}
	e.proxy.start(ln, id.roots())
	e.undo = append(e.undo, e.proxy.close)
	return nil
}

// describe writes the certificate and what programs have to know.
func (e *emulator) describe(id *identity, secret string) (err error) {
	if e.dir, err = os.MkdirTemp("", "m365-emulator-"); err != nil {
		return err
	}
	e.undo = append(e.undo, func() error { return os.RemoveAll(e.dir) })
	// The folder of the certificate holds nothing else: some programs are given it whole.
	ca := filepath.Join(e.dir, "ca", "ca.pem")
	if err := os.Mkdir(filepath.Dir(ca), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(ca, id.ca, 0o600); err != nil {
		return err
	}
	e.ready.NodeProxy = filepath.Join(e.dir, "node-proxy.cjs")
	if err := os.WriteFile(e.ready.NodeProxy, nodeProxy, 0o600); err != nil {
		return err
	}
	e.ready.Graph, e.ready.Login, e.ready.CAFile = e.graph.URL(), e.entra.URL(), ca
	e.ready.Proxy = "http://" + e.proxy.addr
	e.ready.TenantID, e.ready.ClientID, e.ready.ClientSecret, e.ready.Password = e.entra.TenantID(), clientID, secret, password
	for _, u := range e.entra.Users() {
		e.ready.Users = append(e.ready.Users, person{u.UPN, u.ID, e.graph.DriveID(u.ID)})
	}
	return nil
}

// close ends everything, the last first.
func (e *emulator) close() error {
	var errs []error
	for i := len(e.undo) - 1; i >= 0; i-- {
		errs = append(errs, e.undo[i]())
	}
	e.undo = nil
	return errors.Join(errs...)
}
