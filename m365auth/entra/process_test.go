package entra_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

// Tests run their own binary again, as processes that share a cache.
const workerEnv = "ENTRA_TEST_WORKER"

func TestMain(m *testing.M) {
	if text := os.Getenv(workerEnv); text != "" {
		if err := work(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// job is what a worker is told: an Entra tenant, a cache, and what to do.
type job struct {
	Do                       string // "token" or "logout"
	Host, Tenant, Cache, Key string
	Root                     []byte // of the server's certificate
}

// work does a job that was given as JSON.
func work(text string) error {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	cert, err := x509.ParseCertificate(j.Root)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	p, err := entra.New(m365auth.Config{
		ClientID: clientID, TenantID: j.Tenant, CachePath: j.Cache, CacheKeyFile: j.Key,
		Cloud: m365auth.Cloud{LoginHost: j.Host, GraphHost: "graph.contoso.example"},
	}, &entra.Options{HTTPClient: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}})
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	if j.Do == "logout" {
		return p.Logout(context.Background(), "")
	}
	return tokens(p)
}

// tokens gets a token in many goroutines at once.
func tokens(p *entra.Provider) error {
	var wg sync.WaitGroup
	failed := make([]error, 20)
	for i := range failed {
		wg.Go(func() {
			var token m365auth.Token
			token, failed[i] = p.Token(context.Background(), m365auth.TokenRequest{})
			if failed[i] == nil && time.Until(token.ExpiresOn) < 10*time.Minute {
				failed[i] = errors.New("the token is the old one")
			}
		})
	}
	wg.Wait()
	return errors.Join(failed...)
}

// worker returns a process that shares the bed's cache.
func (b *bed) worker(t *testing.T, do string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(job{
		Do: do, Host: b.server.Host(), Tenant: b.server.TenantID(),
		Cache: b.cfg.CachePath, Key: b.cfg.CacheKeyFile, Root: b.server.Certificate().Raw,
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), workerEnv+"="+string(text))
	cmd.Stderr = os.Stderr
	return cmd
}

// Rotation is strict: a second use of the refresh token would end the sign-in.
func TestProcessesShareOneRefresh(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{Rotate: true})
	b.due(4 * time.Minute)
	b.signIn(t, b.provider(t), sales)
	var cmds []*exec.Cmd
	for range 10 {
		cmd := b.worker(t, "token")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		cmds = append(cmds, cmd)
	}
	for _, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Errorf("worker: %v", err)
		}
	}
	if got := b.grants("refresh_token"); got != 1 {
		t.Errorf("refreshes of 10 processes with 20 goroutines = %d, want 1", got)
	}
}

func TestASignOutOfAnotherProcessHoldsAtTheNextCall(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	b.signIn(t, p, sales)
	for range 3 { // the third is served again without a look at the files
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil {
			t.Fatalf("Token() error: %v", err)
		}
	}
	if err := b.worker(t, "logout").Run(); err != nil {
		t.Fatalf("worker: %v", err)
	}
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); !errors.Is(err, m365auth.ErrLoginRequired) {
		t.Errorf("Token() after a sign-out elsewhere: %v, want %v", err, m365auth.ErrLoginRequired)
	}
}
