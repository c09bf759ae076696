// Package m365graph is a Microsoft Graph client: requests, lists, changes,
// batches, uploads and downloads that are right under every answer that Graph can
// give.
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
// # More than one request
//
// [All], [Pages] and [Collect] walk a list; with Query.Prefetch the next page is
// fetched while one is read. [Count] only counts. [Delta] reads what has changed
// since a cursor of an earlier round. [Client.Batch] sends any number of small
// requests, 20 at a time.
//
// [Client.Upload] sends a file in slices and goes on after a crash from what
// [UploadSession.Save] returned; [Spool] makes a stream fit for it.
// [Client.Download] and [Client.DownloadTo] bring a file, and [Client.OpenFile]
// reads one where it lies, as archive/zip does. Most programs do all that through
// package files. [Client.Wait] follows what Graph does in its own time, such as a
// copy.
//
// # What a struct holds
//
// Any struct with json tags can be read. With a field of the type [Extra] it keeps
// the properties that it has no field for; they are never sent back. A change is a
// struct whose fields are [Opt]: unset, [Null] or [Set].
//
// # Limits and hooks
//
// Requests that Graph counts together, such as those of one mailbox, share a bound
// of how many are in flight ([Limits]) and wait together when it throttles.
// [Options] say how long a wait and a whole call may take. [Hooks] and the logger
// are told of each attempt, retry, throttling and page, by its route, and never of
// an id, an address or a link. Traces come from a transport of your own, in
// Options.HTTPClient.
//
// The package keeps no global state, is silent unless given a logger, and never
// changes the *http.Client it is given. Package graphtest is a Graph to test with.
package m365graph
