package entra_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
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
	if job := os.Getenv(workerEnv); job != "" {
		if err := work(strings.Split(job, "|")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// work gets a token from many goroutines at once.
func work(job []string) error {
	host, tenant, cache := job[0], job[1], job[2]
	der, err := base64.StdEncoding.DecodeString(job[3])
	if err != nil {
		return err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	p, err := entra.New(m365auth.Config{
		ClientID: clientID, TenantID: tenant, CachePath: cache,
		Cloud: m365auth.Cloud{LoginHost: host, GraphHost: "graph.contoso.example"},
	}, &entra.Options{HTTPClient: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}})
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	var wg sync.WaitGroup
	failed := make([]error, 10)
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

func TestProcessesShareOneRefresh(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{Rotate: true})
	b.due(4 * time.Minute)
	b.signIn(t, b.provider(t), sales)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var cmds []*exec.Cmd
	for range 5 {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), workerEnv+"="+strings.Join([]string{
			b.server.Host(), b.server.TenantID(), b.cfg.CachePath, base64.StdEncoding.EncodeToString(b.server.Certificate().Raw),
		}, "|"))
		cmd.Stderr = os.Stderr
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
		t.Errorf("refreshes of 5 processes with 10 goroutines = %d, want 1", got)
	}
}
