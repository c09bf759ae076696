package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph/graphtest"
)

const (
	emulatorList     = "/v1.0/me/mailFolders/inbox/messages?$select=subject,from,receivedDateTime,isRead&$top="
	emulatorMessages = 100_000
	emulatorRequests = 400 // of a round, by four clients at once
)

// emulatorRow holds a list of graphtest's against a handler that serves the same
// bytes over the same transport; 4x the time is a quarter of the rate. It also
// tells how long a large tenant and an empty one take to be there.
func emulatorRow(ctx context.Context, rep *report, much effort) error {
	for _, s := range []setting{{Page: 50}, {Page: 1000}, {Page: 50, HTTP2: true}, {Page: 1000, HTTP2: true}} {
		ratios, err := emulatorOver(ctx, much, s)
		if err != nil {
			return err
		}
		rep.addMedian(figure{name: fmt.Sprintf("emulator-list-%d-%s", s.Page, s.version()), bar: 4}, ratios)
	}
	loading := time.Now()
	_, stop, err := startEmulators(100, emulatorMessages, tls.Certificate{})
	if err != nil {
		return err
	}
	rep.add(figure{name: "emulator-load-100000-messages", measured: time.Since(loading).Seconds(), bar: 10, format: secs})
	stop()
	var starts []float64
	for range 10 * much.rounds {
		began := time.Now()
		_, stop, err := startEmulators(0, 0, tls.Certificate{})
		if err != nil {
			return err
		}
		starts = append(starts, 1000*time.Since(began).Seconds())
		stop()
	}
	rep.addMedian(figure{name: "emulators-start", bar: 5, format: millis}, starts)
	return nil
}

// emulatorOver gives the ratios of the list's time to the handler's.
func emulatorOver(ctx context.Context, much effort, s setting) ([]float64, error) {
	p, err := start(ctx, s)
	if err != nil {
		return nil, err
	}
	defer p.close()
	took, err := interleave(ctx, much.rounds,
		func(ctx context.Context) error { return p.ask(ctx, s.list("https://"+p.Graph)) },
		func(ctx context.Context) error { return p.ask(ctx, "https://"+p.Content) })
	if err != nil {
		return nil, err
	}
	return pairwise(took[0], took[1], quotient), nil
}

// list is where a page of messages is, of the Graph at base.
func (s setting) list(base string) string { return base + emulatorList + strconv.Itoa(s.Page) }

// ask sends the requests of a round, from four clients.
func (p *place) ask(ctx context.Context, url string) error {
	failed := make(chan error, 4)
	var clients sync.WaitGroup
	for range cap(failed) {
		clients.Go(func() {
			for range emulatorRequests / cap(failed) {
				if err := p.plainGet(ctx, url, func(resp *http.Response) error { _, err := drain(resp.Body); return err }); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	clients.Wait()
	close(failed)
	return <-failed
}

// serveEmulator is the server's process: graphtest, and a handler that serves what
// graphtest answered once.
func serveEmulator(s setting, cert tls.Certificate, in io.Reader, out io.Writer) error {
	graph, stop, err := startEmulators(1, 3000, cert)
	if err != nil {
		return err
	}
	defer stop()
	where := address{setting: s, Certificate: cert.Certificate[0], Graph: graph.server.Host(), Token: graph.token}
	page, err := graph.page(s)
	if err != nil {
		return err
	}
	static, err := listen(cert, s, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(page)
	}), &where.Content)
	if err != nil {
		return err
	}
	defer static.Close()
	if err := json.NewEncoder(out).Encode(where); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

// emulated is a running graphtest and a token of its first person.
type emulated struct {
	server *graphtest.Server
	token  string
}

// startEmulators starts both, on a generated tenant or an empty one.
func startEmulators(users, messages int, cert tls.Certificate) (*emulated, func(), error) {
	tenant := &graphtest.Tenant{}
	if users > 0 {
		tenant = graphtest.Generate(graphtest.GenerateOptions{Users: users, Messages: messages, Seed: 1})
	}
	opts := &entratest.Options{}
	for _, u := range tenant.Users {
		opts.Users = append(opts.Users, entratest.User{UPN: u.UserPrincipalName})
	}
	entra, err := entratest.New(opts)
	if err != nil {
		return nil, nil, err
	}
	tenant.ID = entra.TenantID()
	for i := range tenant.Users {
		tenant.Users[i].ID = entra.Users()[i].ID
	}
	options := &graphtest.Options{Keys: entra.Key, Issuer: entra.Issuer(), Tenant: tenant, KeepRequests: 100}
	if cert.Certificate != nil {
		options.Certificate = &cert
	}
	graph, err := graphtest.New(options)
	if err != nil {
		_ = entra.Close()
		return nil, nil, err
	}
	e := &emulated{server: graph}
	stop := func() { _, _ = graph.Close(), entra.Close() }
	if users > 0 {
		e.token, err = entra.Token(tenant.Users[0].UserPrincipalName, "Mail.Read")
	}
	return e, stop, err
}

// page is what the list answers.
func (e *emulated) page(s setting) ([]byte, error) {
	list := s.list(e.server.URL())
	req, err := http.NewRequest(http.MethodGet, list, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+e.token)
	resp, err := e.server.Client().Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s", list, resp.Status)
	}
	return io.ReadAll(resp.Body)
}
