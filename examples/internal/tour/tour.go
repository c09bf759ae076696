package tour

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"
	_ "time/tzdata" // a program of people's zones must not depend on the machine's

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/calendar"
	"github.com/m365go/sdk/m365graph/files"
	"github.com/m365go/sdk/m365graph/mail"
	"golang.org/x/term"
)

// Tour is a walk through what one person has.
type Tour struct {
	out      printer
	terminal bool
	graph    *m365graph.Client
	mail     *mail.Client
	calendar *calendar.Client
	files    *files.Client

	zone *time.Location // the mailbox's, known after the first stop
}

// New begins a tour that prints to out. On a terminal it draws a progress bar.
func New(out io.Writer, client *m365graph.Client) *Tour {
	f, ok := out.(*os.File)
	return &Tour{
		out: printer{w: out}, terminal: ok && term.IsTerminal(int(f.Fd())), graph: client,
		mail: mail.New(client), calendar: calendar.New(client), files: files.New(client), zone: time.UTC,
	}
}

// Read shows what there is and changes nothing.
func (t *Tour) Read(ctx context.Context) error {
	for _, stop := range []func(context.Context) error{t.whoAmI, t.unread, t.week, t.newest} {
		if err := stop(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Write sends a mail to the given address, and uploads a file of the given size
// and downloads it again.
func (t *Tour) Write(ctx context.Context, to string, bytes int64) error {
	if err := t.send(ctx, to); err != nil {
		return err
	}
	return t.transfer(ctx, bytes)
}

func (t *Tour) whoAmI(ctx context.Context) error {
	t.out.section("Who am I")
	// A resource without a package of its own is read into any struct.
	type person struct {
		DisplayName       string `json:"displayName"`
		UserPrincipalName string `json:"userPrincipalName"`
		JobTitle          string `json:"jobTitle"`
	}
	me, err := m365graph.Get[person](ctx, t.graph, m365graph.P("me"), nil)
	if err != nil {
		return fmt.Errorf("who am I: %w", err)
	}
	t.out.line("%s <%s>", plain(me.DisplayName), plain(me.UserPrincipalName))
	if me.JobTitle != "" {
		t.out.line("%s", plain(me.JobTitle))
	}
	return t.readZone(ctx)
}
