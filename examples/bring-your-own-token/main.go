// Command bring-your-own-token takes tokens from one library to another: ours to
// the Azure SDK and to x/oauth2, and theirs to ours. Each way is about ten lines,
// in azure.go and oauth2.go, to be copied: neither library is a dependency of
// m365auth or m365graph.
//
// It runs Entra ID and Microsoft Graph in this process, and needs no tenant.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"golang.org/x/oauth2"

	"github.com/m365go/sdk/examples/internal/demo"
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/tokencache"
	"github.com/m365go/sdk/m365graph"
)

const person = "sales@contoso.example"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "bring-your-own-token:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	cloud, err := demo.Start(ctx, nil)
	if err != nil {
		return err
	}
	defer cloud.Close()
	tokens, err := entra.New(cloud.Config(), &entra.Options{HTTPClient: cloud.HTTPClient(), Store: tokencache.NewMemoryStore()})
	if err != nil {
		return err
	}
	defer tokens.Close()
	login, err := tokens.StartDeviceCode(ctx, entra.LoginRequest{})
	if err != nil {
		return err
	}
	if err := cloud.Entra.Approve(login.Prompt().UserCode, person); err != nil {
		return err
	}
	if _, err := login.Wait(ctx); err != nil {
		return err
	}

	graph := cloud.Config().Cloud.GraphURL()
	scope := graph + "/User.Read"
	credential, source := azureCredential{tokens}, oauth2Source(ctx, tokens, scope)
	for _, way := range []struct {
		name string
		me   func() (string, error)
	}{
		{"our token in an Azure SDK pipeline", func() (string, error) { return azureMe(ctx, cloud.HTTPClient(), credential, graph, scope) }},
		{"our token in an oauth2 client", func() (string, error) { return oauth2Me(ctx, cloud.HTTPClient(), source, graph) }},
		{"an Azure credential in our client", func() (string, error) { return ourMe(ctx, cloud, fromAzure(credential, scope)) }},
		{"an oauth2 source in our client", func() (string, error) { return ourMe(ctx, cloud, fromOAuth2(source)) }},
	} {
		name, err := way.me()
		if err != nil {
			return fmt.Errorf("%s: %w", way.name, err)
		}
		fmt.Fprintf(out, "%-36s %s\n", way.name, name)
	}
	return nil
}

// azureMe asks Graph who the token is for, as a client of the Azure SDK would.
func azureMe(ctx context.Context, transport policy.Transporter, c azureCredential, graph, scope string) (string, error) {
	pipeline := runtime.NewPipeline("example", "v1.0.0", runtime.PipelineOptions{
		PerRetry: []policy.Policy{runtime.NewBearerTokenPolicy(c, []string{scope}, nil)},
	}, &policy.ClientOptions{Transport: transport})
	req, err := runtime.NewRequest(ctx, http.MethodGet, graph+"/v1.0/me")
	if err != nil {
		return "", err
	}
	resp, err := pipeline.Do(req)
	if err != nil {
		return "", err
	}
	return decode(resp)
}

// oauth2Me asks the same with a client of x/oauth2.
func oauth2Me(ctx context.Context, base *http.Client, source oauth2.TokenSource, graph string) (string, error) {
	client := oauth2.NewClient(context.WithValue(ctx, oauth2.HTTPClient, base), source)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, graph+"/v1.0/me", nil)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	return decode(resp)
}

// ourMe asks the same with m365graph, whose tokens are another library's.
func ourMe(ctx context.Context, cloud *demo.Cloud, tokens m365auth.TokenProvider) (string, error) {
	client, err := m365graph.New(tokens, &m365graph.Options{Cloud: cloud.Config().Cloud, HTTPClient: cloud.HTTPClient()})
	if err != nil {
		return "", err
	}
	me, err := m365graph.Get[user](ctx, client, m365graph.P("me"), nil)
	if err != nil {
		return "", err
	}
	return me.Name, nil
}

type user struct {
	Name string `json:"userPrincipalName"`
}

func decode(resp *http.Response) (string, error) {
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("graph answered %s", resp.Status)
	}
	var me user
	err := json.NewDecoder(resp.Body).Decode(&me)
	return me.Name, err
}
