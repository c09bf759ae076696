package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

const person = "sales@contoso.example"

// mailbox is somebody with n unread messages, one a day until now.
func mailbox(n int) *graphtest.User {
	inbox := &graphtest.MailFolder{DisplayName: "Inbox"}
	for i := range n {
		inbox.Messages = append(inbox.Messages, &graphtest.Message{
			Subject: fmt.Sprintf("Order %d", i), ReceivedDateTime: time.Now().AddDate(0, 0, -i),
		})
	}
	inbox.Messages = append(inbox.Messages, &graphtest.Message{Subject: "Old", IsRead: true, ReceivedDateTime: time.Now().AddDate(-3, 0, 0)})
	return &graphtest.User{UserPrincipalName: person, Folders: []*graphtest.MailFolder{inbox}}
}

// serve runs Graph in memory: no port is opened, so that the test may run in
// fake time. Entra only mints tokens.
func serve(t *testing.T, entra *entratest.Server, user *graphtest.User) (*graphtest.Server, m365auth.TokenProvider) {
	t.Helper()
	user.ID = entra.Users()[0].ID
	graph, err := graphtest.New(&graphtest.Options{
		Keys: entra.Key, Issuer: entra.Issuer(), InMemory: true,
		Tenant: &graphtest.Tenant{Users: []*graphtest.User{user}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = graph.Close() })
	return graph, m365auth.ProviderFunc(func(context.Context, m365auth.TokenRequest) (m365auth.Token, error) {
		token, err := entra.Token(person, "Mail.Read")
		return m365auth.Token{Access: m365auth.NewSecret(token)}, err
	})
}

func newEntra(t *testing.T) *entratest.Server {
	t.Helper()
	entra, err := entratest.New(&entratest.Options{Users: []entratest.User{{UPN: person}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = entra.Close() })
	return entra
}

func TestBacklogCountsWhatIsUnread(t *testing.T) {
	t.Parallel()
	entra := newEntra(t)
	synctest.Test(t, func(t *testing.T) {
		graph, tokens := serve(t, entra, mailbox(2500))
		got, err := backlog(t.Context(), tokens, m365auth.Cloud{}, graph.Client())
		if want := (report{2500, 2499 * 24 * time.Hour}); err != nil || got != want {
			t.Errorf("backlog = %+v, %v, want %+v", got, err, want)
		}
	})
}

// An hour of throttling takes no time here.
func TestBacklogWaitsAsGraphAsks(t *testing.T) {
	t.Parallel()
	entra := newEntra(t)
	synctest.Test(t, func(t *testing.T) {
		graph, tokens := serve(t, entra, mailbox(3))
		if err := graph.Throttle("GET /me/mailFolders/{id}/messages", 0, 2, "45"); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		got, err := backlog(t.Context(), tokens, m365auth.Cloud{}, graph.Client())
		if err != nil || got.unread != 3 || time.Since(start) < 90*time.Second {
			t.Errorf("backlog = %+v, %v after %v, want 3 after 90 s at least", got, err, time.Since(start))
		}
	})
}

func TestBacklogTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	entra := newEntra(t)
	synctest.Test(t, func(t *testing.T) {
		graph, tokens := serve(t, entra, mailbox(3))
		if err := graph.Fail(graphtest.Fault{Route: "GET /me/mailFolders/{id}/messages", Code: "ErrorAccessDenied"}); err != nil {
			t.Fatal(err)
		}
		if _, err := backlog(t.Context(), tokens, m365auth.Cloud{}, graph.Client()); !errors.Is(err, m365graph.ErrForbidden) {
			t.Errorf("backlog = %v, want ErrForbidden", err)
		}
	})
}

func TestRunAgainstTheDemo(t *testing.T) {
	var out strings.Builder
	t.Setenv("M365_CLIENT_ID", "")
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "10 unread, the oldest since") {
		t.Errorf("the report is missing:\n%s", out.String())
	}
}
