// Command azidentity reads Microsoft Graph with the Azure SDK for Go alone: azidentity
// for tokens, azcore for requests, retries and pages.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

const graph = "https://graph.microsoft.com/v1.0"

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	env := func(name string) string { return os.Getenv("M365_EMULATOR_" + name) }
	person, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientID: env("CLIENT_ID"), TenantID: env("TENANT_ID"),
		UserPrompt: func(_ context.Context, m azidentity.DeviceCodeMessage) error {
			if m.UserCode == "" || !strings.Contains(m.Message, m.UserCode) {
				return fmt.Errorf("the message %q does not name the code", m.Message)
			}
			return nil
		},
	})
	if err != nil {
		return err
	}
	mine := client(person, "https://graph.microsoft.com/Mail.Read", "https://graph.microsoft.com/User.Read")
	var me struct {
		UPN string `json:"userPrincipalName"`
	}
	if err := get(ctx, mine, graph+"/me", &me); err != nil {
		return err
	}
	if me.UPN != env("USER") {
		return fmt.Errorf("signed in as %s, want %s", me.UPN, env("USER"))
	}
	messages, err := all(ctx, mine, graph+"/me/messages?$top=10&$select=subject")
	if err != nil {
		return err
	}
	if messages <= 10 {
		return fmt.Errorf("%d messages, want more than a page", messages)
	}
	var denied *azcore.ResponseError
	if err := get(ctx, mine, graph+"/me/messages/nonsense", &me); !errors.As(err, &denied) || denied.StatusCode != http.StatusBadRequest || denied.ErrorCode != "ErrorInvalidIdMalformed" {
		return fmt.Errorf("a wrong id answered %w", err)
	}

	app, err := azidentity.NewClientSecretCredential(env("TENANT_ID"), env("CLIENT_ID"), env("CLIENT_SECRET"), nil)
	if err != nil {
		return err
	}
	itself := client(app, "https://graph.microsoft.com/.default")
	users, err := all(ctx, itself, graph+"/users?$top=1&$select=id")
	if err != nil {
		return err
	}
	if users < 2 {
		return fmt.Errorf("%d users, want at least two, a page each", users)
	}
	wrong, err := azidentity.NewClientSecretCredential(env("TENANT_ID"), env("CLIENT_ID"), "wrong", nil)
	if err != nil {
		return err
	}
	var refused *azidentity.AuthenticationFailedError
	if err := get(ctx, client(wrong, "https://graph.microsoft.com/.default"), graph+"/users", &me); !errors.As(err, &refused) || !strings.Contains(err.Error(), "AADSTS7000215") {
		return fmt.Errorf("a wrong secret answered %w", err)
	}
	fmt.Printf("device code and client secret, %d messages and %d users over pages, errors understood\n", messages, users)
	return nil
}

func client(cred azcore.TokenCredential, scopes ...string) runtime.Pipeline {
	return runtime.NewPipeline("independent", "v1", runtime.PipelineOptions{
		PerRetry: []policy.Policy{runtime.NewBearerTokenPolicy(cred, scopes, nil)},
	}, nil)
}

func get(ctx context.Context, pl runtime.Pipeline, address string, into any) error {
	req, err := runtime.NewRequest(ctx, http.MethodGet, address)
	if err != nil {
		return err
	}
	res, err := pl.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if !runtime.HasStatusCode(res, http.StatusOK) {
		return runtime.NewResponseError(res)
	}
	return json.NewDecoder(res.Body).Decode(into)
}

// page is a page of a list.
type page struct {
	Next  string            `json:"@odata.nextLink"`
	Value []json.RawMessage `json:"value"`
}

// all counts what the pages of a list hold.
func all(ctx context.Context, pl runtime.Pipeline, address string) (int, error) {
	pager := runtime.NewPager(runtime.PagingHandler[page]{
		More: func(p page) bool { return p.Next != "" },
		Fetcher: func(ctx context.Context, last *page) (p page, err error) {
			from := address
			if last != nil {
				from = last.Next
			}
			err = get(ctx, pl, from, &p)
			return p, err
		},
	})
	n := 0
	for pager.More() {
		p, err := pager.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		n += len(p.Value)
	}
	return n, nil
}
