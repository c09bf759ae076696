// Package authtool is the m365_auth tool, with which an agent lets a person sign
// in to Microsoft 365, and its mount.
//
//	host := agenttool.NewHost(nil)
//	cleanup, err := authtool.Mount(ctx, host, map[string]any{"client_id": clientID})
//	if err != nil {
//		return err
//	}
//	defer cleanup(context.WithoutCancel(ctx))
//
// Mounting loads the settings of the layers of package config, makes a provider
// of package entra, offers it to the other tools as
// [agenttool.TokensService], and mounts the tool.
//
// # Operations
//
// No operation waits for a person.
//
//   - login begins a sign-in and answers at once with the address and the code
//     to show. The wait goes on in the background: as soon as the person has
//     approved, the other tools work. A caller whose sign-in is under way gets
//     the same code again.
//   - status tells who is signed in and how the latest sign-in goes.
//   - accounts lists who is signed in.
//   - logout removes an account's tokens from this machine, or all.
//
// # Whose accounts
//
// A sign-in belongs to the [agenttool.Caller]'s company, user and account;
// nobody else can ask for it. A caller sees and signs out the account that its Account
// names, or, where the host pins none, those that it has signed in itself and
// those of earlier runs. A host that serves several people therefore pins the
// account of each, or mounts a provider for each.
package authtool
