package graphtest

import (
	"io"
	"time"
)

// Drive is a person's OneDrive or a site's document library, as in
// https://learn.microsoft.com/graph/api/resources/drive.
type Drive struct {
	ID    string
	Name  string // "" means "OneDrive" or "Documents"
	Quota int64  // bytes; 0 means one tebibyte
	Items []*DriveItem
}

// DriveItem is a file or a folder, as in
// https://learn.microsoft.com/graph/api/resources/driveitem.
type DriveItem struct {
	ID          string
	Name        string
	Description string
	Folder      bool // a folder, even with no Children

	Children []*DriveItem

	// Content is what the file holds. For what is better left on disk, Open
	// is called instead when Content is nil: once by New, for the size, once
	// for the hash, when it is first asked for, and at each download. A
	// reader that is an io.Closer is closed afterwards.
	Content []byte
	Open    func() (io.ReaderAt, int64, error)

	ContentType          string     // "" means by the name's extension
	CreatedBy            *Recipient // nil means the owner
	LastModifiedBy       *Recipient // nil means the owner
	CreatedDateTime      time.Time
	LastModifiedDateTime time.Time
}
