package m365auth

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Cloud is a Microsoft cloud: where it signs people in, where its Graph is, and
// which other hosts serve its files. A token goes to the Graph host alone.
// https://learn.microsoft.com/graph/deployments
//
// Hosts are bare, "graph.microsoft.com", with a port only where it is not 443:
// "127.0.0.1:8443".
type Cloud struct {
	// Name is "global", "gcchigh", "dod", "china", or a name of your own.
	Name string
	// LoginHost is Entra's.
	LoginHost string
	// GraphHost is Graph's; the only host that a bearer token is sent to.
	GraphHost string
	// ContentHosts serve uploads, downloads and monitors, whose links carry
	// their own short-lived authority and never get the token. A leading "*."
	// stands for one or more labels.
	ContentHosts []string
}

// Clouds returns the national clouds, the global one first. The slice is the
// caller's own.
func Clouds() []Cloud {
	return []Cloud{
		{
			Name: "global", LoginHost: "login.microsoftonline.com", GraphHost: "graph.microsoft.com",
			ContentHosts: []string{
				"*.sharepoint.com", "*.svc.ms", "*.1drv.com", "*.livefilestore.com", "*.storage.live.com",
				"onedrive.live.com", "*.microsoftpersonalcontent.com", "outlook.office.com", "outlook.office365.com",
			},
		},
		{
			Name: "gcchigh", LoginHost: "login.microsoftonline.us", GraphHost: "graph.microsoft.us",
			ContentHosts: []string{"*.sharepoint.us", "outlook.office365.us"},
		},
		{
			Name: "dod", LoginHost: "login.microsoftonline.us", GraphHost: "dod-graph.microsoft.us",
			ContentHosts: []string{"*.sharepoint-mil.us", "*.dps.mil", "outlook-dod.office365.us"},
		},
		{
			Name: "china", LoginHost: "login.partner.microsoftonline.cn", GraphHost: "microsoftgraph.chinacloudapi.cn",
			ContentHosts: []string{"*.sharepoint.cn", "partner.outlook.cn"},
		},
	}
}

// GlobalCloud is the worldwide cloud, which GCC uses too.
func GlobalCloud() Cloud { return Clouds()[0] }

// CloudNamed returns the cloud of that name, or an error that lists the names.
func CloudNamed(name string) (Cloud, error) {
	var names []string
	for _, c := range Clouds() {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return Cloud{}, &Error{
		Op: fmt.Sprintf("choose the cloud %q", name), Kind: ErrConfig,
		Remedy: "use one of " + strings.Join(names, ", "),
	}
}

// IsZero reports whether the cloud names no host.
func (c Cloud) IsZero() bool { return c.LoginHost == "" && c.GraphHost == "" }

// Check reports a cloud that cannot be used: a host missing, or one that is
// more than a host and a port.
func (c Cloud) Check() error {
	hosts := map[string]string{"LoginHost": c.LoginHost, "GraphHost": c.GraphHost}
	for _, field := range []string{"LoginHost", "GraphHost"} {
		if !isBareHost(hosts[field]) {
			return &Error{
				Op: fmt.Sprintf("check the cloud %q: %s is %q", c.Name, field, hosts[field]), Kind: ErrConfig,
				Remedy: `give a bare host such as "graph.microsoft.com" or "127.0.0.1:8443", without scheme or path`,
			}
		}
	}
	for _, h := range c.ContentHosts {
		if !isBareHost(strings.TrimPrefix(h, "*.")) {
			return &Error{
				Op: fmt.Sprintf("check the cloud %q: content host %q", c.Name, h), Kind: ErrConfig,
				Remedy: `give a bare host, or "*." and a domain`,
			}
		}
	}
	return nil
}

// GraphURL is the root of Graph, "https://graph.microsoft.com".
func (c Cloud) GraphURL() string { return "https://" + c.GraphHost }

// AuthorityURL is the issuer of a tenant's tokens,
// "https://login.microsoftonline.com/{tenant}".
func (c Cloud) AuthorityURL(tenant string) string {
	return "https://" + c.LoginHost + "/" + url.PathEscape(tenant)
}

// AllowsToken reports whether a bearer token may be sent to u: https, no user
// information, and exactly the Graph host and port.
func (c Cloud) AllowsToken(u *url.URL) bool {
	return isPlainHTTPS(u) && sameHost(u.Host, c.GraphHost)
}

// AllowsContent reports whether u may be asked, without a token, for an upload,
// a download or the state of a long operation: https, no user information, and
// a content host or the Graph host.
func (c Cloud) AllowsContent(u *url.URL) bool {
	if !isPlainHTTPS(u) {
		return false
	}
	if sameHost(u.Host, c.GraphHost) {
		return true
	}
	for _, pattern := range c.ContentHosts {
		if matchHost(u.Host, pattern) {
			return true
		}
	}
	return false
}

func isPlainHTTPS(u *url.URL) bool {
	return u != nil && u.Scheme == "https" && u.User == nil && u.Opaque == "" && u.Host != ""
}

// hostKey is host:port in lower case, 443 where none is given.
func hostKey(hostport string) string {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		host, port = strings.Trim(hostport, "[]"), "443"
	}
	return net.JoinHostPort(strings.ToLower(host), port)
}

func sameHost(a, b string) bool {
	return a != "" && b != "" && (a == b || hostKey(a) == hostKey(b))
}

func matchHost(hostport, pattern string) bool {
	suffix, wild := strings.CutPrefix(pattern, "*")
	if !wild {
		return sameHost(hostport, pattern)
	}
	// The pattern's dot stays in the suffix, so "evilsharepoint.com" is refused.
	key, want := hostKey(hostport), hostKey(suffix)
	return len(key) > len(want) && strings.HasSuffix(key, want)
}

func isBareHost(hostport string) bool {
	if hostport == "" || strings.ContainsAny(hostport, "/\\?#@* \t\r\n%") {
		return false
	}
	u, err := url.Parse("https://" + hostport + "/")
	return err == nil && u.Host == hostport && u.Hostname() != ""
}
