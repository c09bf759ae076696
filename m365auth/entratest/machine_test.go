package entratest_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/managedidentity"
	"github.com/m365go/sdk/m365auth/entratest"
)

const vault = "/subscriptions/1/resourceGroups/mail/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader"

func machine(t testing.TB, s *entratest.Server, url string, header ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := s.Client().Do(req)
	return read(t, res, err)
}

func TestMachineGivesTokensToItsIdentities(t *testing.T) {
	t.Parallel()
	c := newClock()
	system := entratest.ManagedIdentity{ClientID: "10000000-0000-4000-8000-000000000001", ObjectID: "10000000-0000-4000-8000-000000000002", Roles: []string{"Mail.Read"}}
	user := entratest.ManagedIdentity{ResourceID: vault, ClientID: "20000000-0000-4000-8000-000000000001", ObjectID: "20000000-0000-4000-8000-000000000002"}
	s := start(t, &entratest.Options{Now: c.now, ManagedIdentities: []entratest.ManagedIdentity{system, user}})
	root := "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://graph.microsoft.com"
	for name, test := range map[string]struct {
		url    string
		header []string
		client string // of the token; empty for an error
		want   string // in the error
	}{
		"system":              {root, []string{"Metadata", "true"}, system.ClientID, ""},
		"with a slash":        {root + "/", []string{"Metadata", "true"}, system.ClientID, ""},
		"by client id":        {root + "&client_id=" + user.ClientID, []string{"Metadata", "true"}, user.ClientID, ""},
		"by object id":        {root + "&object_id=" + user.ObjectID, []string{"Metadata", "true"}, user.ClientID, ""},
		"by principal id":     {root + "&principal_id=" + user.ObjectID, []string{"Metadata", "true"}, user.ClientID, ""},
		"by resource id":      {root + "&msi_res_id=" + strings.ToUpper(vault), []string{"Metadata", "true"}, user.ClientID, ""},
		"by the other name":   {root + "&mi_res_id=" + vault, []string{"Metadata", "true"}, user.ClientID, ""},
		"unknown identity":    {root + "&client_id=x", []string{"Metadata", "true"}, "", "Identity not found"},
		"no header":           {root, nil, "", "Required metadata header"},
		"through a proxy":     {root, []string{"Metadata", "true", "X-Forwarded-For", "192.0.2.1"}, "", "Required metadata header"},
		"no version":          {strings.Replace(root, "api-version", "v", 1), []string{"Metadata", "true"}, "", "'api-version'"},
		"no resource":         {strings.Replace(root, "resource", "r", 1), []string{"Metadata", "true"}, "", "'resource'"},
		"an unknown resource": {root + ".example", []string{"Metadata", "true"}, "", "AADSTS500011"},
	} {
		a := machine(t, s, test.url, test.header...)
		if test.client == "" {
			if a.status != 400 || a.str("error") == "" || !strings.Contains(a.str("error_description"), test.want) {
				t.Errorf("%s: answered %d %s, want 400 with %q", name, a.status, a.text, test.want)
			}
			continue
		}
		if a.status != 200 || a.str("client_id") != test.client || a.str("expires_on") != strconv.FormatInt(c.now().Unix()+3599, 10) || a.str("expires_in") != "3599" {
			t.Errorf("%s: answered %d %s, want a token of %s for 3599 seconds", name, a.status, a.text, test.client)
			continue
		}
		verify(t, s, a.str("access_token"))
	}
	tok := claims(t, machine(t, s, root, "Metadata", "true").str("access_token"))
	if roles, _ := tok["roles"].([]any); len(roles) != 1 || roles[0] != "Mail.Read" || tok["oid"] != system.ObjectID || tok["idtyp"] != "app" || tok["azp"] != system.ClientID {
		t.Errorf("claims = %v, want the identity and its role", tok)
	}
	if got := claims(t, machine(t, s, root+"&mi_res_id="+vault, "Metadata", "true").str("access_token"))["xms_mirid"]; got != vault {
		t.Errorf("xms_mirid = %v, want %s", got, vault)
	}
}

