// Package config loads the settings of sign-in, of Microsoft Graph and of the
// agent tools from layers, and can tell where each value came from.
//
//	settings, err := config.Load(&config.Options{Mount: config.MountMap(node)})
//	if err != nil {
//		return err // every problem at once: the key, the layer and the remedy
//	}
//	provider, err := entra.New(settings.Auth, nil)
//
// The layers, the strongest first:
//
//   - the mount: what a host of tools was configured with, as a decoded map or
//     as YAML or JSON ([MountMap], [MountTools], [MountYAML], [MountJSON]);
//   - the environment: M365_ and the key in capitals, such as M365_CLIENT_ID;
//     lists are separated by commas or spaces;
//   - the user file, ~/.amplifier/m365/config.yaml unless M365_CONFIG names
//     another; it may say default_tenant for tenant_id and default_scopes for
//     scopes;
//   - the defaults.
//
// # Keys
//
// For [AuthModule]:
//
//	client_id             the application's id; required
//	tenant_id             a tenant's GUID or domain, or common (the default),
//	                      organizations or consumers
//	scopes                delegated permissions; openid, profile and
//	                      offline_access are implied
//	cache_path            folder of the token cache, or a path that ends in .bin
//	cache_key_file        file with the cache's key, made if it is not there;
//	                      without it the system's keyring, or a file
//	method                device_code (the default), browser, auth_code,
//	                      client_secret, certificate, federated,
//	                      managed_identity or on_behalf_of
//	cloud                 global (the default), gcchigh, dod or china; may stand
//	                      with GraphModule too
//	authority             an issuer's address, instead of tenant_id
//	client_secret         a secret
//	certificate_path      a PEM or PFX file
//	certificate_password  a secret
//	federated_token_path  a file with another issuer's token
//	managed_identity_id   client id of a user-assigned identity
//	redirect_url          where a browser comes back to
//
// For [GraphModule]:
//
//	api_version           v1.0 (the default) or beta
//	base_url              Graph's address; follows from cloud
//	default_page_size     1 to 999; 100 by default
//	max_pages             where a collecting call stops; 10 by default
//	permissions           ids such as outlook.read, or none, read or all; none
//	                      by default
//	toolsets              narrows the tools that are offered
//	read_only             true refuses every write
//	approval              how a person is asked before a write
//	download_dir          the only folder whose files agents may touch
//	account               whom to act for, if several are signed in
//
// # Strictness
//
// An unknown, repeated or empty key, a value of the wrong type, and a ${VAR}
// that is not set are errors in mount and file, and no layer is applied in
// part. ${VAR} stands for a whole value or a whole element of a list, and never
// for a host. Paths are absolute or begin with "~/": the working folder decides
// nothing.
//
// A secret comes from the environment, from a ${VAR}, from a file that
// client_secret_file or certificate_password_file names, or from code
// ([Options].Secrets). One that is written out is refused.
//
// Hosts are those of a known cloud, and authority and base_url of the same one;
// only the program itself can name another ([Options].Cloud). So no setting
// sends a token elsewhere.
package config
