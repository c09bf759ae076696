package files

import (
	"time"

	"github.com/m365go/sdk/m365graph"
)

// DriveItem is a file, a folder, or a package such as a notebook, which is
// neither. https://learn.microsoft.com/graph/api/resources/driveitem
type DriveItem struct {
	ID string `json:"id"`
	// ETag changes with anything about the item, CTag with its content only.
	// Both hold quotes, and are passed on as they are.
	ETag string `json:"eTag,omitempty"`
	CTag string `json:"cTag,omitempty"`
	Name string `json:"name,omitempty"`
	// Description is shown beside the name in personal OneDrive.
	Description string `json:"description,omitempty"`
	// Size is in bytes; that of a folder is the sum of what is in it.
	Size                 int64     `json:"size,omitempty"`
	WebURL               string    `json:"webUrl,omitempty"`
	CreatedDateTime      time.Time `json:"createdDateTime,omitzero"`
	LastModifiedDateTime time.Time `json:"lastModifiedDateTime,omitzero"`

	CreatedBy       *m365graph.IdentitySet `json:"createdBy,omitempty"`
	LastModifiedBy  *m365graph.IdentitySet `json:"lastModifiedBy,omitempty"`
	ParentReference *ItemReference         `json:"parentReference,omitempty"`
	FileSystemInfo  *FileSystemInfo        `json:"fileSystemInfo,omitempty"`

	// File is set on files, Folder on folders, Package on what is neither.
	File    *File    `json:"file,omitempty"`
	Folder  *Folder  `json:"folder,omitempty"`
	Package *Package `json:"package,omitempty"`
	// Root is set on the drive's root folder, SpecialFolder on those such as
	// Documents that are found by a name of their own.
	Root          *struct{}      `json:"root,omitempty"`
	SpecialFolder *SpecialFolder `json:"specialFolder,omitempty"`
	// Shared is set on what others can see.
	Shared *Shared `json:"shared,omitempty"`
	// Malware is set on what a scan found to be harmful; Graph does not let it
	// be downloaded.
	Malware *Malware `json:"malware,omitempty"`
	// RemoteItem is set on what lies in somebody else's drive.
	RemoteItem *RemoteItem `json:"remoteItem,omitempty"`
	// Deleted is set on what a change list says is gone.
	Deleted *Deleted `json:"deleted,omitempty"`

	// Rewritten is set by [Client.Upload] where the drive changed the document
	// as it arrived: Size and the hash are of what is stored.
	Rewritten bool `json:"-"`

	// Extra is what else came.
	Extra m365graph.Extra `json:"-"`
}

// UnmarshalJSON reads the item and keeps what the struct has no field for.
func (i *DriveItem) UnmarshalJSON(data []byte) error { return m365graph.UnmarshalEntity(data, i) }

// IsFolder reports whether the item has children.
func (i *DriveItem) IsFolder() bool { return i.Folder != nil }

// ItemReference says where an item lies.
// https://learn.microsoft.com/graph/api/resources/itemreference
type ItemReference struct {
	DriveID string `json:"driveId,omitempty"`
	// DriveType is "personal", "business" or "documentLibrary".
	DriveType string `json:"driveType,omitempty"`
	ID        string `json:"id,omitempty"`
	Name      string `json:"name,omitempty"`
	// Path is escaped, "/drive/root:/Folder"; it is for people to read.
	Path   string `json:"path,omitempty"`
	SiteID string `json:"siteId,omitempty"`
}

// File is what is known of a file's content.
// https://learn.microsoft.com/graph/api/resources/file
type File struct {
	MimeType string `json:"mimeType,omitempty"`
	Hashes   Hashes `json:"hashes,omitzero"`
}

// Hashes are of the content; only QuickXorHash is there in every kind of drive.
// https://learn.microsoft.com/graph/api/resources/hashes
type Hashes struct {
	// QuickXorHash is in base64; [NewQuickXorHash] computes it.
	QuickXorHash string `json:"quickXorHash,omitempty"`
	// SHA1Hash and SHA256Hash are in upper-case hexadecimal.
	SHA1Hash   string `json:"sha1Hash,omitempty"`
	SHA256Hash string `json:"sha256Hash,omitempty"`
}

// Folder is what is known of a folder.
// https://learn.microsoft.com/graph/api/resources/folder
type Folder struct {
	ChildCount int `json:"childCount"`
}

// Package is an item that looks like a file and is not, such as a notebook.
// https://learn.microsoft.com/graph/api/resources/package
type Package struct {
	Type string `json:"type,omitempty"`
}

// SpecialFolder is a folder with a name of its own.
// https://learn.microsoft.com/graph/api/resources/specialfolder
type SpecialFolder struct {
	// Name is "documents", "photos", "cameraroll", "approot" or "music".
	Name string `json:"name,omitempty"`
}

// Shared says who shared an item, and with whom.
// https://learn.microsoft.com/graph/api/resources/shared
type Shared struct {
	// Scope is "anonymous", "organization" or "users".
	Scope          string                 `json:"scope,omitempty"`
	Owner          *m365graph.IdentitySet `json:"owner,omitempty"`
	SharedBy       *m365graph.IdentitySet `json:"sharedBy,omitempty"`
	SharedDateTime time.Time              `json:"sharedDateTime,omitzero"`
}

// Malware is what a scan found.
// https://learn.microsoft.com/graph/api/resources/malware
type Malware struct {
	Description string `json:"description,omitempty"`
}

// RemoteItem is an item of another drive that this one links to.
// https://learn.microsoft.com/graph/api/resources/remoteitem
type RemoteItem struct {
	ID              string         `json:"id,omitempty"`
	Name            string         `json:"name,omitempty"`
	Size            int64          `json:"size,omitempty"`
	WebURL          string         `json:"webUrl,omitempty"`
	ParentReference *ItemReference `json:"parentReference,omitempty"`
	// File, Folder and Package say what it is, as in a DriveItem.
	File    *File    `json:"file,omitempty"`
	Folder  *Folder  `json:"folder,omitempty"`
	Package *Package `json:"package,omitempty"`
	Shared  *Shared  `json:"shared,omitempty"`
	// LastModifiedBy and the times are of the item where it lies.
	CreatedDateTime      time.Time              `json:"createdDateTime,omitzero"`
	LastModifiedDateTime time.Time              `json:"lastModifiedDateTime,omitzero"`
	LastModifiedBy       *m365graph.IdentitySet `json:"lastModifiedBy,omitempty"`

	// Extra is what else came.
	Extra m365graph.Extra `json:"-"`
}

// UnmarshalJSON reads the item and keeps what the struct has no field for.
func (i *RemoteItem) UnmarshalJSON(data []byte) error { return m365graph.UnmarshalEntity(data, i) }

// Deleted says how an item went.
// https://learn.microsoft.com/graph/api/resources/deleted
type Deleted struct {
	State string `json:"state,omitempty"`
}

// FileSystemInfo holds the times that the owner's own machine knows.
// https://learn.microsoft.com/graph/api/resources/filesysteminfo
type FileSystemInfo struct {
	CreatedDateTime      time.Time `json:"createdDateTime,omitzero"`
	LastModifiedDateTime time.Time `json:"lastModifiedDateTime,omitzero"`
}
