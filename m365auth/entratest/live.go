package entratest

// liveHost is where people with personal accounts signed in before Entra's second
// version, and where programs of that time still send them. The people of the tenant
// sign in here too, as they do at "consumers".
// https://learn.microsoft.com/onedrive/developer/rest-api/getting-started/msa-oauth
const liveHost = "login.live.com"

// livePath is this host's page for programs without an address of their own.
const livePath = "/oauth20_desktop.srf"

// live lets a handler of the second version answer where the path names no tenant.
func live(next func(*call) reply) func(*call) reply {
	return func(c *call) reply {
		c.SetPathValue("tenant", "consumers")
		return next(c)
	}
}
