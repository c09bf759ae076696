package entratest_test

import (
	"encoding/json"
	"fmt"
	"log"
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
