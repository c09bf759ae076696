package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/m365go/sdk/examples/internal/demo"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// password is everybody's, for programs that sign in with one. It keeps nobody out:
// whoever reaches the port may be anybody.
const password = "Emulator-1"

// delegated are the permissions that the registrations list, and roles those that
// an administrator granted to the application itself.
// https://learn.microsoft.com/graph/permissions-reference
var (
	delegated = []string{
		"Calendars.Read", "Calendars.ReadWrite", "Calendars.ReadWrite.Shared", "Channel.Create", "Channel.ReadBasic.All",
		"ChannelMember.Read.All", "ChannelMessage.Read.All", "ChannelMessage.Send", "ChannelSettings.ReadWrite.All",
		"Chat.Create", "Chat.Read", "Chat.ReadBasic", "Chat.ReadWrite", "ChatMessage.Send", "Contacts.ReadWrite", "Directory.Read.All",
		"Files.Read", "Files.Read.All", "Files.ReadWrite", "Files.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All", "GroupMember.Read.All",
		"Mail.Read", "Mail.ReadBasic", "Mail.ReadWrite", "Mail.Send", "MailboxSettings.Read", "MailboxSettings.ReadWrite",
		"OnlineMeetings.ReadWrite", "Organization.Read.All", "People.Read", "Presence.Read", "Presence.Read.All", "Presence.ReadWrite",
		"Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Subscription.Read.All", "Tasks.ReadWrite",
		"Team.ReadBasic.All", "TeamMember.Read.All", "TeamSettings.ReadWrite.All", "User.Read", "User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All",
	}
	roles = []string{
		"Calendars.Read", "Calendars.ReadWrite", "Channel.Create", "Channel.ReadBasic.All", "ChannelMember.Read.All",
		"ChannelMessage.Read.All", "ChannelSettings.ReadWrite.All", "Chat.Create", "Chat.Read.All", "Chat.ReadBasic.All", "Chat.ReadWrite.All",
		"Contacts.ReadWrite", "Directory.Read.All", "Directory.ReadWrite.All", "Files.Read.All", "Files.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All",
		"GroupMember.Read.All", "Mail.Read", "Mail.ReadBasic.All", "Mail.ReadWrite", "Mail.Send", "MailboxSettings.Read", "MailboxSettings.ReadWrite",
		"OnlineMeetings.ReadWrite.All", "Organization.Read.All", "People.Read.All", "Presence.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All",
		"Team.ReadBasic.All", "TeamMember.Read.All", "TeamSettings.ReadWrite.All", "User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All",
	}
)

// loadTenant gives the tenant that the flags ask for, and lets go of its files.
func loadTenant(ctx context.Context, s *settings, problems io.Writer) (*graphtest.Tenant, func() error, error) {
	if s.generated() {
		made := make(chan *graphtest.Tenant, 1)
		go func() {
			made <- graphtest.Generate(graphtest.GenerateOptions{Users: s.users, Messages: s.messages, Seed: s.seed})
		}()
		select {
		case tenant := <-made:
			return tenant, func() error { return nil }, nil
		case <-ctx.Done(): // the process ends, and the work with it
			return nil, nil, ctx.Err()
		}
	}
	data, release := demo.Data(), func() error { return nil }
	if s.data != "" {
		// A Root keeps even a link that appears later from leading outside.
		root, err := os.OpenRoot(s.data)
		if err != nil {
			return nil, nil, fmt.Errorf("-data: %w", err)
		}
		data, release = root.FS(), root.Close
	}
	tenant, left, err := demo.Load(ctx, data, nil)
	if err != nil {
		if ctx.Err() == nil {
			err = fmt.Errorf("-data: %s: %s", s.data, strings.TrimPrefix(err.Error(), "demo: "))
		}
		return nil, nil, errors.Join(err, release())
	}
	for _, p := range left {
		fmt.Fprintln(problems, "emulator:", p)
	}
	return tenant, release, nil
}
