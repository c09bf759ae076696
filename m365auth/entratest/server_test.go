package entratest_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
)

// Not parallel: it counts goroutines.
func TestCloseLeavesNothingRunning(t *testing.T) {
	before := runtime.NumGoroutine()
	var armed atomic.Bool
	arrived, cut := make(chan struct{}), make(chan struct{})
	s, err := entratest.New(&entratest.Options{AutoApprove: admin, ManagedIdentities: []entratest.ManagedIdentity{{}}, Now: func() time.Time {
		if armed.CompareAndSwap(true, false) { // each request asks for the time as it arrives
			close(arrived)
			<-cut
		}
		return time.Now()
	}})
	if err != nil {
		t.Fatal(err)
	}
	if a := poll(t, s, begin(t, s, fullScope)); a.status != 200 {
		t.Fatalf("sign-in answered %d, want 200", a.status)
	}
	if a := machine(t, s, s.MachineURL()+"/metadata/identity/oauth2/token?api-version=2018-02-01&resource="+s.Audience(), "Metadata", "true"); a.status != 200 {
		t.Fatalf("the machine answered %d, want 200", a.status)
	}
	// One request hangs, beyond its connection's end and then in a delay; one connection says nothing.
	s.Fail(entratest.Fault{Delay: time.Hour})
	armed.Store(true)
	hung := make(chan error, 1)
	go func() {
		res, err := s.Client().Get(s.URL() + discoveryPath)
		if err == nil {
			res.Body.Close()
		}
		close(cut)
		hung <- err
	}()
	idle, err := net.Dial("tcp", s.Host())
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	<-arrived
	if err := s.Close(); err != nil {
		t.Errorf("Close() error: %v", err)
	}
	if log := s.Requests(); log[len(log)-1].Status != -1 {
		t.Errorf("the log ends with %+v, want the hanging request: Close waits for it", log[len(log)-1])
	}
	if err := <-hung; err == nil {
		t.Error("the hanging request was answered, want it cut")
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close() error: %v", err)
	}
	if _, err := net.Dial("tcp", s.Host()); err == nil {
		t.Error("the port still answers after Close")
	}
	// The server's goroutines are gone; the client's end as they notice.
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for runtime.NumGoroutine() > before {
		select {
		case <-tick.C:
		case <-deadline:
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, want %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

func TestNewRefusesWhatIsNotSafeOrNotWhole(t *testing.T) {
	t.Parallel()
	for want, opts := range map[string]entratest.Options{
		"loopback":    {Addr: "0.0.0.0:0"},
		"only a":      {Addr: ":0"},
		"is served":   {Addr: "192.0.2.1:443"},
		"missing":     {Addr: "127.0.0.1"},
		"tenant id":   {TenantID: "contoso.example"},
		"principal":   {Users: []entratest.User{{UPN: "admin"}}},
		"object id":   {Users: []entratest.User{{UPN: admin, ID: "1"}}},
		"twice":       {Users: []entratest.User{{UPN: admin}, {UPN: strings.ToUpper(admin)}}},
		"not a user":  {AutoApprove: sales},
		"client id":   {Apps: []entratest.App{{Name: "nameless"}}},
		"app X stand": {Apps: []entratest.App{{ID: "x"}, {ID: "X"}}},
		"URI":         {Audience: "graph"},
		"lifetime":    {TokenLifetime: -1},
		"shorter":     {CodeLifetime: time.Millisecond},
		"admin scope": {AdminScopes: []string{"[x"}},
		"of app":      {Apps: []entratest.App{{ID: "x", ObjectID: "1"}}},
		"subject":     {Apps: []entratest.App{{ID: "x", Subjects: []entratest.Subject{{Name: "x"}}}}},
		"nil":         {Apps: []entratest.App{{ID: "x", Certificates: make([]*x509.Certificate, 1)}}},
	} {
		s, err := entratest.New(&opts)
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.HasPrefix(err.Error(), "entratest: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("New(%+v) error = %v, want one with %q", opts, err, want)
		}
	}
}

func TestServersAreTheSameInEachRun(t *testing.T) {
	t.Parallel()
	a, b := start(t, nil), start(t, nil)
	if a.TenantID() != b.TenantID() || a.Users()[0] != b.Users()[0] {
		t.Errorf("two servers differ: tenants %s and %s, users %+v and %+v", a.TenantID(), b.TenantID(), a.Users(), b.Users())
	}
	guid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	for _, id := range []string{a.TenantID(), a.Users()[0].ID} {
		if !guid.MatchString(id) {
			t.Errorf("id %q is not a GUID", id)
		}
	}
	if a.Host() == b.Host() || a.Issuer() == b.Issuer() {
		t.Errorf("two servers share the host %s or the issuer %s", a.Host(), a.Issuer())
	}
}

func TestOptionsAreCopied(t *testing.T) {
	t.Parallel()
	opts := &entratest.Options{Users: []entratest.User{{UPN: admin}}, Apps: []entratest.App{{ID: clientID, Scopes: []string{"Mail.Read"}}}}
	s := start(t, opts)
	if opts.Users[0].ID != "" || opts.Apps[0].Name != "" {
		t.Errorf("New() filled the caller's own options in: %+v", opts)
	}
	opts.Users[0].UPN, opts.Apps[0].Scopes[0] = sales, "Mail.Send"
	if token, err := s.Token(admin); err != nil || claims(t, token)["scp"] != "Mail.Read" {
		t.Errorf("the server follows later changes of the options (%v)", err)
	}
}

func TestClientsSpeakBothProtocolsAndCheckTheName(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	http1 := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots}, TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{},
	}}
	t.Cleanup(http1.CloseIdleConnections)
	for want, client := range map[string]*http.Client{"HTTP/2.0": s.Client(), "HTTP/1.1": http1} {
		res, err := client.Get(s.URL() + discoveryPath)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.Proto != want {
			t.Errorf("spoke %s, want %s", res.Proto, want)
		}
	}
	for _, host := range []string{"127.0.0.1", "::1", "localhost", "login.microsoftonline.com"} {
		if err := s.Certificate().VerifyHostname(host); err != nil {
			t.Errorf("the certificate does not cover %s: %v", host, err)
		}
	}
	strict := &http.Client{Transport: &http.Transport{}}
	if res, err := strict.Get(s.URL() + discoveryPath); err == nil {
		res.Body.Close()
		t.Error("a client that does not know the certificate was served")
	}
}

func TestRequestsAreLoggedWithoutSecrets(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	a := post(t, s, "token", form("client_id", clientID, "grant_type", "a-secret-in-the-wrong-field"))
	if a.status != 400 {
		t.Fatalf("answered %d, want 400", a.status)
	}
	log := s.Requests()
	if len(log) != 1 {
		t.Fatalf("Requests() has %d lines, want 1", len(log))
	}
	r := log[0]
	r.Time = time.Time{}
	want := entratest.Request{
		Method: "POST", Host: s.Host(), Path: "/" + s.TenantID() + "/oauth2/v2.0/token", Proto: "HTTP/2.0",
		ClientID: clientID, GrantType: "other", Status: 400, AADSTS: 70003,
	}
	if r != want {
		t.Errorf("Requests()[0] = %+v, want %+v", r, want)
	}
}
