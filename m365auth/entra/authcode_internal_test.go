package entra

import (
	"net/url"
	"strings"
	"testing"
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
