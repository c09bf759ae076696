package main

import (
	"fmt"
	"strings"
)

// program is software by others that does its work against the emulator, unmodified.
type program struct {
	name     string
	version  string
	from     string   // npm, Go or Debian
	does     string   // what the check proves, in the table's words
	prepares string   // the preparation that it needs
	command  []string // exits with an error where anything of it is not so; runs in its folder of testdata
	flags    []string // of its emulator; the built-in tenant has no teams
}

// programs are all that run. The versions of npm and Go programs are those of the
// lock files; Debian's are what its release has, and are printed in each run.
var programs = []program{
	{"curl", "7.88", "Debian", "device code, refresh, 5 MB up and down, ranges, preconditions, refusals", "debian", []string{"sh", "../curl/check.sh"}, nil},
	{"MSAL for Python, requests", "1.21, 2.28", "Debian", "device code, password and secret; pages, a delta round, an event, a file", "debian", []string{"/usr/bin/python3", "../python/check.py"}, nil},
	{"Apprise", "1.2", "Debian", "client secret; a notice mailed with a copy, in both mailboxes; a wrong secret", "debian", []string{"sh", "../apprise/check.sh"}, nil},
	{"github.com/rclone/rclone", "1.76.0", "Go", "browser sign-in; 20 MB up and down with hashes; sync, check, move, server-side copy, delete, quota", "rclone", []string{"sh", "../rclone/check.sh"}, nil},
	{"github.com/Azure/azure-sdk-for-go/sdk/azidentity with azcore", "1.15.0", "Go", "device code and client secret; pages, errors with their codes", "azidentity", []string{"azidentity"}, nil},
	{"github.com/goh-chunlin/go-onedrive with msauth of msgraph.go", "1.1.1", "Go", "device code, password and secret; 3 MB up, replaced, renamed, copied, found, down; a link", "goonedrive", []string{"goonedrive"}, nil},
	{"@microsoft/microsoft-graph-client", "3.0.7", "npm", "pages, search, filter, 9 MB up in slices and down, batch, event, mail from mailbox to mailbox", "node", []string{"node", "sdk.mjs"}, nil},
	{"@azure/msal-node", "7.2.1", "npm", "device code, silent refresh and client secret, for the line above", "node", nil, nil},
	{"@softeria/ms-365-mcp-server", "0.155.0", "npm", "an agent's session: sign-in, tools, mail listed, searched and sent, calendar view, files", "node", []string{"node", "softeria.mjs"}, nil},
	{"@merill/lokka", "0.3.0", "npm", "an agent's session with application permissions: users, mail, a refusal", "node", []string{"node", "lokka.mjs"}, nil},
	{"@floriscornel/teams-mcp", "0.3.2", "npm", "an agent's session in Teams: sign-in, a post with a reply, search, chat", "node", []string{"node", "teams.mjs"}, []string{"-users", "20", "-messages", "400"}},
	{"@pnp/cli-microsoft365", "11.11.0", "npm", "sign-in, users, mail sent and received, a file stored", "node", []string{"sh", "cli.sh"}, nil},
}

// The table stands in the emulator's README.md between these lines.
const (
	tableBegin = "<!-- independent: made by go run ./examples/emulator/independent -table -->"
	tableEnd   = "<!-- independent: end -->"
)

// table is the Markdown of the list.
func table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n| program | version | from | what it does there |\n| --- | --- | --- | --- |\n", tableBegin)
	for _, p := range programs {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", p.name, p.version, p.from, p.does)
	}
	return b.String() + tableEnd + "\n"
}
