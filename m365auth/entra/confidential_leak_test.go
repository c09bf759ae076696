package entra_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

// TestNoSecretOfAnApplicationLeaves drives each method without a sign-in, good
// answers and bad, and looks for secrets, keys, assertions and tokens.
func TestNoSecretOfAnApplicationLeaves(t *testing.T) {
	t.Parallel()
	const canary = "canary-0123456789"
	pair := newPair(t, 0, "app", nil)
	var seen strings.Builder
	show := func(v any) {
		asJSON, err := json.Marshal(v)
		if err != nil {
			asJSON = []byte(err.Error())
		}
		fmt.Fprintf(&seen, "%v %+v %#v %s\n", v, v, v, asJSON)
		if err, ok := v.(error); ok {
			for ; err != nil; err = errors.Unwrap(err) {
				fmt.Fprintf(&seen, "%T %v %+v %#v\n", err, err, err, err)
			}
		}
	}
	b := appBed(t, entratest.App{Secrets: []string{canary}, Certificates: []*x509.Certificate{pair.cert}}, func(o *entratest.Options) {
		o.ManagedIdentities = []entratest.ManagedIdentity{{}}
	})
	secret := m365auth.NewSecret(canary)
	caller := b.caller(t, sales)
	certificate := writeFile(t, "key.pem", pair.pem(t))
	transport := b.opts.HTTPClient.Transport
	methods := map[m365auth.Method]func(*m365auth.Config, *entra.Options){
		m365auth.MethodClientSecret: func(c *m365auth.Config, _ *entra.Options) { c.ClientSecret = secret },
		m365auth.MethodCertificate:  func(c *m365auth.Config, _ *entra.Options) { c.CertificatePath = certificate },
		m365auth.MethodFederated: func(_ *m365auth.Config, o *entra.Options) {
			o.FederatedToken = func(context.Context) (m365auth.Secret, error) { return secret, nil }
		},
		m365auth.MethodManagedIdentity: func(*m365auth.Config, *entra.Options) {},
		m365auth.MethodOnBehalfOf:      func(c *m365auth.Config, _ *entra.Options) { c.ClientSecret = secret },
	}
	for method, set := range methods {
		faults := []entratest.Fault{
			{Delay: 1}, // none
			{Status: 200, Body: `{"access_token":"` + canary + `","expires_in":"soon"}`},
			{Status: 200, Body: `{"access_token":"` + canary},
			{Status: 400, Body: `{"error":"invalid_client","error_description":"` + canary + `"}`},
			{Status: 400, Body: canary},
			{Cut: true},
			{After: true, Cut: true},
		}
		for i := range len(faults) + 1 {
			cfg, opts := b.cfg, b.opts
			cfg.Method = method
			set(&cfg, &opts)
			if i < len(faults) {
				faults[i].Endpoint, faults[i].Count = entratest.Token, 1
				if method == m365auth.MethodManagedIdentity {
					faults[i].Endpoint = entratest.Machine
				}
				b.server.Fail(faults[i])
			} else {
				opts.HTTPClient = &http.Client{Transport: tripFunc(func(r *http.Request) (*http.Response, error) {
					if formOf(r).Has("grant_type") || strings.HasPrefix(r.URL.Path, "/metadata") {
						return nil, fmt.Errorf("%v %v %v", r.URL, formOf(r), r.Header)
					}
					return transport.RoundTrip(r)
				})}
			}
			p, err := entra.New(cfg, &opts)
			if err != nil {
				t.Fatal(err)
			}
			show(p) // while nothing runs in it
			var tokens m365auth.TokenProvider = p
			if method == m365auth.MethodOnBehalfOf {
				tokens = p.OnBehalfOf(caller)
			}
			token, err := tokens.Token(t.Context(), m365auth.TokenRequest{})
			if failed := err != nil; failed != (i > 0 || method == m365auth.MethodFederated) && method != m365auth.MethodManagedIdentity {
				t.Errorf("%s %d: Token() error = %v", method, i, err)
			}
			show(token)
			show(err)
			show(cfg)
			_ = p.Close()
		}
	}
	for where, text := range map[string]string{"errors": seen.String(), "logs": b.log.String()} {
		noSecret(t, b, where, text)
		for _, part := range []string{canary, caller.Reveal(), caller.Reveal()[:40], "PRIVATE KEY", "client_assertion="} {
			if strings.Contains(text, part) {
				t.Errorf("%s hold %q:\n%s", where, part, text)
			}
		}
	}
}
