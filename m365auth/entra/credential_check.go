package entra

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365auth"
)

// needs says what a method is told besides the client id and the tenant.
type needs struct {
	app      bool     // in the application's own name, without a person
	proofs   []string // the credentials that it can use; exactly one
	noProof  bool     // or none
	redirect bool
	identity bool
}

// The settings that are credentials, by name.
const (
	clientSecret   = "client_secret"
	certificate    = "certificate_path"
	federatedToken = "federated_token_path"
)

var needsOf = map[m365auth.Method]needs{
	m365auth.MethodDeviceCode:      {noProof: true},
	m365auth.MethodBrowser:         {noProof: true},
	m365auth.MethodAuthCode:        {proofs: []string{clientSecret, certificate, federatedToken}, noProof: true, redirect: true},
	m365auth.MethodClientSecret:    {app: true, proofs: []string{clientSecret}},
	m365auth.MethodCertificate:     {app: true, proofs: []string{certificate}},
	m365auth.MethodFederated:       {app: true, proofs: []string{federatedToken}},
	m365auth.MethodManagedIdentity: {app: true, noProof: true, identity: true},
	m365auth.MethodOnBehalfOf:      {proofs: []string{clientSecret, certificate, federatedToken}},
}

// checkMethod refuses settings that the method lacks, or has no use for: who
// set those meant another method.
func checkMethod(cfg m365auth.Config, o *Options) (needs, error) {
	need, ok := needsOf[cfg.Method]
	if !ok {
		return needs{}, configError(fmt.Sprintf("use the method %q", cfg.Method), fmt.Sprintf("set method to one of %v", m365auth.Methods()))
	}
	op := fmt.Sprintf("use the method %q", cfg.Method)
	for _, check := range []func(string, needs, m365auth.Config, *Options) error{checkProofs, checkExtras, checkRedirect} {
		if err := check(op, need, cfg, o); err != nil {
			return needs{}, err
		}
	}
	return need, nil
}

func checkProofs(op string, need needs, cfg m365auth.Config, o *Options) error {
	var given []string
	for _, s := range []struct {
		name string
		set  bool
	}{
		{clientSecret, !cfg.ClientSecret.IsZero()}, {clientSecret, o.ClientSecret != nil},
		{certificate, cfg.CertificatePath != ""},
		{federatedToken, cfg.FederatedTokenPath != ""}, {federatedToken, o.FederatedToken != nil},
	} {
		if !s.set {
			continue
		}
		if !slices.Contains(need.proofs, s.name) {
			return configError(fmt.Sprintf("%s with %s", op, s.name), fmt.Sprintf("remove %s, or set method to one that uses it", s.name))
		}
		given = append(given, s.name)
	}
	switch {
	case len(given) > 1 && given[0] == given[1]:
		return configError(fmt.Sprintf("%s with %s and the callback for it", op, given[0]), "give one of the two")
	case len(given) > 1:
		return configError(fmt.Sprintf("%s with %s", op, strings.Join(given, " and ")), "give one of them")
	case len(given) == 0 && !need.noProof:
		return configError(op+" without a credential", "set "+strings.Join(need.proofs, ", or "))
	}
	return nil
}

func checkExtras(op string, need needs, cfg m365auth.Config, o *Options) error {
	switch {
	case !cfg.CertificatePassword.IsZero() && cfg.CertificatePath == "":
		return configError(op+" with certificate_password alone", "set certificate_path, or remove certificate_password")
	case o.SendCertificateChain && cfg.CertificatePath == "":
		return configError(op+" with Options.SendCertificateChain alone", "set certificate_path, or remove the option")
	case cfg.ManagedIdentityID != "" && !need.identity:
		return configError(op+" with managed_identity_id", fmt.Sprintf("remove it, or set method to %q", m365auth.MethodManagedIdentity))
	}
	return nil
}

// checkRedirect wants an address that Entra would redirect to: https, or plain
// http on this machine.
// https://learn.microsoft.com/entra/identity-platform/reply-url
func checkRedirect(op string, need needs, cfg m365auth.Config, o *Options) error {
	redirects := redirectsOf(cfg, o)
	switch {
	case len(redirects) == 0 && !need.redirect:
		return nil
	case len(redirects) == 0:
		return configError(op+" without redirect_url", "set redirect_url to the address that the app registration has")
	case !need.redirect:
		return configError(op+" with redirect_url", fmt.Sprintf("remove it, or set method to %q", m365auth.MethodAuthCode))
	}
	for _, redirect := range redirects {
		u, err := url.Parse(redirect)
		if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
			return configError(op+" with this redirect_url", "give an https address without a fragment, or http://localhost while developing")
		}
	}
	return nil
}

// redirectsOf returns where a browser may come back to, the default first.
func redirectsOf(cfg m365auth.Config, o *Options) []string {
	if cfg.RedirectURL == "" {
		return slices.Clone(o.RedirectURLs)
	}
	return append([]string{cfg.RedirectURL}, o.RedirectURLs...)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
