package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/m365go/sdk/examples/internal/demo"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365graph"
)

// script plays the model: it says what a model would, and calls the tools.
type script struct {
	out  io.Writer
	host *agenttool.LocalHost
}

func (s *script) say(who, format string, a ...any) {
	fmt.Fprintf(s.out, "%s: %s\n\n", who, fmt.Sprintf(format, a...))
}

// call calls a tool and reads its answer into v.
func (s *script) call(ctx context.Context, tool string, in map[string]any, v any) error {
	raw, err := json.Marshal(in)
	if err != nil {
		return err
	}
	res := s.host.Call(ctx, tool, raw)
	if !res.Success {
		return res.Error
	}
	return json.Unmarshal(res.Output, v)
}

// show prints a call as it is made.
func (s *script) show(tool string, in map[string]any) {
	text, err := json.MarshalIndent(in, "  ", "  ")
	if err != nil {
		text = []byte(err.Error())
	}
	fmt.Fprintf(s.out, "  [%s %s]\n\n", tool, text)
}

// authAnswer is what the script needs of an answer of m365_auth.
type authAnswer struct {
	SignedIn bool `json:"signed_in"`
	SignIn   *struct {
		State           string           `json:"state"`
		VerificationURI string           `json:"verification_uri"`
		UserCode        string           `json:"user_code"`
		Error           *agenttool.Error `json:"error"`
	} `json:"sign_in"`
}

// converse answers one question, from a person who is not signed in yet.
func converse(ctx context.Context, out io.Writer, host *agenttool.LocalHost, cloud *demo.Cloud) error {
	s := &script{out, host}
	s.say("User", "Show me my unread emails from today")

	s.say("Agent", "I'll check your Microsoft 365 emails. First, let me verify authentication.")
	var status authAnswer
	operation := map[string]any{"operation": "status"}
	s.show("m365_auth", operation)
	if err := s.call(ctx, "m365_auth", operation, &status); err != nil {
		return err
	}
	if !status.SignedIn {
		if err := s.signIn(ctx, cloud); err != nil {
			return err
		}
	}
	s.say("Agent", "Great, you're now authenticated! Let me fetch your unread emails.")
	return s.unread(ctx, cloud.TimeZone)
}

// signIn shows the person a code, plays the person, and waits for the sign-in as
// a model would, by asking for its status.
func (s *script) signIn(ctx context.Context, cloud *demo.Cloud) error {
	s.say("Agent", "You're not currently authenticated. I'll start the login process.")
	var login authAnswer
	operation := map[string]any{"operation": "login"}
	s.show("m365_auth", operation)
	if err := s.call(ctx, "m365_auth", operation, &login); err != nil {
		return err
	}
	s.say("Agent", "Please authenticate using this link:\n- Go to: %s\n- Enter code: %s", login.SignIn.VerificationURI, login.SignIn.UserCode)
	if err := cloud.Entra.Approve(login.SignIn.UserCode, cloud.Owner.Address); err != nil {
		return err
	}
	s.say("User", "(opens the page, enters the code and approves as %s)", cloud.Owner.Address)

	operation = map[string]any{"operation": "status"}
	s.show("m365_auth", operation)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		var status authAnswer
		if err := s.call(ctx, "m365_auth", operation, &status); err != nil {
			return err
		}
		switch {
		case status.SignedIn:
			return nil
		case status.SignIn != nil && status.SignIn.Error != nil:
			return status.SignIn.Error
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// message is what the script selects of a mail.
type message struct {
	Subject string `json:"subject"`
	From    struct {
		EmailAddress m365graph.EmailAddress `json:"emailAddress"`
	} `json:"from"`
	Received time.Time `json:"receivedDateTime"`
}

// unread asks Graph and tells the person.
func (s *script) unread(ctx context.Context, timeZone string) error {
	loc, err := time.LoadLocation(timeZone)
	if err != nil {
		return err
	}
	year, month, day := today.In(loc).Date()
	midnight := func(day int) string { return time.Date(year, month, day, 0, 0, 0, 0, loc).UTC().Format(time.RFC3339) }
	in := map[string]any{
		"endpoint": "/me/messages",
		"params": map[string]any{
			"$filter": "isRead eq false and receivedDateTime ge " + midnight(day) + " and receivedDateTime lt " + midnight(day+1),
			"$select": "subject,from,receivedDateTime",
			"$top":    10,
		},
	}
	s.show("m365_graph", in)
	var mail struct {
		Items   []message `json:"items"`
		HasMore bool      `json:"has_more"`
	}
	if err := s.call(ctx, "m365_graph", in, &mail); err != nil {
		return err
	}
	lines := []string{fmt.Sprintf("You have %d unread emails today:", len(mail.Items))}
	if mail.HasMore {
		lines[0] = fmt.Sprintf("You have more than %d unread emails today, the latest of them:", len(mail.Items))
	}
	slices.SortFunc(mail.Items, func(a, b message) int { return a.Received.Compare(b.Received) })
	for i, m := range mail.Items {
		lines = append(lines, fmt.Sprintf("%d. %q from %s (%s)", i+1, m.Subject, m.From.EmailAddress.Address, m.Received.In(loc).Format("3:04 PM")))
	}
	s.say("Agent", "%s", strings.Join(lines, "\n"))
	return nil
}
