// Package graphtools offers Microsoft Graph to agents, as tools that a host
// mounts:
//
//	cleanup, err := graphtools.Mount(ctx, host, map[string]any{
//		"permissions": []any{"graph.read", "outlook.read", "calendar.read"},
//	})
//	if err != nil {
//		return err
//	}
//	defer cleanup(context.WithoutCancel(ctx))
//
// m365_graph reads any route of Graph that a permission covers. Its answers are
// JSON of at most 24 KB, say so when they were cut, and go on with a cursor
// that is sealed: it works for the same caller and endpoint only, and a model
// cannot make one up. A call other than GET is refused, as there is nobody to
// approve it.
//
// What is read was written by anybody, so each answer is labelled as untrusted
// ([agenttool.Result]), loses the characters that nobody sees, and holds no link
// that opens a file by itself.
//
// # Permissions
//
// Everything is off until the setting permissions names it, by id or by preset;
// [Catalogue] lists the ids. A call needs graph.read and the permission of its
// route: /me/messages is outlook.read, /me/drive/root/children is
// onedrive.read. A route that the package does not know is covered by no
// permission, so nothing is reached by an odd spelling, by an expansion into
// another resource, or by a function that answers with something else. The
// names in $select, $expand, $filter and $orderby are held to the same policy,
// as a filter on a person's mail would answer yes or no about it.
//
// # Tokens
//
// The tools look for the host's token provider at each call, under
// [agenttool.TokensService], so they can be mounted before whatever signs
// people in.
package graphtools
