package entratest_test

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"

	"github.com/m365go/sdk/m365auth/entratest"
)

// A device signs in with nothing but HTTP: it asks for a code, a person
// approves it, and the device fetches its tokens.
func Example() {
	entra, err := entratest.New(&entratest.Options{
		Users: []entratest.User{{UPN: "sales@contoso.example", DisplayName: "Sales Desk"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer entra.Close()

	post := func(endpoint string, form url.Values, answer any) {
		form.Set("client_id", "22223333-cccc-4444-dddd-5555eeee6666")
		res, err := entra.Client().PostForm(entra.URL()+"/common/oauth2/v2.0/"+endpoint, form)
		if err != nil {
			log.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(answer); err != nil {
			log.Fatal(err)
		}
	}

	var device struct {
		UserCode   string `json:"user_code"`
		DeviceCode string `json:"device_code"`
	}
	post("devicecode", url.Values{"scope": {"Mail.Read offline_access"}}, &device)

	// In a demo this is a person on the page /devicelogin.
	if err := entra.Approve(device.UserCode, "sales@contoso.example"); err != nil {
		log.Fatal(err)
	}

	var token struct {
		Scope        string `json:"scope"`
		ExpiresIn    int    `json:"expires_in"`
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
	}
	post("token", url.Values{
		"grant_type":  {"urn:ietf:params:oauth:grant-type:device_code"},
		"device_code": {device.DeviceCode},
	}, &token)
	fmt.Println(token.Scope, token.ExpiresIn, token.AccessToken != "", token.RefreshToken != "")
	// Output: Mail.Read 3599 true true
}

// A web application sends its user to Entra and gets a code back; the test plays
// the browser. The same application then acts for itself.
func ExampleServer_Authorize() {
	const id, secret, home = "33334444-dddd-4555-8666-ffff7777aaaa", "a test's secret", "https://connector.contoso.example/callback"
	entra, err := entratest.New(&entratest.Options{
		Apps: []entratest.App{{ID: id, Secrets: []string{secret}, RedirectURIs: []string{home}, Roles: []string{"Mail.Send"}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer entra.Close()
	root := entra.URL() + "/" + entra.TenantID() + "/oauth2/v2.0"

	callback, err := entra.Authorize(root+"/authorize?"+url.Values{
		"client_id": {id}, "redirect_uri": {home}, "response_type": {"code"}, "scope": {"Mail.Read"}, "state": {"a state"},
	}.Encode(), "admin@contoso.example")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(callback.Method, callback.URL.Host, callback.URL.Query().Get("state"))

	for _, form := range []url.Values{
		{"grant_type": {"authorization_code"}, "code": {callback.URL.Query().Get("code")}, "redirect_uri": {home}},
		{"grant_type": {"client_credentials"}, "scope": {"https://graph.microsoft.com/.default"}},
	} {
		form.Set("client_id", id)
		form.Set("client_secret", secret)
		res, err := entra.Client().PostForm(root+"/token", form)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(res.Status, form.Get("grant_type"))
		if err := res.Body.Close(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// GET connector.contoso.example a state
	// 200 OK authorization_code
	// 200 OK client_credentials
}

// A program on an Azure machine needs no credential. MSAL and other clients find
// the machine in the environment, or at its usual address through Server.Client.
func ExampleServer_MachineURL() {
	entra, err := entratest.New(&entratest.Options{
		ManagedIdentities: []entratest.ManagedIdentity{{Roles: []string{"Mail.Send"}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer entra.Close()

	req, err := http.NewRequest(http.MethodGet, entra.MachineURL()+"/metadata/identity/oauth2/token?api-version=2018-02-01&resource="+entra.Audience(), nil)
	if err != nil {
		log.Fatal(err)
	}
	req.Header.Set("Metadata", "true")
	res, err := entra.Client().Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer res.Body.Close()
	var token struct {
		Access    string `json:"access_token"`
		ExpiresIn string `json:"expires_in"`
	}
	if err := json.NewDecoder(res.Body).Decode(&token); err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Status, token.Access != "", token.ExpiresIn)
	// Output: 200 OK true 3599
}
