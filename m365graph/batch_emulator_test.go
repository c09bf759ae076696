package m365graph_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
	"github.com/m365go/sdk/m365graph/mail"
)

// spoiledBatches has batches and their items fail in the ways that Graph knows,
// before and after they took effect.
func spoiledBatches(t *testing.T, graph *graphtest.Server, seed uint64) {
	t.Helper()
	for i, f := range []graphtest.Fault{
		{Route: "POST /$batch", Status: http.StatusServiceUnavailable, RetryAfter: "1"},
		{Route: "POST /$batch", Status: http.StatusGatewayTimeout, After: true},
		{Route: "POST /$batch", Cut: graphtest.CutBefore, After: true},
		{Route: "POST /$batch", Cut: graphtest.CutBody},
		{Route: "GET /me/messages/{id}", Code: "TooManyRequests", RetryAfter: "0.7"},
		{Route: "PATCH /me/messages/{id}", Code: "TooManyRequests", RetryAfter: "3"},
		{Route: "PATCH /me/messages/{id}", Status: http.StatusBadGateway, After: true},
		{Route: "POST /me/messages", Code: "TooManyRequests"},
		{Route: "POST /me/messages", Status: http.StatusServiceUnavailable, RetryAfter: "2"},
		{Route: "POST /me/sendMail", Code: "TooManyRequests", RetryAfter: "2.128"},
		{Route: "POST /me/sendMail", Status: http.StatusGatewayTimeout, After: true},
		{Route: "POST /me/sendMail", Code: "ErrorAccessDenied"},
	} {
		f.Rate, f.Seed = 0.12, seed*100+uint64(i)
		if err := graph.Fail(f); err != nil {
			t.Fatal(err)
		}
	}
}

// somethingToDo is a request that can be found again by its subject or id.
func somethingToDo(r *rand.Rand, subject, id string) m365graph.Request {
	message := map[string]any{"subject": subject, "toRecipients": m365graph.Recipients(testtenant.Owner)}
	switch r.IntN(4) {
	case 0:
		return m365graph.Request{Path: m365graph.P("me", "messages", id)}
	case 1:
		return m365graph.Request{Method: "PATCH", Path: m365graph.P("me", "messages", id), Body: mail.Update{IsRead: m365graph.Set(true)}}
	case 2:
		return m365graph.Request{Method: "POST", Path: m365graph.P("me", "messages"), Body: message}
	}
	return m365graph.Request{Method: "POST", Path: m365graph.P("me", "sendMail"), Body: map[string]any{"message": message}, Safety: m365graph.SafetySend}
}

// Whatever fails, a mail goes out once at most, and each result tells the truth
// about its own item: yes, no, or that nobody can know.
func TestBatchesOfMailTellTheTruth(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	ends := map[string]int{}
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 9))
			inbox := &graphtest.MailFolder{DisplayName: "Inbox"}
			const n = 60
			for i := range n {
				inbox.Messages = append(inbox.Messages, &graphtest.Message{Subject: fmt.Sprint("old ", i)})
			}
			tenant := testtenant.InMemory(t, issuer, &graphtest.User{Folders: []*graphtest.MailFolder{inbox}})
			var items []*m365graph.BatchItem
			for m, err := range mail.New(tenant.Client).List(t.Context(), &mail.ListOptions{Folder: mail.Inbox}) {
				if err != nil {
					t.Fatal(err)
				}
				items = append(items, &m365graph.BatchItem{Request: somethingToDo(random, fmt.Sprint("new ", len(items)), m.ID)})
			}
			spoiledBatches(t, tenant.Graph, seed)
			results, err := tenant.Client.Batch(t.Context(), items, nil)
			if err != nil || len(results) != n {
				t.Fatalf("Batch = %d results, %v", len(results), err)
			}
			tenant.Graph.ClearFaults()
			written := written(t, tenant)
			for i, r := range results {
				end := "done"
				switch {
				case errors.Is(r.Err, m365graph.ErrAmbiguous):
					end = "ambiguous"
				case r.Err != nil:
					end = "refused"
				}
				ends[end]++
				if items[i].Request.Method != "POST" {
					continue
				}
				if times := written[fmt.Sprint("new ", i)]; times > 1 || end == "done" && times != 1 || end == "refused" && times != 0 {
					t.Errorf("seed %d: POST %s ended as %s (%v) and took effect %d times", seed, items[i].Request.Path, end, r.Err, times)
				}
			}
			tenant.Graph.AssertNoBearerOutside(t)
			tenant.Graph.AssertWaited(t)
		})
	}
	for _, end := range []string{"done", "refused", "ambiguous"} {
		if ends[end] < 5 {
			t.Errorf("%d items ended as %s, so little is shown: %v", ends[end], end, ends)
		}
	}
}

// written counts the drafts and the sent mails of each subject.
func written(t *testing.T, tenant *testtenant.Tenant) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, folder := range []string{"drafts", "sentitems"} {
		for m, err := range mail.New(tenant.Client).List(t.Context(), &mail.ListOptions{Folder: folder}) {
			if err != nil {
				t.Fatal(err)
			}
			counts[m.Subject]++
		}
	}
	return counts
}
