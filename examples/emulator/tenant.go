package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/m365go/sdk/examples/internal/demo"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// password is everybody's, for programs that sign in with one. It keeps nobody out:
// whoever reaches the port may be anybody.
const password = "Emulator-1"

// permissions are what the registrations list, and what an administrator granted
// to the application itself: all that the routes ask for, and what programs ask
// for beside that.
// https://learn.microsoft.com/graph/permissions-reference
func permissions() (delegated, application []string) {
	delegated, application = graphtest.Permissions()
	delegated = append(delegated, "Calendars.ReadWrite.Shared", "OnlineMeetings.ReadWrite", "Organization.Read.All", "Subscription.Read.All", "TeamMember.Read.All")
	application = append(application, "OnlineMeetings.ReadWrite.All", "Organization.Read.All", "TeamMember.Read.All")
	return sorted(delegated), sorted(application)
}

// sorted gives each name once.
func sorted(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

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