func TestMachineWithUserAssignedIdentitiesAlone(t *testing.T) {
	t.Parallel()
	one := start(t, &entratest.Options{ManagedIdentities: []entratest.ManagedIdentity{{ResourceID: vault}}})
	const path = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://graph.microsoft.com"
	if a := machine(t, one, one.MachineURL()+path, "Metadata", "true"); a.status != 200 {
		t.Errorf("the only identity answered %d %s, want 200", a.status, a.text)
	}
	two := start(t, &entratest.Options{ManagedIdentities: []entratest.ManagedIdentity{{ResourceID: vault}, {ResourceID: vault + "2"}}})
	if a := machine(t, two, two.MachineURL()+path, "Metadata", "true"); a.status != 400 || !strings.Contains(a.text, "Multiple user assigned identities") {
		t.Errorf("two identities answered %d %s, want 400 and that one must be named", a.status, a.text)
	}
	none := start(t, nil)
	if none.MachineURL() != "" || none.MachineEnv() != nil {
		t.Errorf("without identities MachineURL() = %q, MachineEnv() = %q, want nothing", none.MachineURL(), none.MachineEnv())
	}
	for name, bad := range map[string]entratest.ManagedIdentity{"twice": {ResourceID: strings.ToUpper(vault)}, "no GUID": {ResourceID: "x", ClientID: "x"}} {
		if s, err := entratest.New(&entratest.Options{ManagedIdentities: []entratest.ManagedIdentity{{ResourceID: vault}, bad}}); err == nil {
			s.Close()
			t.Errorf("%s: New() succeeded, want an error", name)
		}
	}
}

// Not parallel: MSAL finds the endpoint in the environment.
func TestMSALUsesTheMachine(t *testing.T) {
	s := start(t, &entratest.Options{ManagedIdentities: []entratest.ManagedIdentity{{}, {ResourceID: vault, Roles: []string{"Mail.Read"}}}})
	use := func(name string, id managedidentity.ID) string {
		client, err := managedidentity.New(id, managedidentity.WithHTTPClient(s.Client()), managedidentity.WithRetryPolicyDisabled())
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.AcquireToken(t.Context(), "https://graph.microsoft.com/", managedidentity.WithClaims("{}")) // claims pass its cache by
		if err != nil {
			t.Fatalf("%s: AcquireToken() error: %v", name, err)
		}
		if left := time.Until(res.ExpiresOn); left < 59*time.Minute || left > time.Hour {
			t.Errorf("%s: the token expires in %v, want just under an hour", name, left)
		}
		got, _ := claims(t, res.AccessToken)["xms_mirid"].(string)
		return got
	}
	ids := map[string]struct {
		id   managedidentity.ID
		want string
	}{"system": {managedidentity.SystemAssigned(), ""}, "user": {managedidentity.UserAssignedResourceID(vault), vault}}
	for name, test := range ids {
		if got := use("IMDS, "+name, test.id); got != test.want {
			t.Errorf("IMDS, %s: xms_mirid = %q, want %q", name, got, test.want)
		}
	}
	for _, line := range s.MachineEnv() {
		name, value, _ := strings.Cut(line, "=")
		t.Setenv(name, value)
	}
	for name, test := range ids {
		if got := use("App Service, "+name, test.id); got != test.want {
			t.Errorf("App Service, %s: xms_mirid = %q, want %q", name, got, test.want)
		}
	}
	url := s.MachineURL() + "/msi/token?api-version=2019-08-01&resource=https://graph.microsoft.com"
	if a := machine(t, s, url, "X-IDENTITY-HEADER", "x"); a.status != http.StatusUnauthorized {
		t.Errorf("a wrong header answered %d %s, want 401", a.status, a.text)
	}
	_, header, _ := strings.Cut(s.MachineEnv()[1], "=")
	if a := machine(t, s, strings.Replace(url, "2019-08-01", "2017-09-01", 1), "X-IDENTITY-HEADER", header); a.status != http.StatusBadRequest {
		t.Errorf("an old version answered %d %s, want 400", a.status, a.text)
	}
}
