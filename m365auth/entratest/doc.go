// Package entratest is Microsoft Entra ID in this process: one tenant, over TLS
// on a loopback address, good enough that MSAL and other OAuth clients sign in
// with a device code and refresh silently, unchanged. It is for tests, demos
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
// [Server.Client] also takes https://login.microsoftonline.com to the server,
// so a program whose authority is fixed can be tried as it is.
//
// # Who approves
//
// The answer to a device code names the page /devicelogin. There a person types
// the code, chooses who to be, sees the application and its scopes, and
// approves or declines. A test does the same with [Server.Approve],
// [Server.Decline] and [Server.Pending], or lets [Options.AutoApprove] do it.
// Approving is also consenting, by Entra's rules: a token carries every scope
// that the person has ever agreed to for the application, and a refresh that asks
// for another is answered with AADSTS65001.
//
// # Emulating a resource
//
// Access tokens are RS256 JWTs. Whoever emulates Microsoft Graph verifies them
// with [Server.Key], [Server.Issuer] and [Server.Audience]; [Server.Token]
// mints one without a sign-in.
//
// # When things go wrong
//
// [Server.Fail] makes an endpoint answer an error of Entra's, broken JSON,
// slowly or not at all; [Server.Revoke] ends sign-ins; [Options.Rotate] makes
// refresh tokens single-use; [Options.Now] moves time. [Server.Requests] tells
// what was asked, without secrets, and [Server.Issued] lists every secret, for
// tests that look for leaks.
//
// # What it is not
//
// There are no passwords and no policies, and only public clients: whoever
// reaches the port is let in, so it listens on loopback alone. The
// authorization endpoint, client credentials and on-behalf-of are not served.
package entratest
