package m365auth

import "slices"

// Method is a way to get a token.
type Method string

// The methods. A provider refuses, when it is made, one that it does not know.
const (
	// MethodDeviceCode shows a person a code to type in a browser on any
	// device. It is the default, and needs no secret.
	// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
	MethodDeviceCode Method = "device_code"
	// MethodBrowser opens the system's browser on this machine.
	MethodBrowser Method = "browser"
	// MethodAuthCode redirects a person's browser from a web host and back.
	// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
	MethodAuthCode Method = "auth_code"
	// MethodClientSecret signs the application itself in with a secret.
	// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
	MethodClientSecret Method = "client_secret"
	// MethodCertificate signs the application itself in with a certificate.
	MethodCertificate Method = "certificate"
	// MethodFederated signs the application itself in with another issuer's
	// token, as Kubernetes and CI systems mount it.
	// https://learn.microsoft.com/entra/workload-id/workload-identity-federation
	MethodFederated Method = "federated"
	// MethodManagedIdentity asks the Azure host that the program runs on.
	// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview
	MethodManagedIdentity Method = "managed_identity"
	// MethodOnBehalfOf exchanges a caller's token for one to Graph.
	// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
	MethodOnBehalfOf Method = "on_behalf_of"
)

// Methods returns every method, the default first.
func Methods() []Method {
	return []Method{
		MethodDeviceCode, MethodBrowser, MethodAuthCode, MethodClientSecret,
		MethodCertificate, MethodFederated, MethodManagedIdentity, MethodOnBehalfOf,
	}
}

// Config is what a provider needs to know, as plain values. Package config
// fills it from its layers; a program may fill it by hand. It can be printed:
// its secrets redact themselves.
type Config struct {
	// ClientID is the application id of the app registration; required, but
	// for a managed identity.
	ClientID string
	// TenantID is a tenant's GUID or domain, or "common", "organizations" or
	// "consumers". Empty means "common".
	TenantID string
	// Scopes are requested at sign-in and by a [TokenRequest] without any.
	// Empty means [DefaultScopes].
	Scopes []string
	// CachePath is the folder of the token cache, or a path that ends in
	// ".bin" whose folder and stem are used. Empty means the user's own.
	CachePath string
	// CacheKeyFile is a file with the key of the token cache, which is made if
	// it is not there. Empty means the operating system's keyring, or a key
	// file beside the cache where that is out of reach.
	CacheKeyFile string
	// Authority is an issuer's whole URL, "https://login.microsoftonline.com/
	// {tenant}"; its host must be the cloud's. Empty derives it from TenantID.
	Authority string
	// Method is the way to get a token. Empty means [MethodDeviceCode].
	Method Method
	// Cloud is where to sign in. Zero means [GlobalCloud].
	Cloud Cloud

	// ClientSecret is for [MethodClientSecret], [MethodAuthCode] and
	// [MethodOnBehalfOf].
	ClientSecret Secret
	// CertificatePath is a PEM or PFX file, for [MethodCertificate].
	CertificatePath string
	// CertificatePassword opens a PFX file.
	CertificatePassword Secret
	// FederatedTokenPath is a file whose token is read anew at each use, for
	// [MethodFederated].
	FederatedTokenPath string
	// ManagedIdentityID is the client id of a user-assigned identity, for
	// [MethodManagedIdentity]. Empty means the system-assigned one.
	ManagedIdentityID string
	// RedirectURL is where the browser comes back to, for [MethodAuthCode].
	RedirectURL string
}

// DefaultScopes are the delegated permissions that a sign-in asks for when
// nothing else is said: they read a person's profile, mail, calendar and files.
// The slice is the caller's own.
func DefaultScopes() []string {
	return []string{"User.Read", "Mail.Read", "Calendars.Read", "Files.Read.All"}
}

// WithDefaults returns a copy in which empty TenantID, Scopes, Method and Cloud
// have their documented defaults. The copy shares no slice with c.
func (c Config) WithDefaults() Config {
	if c.TenantID == "" {
		c.TenantID = "common"
	}
	if len(c.Scopes) == 0 {
		c.Scopes = DefaultScopes()
	} else {
		c.Scopes = slices.Clone(c.Scopes)
	}
	if c.Method == "" {
		c.Method = MethodDeviceCode
	}
	if c.Cloud.IsZero() {
		c.Cloud = GlobalCloud()
	}
	c.Cloud.ContentHosts = slices.Clone(c.Cloud.ContentHosts)
	return c
}
