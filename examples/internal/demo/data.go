package demo

import (
	"embed"
	"io/fs"
)

//go:embed all:data
var embedded embed.FS

// Data is the tenant that is built in: the mailbox, calendar and drive of the
// Sales Desk at Contoso. Its README.md explains the files.
func Data() fs.FS {
	// Sub fails only for an invalid path.
	data, err := fs.Sub(embedded, "data")
	if err != nil {
		return embedded
	}
	return data
}
