package entratest

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ManagedIdentity is an identity that programs on an Azure machine have without
// a credential. https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview
type ManagedIdentity struct {
	// ResourceID is the Azure resource of a user-assigned identity,
	// "/subscriptions/…". Empty means the machine's own, system-assigned
	// identity, of which there is at most one.
	ResourceID string
	// ClientID and ObjectID are GUIDs. Empty means ones derived from ResourceID.
	ClientID, ObjectID string
	// Roles are the application permissions that it was granted, as in [App].
	Roles []string
}

func (o *Options) fillIdentities() error {
	for i := range o.ManagedIdentities {
		m := &o.ManagedIdentities[i]
		setDefault(&m.ClientID, guid("identity client", strings.ToLower(m.ResourceID)))
		setDefault(&m.ObjectID, guid("identity", strings.ToLower(m.ResourceID)))
		m.Roles = slices.Clone(m.Roles)
		if !isGUID(m.ClientID) || !isGUID(m.ObjectID) {
			return fmt.Errorf("managed identity %q: client id and object id are GUIDs", m.ResourceID)
		}
		if slices.ContainsFunc(o.ManagedIdentities[:i], func(n ManagedIdentity) bool {
			return strings.EqualFold(n.ResourceID, m.ResourceID) || n.ClientID == m.ClientID || n.ObjectID == m.ObjectID
		}) {
			return fmt.Errorf("managed identity %q stands twice, or shares an id", m.ResourceID)
		}
	}
	return nil
}

// imdsHost is where an Azure machine finds its metadata service. [Server.Client]
// takes it to the server.
const imdsHost = "169.254.169.254:80"

// MachineURL is the root of the endpoints of an Azure machine, over plain HTTP,
// "http://127.0.0.1:PORT". The metadata service (IMDS) is there under its usual
// path, /metadata/identity/oauth2/token. It is empty without a [ManagedIdentity].
func (s *Server) MachineURL() string {
	if s.machine == "" {
		return ""
	}
	return "http://" + s.machine
}

// MachineEnv is what App Service puts into the environment of a program:
// IDENTITY_ENDPOINT and IDENTITY_HEADER, each as "NAME=value". It is nil without a
// [ManagedIdentity].
func (s *Server) MachineEnv() []string {
	if s.machine == "" {
		return nil
	}
	return []string{"IDENTITY_ENDPOINT=" + s.MachineURL() + "/msi/token", "IDENTITY_HEADER=" + s.machineHeader}
}

func (s *Server) machineRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metadata/identity/oauth2/token", s.serve(Machine, s.imds))
	mux.Handle("GET /msi/token", s.serve(Machine, s.appService))
	mux.Handle("/", s.serve(anything, notFound))
	return mux
}

// imds is the token endpoint of a virtual machine.
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
func (s *Server) imds(c *call) reply {
	switch {
	case !strings.EqualFold(c.Header.Get("Metadata"), "true") || c.Header.Get("X-Forwarded-For") != "":
		return machineError(http.StatusBadRequest, "invalid_request", "Required metadata header not specified")
	case c.URL.Query().Get("api-version") == "":
		return machineError(http.StatusBadRequest, "invalid_request", "Required query variable 'api-version' is missing")
	}
	return s.machineToken(c)
}

// appService is the token endpoint of a web app or a function.
// https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
func (s *Server) appService(c *call) reply {
	switch {
	case subtle.ConstantTimeCompare([]byte(c.Header.Get("X-Identity-Header")), []byte(s.machineHeader)) == 0:
		return machineError(http.StatusUnauthorized, "invalid_client", "The X-IDENTITY-HEADER is missing or wrong")
	case c.URL.Query().Get("api-version") != "2019-08-01":
		return machineError(http.StatusBadRequest, "invalid_request", "The api-version is not supported")
	}
	return s.machineToken(c)
}

func machineError(status int, code, text string) reply {
	return jsonReply(status, map[string]string{"error": code, "error_description": text})
}

// machineAnswer has its numbers as texts, as Azure has them.
type machineAnswer struct {
	Access       string `json:"access_token"`
	ClientID     string `json:"client_id"`
	ExpiresIn    string `json:"expires_in"`
	ExpiresOn    string `json:"expires_on"`
	ExtExpiresIn string `json:"ext_expires_in"`
	NotBefore    string `json:"not_before"`
	Resource     string `json:"resource"`
	Type         string `json:"token_type"`
}

func (s *Server) machineToken(c *call) reply {
	q := c.URL.Query()
	resource := q.Get("resource")
	if resource == "" {
		return machineError(http.StatusBadRequest, "invalid_request", "Required query variable 'resource' is missing")
	}
	m, text := s.opts.identity(q)
	if text != "" {
		return machineError(http.StatusBadRequest, "invalid_request", text)
	}
	audience, ok := s.opts.resource(resource)
	if strings.TrimRight(resource, "/") == exchangeAudience {
		audience, ok = exchangeAudience, true
	}
	if !ok {
		return machineError(http.StatusBadRequest, "invalid_resource", newProblem(500011, resource).Error())
	}
	token, err := s.accessToken(c.now, grantOf{
		app:    App{ID: m.ClientID, Name: m.ClientID, ObjectID: m.ObjectID},
		scopes: scopes{resource: audience}, granted: s.rolesAt(m.Roles, audience), acr: acrCertificate, mirid: m.ResourceID,
	})
	if err != nil {
		return machineError(http.StatusServiceUnavailable, "temporarily_unavailable", "No key to sign with")
	}
	life := strconv.Itoa(int(s.opts.TokenLifetime / time.Second))
	return jsonReply(http.StatusOK, machineAnswer{
		Access: token, ClientID: m.ClientID, Resource: resource, Type: "Bearer", ExpiresIn: life, ExtExpiresIn: life,
		ExpiresOn: strconv.FormatInt(c.now.Add(s.opts.TokenLifetime).Unix(), 10), NotBefore: strconv.FormatInt(c.now.Add(-skew).Unix(), 10),
	})
}

// identity is the one that a query names, or the only one that it can mean; else
// why there is none.
func (o *Options) identity(q url.Values) (_ ManagedIdentity, problem string) {
	named := false
	for _, by := range []struct {
		names []string
		id    func(ManagedIdentity) string
	}{
		{[]string{"client_id"}, func(m ManagedIdentity) string { return m.ClientID }},
		{[]string{"object_id", "principal_id"}, func(m ManagedIdentity) string { return m.ObjectID }},
		{[]string{"msi_res_id", "mi_res_id"}, func(m ManagedIdentity) string { return m.ResourceID }},
	} {
		for _, name := range by.names {
			id := q.Get(name)
			named = named || id != ""
			if i := slices.IndexFunc(o.ManagedIdentities, func(m ManagedIdentity) bool { return strings.EqualFold(by.id(m), id) }); id != "" && i >= 0 {
				return o.ManagedIdentities[i], ""
			}
		}
	}
	if named {
		return ManagedIdentity{}, "Identity not found"
	}
	if i := slices.IndexFunc(o.ManagedIdentities, func(m ManagedIdentity) bool { return m.ResourceID == "" }); i >= 0 {
		return o.ManagedIdentities[i], ""
	}
	if len(o.ManagedIdentities) == 1 {
		return o.ManagedIdentities[0], ""
	}
	return ManagedIdentity{}, "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request"
}
