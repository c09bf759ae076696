package entratest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth/entratest"
)

// fuzzForms sends any body to an endpoint: each gets an answer that is JSON,
// and none that is the server's own failure.
func fuzzForms(f *testing.F, endpoint string, seeds ...string) {
	s := start(f, &entratest.Options{AutoApprove: admin})
	for _, seed := range append(seeds, "", "&", "%", "client_id=%00&scope=%ff", "client_id=a;b=c", "grant_type=device_code&device_code="+strings.Repeat("A", 100)) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		res, err := s.Client().Post(s.URL()+"/common/oauth2/v2.0/"+endpoint, "application/x-www-form-urlencoded", strings.NewReader(body))
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
	fuzzForms(f, "devicecode",
		"client_id=x&scope=Mail.Read+openid",
		"client_id=x&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
		"client_id=x&scope=https%3A%2F%2Fgraph.microsoft.com%2F",
		"client_id=x&scope=%2F%2F+..+%F0%9F%98%80")
}

func FuzzTokenForm(f *testing.F) {
	fuzzForms(f, "token",
		"client_id=x&grant_type=refresh_token&refresh_token=1.AAAA&scope=Mail.Read",
		"client_id=x&grant_type=refresh_token&refresh_token=1."+strings.Repeat("A", 80),
		"client_id=x&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=x",
		"client_id=x&grant_type=refresh_token&refresh_token=x&claims=%7B%22access_token%22%3A%5B%5D%7D",
		"client_id=x&grant_type=refresh_token&refresh_token=x&claims=null")
}
