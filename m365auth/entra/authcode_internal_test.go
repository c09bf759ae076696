package entra

import (
	"net/url"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth"
)

func FuzzCallback(f *testing.F) {
	for _, seed := range []string{
		"code=0.AXoA&state=s&session_state=x", "error=access_denied&error_description=AADSTS65004%3a+no.+Correlation+ID%3a+0d3b9d35-3b5a-4f0e-9d5e-000000000001&state=s",
		"state=s", "code=a&code=b&state=s", "error=%00&state=s", "error=interaction_required&claims=%7B%22a%22%3A1%7D&state=s",
		"error=x&error_description=AADSTS999999999999999999&state=s", "code=%0a&state=s", "error=&state=%ff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		v, _ := url.ParseQuery(raw)
		c, err := parseCallback(v)
		if err != nil {
			return
		}
		if c.state == "" || c.code.IsZero() == (c.failure == nil) || len(v["code"])+len(v["error"]) != 1 || len(v["state"]) != 1 {
			t.Fatalf("parseCallback(%q) = %+v, want a state, and one of code and error", raw, c)
		}
		if c.failure == nil {
			return
		}
		shown := (&Provider{}).explainCallback(opLogin, c.failure, nil).Error()
		if len(shown) > 1000 || strings.ContainsAny(shown, "<>\n\x00") {
			t.Errorf("parseCallback(%q): the error shows %q", raw, shown)
		}
	})
}

func FuzzAdminConsent(f *testing.F) {
	const tenant = "0d3b9d35-3b5a-4f0e-9d5e-000000000001"
	for _, seed := range []string{
		"admin_consent=True&tenant=" + tenant + "&state=s&scope=https%3a%2f%2fgraph.microsoft.com%2fMail.Read+openid",
		"error=access_denied&error_description=AADSTS65004%3a+no.&state=s", "admin_consent=true&tenant=x&state=s", "state=s&state=s", "",
	} {
		f.Add(seed)
	}
	p := &Provider{set: settings{tenant: "organizations", scopes: spellingFor(m365auth.GlobalCloud())}}
	f.Fuzz(func(t *testing.T, raw string) {
		v, _ := url.ParseQuery(raw)
		got, err := p.ParseAdminConsent(v, "s")
		if (err == nil) != (got.TenantID != "") || err == nil && (v.Get("state") != "s" || !tenantGUID.MatchString(got.TenantID)) {
			t.Errorf("ParseAdminConsent(%q) = %+v, %v, want a tenant, the state and no error, or an error", raw, got, err)
		}
		if err != nil && (len(err.Error()) > 1000 || strings.ContainsAny(err.Error(), "<>\n\x00")) {
			t.Errorf("ParseAdminConsent(%q): the error shows %q", raw, err)
		}
	})
}
