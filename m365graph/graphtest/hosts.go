package graphtest

import (
	"net"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365graph/internal/loopback"
)

// The names that Microsoft gives the tenant's own hosts.
const (
	sharePointName = "contoso"
	// SharePointHost is the host name of the tenant's sites, as their ids and
	// web addresses spell it.
	SharePointHost = sharePointName + ".sharepoint.com"
	personalHost   = sharePointName + "-my.sharepoint.com"
)

// cloud is one of Microsoft's clouds: under which names it serves Graph, and
// where its links to content lead. See
// https://learn.microsoft.com/graph/deployments.
type cloud struct {
	graph      []string
	sharePoint string // what sites and drives are below
	outlook    string
}

var clouds = []cloud{
	{[]string{"graph.microsoft.com", "canary.graph.microsoft.com"}, "sharepoint.com", "outlook.office.com"},
	{[]string{"graph.microsoft.us"}, "sharepoint.us", "outlook.office365.us"},
	{[]string{"dod-graph.microsoft.us"}, "sharepoint-mil.us", "webmail.apps.mil"},
	{[]string{"microsoftgraph.chinacloudapi.cn"}, "sharepoint.cn", "partner.outlook.cn"},
}

// Names are the host names of the real service that a [Server] answers for, as
// a certificate lists them: with wildcards.
func Names() []string {
	var names []string
	for _, c := range clouds {
		names = append(append(names, c.graph...), "*."+c.sharePoint, c.outlook)
	}
	return names
}

// Serves gives the address that answers for a host name of the real service,
// for a proxy or a dialer that leads programs here whose hosts are fixed.
func (s *Server) Serves(host string) (addr string, ok bool) {
	if l := s.named(host); l != nil {
		return l.Addr(), true
	}
	return "", false
}

// named is who answers for a host name of the real service; nil if nobody does.
func (s *Server) named(host string) *loopback.Host {
	host = strings.TrimSuffix(strings.ToLower(host), ":443")
	for _, c := range clouds {
		switch {
		case slices.Contains(c.graph, host):
			return s.api
		case host == c.outlook, strings.HasSuffix(host, "."+c.sharePoint):
			return s.content
		}
	}
	return nil
}

// cloud is the one by whose name the client called; nil if it called an
// address.
func (c *call) cloud() *cloud {
	host := c.r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	for i := range clouds {
		cl := &clouds[i]
		if slices.Contains(cl.graph, strings.ToLower(host)) || strings.HasSuffix(host, "."+cl.sharePoint) || host == cl.outlook {
			return cl
		}
	}
	return nil
}

// filesHost is where links to the content of a drive lead: OneDrive's host of
// the cloud that the client called, or of a site's. Whoever called an address
// gets an address.
func (c *call) filesHost(site bool) string {
	cl := c.cloud()
	switch {
	case cl == nil:
		return c.s.ContentHost()
	case site:
		return sharePointName + "." + cl.sharePoint
	}
	return sharePointName + "-my." + cl.sharePoint
}

// outlookHost is where links to the content of mail lead.
func (c *call) outlookHost() string {
	if cl := c.cloud(); cl != nil {
		return cl.outlook
	}
	return c.s.ContentHost()
}
