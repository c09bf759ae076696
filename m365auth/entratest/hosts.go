package entratest

import (
	"net"
	"net/http"
	"slices"
	"strings"
)

// cloud is one of Microsoft's clouds: the names under which Entra answers there,
// and those of the Graph that it gives tokens for.
// https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
type cloud struct {
	instance string   // as the OpenID configuration names it
	cache    string   // under which name MSAL keeps its tokens
	sts      string   // the issuer of the first version
	login    []string // the first one is what clients should call
	graph    []string
}

var clouds = []cloud{
	{"microsoftonline.com", "login.windows.net", "sts.windows.net",
		[]string{publicHost, "login.windows.net", "login.microsoft.com", "sts.windows.net"},
		[]string{"graph.microsoft.com", "canary.graph.microsoft.com"}},
	{"microsoftonline.us", "login.microsoftonline.us", "sts.windows.net",
		[]string{"login.microsoftonline.us", "login.usgovcloudapi.net"},
		[]string{"graph.microsoft.us", "dod-graph.microsoft.us"}},
	{"partner.microsoftonline.cn", "login.partner.microsoftonline.cn", "sts.chinacloudapi.cn",
		[]string{"login.partner.microsoftonline.cn", "login.chinacloudapi.cn", "sts.chinacloudapi.cn"},
		[]string{"microsoftgraph.chinacloudapi.cn"}},
}

// publicHost is Entra's own name.
const publicHost = "login.microsoftonline.com"

// pageHosts are where Microsoft has people enter device codes: microsoft.com/devicelogin.
var pageHosts = []string{"microsoft.com", "www.microsoft.com"}

// Names are the host names of the real service that a [Server] answers for, as a
// certificate lists them.
func Names() []string {
	names := append(slices.Clone(pageHosts), liveHost)
	for _, c := range clouds {
		names = append(names, c.login...)
	}
	return names
}

// Serves gives the address that answers for a host name of the real service, for a
// proxy or a dialer that leads programs here whose hosts are fixed.
func (s *Server) Serves(host string) (addr string, ok bool) {
	if !slices.Contains(Names(), strings.ToLower(host)) {
		return "", false
	}
	return s.host, true
}

// cloudOf is the cloud that a host name belongs to; the public one if it is none's.
func cloudOf(host string) cloud {
	for _, c := range clouds {
		if slices.Contains(c.login, host) {
			return c
		}
	}
	return clouds[0]
}

// hostName is a host without its port, in lower case.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// isOurs reports whether a host is one by which this server can be called.
func isOurs(host string) bool {
	name := hostName(host)
	return isLoopback(name) || slices.Contains(Names(), name)
}

// base is the root that links of an answer begin with: the name by which the
// request came, since clients stay with it, unless that is not ours.
func (s *Server) base(r *http.Request) string {
	if isOurs(r.Host) {
		return "https://" + r.Host
	}
	return s.URL()
}

// isGraph reports whether a resource is Microsoft Graph, in any cloud.
func isGraph(uri string) bool {
	host, found := strings.CutPrefix(strings.ToLower(uri), "https://")
	return found && slices.ContainsFunc(clouds, func(c cloud) bool { return slices.Contains(c.graph, host) })
}
