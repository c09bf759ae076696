package graphtest_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestMeIsTheTokensUser(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	me := f.get(t, "/me")
	if got := me["displayName"]; got != "Sales Desk" {
		t.Errorf("displayName = %v, want Sales Desk", got)
	}
	if got, want := me["@odata.context"], f.URL()+"/v1.0/$metadata#users/$entity"; got != want {
		t.Errorf("@odata.context = %v, want %v", got, want)
	}
	if _, shown := me["department"]; shown {
		t.Error("department is shown without $select, want only the default properties")
	}
	beta := f.get(t, f.URL()+"/beta/me?select=department,displayName")
	if want := f.URL() + "/beta/$metadata#users(department,displayName)/$entity"; beta["@odata.context"] != want || len(beta) != 3 {
		t.Errorf("GET /beta/me?select= = %v, want context %s and two properties", beta, want)
	}
}

func TestEveryAnswerCarriesItsHeaders(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	const clientID = "8a6f1b5e-0000-4000-8000-0000000000ff"
	for _, path := range []string{"/me", "/me/nothing", "/me/messages/x", "/me?$frobnicate=1"} {
		a := f.do(t, "GET", path, "", "client-request-id", clientID)
		for _, name := range []string{"request-id", "x-ms-ags-diagnostic", "Strict-Transport-Security"} {
			if a.header.Get(name) == "" {
				t.Errorf("GET %s: no %s", path, name)
			}
		}
		if got := a.header.Get("client-request-id"); got != clientID {
			t.Errorf("GET %s: client-request-id = %q, want %q", path, got, clientID)
		}
		if got, want := a.header.Get("Date"), now.Format(http.TimeFormat); got != want {
			t.Errorf("GET %s: Date = %q, want %q", path, got, want)
		}
		if got, want := a.header.Get("Content-Type"), "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"; got != want {
			t.Errorf("GET %s: Content-Type = %q, want %q", path, got, want)
		}
	}
	if a := f.do(t, "GET", "/me", ""); a.header.Get("client-request-id") != a.header.Get("request-id") {
		t.Errorf("client-request-id = %q without one sent, want the request-id %q", a.header.Get("client-request-id"), a.header.Get("request-id"))
	}
}

func TestErrorsHaveGraphsEnvelope(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	a := f.do(t, "GET", "/me/messages/AAAAAAAAAAAAAAAAAAAA", "", "client-request-id", "c1")
	var got struct {
		Error struct {
			Code, Message string
			InnerError    struct {
				Date            string
				RequestID       string `json:"request-id"`
				ClientRequestID string `json:"client-request-id"`
			} `json:"innerError"`
		} `json:"error"`
	}
	if err := json.Unmarshal(a.body, &got); err != nil {
		t.Fatal(err)
	}
	e := got.Error
	if a.status != 404 || e.Code != "ErrorItemNotFound" || e.Message == "" {
		t.Errorf("answer = %d %s, want 404 ErrorItemNotFound with a message", a.status, a.body)
	}
	if e.InnerError.Date != "2026-03-04T09:00:00" || e.InnerError.RequestID != a.header.Get("request-id") || e.InnerError.ClientRequestID != "c1" {
		t.Errorf("innerError = %+v, want date and ids of the headers", e.InnerError)
	}
}

func TestPathsTakeEverySpelling(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	for _, tt := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"GET", f.URL() + "/V1.0/Me/MAILFOLDERS/Inbox", 200, ""},
		{"GET", "/me/mailFolders('inbox')/messages", 200, ""},
		{"GET", "/me/mailFolders(%27sentitems%27)", 200, ""},
		{"GET", "/users('" + salesID + "')/mailFolders", 200, ""},
		{"GET", "/me/messages/", 200, ""},
		{"GET", f.URL() + "/v3.0/me", 400, "BadRequest"},
		{"GET", f.URL() + "/", 400, "BadRequest"},
		{"GET", "/me/mailFolder", 400, "BadRequest"},
		{"GET", "/me/mailFolders/inbox/nothing", 400, "BadRequest"},
		{"DELETE", "/me", 405, "Request_BadRequest"},
		{"GET", "/me/mailFolders/nosuchfolder!", 400, "ErrorInvalidIdMalformed"},
		{"GET", "/me/mailFolders/AAMkADQ3YjdiNWUxLTBmYWQ=", 404, "ErrorItemNotFound"},
	} {
		a := f.do(t, tt.method, tt.path, "")
		if a.status != tt.status || tt.code != "" && a.code(t) != tt.code {
			t.Errorf("%s %s = %d %s, want %d %s", tt.method, tt.path, a.status, a.body, tt.status, tt.code)
		}
	}
}

