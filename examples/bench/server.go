package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

// setting is how a server is to serve.
type setting struct {
	HTTP2    bool
	Latency  time.Duration // before each answer of Graph's
	Messages int           // in the mailbox, a multiple of pageSize
	Size     int64         // of the file that is moved
	Page     int           // of graphtest, beside what it answered as a static handler; 0: neither
}

// version names the protocol.
func (s setting) version() string {
	if s.HTTP2 {
		return "http2"
	}
	return "http1"
}

// address is where a server is, and what a client must trust.
type address struct {
	setting
	Graph, Content string // host:port
	Certificate    []byte
	Token          string // of the emulator's person; empty means any
}

// serve is the server's process. It says where it is on out, and ends with in.
func serve(settings string, in io.Reader, out io.Writer) error {
	var s setting
	if err := json.Unmarshal([]byte(settings), &s); err != nil {
		return err
	}
	cert, err := newCertificate()
	if err != nil {
		return err
	}
	if s.Page > 0 {
		return serveEmulator(s, cert, in, out)
	}
	where := address{setting: s, Certificate: cert.Certificate[0]}
	item := sync.OnceValue(func() []byte { return newItem(s.Size) })
	content, err := listen(cert, s, contentHandler(s, item), &where.Content)
	if err != nil {
		return err
	}
	defer content.Close()
	graph, err := listen(cert, s, graphHandler(s, "https://"+where.Content, item), &where.Graph)
	if err != nil {
		return err
	}
	defer graph.Close()
	if err := json.NewEncoder(out).Encode(where); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

func listen(cert tls.Certificate, s setting, h http.Handler, where *string) (*http.Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	*where = l.Addr().String()
	server := &http.Server{
		Handler: h, Protocols: protocols(s.HTTP2), ReadHeaderTimeout: time.Minute,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13},
		ErrorLog:  log.New(io.Discard, "", 0), // clients that leave are no news
	}
	go func() { _ = server.ServeTLS(l, "", "") }()
	return server, nil
}

func protocols(http2 bool) *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(!http2)
	p.SetHTTP2(http2)
	return p
}

func newCertificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

// place is a running server and the two clients of it, which share a transport.
type place struct {
	address
	http  *http.Client
	graph *m365graph.Client
	close func()
}

// start runs a server in a process of its own. It ends when place is closed, and
// with this process.
func start(ctx context.Context, s setting) (*place, error) {
	settings, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	cmd, err := again(ctx, "-serve", string(settings))
	if err != nil {
		return nil, err
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop := func() {
		in.Close()
		_ = cmd.Wait() // its own complaints stand on stderr
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		stop()
		return nil, fmt.Errorf("start a server: %w", err)
	}
	var where address
	if err := json.Unmarshal(line, &where); err != nil {
		stop()
		return nil, fmt.Errorf("start a server: %w", err)
	}
	p, err := where.dial()
	if err != nil {
		stop()
		return nil, err
	}
	p.close = func() {
		p.http.CloseIdleConnections()
		stop()
	}
	return p, nil
}

// again runs this program once more.
func again(ctx context.Context, args ...string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Stderr = os.Stderr
	return cmd, nil
}

// dial returns the clients of a server.
func (a address) dial() (*place, error) {
	cert, err := x509.ParseCertificate(a.Certificate)
	if err != nil {
		return nil, err
	}
	shared, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, errors.New("net/http's default transport was replaced")
	}
	transport := shared.Clone()
	transport.Protocols = protocols(a.HTTP2)
	transport.Proxy = nil
	transport.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS13}
	transport.TLSClientConfig.RootCAs.AddCert(cert)
	p := &place{address: a, http: &http.Client{Transport: transport}}
	p.close = p.http.CloseIdleConnections
	p.graph, err = m365graph.New(m365auth.Static("bench"), &m365graph.Options{
		HTTPClient: p.http,
		Cloud:      m365auth.Cloud{Name: "bench", LoginHost: a.Graph, GraphHost: a.Graph, ContentHosts: []string{a.Content}},
	})
	return p, err
}

func (a address) url(path string) string { return "https://" + a.Graph + "/v1.0" + path }
