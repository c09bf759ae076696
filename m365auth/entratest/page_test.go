package entratest_test

import (
	"html"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
)

// browser is a client with cookies.
func browser(t *testing.T, s *entratest.Server) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := *s.Client()
	c.Jar = jar
	return &c
}

var hidden = regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)">`)

// open shows the page for a code and returns it with the hidden fields of its form.
func open(t *testing.T, s *entratest.Server, b *http.Client, query string) (answer, url.Values) {
	t.Helper()
	res, err := b.Get(s.URL() + "/devicelogin?" + query)
	a := read(t, res, err)
	f := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(a.text, -1) {
		f.Set(m[1], html.UnescapeString(m[2]))
	}
	return a, f
}

func twoUsers() *entratest.Options {
	return &entratest.Options{
		Users: []entratest.User{{UPN: admin, DisplayName: "Administrator"}, {UPN: sales, DisplayName: "Sales <Desk>"}},
		Apps:  []entratest.App{{ID: clientID, Name: "Mail & more"}},
	}
}

func TestPageApproves(t *testing.T) {
	t.Parallel()
	s := start(t, twoUsers())
	b := browser(t, s)
	if a, _ := open(t, s, b, ""); a.status != 200 || !strings.Contains(a.text, `<label for="otc">`) {
		t.Errorf("the empty page answered %d, want 200 with a labelled field for the code", a.status)
	}
	device := begin(t, s, fullScope)
	a, f := open(t, s, b, "otc="+strings.ToLower(device.str("user_code")))
	for _, want := range []string{"Mail &amp; more", "Sales &lt;Desk&gt;", sales, "Mail.Read", "offline_access", device.str("user_code"), `lang="en"`} {
		if !strings.Contains(a.text, want) {
			t.Errorf("the page misses %q", want)
		}
	}
	if strings.Contains(a.text, device.str("device_code")) {
		t.Error("the page shows the device code")
	}
	for name, want := range map[string]string{"Content-Security-Policy": "frame-ancestors 'none'", "X-Frame-Options": "DENY", "Set-Cookie": "SameSite=Strict"} {
		if !strings.Contains(a.header.Get(name), want) {
			t.Errorf("%s = %q, want %q in it", name, a.header.Get(name), want)
		}
	}
	f.Set("user", sales)
	f.Set("action", "approve")
	res, err := b.PostForm(s.URL()+"/devicelogin", f)
	if done := read(t, res, err); done.status != 200 || !strings.Contains(done.text, `role="status"`) {
		t.Errorf("approval answered %d %s, want 200 and a status", done.status, done.text)
	}
	if tok := poll(t, s, device); tok.status != 200 || claims(t, tok.str("access_token"))["upn"] != sales {
		t.Errorf("the poll after approval answered %d, want 200 and a token of %s", tok.status, sales)
	}
	res, err = b.PostForm(s.URL()+"/devicelogin", f)
	if again := read(t, res, err); again.status != 400 || !strings.Contains(again.text, "used already") {
		t.Errorf("a second approval answered %d, want 400 and that the code is used", again.status)
	}
}

func TestPageDeclines(t *testing.T) {
	t.Parallel()
	s := start(t, twoUsers())
	b := browser(t, s)
	device := begin(t, s, fullScope)
	_, f := open(t, s, b, "user_code="+device.str("user_code"))
	f.Set("action", "decline")
	res, err := b.PostForm(s.URL()+"/devicelogin", f)
	if a := read(t, res, err); a.status != 200 {
		t.Errorf("decline answered %d, want 200", a.status)
	}
	if a := poll(t, s, device); a.str("error") != "authorization_declined" {
		t.Errorf("the poll after a decline answered %s, want authorization_declined", a.text)
	}
}

func TestPageRefusesForgedForms(t *testing.T) {
	t.Parallel()
	s := start(t, twoUsers())
	device := begin(t, s, fullScope)
	victim, attacker := browser(t, s), browser(t, s)
	_, good := open(t, s, victim, "otc="+device.str("user_code"))
	_, foreign := open(t, s, attacker, "otc="+device.str("user_code"))
	good.Set("user", sales)
	good.Set("action", "approve")
	with := func(name, value string) url.Values {
		f := url.Values{}
		for k, v := range good {
			f[k] = v
		}
		f.Set(name, value)
		return f
	}
	for name, test := range map[string]struct {
		client *http.Client
		form   url.Values
		header []string
		want   int
	}{
		"no cookie":               {s.Client(), good, nil, 403},
		"no token":                {victim, with("csrf", ""), nil, 403},
		"token of another":        {victim, with("csrf", foreign.Get("csrf")), nil, 403},
		"from another site":       {victim, good, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"from another origin":     {victim, good, []string{"Origin", "https://evil.example"}, 403},
		"an unknown user":         {victim, with("user", "nobody@contoso.example"), nil, 400},
		"an unknown code":         {victim, with("user_code", "NOSUCHCOD"), nil, 400},
		"neither yes nor no":      {victim, with("action", ""), nil, 400},
		"a decline of a stranger": {s.Client(), with("action", "decline"), nil, 403},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/devicelogin", strings.NewReader(test.form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if test.header != nil {
			req.Header.Set(test.header[0], test.header[1])
		}
		res, err := test.client.Do(req)
		if a := read(t, res, err); a.status != test.want {
			t.Errorf("%s: answered %d, want %d", name, a.status, test.want)
		}
	}
	if len(s.Pending()) != 1 {
		t.Errorf("Pending() has %d codes after forged forms, want the one untouched", len(s.Pending()))
	}
}

func TestPageTellsWhatIsWrongWithACode(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := start(t, &entratest.Options{Now: c.now})
	device := begin(t, s, fullScope)
	c.advance(15 * time.Minute)
	for query, want := range map[string]string{
		"otc=" + device.str("user_code"): "expired",
		"otc=%3Cscript%3E":               "no sign-in has this code",
	} {
		a, _ := open(t, s, browser(t, s), query)
		if a.status != 400 || !strings.Contains(a.text, want) || !strings.Contains(a.text, `role="alert"`) {
			t.Errorf("%s answered %d, want 400 and an alert with %q", query, a.status, want)
		}
		if strings.Contains(a.text, "<script>") {
			t.Errorf("%s: the page repeats markup", query)
		}
	}
}
