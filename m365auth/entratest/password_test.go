package entratest_test

import (
	"testing"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/m365go/sdk/m365auth/entratest"
)

func withPasswords() *entratest.Options {
	opts := twoUsers()
	opts.Users[1].Password = secret
	opts.Apps[0].AdminConsent = true
	return opts
}

func TestPasswordGrant(t *testing.T) {
	t.Parallel()
	s := start(t, withPasswords())
	for name, test := range map[string]struct {
		user, password, scope string
		code                  int
	}{
		"right":             {sales, secret, fullScope, 0},
		"case of the name":  {"SALES@contoso.example", secret, ".default", 0},
		"wrong":             {sales, "x", fullScope, 50126},
		"none":              {sales, "", fullScope, 900144},
		"of nobody":         {"ghost@contoso.example", secret, fullScope, 50034},
		"where none is set": {admin, secret, fullScope, 50126},
		"no consent":        {sales, secret, "Mail.Send", 65001},
	} {
		a := post(t, s, "token", form("client_id", clientID, "grant_type", "password", "username", test.user, "password", test.password, "scope", test.scope))
		if a.code() != test.code || (test.code == 0) != (a.str("access_token") != "") {
			t.Errorf("%s: answered %d %s, want %d", name, a.status, a.text, test.code)
		}
	}
	opts := withPasswords()
	opts.Apps[0].AdminConsent, opts.AutoApprove = false, admin
	if a := post(t, start(t, opts), "token", form("client_id", clientID, "grant_type", "password", "username", sales, "password", secret, "scope", "Mail.Send")); a.str("scope") != "Mail.Send" {
		t.Errorf("where approval is automatic it answered %d %s, want Mail.Send", a.status, a.text)
	}
	if err := s.Enforce(sales, 50076); err != nil {
		t.Fatal(err)
	}
	if a := post(t, s, "token", form("client_id", clientID, "grant_type", "password", "username", sales, "password", secret, "scope", fullScope)); a.code() != 50076 {
		t.Errorf("where a second factor is due it answered %d %s, want 50076", a.status, a.text)
	}
	res, err := s.Client().PostForm(s.URL()+"/common/oauth2/v2.0/token", form("client_id", clientID, "grant_type", "password", "username", sales, "password", secret, "scope", fullScope))
	if a := read(t, res, err); a.code() != 9001023 {
		t.Errorf("at /common it answered %d %s, want 9001023", a.status, a.text)
	}
}

func TestMSALSignsInWithAPassword(t *testing.T) {
	t.Parallel()
	s := start(t, withPasswords())
	client, err := public.New(clientID, public.WithAuthority("https://login.microsoftonline.com/"+s.TenantID()), public.WithHTTPClient(s.Client()))
	if err != nil {
		t.Fatal(err)
	}
	result, err := client.AcquireTokenByUsernamePassword(t.Context(), []string{"Mail.Read"}, sales, secret) //nolint:staticcheck // programs still call it
	if err != nil {
		t.Fatal(err)
	}
	if result.Account.PreferredUsername != sales {
		t.Errorf("signed in as %s, want %s", result.Account.PreferredUsername, sales)
	}
}
