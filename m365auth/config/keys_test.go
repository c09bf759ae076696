package config_test

import (
	"path/filepath"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/config"
)

// get finds the field of Settings that a key fills.
func get(s *config.Settings, key string) any {
	switch key {
	case "client_id":
		return s.Auth.ClientID
	case "tenant_id":
		return s.Auth.TenantID
	case "scopes":
		return s.Auth.Scopes
	case "cache_path":
		return s.Auth.CachePath
	case "cache_key_file":
		return s.Auth.CacheKeyFile
	case "method":
		return string(s.Auth.Method)
	case "cloud":
		return s.Cloud.Name
	case "authority":
		return s.Auth.Authority
	case "client_secret":
		return s.Auth.ClientSecret.Reveal()
	case "certificate_path":
		return s.Auth.CertificatePath
	case "certificate_password":
		return s.Auth.CertificatePassword.Reveal()
	case "federated_token_path":
		return s.Auth.FederatedTokenPath
	case "managed_identity_id":
		return s.Auth.ManagedIdentityID
	case "redirect_url":
		return s.Auth.RedirectURL
	case "api_version":
		return s.Graph.APIVersion
	case "base_url":
		return s.Graph.BaseURL
	case "default_page_size":
		return s.Graph.DefaultPageSize
	case "max_pages":
		return s.Graph.MaxPages
	case "permissions":
		return s.Tools.Permissions
	case "toolsets":
		return s.Tools.Toolsets
	case "read_only":
		return s.Tools.ReadOnly
	case "approval":
		return s.Tools.Approval
	case "download_dir":
		return s.Tools.DownloadDir
	case "account":
		return s.Tools.Account
	}
	return "no such key: " + key
}

// layered is what each layer says of a key, as written there, and as it must
// come out.
type layered struct {
	key, file, env, mount        string
	wantDefault                  any
	wantFile, wantEnv, wantMount any
}

func layeredKeys(root string) []layered {
	text := func(key, file, env, mount, def string) layered {
		return layered{key: key, file: file, env: env, mount: mount, wantDefault: def, wantFile: file, wantEnv: env, wantMount: mount}
	}
	path := func(key, def string) layered {
		return text(key, filepath.Join(root, "f"), filepath.Join(root, "e"), filepath.Join(root, "m"), def)
	}
	list := func(key string, def []string) layered {
		return layered{
			key: key, file: "[File.A, File.B]", env: "Env.A, Env.B", mount: "[Mount.A]", wantDefault: def,
			wantFile: []string{"File.A", "File.B"}, wantEnv: []string{"Env.A", "Env.B"}, wantMount: []string{"Mount.A"},
		}
	}
	number := func(key string, def int) layered {
		return layered{key: key, file: "21", env: "22", mount: "23", wantDefault: def, wantFile: 21, wantEnv: 22, wantMount: 23}
	}
	secret := func(key string) layered {
		return layered{
			key: key, file: "${IN_FILE}", env: "from-env", mount: "${IN_MOUNT}", wantDefault: "",
			wantFile: "from-file-variable", wantEnv: "from-env", wantMount: "from-mount-variable",
		}
	}
	const china, dod, gov = "https://microsoftgraph.chinacloudapi.cn", "https://dod-graph.microsoft.us", "https://graph.microsoft.us"
	return []layered{
		{key: "client_id", file: "file-id", env: "env-id", mount: "mount-id", wantFile: "file-id", wantEnv: "env-id", wantMount: "mount-id"},
		text("tenant_id", "file.contoso.example", "env.contoso.example", "mount.contoso.example", "common"),
		list("scopes", m365auth.DefaultScopes()),
		path("cache_path", filepath.Join(root, ".amplifier", "m365")),
		path("cache_key_file", ""),
		text("method", "browser", "on_behalf_of", "managed_identity", "device_code"),
		text("cloud", "china", "dod", "gcchigh", "global"),
		text("authority", "https://login.microsoftonline.com/f", "https://login.microsoftonline.us/e", "https://login.partner.microsoftonline.cn/m", ""),
		secret("client_secret"),
		path("certificate_path", ""),
		secret("certificate_password"),
		path("federated_token_path", ""),
		text("managed_identity_id", "f", "e", "m", ""),
		text("redirect_url", "https://f.contoso.example/cb", "http://localhost:8080", "http://127.0.0.1/cb", ""),
		text("api_version", "beta", "v1.0", "beta", "v1.0"),
		text("base_url", china, dod, gov, "https://graph.microsoft.com"),
		number("default_page_size", 100),
		number("max_pages", 10),
		list("permissions", []string{}),
		list("toolsets", []string{}),
		{key: "read_only", file: "true", env: "false", mount: "true", wantDefault: false, wantFile: true, wantEnv: false, wantMount: true},
		text("approval", "f", "e", "m", ""),
		path("download_dir", ""),
		text("account", "f", "e", "m", ""),
	}
}
