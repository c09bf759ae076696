// Package graphtest is Microsoft Graph in this process: one tenant with people,
// mail, calendars, files, sites and Teams, over TLS on loopback addresses, good
// enough that programs written for the real Graph do their work against it, unchanged. It
// is for tests, demos and trying a program before there is a tenant. It needs
// nothing but the standard library, and none of our client's code: what it
// says is a second reading of Microsoft's documentation.
//
//	graph, err := graphtest.New(&graphtest.Options{
//		Keys:   entra.Key, // of an entratest.Server, or of any issuer
//		Issuer: entra.Issuer(),
//		Tenant: &graphtest.Tenant{Users: []*graphtest.User{{
//			ID: entra.Users()[0].ID, UserPrincipalName: "sales@contoso.example", TimeZone: "Europe/Paris",
//			Folders: []*graphtest.MailFolder{{DisplayName: "Inbox", Messages: []*graphtest.Message{{Subject: "Hello"}}}},
//		}}},
//	})
//	if err != nil {
//		return err
//	}
//	defer graph.Close()
//
// A client sends its requests to [Server.URL] followed by /v1.0 or /beta, over
// [Server.Client] or with [Server.Certificate] among its roots, and with an
// access token whose oid claim is the ID of a [User]. A client of m365graph takes
// [Server.Host] and [Server.ContentHost] for its Options.Cloud and [Server.Client]
// for its HTTPClient; the README of that module has a whole program.
//
// # In a test
//
// With [Options.InMemory] here and at the issuer no port is opened, and all of it
// works within a bubble of testing/synctest: hours of Retry-After, the end of a
// token and its renewal pass in no time. A program of golang.org/x/oauth2 takes
// part by its context alone:
//
//	synctest.Test(t, func(t *testing.T) {
//		entra, err := entratest.New(&entratest.Options{InMemory: true, …})
//		graph, err := graphtest.New(&graphtest.Options{InMemory: true, Keys: entra.Key, Challenge: entra.Challenge, …})
//		…
//		signIn := context.WithValue(t.Context(), oauth2.HTTPClient, entra.Client())
//		callback, err := entra.Authorize(cfg.AuthCodeURL("state"), "sales@contoso.example") // plays the browser
//		token, err := cfg.Exchange(signIn, callback.URL.Query().Get("code"))
//		client := oauth2.NewClient(context.WithValue(t.Context(), oauth2.HTTPClient, graph.Client()), cfg.TokenSource(signIn, token))
//		resp, err := client.Get("https://graph.microsoft.com/v1.0/me/messages")
//		time.Sleep(2 * time.Hour) // the token ends; the next request renews it
//	})
//
// Outside of a bubble a [Clock] moves time for both, by their Now. The Token and
// AppToken methods of the issuer mint tokens without a sign-in, of a person and of
// an application. After its Revoke, a token whose client declared that it
// understands challenges (xms_cc with cp1, in the claims of its requests) is
// answered with one here.
//
// A write whose answer is lost has happened all the same. Whether a program that
// tries again does it twice is told by [Server.AssertExecuted]:
//
//	err := graph.Fail(graphtest.Fault{Route: "POST /me/sendMail", After: true, Cut: graphtest.CutBefore})
//	…
//	graph.AssertExecuted(t, "POST /me/sendMail", 1)
//
// A subscriber in the same test is an httptest.NewTLSServer, which stands before
// the server does: [Options.NotificationRoots] holds its Certificate, and its URL
// is the notificationUrl. [Server.Snapshot] and [Server.Restore] share one tenant
// between tests that change it.
//
// # What it answers
//
// People: /me, /users. Mail: folders by id or well-known name, messages,
// attachments, drafts, sendMail, mailbox settings; mail to an address of the
// tenant arrives there. Calendars: events, calendarView with series expanded
// in the zone of the Prefer header, new events. Files: drives, children, paths
// (root:/a/b:), upload sessions and downloads, both on [Server.ContentHost].
// Teams: teams and the groups behind them, channels, chats, messages with
// replies, mentions and reactions, presence. [Generate] makes a tenant of any
// size. Sites: by id, path or group, with their libraries, lists and rows, and
// Microsoft Search over all of it. Subscriptions: webhooks that are validated,
// told in batches and again until they hear, with encrypted resource data and
// lifecycle notifications, which [Server.Lifecycle] brings about.
//
// Lists take $select, $expand, $filter, $orderby, $top, $skip, $count and
// $search with the limits and rules of each service; mail, calendars, files,
// people and Teams have delta queries, and $batch joins requests. Next links are
// opaque and signed: a client that changes one is refused. Errors have Graph's envelope, codes and
// statuses, and every answer its request-id.
//
// # Tokens
//
// Tokens are JWTs signed with RS256 or ES256. Signature, issuer, audience,
// tenant and lifetime are checked on each request, and so are the scopes that the route
// needs. A delegated token reaches its own mailbox, calendar and drive only;
// /users shows everybody to whom the directory's scopes allow it. With
// [Options.Challenge] a token that its issuer called back is answered with a
// claims challenge, as under continuous access evaluation. The content
// host takes no token: its URLs are signed, and one that comes with an
// Authorization header is refused.
//
// # When things go wrong
//
// [Server.Throttle] answers 429. [Server.Fail] arranges any other failure of
// chosen requests: statuses and codes, a Retry-After in any form, pages of
// HTML, delays, broken documents, pages that come twice, another clock,
// connections cut before or within the answer, and all of them before or after
// the request was carried out; [ParseFaults] reads them from a file.
// [Options.Throttling] keeps the limits that Microsoft publishes.
// [Server.Requests] tells what was asked, without secrets.
//
// # What it is not
//
// There are no policies, and whoever holds a key of the issuer is let in, so it
// listens on loopback alone.
package graphtest
