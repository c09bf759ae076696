// Package entra signs people and applications in through Microsoft Entra ID and
// supplies their access tokens.
//
// A [Provider] is a [m365auth.TokenProvider]: it serves tokens from memory and
// from an encrypted cache, refreshes them ahead of time, and never prompts. A
// person signs in apart from that, in two steps, so that any user interface can
// show the code:
//
//	p, err := entra.New(m365auth.Config{ClientID: clientID}, nil)
//	if err != nil {
//		return err
//	}
//	defer p.Close()
//
//	tok, err := p.Token(ctx, m365auth.TokenRequest{})
//	if errors.Is(err, m365auth.ErrLoginRequired) {
//		login, err := p.StartDeviceCode(ctx, entra.LoginRequest{})
//		if err != nil {
//			return err
//		}
//		fmt.Println(login.Prompt().Message)
//		tok, err = login.Wait(ctx)
//	}
//
// A program on a terminal can wrap the provider with [Prompting], which does
// these steps when they are needed.
//
// # Methods
//
// Config.Method chooses how tokens are got, and [New] refuses a setting that the
// method lacks, or that it has no use for:
//
//	device_code       a person types a code in any browser: StartDeviceCode
//	browser           a person uses this machine's browser: SignInBrowser
//	auth_code         a person's browser is sent away by a web host, and comes
//	                  back to RedirectURL: StartAuthCode, then FinishAuthCode;
//	                  with a credential of the application's, if it has one
//	client_secret     the application itself, by ClientSecret
//	certificate       the application itself, by CertificatePath
//	federated         the application itself, by FederatedTokenPath
//	managed_identity  the identity of the Azure host, or ManagedIdentityID's
//	on_behalf_of      callers, by the token that they send: OnBehalfOf
//
// A secret, a certificate or a federated token proves an application to Entra.
// Where one can rotate, nothing needs to be restarted: Options.ClientSecret is
// asked again, and a certificate's file read again, when Entra refuses what they
// gave before; a federated token is read for each request.
//
// # Tokens without a person
//
// The methods of the application itself sign in to one tenant, so TenantID names
// it. Their tokens have the permissions of type Application that the app
// registration lists and an administrator agreed to; scopes are left out, or
// name another resource as "api://…/.default".
//
//	p, err := entra.New(m365auth.Config{
//		ClientID: clientID, TenantID: tenantID,
//		Method: m365auth.MethodCertificate, CertificatePath: "/etc/app/cert.pem",
//	}, nil)
//	if err != nil {
//		return err
//	}
//	tok, err := p.Token(ctx, m365auth.TokenRequest{})
//
// Such tokens, and those on behalf of callers, stay in memory: another one costs
// a request and troubles nobody. There are no accounts then; a Logout of all
// forgets the tokens. A managed identity's host has a memory of its own, so that
// ForceRefresh and Claims can bring the same token again, and [New]'s promise to
// leave the environment alone ends at the first token: only the variables that
// Azure sets tell what kind of host it is.
//
// # Clouds
//
// Config.Cloud binds the login host to the host of Graph. Scopes that are sent
// name that host where Entra would not know it, and one of another cloud is
// refused.
//
// # Several callers, several processes
//
// When a token is due, one goroutine of one process refreshes it while it holds
// the account's lock in the store, and the others find it done. What another
// process changes, a sign-out above all, is seen by the next call. While Entra
// cannot be reached, a token that works for two more minutes is still served.
//
// # Errors
//
// Every error is an [*m365auth.Error]. It says what to do next, carries Entra's
// correlation id, and never holds a token, a code or a request.
//
// The work below is done by MSAL Go, whose errors and logs do not leave this
// package.
package entra