func TestRequestsAreLoggedWithoutTheToken(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	f.do(t, "GET", "/me/mailFolders/inbox/messages?$top=1", "", "Prefer", `outlook.body-content-type="text"`)
	f.do(t, "GET", "/me", "", "Authorization", "-")
	log := f.Requests()
	if len(log) != 2 {
		t.Fatalf("Requests() has %d entries, want 2", len(log))
	}
	r := log[0]
	if r.Method != "GET" || r.Path != "/v1.0/me/mailFolders/inbox/messages" || r.Query != "$top=1" || r.Status != 200 || !r.Bearer ||
		r.Route != "GET /~/mailFolders/{folder}/messages" || r.Header.Get("Prefer") == "" || r.Sent == 0 || !r.Start.Equal(now) {
		t.Errorf("first entry = %+v, want the list of messages", r)
	}
	if log[1].Bearer || log[1].Status != 401 {
		t.Errorf("second entry = %+v, want 401 and no bearer", log[1])
	}
	if text, _ := json.Marshal(log); strings.Contains(string(text), f.token) {
		t.Error("the log holds the token")
	}
}

func TestBothVersionsOfHTTPAreSpoken(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	roots := x509.NewCertPool()
	roots.AddCert(f.Certificate())
	for _, major := range []int{1, 2} {
		tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: major == 2}
		defer tr.CloseIdleConnections()
		req, err := http.NewRequestWithContext(t.Context(), "GET", f.URL()+"/v1.0/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+f.token)
		resp, err := tr.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.ProtoMajor != major || resp.StatusCode != 200 {
			t.Errorf("answer = %s %s, want HTTP/%d 200", resp.Proto, resp.Status, major)
		}
	}
}

func TestContentHostRefusesABearer(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	a := f.do(t, "GET", "https://"+f.ContentHost()+"/anything", "")
	if a.status != http.StatusUnauthorized {
		t.Errorf("GET with Authorization = %d %s, want 401", a.status, a.body)
	}
	if a := f.do(t, "GET", "https://"+f.ContentHost()+"/anything", "", "Authorization", "-"); a.status == http.StatusUnauthorized {
		t.Errorf("GET without Authorization = %d, want another", a.status)
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	twins := office()
	twins.Users[1].UserPrincipalName = "SALES@contoso.example"
	nameless := office()
	nameless.Users[1].UserPrincipalName = ""
	unnamedFolder := office()
	unnamedFolder.Users[0].Folders = []*graphtest.MailFolder{{}}
	twinFolders := office()
	twinFolders.Users[0].Folders = []*graphtest.MailFolder{{DisplayName: "A"}, {DisplayName: "A"}}
	for want, opts := range map[string]*graphtest.Options{
		"Options.Keys is required":      nil,
		"not a loopback address":        {Keys: keys, Addr: "0.0.0.0:0"},
		`listen on "192.0.2.1:0"`:       {Keys: keys, ContentAddr: "192.0.2.1:0"},
		"missing port":                  {Keys: keys, Addr: "127.0.0.1"},
		"there are two":                 {Keys: keys, Tenant: twins},
		"UserPrincipalName is required": {Keys: keys, Tenant: nameless},
		"has no DisplayName":            {Keys: keys, Tenant: unnamedFolder},
		"two with this name or id":      {Keys: keys, Tenant: twinFolders},
	} {
		s, err := graphtest.New(opts)
		if err == nil {
			s.Close()
			t.Errorf("New(%+v) succeeded, want an error with %q", opts, want)
			continue
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("New() = %v, want an error with %q", err, want)
		}
	}
}

// TestCloseLeavesNothing runs alone: it counts goroutines.
func TestCloseLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: office(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{s, mint(t, nil)}
	f.do(t, "GET", "/me", "")
	if err := s.Fail(graphtest.Fault{Delay: time.Hour}); err != nil {
		t.Fatal(err)
	}
	stuck := make(chan error, 1)
	go func() {
		_, err := f.try(t, "GET", "/me", "")
		stuck <- err
	}()
	for len(s.Requests()) < 2 {
		runtime.Gosched()
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-stuck; err == nil {
		t.Error("the delayed request was answered, want it cut by Close")
	}
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if after := runtime.NumGoroutine(); after > before {
		stacks := make([]byte, 1<<16)
		t.Errorf("%d goroutines after Close, want %d\n%s", after, before, stacks[:runtime.Stack(stacks, true)])
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close() = %v, want nil", err)
	}
}
