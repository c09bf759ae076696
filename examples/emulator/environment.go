package main

import (
	_ "embed"
	"path/filepath"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// nodeProxy gives Node programs the proxy of their environment, which Node itself
// reads from version 24 on.
//
//go:embed node-proxy.cjs
var nodeProxy []byte

// environment is that of a program which is to meet the emulator of a ready file:
// what is there already, with the proxy and the certificate under all the names that
// Go, Node, Python, curl, Git and .NET look for.
func environment(have []string, r *ready, file string) []string {
	env := map[string]string{
		"NODE_EXTRA_CA_CERTS": r.CAFile,
		"NODE_USE_ENV_PROXY":  "1",
		"NODE_OPTIONS":        strings.TrimSpace(lookup(have, "NODE_OPTIONS") + " --require=" + quoteOption(r.NodeProxy)),
		"SSL_CERT_DIR":        filepath.Dir(r.CAFile),
		readyEnv:              file,

		"M365_EMULATOR_TENANT_ID":     r.TenantID,
		"M365_EMULATOR_CLIENT_ID":     r.ClientID,
		"M365_EMULATOR_CLIENT_SECRET": r.ClientSecret,
		"M365_EMULATOR_USER":          r.Users[0].UPN,
		"M365_EMULATOR_PASSWORD":      r.Password,
	}
	for _, name := range []string{"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "PIP_CERT", "DENO_CERT", "AWS_CA_BUNDLE", "HTTPLIB2_CA_CERTS", "PERL_LWP_SSL_CA_FILE"} {
		env[name] = r.CAFile
	}
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"} {
		env[name], env[strings.ToLower(name)] = r.Proxy, r.Proxy
	}
	direct := noProxy(lookup(have, "NO_PROXY") + "," + lookup(have, "no_proxy"))
	env["NO_PROXY"], env["no_proxy"] = direct, direct

	all := slices.DeleteFunc(slices.Clone(have), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		_, ours := env[name]
		return ours
	})
	for name, value := range env {
		all = append(all, name+"="+value)
	}
	slices.Sort(all)
	return all
}

// lookup is the value of a variable; the last one counts.
func lookup(env []string, name string) string {
	value := ""
	for _, pair := range env {
		if v, ok := strings.CutPrefix(pair, name+"="); ok {
			value = v
		}
	}
	return value
}

// noProxy keeps the hosts that a person reaches directly, unless Microsoft's are
// among them, and adds this machine, where programs await redirects.
func noProxy(have string) string {
	list := []string{"localhost", "127.0.0.1", "::1"}
	for _, host := range strings.FieldsFunc(have, func(r rune) bool { return r == ',' || r == ' ' }) {
		if !coversMicrosoft(host) && !slices.Contains(list, host) {
			list = append(list, host)
		}
	}
	return strings.Join(list, ",")
}

// coversMicrosoft reports whether an entry of NO_PROXY names a host that the
// emulator serves, or a domain above it.
func coversMicrosoft(entry string) bool {
	entry, _, _ = strings.Cut(strings.ToLower(entry), ":") // from its port
	domain := strings.TrimPrefix(strings.TrimPrefix(entry, "*"), ".")
	return entry != "" && slices.ContainsFunc(slices.Concat(graphtest.Names(), entratest.Names()), func(name string) bool {
		name = strings.TrimPrefix(name, "*.")
		return domain == "" || name == domain || strings.HasSuffix(name, "."+domain) || strings.HasSuffix(domain, "."+name)
	})
}

// quoteOption writes a path so that Node reads it as one word.
func quoteOption(path string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(path) + `"`
}
