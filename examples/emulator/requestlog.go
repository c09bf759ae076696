package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// entry is a line of the log: a request, without secrets.
type entry struct {
	Time    time.Time `json:"time"`
	Service string    `json:"service"` // graph, content, login or proxy
	Method  string    `json:"method"`
	Host    string    `json:"host"`
	Refused string    `json:"refused,omitempty"` // why the proxy led nowhere
	Path    string    `json:"path,omitempty"`
	Query   string    `json:"query,omitempty"`  // of Graph alone: elsewhere it carries secrets
	Status  int       `json:"status,omitempty"` // none where the connection was cut
	Route   string    `json:"route,omitempty"`

	Milliseconds float64 `json:"ms,omitempty"`
	Bytes        int64   `json:"bytes,omitempty"`
	RequestID    string  `json:"request_id,omitempty"`
	Batch        string  `json:"batch,omitempty"`
	UserAgent    string  `json:"user_agent,omitempty"`
	Grant        string  `json:"grant,omitempty"`
	ClientID     string  `json:"client_id,omitempty"`
	AADSTS       int     `json:"aadsts,omitempty"`
}

// serviceProxy is the service of what the proxy refused.
const serviceProxy = "proxy"

func graphEntry(r graphtest.Request) entry {
	e := entry{
		Time: r.Start, Service: "graph", Method: r.Method, Host: r.Host, Path: tokens.ReplaceAllString(r.Path, "hidden"), Query: withoutTokens(r.Query), Status: r.Status, Route: r.Route,
		Milliseconds: float64(r.End.Sub(r.Start).Microseconds()) / 1000, Bytes: r.Sent, RequestID: r.ID, Batch: r.Batch,
		UserAgent: tokens.ReplaceAllString(r.Header.Get("User-Agent"), "hidden"),
	}
	if r.Content {
		e.Service, e.Query = "content", ""
	}
	return e
}

// withoutTokens hides what a program wrongly sends in the address of a request.
func withoutTokens(query string) string {
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, _, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			name = decoded
		}
		switch strings.ToLower(name) {
		case "access_token", "token", "authorization", "authtoken", "tempauth", "client_secret":
			pairs[i] = name + "=hidden"
		}
	}
	return tokens.ReplaceAllString(strings.Join(pairs, "&"), "hidden")
}

// tokens are JWTs, wherever a program wrongly puts one.
var tokens = regexp.MustCompile(`eyJ[\w-]+\.[\w-]+(\.[\w-]*)?`)

func loginEntry(r entratest.Request) entry {
	return entry{
		Time: r.Time, Service: "login", Method: r.Method, Host: r.Host, Path: r.Path, Status: max(r.Status, 0),
		Grant: r.GrantType, ClientID: r.ClientID, AADSTS: r.AADSTS,
	}
}

// refusals logs what the proxy did not let through.
func refusals(log func(entry)) func(*http.Request, string) {
	return func(r *http.Request, why string) {
		if log != nil {
			log(entry{Time: time.Now(), Service: serviceProxy, Method: r.Method, Host: r.Host, Status: http.StatusForbidden, Refused: why})
		}
	}
}

// String is the request as a person reads it.
func (e entry) String() string {
	what := e.Path
	if e.Query != "" {
		what += "?" + e.Query
	}
	switch {
	case e.Service == serviceProxy && e.Method == http.MethodConnect:
		return fmt.Sprintf("CONNECT %s refused: %s", e.Host, e.Refused)
	case e.Service == serviceProxy:
		return fmt.Sprintf("%s http://%s refused: %s", e.Method, e.Host, e.Refused)
	case e.Status == 0:
		return fmt.Sprintf("%s https://%s%s cut", e.Method, e.Host, what)
	case e.AADSTS != 0:
		return fmt.Sprintf("%s https://%s%s %d AADSTS%d", e.Method, e.Host, what, e.Status, e.AADSTS)
	case e.Grant != "":
		return fmt.Sprintf("%s https://%s%s %d %s", e.Method, e.Host, what, e.Status, e.Grant)
	}
	return fmt.Sprintf("%s https://%s%s %d", e.Method, e.Host, what, e.Status)
}

// sink writes entries one at a time, in a form of its own.
type sink struct {
	mu   sync.Mutex
	to   io.Writer
	form func(entry) ([]byte, error)
	err  error // the first, told at the end
}

func (s *sink) write(e entry) {
	line, err := s.form(e)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		_, err = s.to.Write(append(line, '\n'))
	}
	if s.err == nil {
		s.err = err
	}
}

func asJSON(e entry) ([]byte, error) { return json.Marshal(e) }

func asText(e entry) ([]byte, error) { return []byte("emulator: " + e.String()), nil }

// openLog gives what is called with each request: it writes to the file, if one is
// named, and to trace, if that is not nil. done closes the file and tells whether
// all was written.
func openLog(file string, trace io.Writer) (log func(entry), done func() error, err error) {
	var sinks []*sink
	done = func() error { return nil }
	if file != "" {
		f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, nil, unusable(fmt.Errorf("-log: %w", err))
		}
		lines := &sink{to: f, form: asJSON}
		sinks = append(sinks, lines)
		done = func() error {
			if err := f.Close(); lines.err == nil {
				lines.err = err
			}
			return lines.err
		}
	}
	if trace != nil {
		sinks = append(sinks, &sink{to: trace, form: asText})
	}
	if len(sinks) == 0 {
		return nil, done, nil
	}
	return func(e entry) {
		for _, s := range sinks {
			s.write(e)
		}
	}, done, nil
}
