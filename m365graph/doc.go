// Package m365graph is a Microsoft Graph client: requests, paging, uploads and
// downloads that are right under every answer that Graph can give.
//
//	client, err := m365graph.New(tokens, nil) // tokens is any m365auth.TokenProvider
//	if err != nil {
//		return err
//	}
//	for user, err := range m365graph.All[User](ctx, client, m365graph.P("users"), nil) {
//		if err != nil {
//			return err // comes once, last
//		}
//		fmt.Println(user.DisplayName)
//	}
//
// Typed resources live in packages of their own, mail, calendar and files among
// them, and are all built on [Client.Do], the one path to the wire:
//
//   - Paths are made of escaped elements ([P]); no id is ever formatted into a URL.
//   - The bearer token goes over https to the Graph host of the configured cloud
//     and nowhere else. Uploads and downloads, whose links carry their own
//     authority, go to that cloud's content hosts without it.
//   - Queries quote their values ([Where]), and ask the directory for its eventually
//     consistent index where they need it.
//   - Requests are repeated only where that is safe. A 429 is always waited out,
//     as long as Retry-After says; a write whose outcome is unknown is never
//     sent again and is an error that matches [ErrAmbiguous].
//   - Failures are an [*Error] with Graph's codes, the request ids to quote to
//     support, and a sentinel for errors.Is. It holds no request and no token.
//   - Lists are iterators. They fetch nothing before they are ranged over,
//     follow next links byte for byte, and say so when a cap cuts them short.
//
// The package keeps no global state, is silent unless given a logger, and never
// changes the *http.Client it is given.
package m365graph
