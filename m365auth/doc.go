// Package m365auth is the contract between those who get Microsoft 365 access
// tokens and those who use them.
//
// A [TokenProvider] supplies tokens and never prompts:
//
//	tok, err := provider.Token(ctx, m365auth.TokenRequest{Scopes: []string{"Mail.Read"}})
//	switch {
//	case errors.Is(err, m365auth.ErrLoginRequired):
//		// show a person a sign-in, then ask again
//	case err != nil:
//		return err
//	}
//	use(tok.Access.Reveal())
//
// The provider that signs people in through Microsoft Entra ID is in package
// entra. A program that has tokens of its own implements the interface with
// [ProviderFunc] or [Static] and needs nothing else of this module.
//
// A token is a [Secret]: it prints, logs and marshals as REDACTED, and only
// [Secret.Reveal] gives it. Failures are an [*Error] whose Kind says what to do
// next, compared with errors.Is. A [Cloud] binds the host that signs people in
// to the hosts that may see their tokens.
//
// This package imports the standard library only, keeps no global state and
// reads no environment; package config does that.
package m365auth
