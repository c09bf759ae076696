package entra

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/tokencache"
)

// settings are what is left of a configuration once it was checked.
type settings struct {
	method m365auth.Method
	part   tokencache.Partition // client and authority
	tenant string
	cloud  m365auth.Cloud
	scopes scopeSpelling
	own    []string // the provider's own scopes, in short form

	app       bool     // tokens are the application's own, without a person
	identity  string   // of a managed identity; empty for the host's own
	sendChain bool     // certificates go with their chain
	redirects []string // that a browser may come back to
}

// storesAccounts reports whether people sign in and stay signed in.
func (s settings) storesAccounts() bool { return !s.app && s.method != m365auth.MethodOnBehalfOf }

func configError(op, remedy string) error {
	return &m365auth.Error{Op: op, Kind: m365auth.ErrConfig, Remedy: remedy}
}

func check(cfg m365auth.Config, o *Options) (settings, error) {
	tenant := cfg.TenantID
	unscoped := len(cfg.Scopes) == 0 || isDefault(cfg.Scopes)
	cfg = cfg.WithDefaults()
	need, err := checkMethod(cfg, o)
	if err != nil {
		return settings{}, err
	}
	if err := checkClientID(cfg); err != nil {
		return settings{}, err
	}
	if err := checkCloud(cfg.Cloud); err != nil {
		return settings{}, err
	}
	s := settings{
		method: cfg.Method, cloud: cfg.Cloud, scopes: spellingFor(cfg.Cloud),
		app: need.app, identity: cfg.ManagedIdentityID, sendChain: o.SendCertificateChain,
		redirects: redirectsOf(cfg, o),
	}
	if cfg.Method != m365auth.MethodManagedIdentity { // the host knows its own
		if s.tenant, err = checkTenant(cfg, tenant); err != nil {
			return settings{}, err
		}
	}
	s.part = tokencache.Partition{ClientID: cfg.ClientID, Authority: strings.ToLower(cfg.Cloud.AuthorityURL(s.tenant))}
	if !s.app {
		s.own, err = s.scopes.normalise(cfg.Scopes)
		return s, err
	}
	s.scopes = appSpelling(cfg.Cloud)
	if unscoped {
		cfg.Scopes = []string{defaultScope}
	}
	if s.own, err = s.scopes.normalise(cfg.Scopes); err != nil {
		return settings{}, err
	}
	return s, checkAppScopes(s.own)
}

func checkClientID(cfg m365auth.Config) error {
	if cfg.Method == m365auth.MethodManagedIdentity && cfg.ClientID == "" {
		return nil // it has no app registration
	}
	if cfg.ClientID == "" || strings.ContainsAny(cfg.ClientID, " \t\r\n") {
		return configError(fmt.Sprintf("use the client id %q", cfg.ClientID),
			"set client_id to the application id of your app registration")
	}
	return nil
}

// checkTenant returns the tenant of the authority, or else the tenant.
func checkTenant(cfg m365auth.Config, configured string) (string, error) {
	tenant := cfg.TenantID
	if cfg.Authority != "" {
		u, err := url.Parse(cfg.Authority)
		if err != nil || u.Scheme != "https" || !strings.EqualFold(u.Host, cfg.Cloud.LoginHost) || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return "", configError(fmt.Sprintf("use the authority %q", cfg.Authority),
				fmt.Sprintf("give https://%s/ and a tenant, or choose the cloud that the authority belongs to", cfg.Cloud.LoginHost))
		}
		tenant = strings.Trim(u.Path, "/")
		if configured != "" && configured != "common" && !strings.EqualFold(configured, tenant) {
			return "", configError(fmt.Sprintf("use the authority %q with the tenant %q", cfg.Authority, configured),
				"set one of authority and tenant_id, or the same tenant in both")
		}
	}
	if !isTenant(tenant) {
		return "", configError(fmt.Sprintf("use the tenant %q", tenant),
			`give a tenant's GUID or domain, "common", "organizations" or "consumers"`)
	}
	if needsOf[cfg.Method].app && isAlias(strings.ToLower(tenant)) {
		return "", configError(fmt.Sprintf("use the method %q with the tenant %q", cfg.Method, tenant),
			"set tenant_id to the GUID or domain of one tenant: an application signs in to that alone")
	}
	// MSAL derives the address of the device-code endpoint by replacing each
	// "token" in that of the token endpoint.
	devices := cfg.Method == m365auth.MethodDeviceCode || cfg.Method == m365auth.MethodBrowser
	if devices && strings.Contains(strings.ToLower(cfg.Cloud.LoginHost+"/"+tenant), "token") {
		return "", configError(fmt.Sprintf("sign in with a device code at %s/%s: the name contains \"token\"", cfg.Cloud.LoginHost, tenant),
			"give the tenant's GUID instead of its domain")
	}
	return strings.ToLower(tenant), nil
}

// isTenant reports whether s can name a tenant. "adfs" and "dstsv2" would make
// MSAL speak another protocol.
func isTenant(s string) bool {
	if s == "" || strings.EqualFold(s, "adfs") || strings.EqualFold(s, "dstsv2") || strings.Trim(s, ".") == "" {
		return false
	}
	for _, r := range s {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '.', r == '_':
		default:
			return false
		}
	}
	return true
}

// checkOverride checks the tenant of one request; MSAL takes a particular one.
func (s settings) checkOverride(tenant string) (string, error) {
	tenant = strings.ToLower(tenant)
	switch {
	case tenant == "" || tenant == s.tenant:
		return "", nil
	case s.method == m365auth.MethodManagedIdentity:
		return "", configError(fmt.Sprintf("get a token of the tenant %q", tenant), "leave the tenant out: a managed identity belongs to one")
	case !isTenant(tenant), isAlias(tenant), s.tenant == "consumers":
		return "", configError(fmt.Sprintf("get a token of the tenant %q", tenant), "give the GUID of a tenant in which the account is a member or a guest")
	}
	return tenant, nil
}

func isAlias(tenant string) bool {
	return tenant == "common" || tenant == "organizations" || tenant == "consumers"
}

// adminConsentURL is where an administrator agrees for the whole tenant.
// https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
func (s settings) adminConsentURL() string {
	tenant := s.tenant
	if tenant == "common" || tenant == "consumers" {
		tenant = "organizations" // the page does not know the others
	}
	return s.cloud.AuthorityURL(tenant) + "/adminconsent?client_id=" + url.QueryEscape(s.part.ClientID)
}

func checkClaims(claims string) error {
	if claims == "" {
		return nil
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(claims), &object); err != nil || object == nil {
		return configError("use a claims challenge", "give the challenge as a JSON object, decoded from base64")
	}
	return nil
}
