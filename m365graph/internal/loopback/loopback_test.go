package loopback_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365graph/internal/loopback"
)

// answer is what a client got.
func answer(t *testing.T, client *http.Client, url string) (string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.Status + " " + string(body), err
}

func hello(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "hello "+r.Host) }

func TestListenStaysOnLoopback(t *testing.T) {
	t.Parallel()
	cert, err := loopback.CertificateOf(nil, []string{"graph.example"})
	if err != nil {
		t.Fatal(err)
	}
	for _, addr := range []string{"0.0.0.0:0", "192.0.2.1:0", "[::]:0", "graph.example:0", ":0", "nonsense"} {
		if h, err := loopback.Listen(addr, cert, http.HandlerFunc(hello)); err == nil {
			h.Close()
			t.Errorf("Listen(%q) = nil, want an error", addr)
		}
	}
	h, err := loopback.Listen("", cert, http.HandlerFunc(hello))
	if err != nil {
		t.Fatal(err)
	}
	client := cert.Client()
	if got, err := answer(t, client, "https://"+h.Addr()); err != nil || got != "200 OK hello "+h.Addr() {
		t.Errorf("GET = %q, %v", got, err)
	}
	if err := cert.Leaf.VerifyHostname("graph.example"); err != nil {
		t.Error(err)
	}
	h.Close()
	if _, err := answer(t, client, "https://"+h.Addr()); err == nil {
		t.Error("a closed host still answers")
	}
}

func TestResetEndsTheConnection(t *testing.T) {
	t.Parallel()
	cert, err := loopback.CertificateOf(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	h, err := loopback.Listen("", cert, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		loopback.Reset(r.Context())
		panic(http.ErrAbortHandler)
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if got, err := answer(t, cert.Client(), "https://"+h.Addr()); err == nil {
		t.Errorf("GET = %q, want an error", got)
	}
}

// inMemory is a client of one name.
func inMemory(handler http.HandlerFunc) (*http.Client, *loopback.Memory) {
	h := loopback.Named("graph.example", handler)
	m := &loopback.Memory{Named: func(host string) *loopback.Host {
		if host == h.Addr() {
			return h
		}
		return nil
	}}
	return &http.Client{Transport: m}, m
}

func TestMemoryAnswersByName(t *testing.T) {
	t.Parallel()
	client, _ := inMemory(hello)
	if got, err := answer(t, client, "https://graph.example/"); err != nil || got != "200 OK hello graph.example" {
		t.Errorf("GET = %q, %v", got, err)
	}
	if got, err := answer(t, client, "https://another.example/"); err == nil || !strings.Contains(err.Error(), "another.example") {
		t.Errorf("GET of another name = %q, %v, want an error that names it", got, err)
	}
}

func TestMemoryTellsOfCuts(t *testing.T) {
	t.Parallel()
	client, _ := inMemory(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/within" {
			_, _ = io.WriteString(w, "half")
		}
		panic(http.ErrAbortHandler)
	})
	for _, path := range []string{"/before", "/within"} {
		if got, err := answer(t, client, "https://graph.example"+path); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("GET %s = %q, %v, want %v", path, got, err, io.ErrUnexpectedEOF)
		}
	}
}

func TestMemoryEndsWithTheRequestOrItsOwnClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan struct{}, 2)
		client, m := inMemory(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			ended <- struct{}{}
			panic(http.ErrAbortHandler)
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://graph.example/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Do(req); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Do() = %v, want %v", err, context.DeadlineExceeded)
		}
		<-ended
		go func() {
			synctest.Wait()
			m.Close()
		}()
		if _, err := answer(t, client, "https://graph.example/"); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("GET while it closes = %v, want %v", err, io.ErrUnexpectedEOF)
		}
		<-ended
	})
}

func TestGateWaitsForTheLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g loopback.Gate
		for range 2 {
			if !g.Enter() {
				t.Fatal("an open gate lets nobody in")
			}
		}
		shut := false
		go func() {
			g.Shut()
			shut = true
		}()
		g.Leave()
		if synctest.Wait(); shut || g.Enter() {
			t.Error("the gate is shut before the last left, or lets another in")
		}
		g.Leave()
		if synctest.Wait(); !shut {
			t.Error("the gate is not shut though the last left")
		}
	})
}
