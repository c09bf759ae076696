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

	// NoAnonymousLinks means that an administrator allows no sharing links
	// that work for everybody.
	NoAnonymousLinks bool
}

// DriveItem is a file or a folder, as in
// https://learn.microsoft.com/graph/api/resources/driveitem.
type DriveItem struct {
	ID          string
	Name        string
	Description string
	Folder      bool   // a folder, even with no Children
	Package     string // such as "oneNote": what looks like one file, and holds Children

	Children []*DriveItem

	// Content is what the file holds. For what is better left on disk, Open
	// is called instead when Content is nil: once by New, for the size, once
	// for the hash, when it is first asked for, and at each download. A
	// reader that is an io.Closer is closed afterwards.
	Content []byte
	Open    func() (io.ReaderAt, int64, error) `json:"-"`

	ContentType          string     // "" means by the name's extension
	CreatedBy            *Recipient // nil means the owner
	LastModifiedBy       *Recipient // nil means the owner
	CreatedDateTime      time.Time
	LastModifiedDateTime time.Time

	Malware string // what a scanner found: the content is not given out
	Image   *Image
	Photo   *Photo
	Video   *Video

	// Shared is who else may use the item and what is in it.
	Shared []Share
}

// Share lets a person of the tenant use an item of a drive, as a permission in
// https://learn.microsoft.com/graph/api/resources/permission.
type Share struct {
	With string // principal name, object id or address
	Role string // "read" (also "") or "write"
}

// Image is the facet of
// https://learn.microsoft.com/graph/api/resources/image.
type Image struct{ Width, Height int }

// Photo is the facet of
// https://learn.microsoft.com/graph/api/resources/photo.
type Photo struct {
	TakenDateTime           time.Time
	CameraMake, CameraModel string
}

// Video is the facet of
// https://learn.microsoft.com/graph/api/resources/video.
type Video struct {
	Width, Height int
	Duration      time.Duration
}
