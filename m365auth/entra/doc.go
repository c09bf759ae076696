// Package entra signs people in through Microsoft Entra ID and supplies their
// access tokens.
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
