package entratest

import (
	"net/http"
	"net/url"
	"strconv"
)

// The endpoints of the first version name a resource where those of the second
// name scopes; what is configured for it is asked for.
// https://learn.microsoft.com/previous-versions/azure/active-directory/azuread-dev/v1-protocols-oauth-code

// v1 lets a handler of the second version answer a request of the first.
func (s *Server) v1(next func(*call) reply) func(*call) reply {
	return func(c *call) reply {
		c.v1 = true
		withScope(c.form)
		if code := c.form.Get("code"); code != "" && c.grant() == grantDevice && !c.form.Has("device_code") {
			c.form.Set("device_code", code) // as the first version calls it
		}
		if q := c.URL.Query(); withScope(q) {
			c.URL.RawQuery = q.Encode()
		}
		return next(c)
	}
}

// withScope says resource in the second version's words. A sign-in of the first
// version always gives a refresh token and an id_token.
func withScope(values url.Values) bool {
	resource := values.Get("resource")
	if resource == "" || values.Has("csrf") {
		return false
	}
	scope := resource + "/.default"
	if values.Get("grant_type") != grantClient {
		scope += " openid profile offline_access"
	}
	values.Set("scope", scope)
	return true
}

// v1Answer is the JSON of the first version's token endpoint: its numbers are texts.
type v1Answer struct {
	Type         string `json:"token_type"`
	Scope        string `json:"scope,omitempty"`
	ExpiresIn    string `json:"expires_in"`
	ExtExpiresIn string `json:"ext_expires_in"`
	ExpiresOn    string `json:"expires_on"`
	NotBefore    string `json:"not_before"`
	Resource     string `json:"resource"`
	Access       string `json:"access_token"`
	Refresh      string `json:"refresh_token,omitempty"`
	ID           string `json:"id_token,omitempty"`
}

func (a tokenAnswer) v1(c *call, resource string) v1Answer {
	life := strconv.Itoa(a.ExpiresIn)
	return v1Answer{
		Type: a.Type, Scope: a.Scope, Access: a.Access, Refresh: a.Refresh, ID: a.ID, Resource: resource,
		ExpiresIn: life, ExtExpiresIn: life,
		ExpiresOn: strconv.FormatInt(c.now.Unix()+int64(a.ExpiresIn), 10), NotBefore: strconv.FormatInt(c.now.Add(-skew).Unix(), 10),
	}
}

// v1DeviceAnswer is the JSON of the first version's devicecode endpoint.
type v1DeviceAnswer struct {
	UserCode        string `json:"user_code"`
	DeviceCode      string `json:"device_code"`
	VerificationURL string `json:"verification_url"`
	ExpiresIn       string `json:"expires_in"`
	Interval        string `json:"interval"`
	Message         string `json:"message"`
}

func (a deviceAnswer) v1() v1DeviceAnswer {
	return v1DeviceAnswer{
		UserCode: a.UserCode, DeviceCode: a.DeviceCode, VerificationURL: a.VerificationURI,
		ExpiresIn: strconv.Itoa(a.ExpiresIn), Interval: strconv.Itoa(a.Interval), Message: a.Message,
	}
}

// realm is who signs a user in. Nobody of this tenant is federated.
type realm struct {
	Version  string `json:"ver"`
	Kind     string `json:"account_type"`
	Domain   string `json:"domain_name,omitempty"`
	Instance string `json:"cloud_instance_name"`
	Audience string `json:"cloud_audience_urn"`
}

// userRealm is what MSAL asks before it sends a password.
func (s *Server) userRealm(c *call) reply {
	r := realm{Version: "1.0", Kind: "Unknown", Instance: cloudOf(hostName(c.Host)).instance, Audience: "urn:federation:MicrosoftOnline"}
	if _, domain, ok := cutLast(c.PathValue("user"), "@"); ok && s.opts.knowsTenant(domain) {
		r.Kind, r.Domain = "Managed", domain
	}
	return jsonReply(http.StatusOK, r)
}

// nativePath is where a browser is sent for a program that has no address of its
// own: the program, or its user, reads the code off the address bar.
const nativePath = "/common/oauth2/nativeclient"

func nativeClient(*call) reply {
	return renderAuthorize(http.StatusOK, authorizeData{Title: "Signed in", Done: "The answer stands in the address of this page. The program that you signed in to takes it from there."})
}
