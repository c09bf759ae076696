package config

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/m365go/sdk/m365auth"
)

// Settings is what [Load] found. It can be printed: its secrets redact
// themselves. Nobody but the caller holds its slices.
type Settings struct {
	// Auth is for a token provider. Zero if only [GraphModule] was asked for.
	Auth m365auth.Config
	// Graph is for a client of Microsoft Graph, and Tools for the agent tools.
	// Both are zero if only [AuthModule] was asked for.
	Graph Graph
	Tools Tools
	// Cloud is where to sign in and where tokens may go, whichever part was
	// asked for.
	Cloud m365auth.Cloud

	rows []row
}

// Graph is how to talk to Microsoft Graph.
type Graph struct {
	// APIVersion is "v1.0" or "beta".
	APIVersion string
	// BaseURL is Graph's root without a version and without a final slash:
	// "https://graph.microsoft.com".
	BaseURL string
	// DefaultPageSize is how many items a page is asked for, 1 to 999; each
	// collection lowers it to its own maximum.
	DefaultPageSize int
	// MaxPages ends a collecting call; at least 1.
	MaxPages int
}

// Tools is what agents may do. The names are checked by those who own them.
type Tools struct {
	// Permissions are ids such as "outlook.read", or the presets "none",
	// "read" and "all". Empty means none.
	Permissions []string
	// Toolsets narrows the tools that are offered. Empty means no narrowing.
	Toolsets []string
	// ReadOnly refuses every write, whatever the permissions say.
	ReadOnly bool
	// Approval names how a person is asked before a write. Empty is the host's
	// own way.
	Approval string
	// DownloadDir is the absolute path of the only folder whose files agents
	// may touch. Empty means no folder.
	DownloadDir string
	// Account is the account to act for, if several are signed in.
	Account string
}

// row is one line of Explain.
type row struct {
	key, shown string
	origin     Origin
}

// Origin returns which layer set a key. A key that is unknown, or of a part
// that was not asked for, has the zero Origin, which reads "default".
func (s *Settings) Origin(key string) Origin {
	for _, r := range s.rows {
		if r.key == key {
			return r.origin
		}
	}
	return Origin{}
}

// Explain returns a table for people: a line for each key with its value, "-"
// where it has none, and the layer that set it. A secret shows as REDACTED.
func (s *Settings) Explain() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, r := range s.rows {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", r.key, r.shown, r.origin)
	}
	_ = w.Flush() // a strings.Builder does not fail
	return b.String()
}
