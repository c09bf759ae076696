// Package entratest is Microsoft Entra ID in this process: one tenant, over TLS
// on a loopback address, good enough that MSAL and other OAuth clients sign in
// in every way they have, and refresh silently, unchanged. It is for tests, demos
// and trying a program before there is a tenant.
//
//	entra, err := entratest.New(&entratest.Options{
//		Users:       []entratest.User{{UPN: "sales@contoso.example", DisplayName: "Sales Desk"}},
//		AutoApprove: "sales@contoso.example", // or a person on the page, or entra.Approve
//	})
//	if err != nil {
//		return err
//	}
//	defer entra.Close()
//
// A client needs the authority and an HTTP client that trusts the certificate.
// With MSAL Go:
//
//	app, err := public.New("22223333-cccc-4444-dddd-5555eeee6666",
//		public.WithAuthority(entra.URL()+"/"+entra.TenantID()),
//		public.WithHTTPClient(entra.Client()),
//		public.WithInstanceDiscovery(false))
//
// [Server.Client] also takes https://login.microsoftonline.com and the other names
// of the real service to the server, so a program whose authority is fixed can be
// tried as it is; [Names] and [Server.Serves] let a proxy do the same. With
// [Options.InMemory] no port is opened, and only that client reaches the server, also
// within a bubble of testing/synctest, where codes and tokens end by the test's time.
//
// # Who signs in
//
// People sign in with a device code, or with a browser and the authorization code
// flow with PKCE. On its pages a person chooses who to be, sees the application and
// its scopes, and accepts or declines. A test does the same with [Server.Approve]
// and [Server.Decline] for device codes and with [Server.Authorize], which plays the
// browser, or lets [Options.AutoApprove] do it.
//
// An [App] that has a secret, certificates or federated credentials is confidential:
// it redeems codes, acts for itself (client_credentials, with its [App.Roles]) and on
// behalf of the users whose tokens it was sent. A [ManagedIdentity] needs no credential;
// [Server.MachineURL] and [Server.MachineEnv] are where its programs ask.
//
//	entra, err := entratest.New(&entratest.Options{
//		Apps: []entratest.App{{
//			ID: "33334444-dddd-4555-8666-ffff7777aaaa", Secrets: []string{"a test's secret"},
//			RedirectURIs: []string{"https://connector.contoso.example/callback"},
//			Roles:        []string{"Mail.Read"},
//		}},
//	})
//
// # Consent
//
// Approving is also consenting, by Entra's rules: a token carries every scope
// that the person has ever agreed to for the application, and a refresh that asks
// for another is answered with AADSTS65001. What [Options.AdminScopes] names needs
// an administrator, who consents for everybody on the admin consent endpoint or with
// [Server.Consent]; until then a normal user is told AADSTS90094.
//
// # Emulating a resource
//
// Access tokens are RS256 JWTs. Whoever emulates Microsoft Graph verifies them
// with [Server.Key], [Server.Issuer] and [Server.Audience]; [Server.Token]
// mints one of a person without a sign-in, and [Server.AppToken] one of an
// application. [Server.Challenge] is what such a resource says, instead of taking a
// token, once [Server.Revoke] or [Server.Recheck] called it back. That concerns
// clients which declared in their requests' claims that they understand it:
//
//	claims={"access_token":{"xms_cc":{"values":["cp1"]}}}
//
// # When things go wrong
//
// [Server.Fail] makes an endpoint answer an error of Entra's, broken JSON,
// slowly or not at all; [Server.Revoke] ends sign-ins; [Server.Enforce] puts a
// conditional access policy over a user; [Server.WithdrawConsent] forgets consent;
// [Options.TokensPerMinute] throttles; [Options.Rotate] makes refresh tokens
// single-use; [Options.Now] moves time. [Server.Requests] tells what was asked,
// without secrets, and [Server.Issued] lists every secret, for tests that look for
// leaks.
//
// # What it is not
//
// Pages ask for no password: whoever reaches the port is let in, so it listens on
// loopback alone. The password grant takes what [User.Password] says. The
// authorization endpoint gives codes only, not tokens. A scope of Microsoft Graph is
// taken whatever its name. The signing key is one, and is never changed for another.
// There is one tenant, without guests.
package entratest
