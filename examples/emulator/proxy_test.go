package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// ask sends a request line to the proxy and returns the answer's status.
func ask(t *testing.T, r *running, line string) int {
	t.Helper()
	at, err := url.Parse(r.Proxy)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.DialTimeout("tcp", at.Host, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	host := strings.Fields(line)[1]
	if to, err := url.Parse(host); err == nil && !strings.HasPrefix(line, http.MethodConnect) {
		host = to.Host
	}
	fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", line, host)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return res.StatusCode
}

func TestTheProxyLeadsToMicrosoftAlone(t *testing.T) {
	t.Parallel()
	r := serving(t)
	for line, want := range map[string]int{
		"CONNECT graph.microsoft.com:443":                                  200,
		"CONNECT GRAPH.microsoft.us:443":                                   200,
		"CONNECT microsoftgraph.chinacloudapi.cn:443":                      200,
		"CONNECT login.microsoftonline.com:443":                            200,
		"CONNECT contoso-my.sharepoint.com:443":                            200,
		"CONNECT " + strings.TrimPrefix(r.Graph, "https://"):               200,
		"CONNECT graph.microsoft.com:80":                                   403,
		"CONNECT graph.microsoft.com":                                      403,
		"CONNECT example.com:443":                                          403,
		"CONNECT graph.microsoft.com.evil.example:443":                     403,
		"CONNECT sharepoint.com.evil.example:443":                          403,
		"CONNECT 127.0.0.1:22":                                             403,
		"CONNECT " + strings.TrimPrefix(r.Proxy, "http://"):                403,
		"GET http://example.com/":                                          403,
		"GET http://graph.microsoft.com/v1.0/me":                           403,
		"GET https://example.com/":                                         403,
		"GET https://graph.microsoft.com/v1.0/me":                          401, // Graph's own
		"GET https://login.microsoftonline.com/common/discovery/v2.0/keys": 200,
		"GET /token":  405,
		"POST /token": 401,
		"GET /":       404,
	} {
		if got := ask(t, r, line); got != want {
			t.Errorf("%s answered %d, want %d", line, got, want)
		}
	}
}

// A tunnel that a program keeps open does not keep the emulator.
func TestAnOpenTunnelEndsWithTheEmulator(t *testing.T) {
	t.Parallel()
	r := serving(t)
	client := r.client(t, true)
	if code, _ := fetch(t, client, "", "https://login.microsoftonline.com/common/discovery/v2.0/keys"); code != 200 {
		t.Fatalf("keys answered %d", code)
	}
	r.interrupt(t) // the client's connection is still open
}
