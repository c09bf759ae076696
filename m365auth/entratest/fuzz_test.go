package entratest_test

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth/entratest"
)

// fuzzForms sends any body to an endpoint: each gets an answer that is JSON,
// and none that is the server's own failure.
func fuzzForms(f *testing.F, endpoint string, seeds ...string) {
	s := start(f, &entratest.Options{AutoApprove: admin, Apps: []entratest.App{{ID: "x"}, {ID: webID, Secrets: []string{secret}}}})
	for _, seed := range append(seeds, "", "&", "%", "client_id=%00&scope=%ff", "client_id=a;b=c", "grant_type=device_code&device_code="+strings.Repeat("A", 100)) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		res, err := s.Client().Post(s.URL()+"/common/oauth2/"+endpoint, "application/x-www-form-urlencoded", strings.NewReader(body))
		a := read(t, res, err)
		if a.status != 200 && a.status/100 != 4 {
			t.Errorf("answered %d, want 200 or an error of the request", a.status)
		}
		if !json.Valid([]byte(a.text)) || (a.status == 200) == (a.str("error") != "") {
			t.Errorf("answered %d %q, want JSON, with an error where it is one", a.status, a.text)
		}
		if a.status != http.StatusOK && !strings.Contains(a.str("error_description"), "Trace ID: ") {
			t.Errorf("error_description = %q, want a trace id in it", a.str("error_description"))
		}
	})
}

func FuzzDeviceCodeForm(f *testing.F) {
	fuzzForms(f, "v2.0/devicecode",
		"client_id=x&scope=Mail.Read+openid",
		"client_id=x&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
		"client_id=x&scope=https%3A%2F%2Fgraph.microsoft.com%2F",
		"client_id=x&scope=%2F%2F+..+%F0%9F%98%80")
}

func FuzzTokenForm(f *testing.F) {
	fuzzForms(f, "v2.0/token",
		"client_id=x&grant_type=refresh_token&refresh_token=1.AAAA&scope=Mail.Read",
		"client_id=x&grant_type=refresh_token&refresh_token=1."+strings.Repeat("A", 80),
		"client_id=x&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=x",
		"client_id=x&grant_type=refresh_token&refresh_token=x&claims=%7B%22access_token%22%3A%5B%5D%7D",
		"client_id=x&grant_type=refresh_token&refresh_token=x&claims=null",
		"client_id=x&grant_type=authorization_code&code=1.AAAA&redirect_uri=http%3A%2F%2Flocalhost&code_verifier=x",
		"client_id="+webID+"&client_secret=x&grant_type=client_credentials&scope=.default",
		"client_id="+webID+"&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=e30.e30.&grant_type=client_credentials&scope=.default",
		"client_id="+webID+"&client_secret="+url.QueryEscape(secret)+"&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=e30.e30.AA&requested_token_use=on_behalf_of&scope=api%3A%2F%2Fx%2Fy")
}

func FuzzFirstVersionTokenForm(f *testing.F) {
	fuzzForms(f, "token",
		"client_id=x&grant_type=password&username=admin%40contoso.example&password=x&resource=https%3A%2F%2Fgraph.microsoft.com",
		"client_id=x&grant_type=device_code&device_code=x&resource=%FF",
		"client_id="+webID+"&client_secret="+url.QueryEscape(secret)+"&grant_type=client_credentials&resource=https%3A%2F%2Fgraph.microsoft.com%2F")
}

// FuzzAuthorize sends any query to the authorization endpoint: each gets a page or
// a redirect, and a redirect leads to a place that the client registered.
func FuzzAuthorize(f *testing.F) {
	s := start(f, &entratest.Options{AutoApprove: admin, Apps: []entratest.App{
		{ID: clientID}, {ID: webID, Secrets: []string{secret}, RedirectURIs: []string{webHome}},
	}})
	for _, seed := range []string{
		"", "%", "client_id=" + clientID, "client_id=" + clientID + "&redirect_uri=http%3A%2F%2Flocalhost%3A1&response_type=code&scope=openid",
		"client_id=" + webID + "&redirect_uri=" + url.QueryEscape(webHome) + "&response_type=code&scope=.default&response_mode=form_post&state=%3Cscript%3E",
		"client_id=" + webID + "&response_type=code&scope=a+b&response_mode=fragment&prompt=none&login_hint=%00",
		"client_id=" + clientID + "&redirect_uri=http%3A%2F%2Flocalhost%40evil.example&response_type=code",
		"client_id=" + clientID + "&redirect_uri=http%3A%2F%2F%5B%3A%3A1%5D%3A1%2F%0D%0Ax&response_type=code&claims=%7B%7D&code_challenge=x",
	} {
		f.Add(seed)
	}
	c := *s.Client()
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	f.Fuzz(func(t *testing.T, query string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL(), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.URL.Path, req.URL.RawQuery = "/common/oauth2/v2.0/authorize", query
		res, err := c.Do(req)
		if err != nil {
			return // not a request that can be sent
		}
		a := read(t, res, nil)
		switch a.status {
		case http.StatusOK, http.StatusBadRequest:
			if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || strings.Contains(a.text, "<script>") {
				t.Errorf("answered %s %q, want a page without foreign markup", a.header.Get("Content-Type"), a.text)
			}
		case http.StatusFound:
			to, err := url.Parse(a.header.Get("Location"))
			if err != nil || to.Scheme+"://"+to.Host+to.Path != webHome && to.Hostname() != "localhost" && !net.ParseIP(to.Hostname()).IsLoopback() {
				t.Errorf("leads to %q, want a registered place (%v)", a.header.Get("Location"), err)
			}
		default:
			t.Errorf("answered %d, want a page or a redirect", a.status)
		}
	})
}
