package entratest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// openIDConfiguration answers a tenant's metadata.
// https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
func (s *Server) openIDConfiguration(c *call) reply {
	tenant := c.PathValue("tenant")
	if !s.opts.knowsTenant(tenant) {
		return newProblem(90002, tenant).reply(c)
	}
	root, cl := c.base+"/"+url.PathEscape(tenant), cloudOf(hostName(c.Host))
	endpoints := "/oauth2/v2.0"
	if !strings.Contains(c.URL.Path, "/v2.0/") {
		endpoints, c.v1 = "/oauth2", true
	}
	return jsonReply(http.StatusOK, map[string]any{
		"issuer":                                c.issuer(s.issuerTenant(tenant)),
		"authorization_endpoint":                root + endpoints + "/authorize",
		"token_endpoint":                        root + endpoints + "/token",
		"device_authorization_endpoint":         root + endpoints + "/devicecode",
		"jwks_uri":                              root + "/discovery/v2.0/keys",
		"end_session_endpoint":                  root + endpoints + "/logout",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"grant_types_supported":                 slices.Sorted(maps.Keys(grants))[1:], // without the empty one
		"response_types_supported":              []string{"code", "id_token", "code id_token"},
		"code_challenge_methods_supported":      []string{"plain", "S256"},
		"userinfo_endpoint":                     "https://" + cl.graph[0] + "/oidc/userinfo",
		"request_uri_parameter_supported":       false,
		"http_logout_supported":                 false,
		"response_modes_supported":              []string{"query", "fragment", "form_post"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"claims_supported":                      []string{"sub", "iss", "aud", "exp", "iat", "nbf", "name", "oid", "tid", "nonce", "preferred_username", "uti", "ver", "email"},
		"cloud_instance_name":                   cl.instance,
		"msgraph_host":                          cl.graph[0],
		"tenant_region_scope":                   nil,
	})
}

// issuer is the iss of id_tokens and metadata: that of the authority which the
// client calls, and in the first version that of the token service.
func (c *call) issuer(tenant string) string {
	if !c.v1 {
		return c.base + "/" + tenant + "/v2.0"
	}
	if name := hostName(c.Host); isOurs(name) && !isLoopback(name) {
		return "https://" + cloudOf(name).sts + "/" + tenant + "/"
	}
	return c.base + "/" + tenant + "/"
}

// issuerTenant is how a tenant stands in the issuer: the aliases of many
// tenants leave a placeholder there.
func (s *Server) issuerTenant(name string) string {
	switch strings.ToLower(name) {
	case "common", "organizations":
		return "{tenantid}"
	}
	return s.opts.TenantID
}

// instanceDiscovery answers whether an authority is one of Entra's, and under
// which names its tokens may be cached.
func (s *Server) instanceDiscovery(c *call) reply {
	asked, err := url.Parse(c.URL.Query().Get("authorization_endpoint"))
	if err != nil || !isOurs(asked.Host) {
		return newProblem(50049, "").reply(c)
	}
	tenant, _, _ := strings.Cut(strings.TrimPrefix(asked.Path, "/"), "/")
	if !s.opts.knowsTenant(tenant) {
		return newProblem(90002, tenant).reply(c)
	}
	type metadata struct {
		Network string   `json:"preferred_network"`
		Cache   string   `json:"preferred_cache"`
		Aliases []string `json:"aliases"`
	}
	var hosts []metadata
	known := false
	for _, cl := range clouds {
		hosts = append(hosts, metadata{cl.login[0], cl.cache, cl.login})
		known = known || slices.Contains(cl.login, asked.Host)
	}
	if !known {
		hosts = append(hosts, metadata{asked.Host, asked.Host, []string{asked.Host}})
	}
	return jsonReply(http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": "https://" + asked.Host + "/" + url.PathEscape(tenant) + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata":                  hosts,
	})
}

// keySet answers the keys that tokens are signed with (RFC 7517), and whose issuer each
// is good for, which an API compares with that of the token.
// https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signing-key-issuer
func (s *Server) keySet(c *call) reply {
	tenant := c.PathValue("tenant")
	if !s.opts.knowsTenant(tenant) {
		return newProblem(90002, tenant).reply(c)
	}
	k, err := tokenSigner()
	if err != nil {
		return newProblem(90033, "").reply(c)
	}
	return jsonReply(http.StatusOK, map[string][]jwk{"keys": {k.jwk(c.base + "/" + s.issuerTenant(tenant) + "/v2.0")}})
}
