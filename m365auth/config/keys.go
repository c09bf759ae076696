package config

import (
	"slices"
	"strings"

	"github.com/m365go/sdk/m365auth"
)

// part is the group of settings that a key belongs to.
type part int

const (
	partAuth part = iota
	partGraph
	partTools
)

// module is the tool module whose `config:` node carries the part.
func (p part) module() Module {
	if p == partAuth {
		return AuthModule
	}
	return GraphModule
}

// key is a row of the table below, from which everything else follows: which
// names are known where, what a value may be, and where it goes.
type key struct {
	name string
	part part
	kind kind
	// def is the default, as a layer would hold it; nil for none.
	def any
	// alias is a second name, known in the user file only.
	alias string
	// host marks a key that decides where tokens go: it is always looked at,
	// whichever part is asked for, and never comes from a ${VAR}.
	host bool
	// shared allows the key in the node of either module.
	shared bool
	check  func(value) *fault
	set    func(*Settings, value)
}

// keys is every setting there is, in the order of [Settings.Explain].
var keys = []*key{
	{
		name: "client_id", part: partAuth, kind: kindText,
		set: func(s *Settings, v value) { s.Auth.ClientID = v.text },
	},
	{
		name: "tenant_id", part: partAuth, kind: kindText, def: "common", alias: "default_tenant", check: checkTenant,
		set: func(s *Settings, v value) { s.Auth.TenantID = v.text },
	},
	{
		name: "scopes", part: partAuth, kind: kindList, def: m365auth.DefaultScopes(), alias: "default_scopes", check: checkScopes,
		set: func(s *Settings, v value) { s.Auth.Scopes = stripReserved(v.list) },
	},
	{
		name: "cache_path", part: partAuth, kind: kindPath, def: "~/" + homeFolder,
		set: func(s *Settings, v value) { s.Auth.CachePath = v.text },
	},
	{
		name: "cache_key_file", part: partAuth, kind: kindPath,
		set: func(s *Settings, v value) { s.Auth.CacheKeyFile = v.text },
	},
	{
		name: "method", part: partAuth, kind: kindText, def: string(m365auth.MethodDeviceCode), check: checkMethod,
		set: func(s *Settings, v value) { s.Auth.Method = m365auth.Method(v.text) },
	},
	{
		name: "cloud", part: partAuth, kind: kindText, host: true, shared: true,
		set: func(s *Settings, v value) {},
	},
	{
		name: "authority", part: partAuth, kind: kindText, host: true, check: checkAuthority,
		set: func(s *Settings, v value) { s.Auth.Authority = v.text },
	},
	{
		name: "client_secret", part: partAuth, kind: kindSecret,
		set: func(s *Settings, v value) { s.Auth.ClientSecret = v.secret },
	},
	{
		name: "certificate_path", part: partAuth, kind: kindPath,
		set: func(s *Settings, v value) { s.Auth.CertificatePath = v.text },
	},
	{
		name: "certificate_password", part: partAuth, kind: kindSecret,
		set: func(s *Settings, v value) { s.Auth.CertificatePassword = v.secret },
	},
	{
		name: "federated_token_path", part: partAuth, kind: kindPath,
		set: func(s *Settings, v value) { s.Auth.FederatedTokenPath = v.text },
	},
	{
		name: "managed_identity_id", part: partAuth, kind: kindText,
		set: func(s *Settings, v value) { s.Auth.ManagedIdentityID = v.text },
	},
	{
		name: "redirect_url", part: partAuth, kind: kindText, check: checkRedirect,
		set: func(s *Settings, v value) { s.Auth.RedirectURL = v.text },
	},
	{
		name: "api_version", part: partGraph, kind: kindText, def: "v1.0", check: oneOf("v1.0", "beta"),
		set: func(s *Settings, v value) { s.Graph.APIVersion = v.text },
	},
	{
		name: "base_url", part: partGraph, kind: kindText, host: true, check: checkBaseURL,
		set: func(s *Settings, v value) { s.Graph.BaseURL = v.text },
	},
	{
		name: "default_page_size", part: partGraph, kind: kindNumber, def: 100, check: between(1, 999),
		set: func(s *Settings, v value) { s.Graph.DefaultPageSize = v.number },
	},
	{
		name: "max_pages", part: partGraph, kind: kindNumber, def: 10, check: between(1, 1_000_000),
		set: func(s *Settings, v value) { s.Graph.MaxPages = v.number },
	},
	{
		name: "permissions", part: partTools, kind: kindList, def: []string{},
		set: func(s *Settings, v value) { s.Tools.Permissions = v.list },
	},
	{
		name: "toolsets", part: partTools, kind: kindList, def: []string{},
		set: func(s *Settings, v value) { s.Tools.Toolsets = v.list },
	},
	{
		name: "read_only", part: partTools, kind: kindBool, def: false,
		set: func(s *Settings, v value) { s.Tools.ReadOnly = v.flag },
	},
	{
		name: "approval", part: partTools, kind: kindText,
		set: func(s *Settings, v value) { s.Tools.Approval = v.text },
	},
	{
		name: "download_dir", part: partTools, kind: kindPath,
		set: func(s *Settings, v value) { s.Tools.DownloadDir = v.text },
	},
	{
		name: "account", part: partTools, kind: kindText,
		set: func(s *Settings, v value) { s.Tools.Account = v.text },
	},
}

// fileSuffix turns a secret's key into the one that names a file holding it.
const fileSuffix = "_file"

// variable is the environment variable of a key's name.
func variable(name string) string { return "M365_" + strings.ToUpper(name) }

// names are the ways to write the key in a layer: its own name first.
func (k *key) names(layer Layer) []string {
	names := []string{k.name}
	if k.kind == kindSecret {
		names = append(names, k.name+fileSuffix)
	}
	if k.alias != "" && layer == LayerFile {
		names = append(names, k.alias)
	}
	return names
}

// within reports whether the key may stand in a module's node; the empty module
// is every one.
func (k *key) within(m Module) bool {
	return m == "" || k.shared || k.part.module() == m
}

// keyNamed finds the key that a name means in a layer.
func keyNamed(name string, layer Layer) *key {
	for _, k := range keys {
		if slices.Contains(k.names(layer), name) {
			return k
		}
	}
	return nil
}
