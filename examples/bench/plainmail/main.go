// Command plainmail lists the inbox by net/http and encoding/json alone, without
// retries, limits and checks. The bench builds it, and compares listmail with it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"
)

type page struct {
	Value []struct {
		Subject          string    `json:"subject"`
		ReceivedDateTime time.Time `json:"receivedDateTime"`
	} `json:"value"`
	Next string `json:"@odata.nextLink"`
}

func main() {
	if err := run(context.Background(), os.Getenv("GRAPH_TOKEN")); err != nil {
		fmt.Fprintln(os.Stderr, "plainmail:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, token string) error {
	url := "https://graph.microsoft.com/v1.0/me/mailFolders/inbox/messages?$select=subject,receivedDateTime&$top=50"
	for listed := 0; url != "" && listed < 100; {
		var p page
		if err := get(ctx, url, token, &p); err != nil {
			return err
		}
		for _, m := range p.Value {
			fmt.Println(m.ReceivedDateTime.Format("2006-01-02 15:04"), m.Subject)
		}
		listed += len(p.Value)
		url = p.Next
	}
	return nil
}

func get(ctx context.Context, url, token string, v any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", url, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(v)
}
