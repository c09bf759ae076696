package files

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/m365go/sdk/m365graph"
)

// ErrHashMismatch says that what is stored is not what was sent; see [HashError].
var ErrHashMismatch = errors.New("files: the hash differs")

// HashError tells of an upload that arrived as something else. It matches
// [ErrHashMismatch]. The item is there: delete it, or upload in its place.
type HashError struct {
	// ItemID is the item that the upload made.
	ItemID string
	// Sent and Stored are QuickXorHashes, in base64.
	Sent, Stored string
}

// Error names the item and both hashes.
func (e *HashError) Error() string {
	return fmt.Sprintf("files: upload: the item %s has the hash %s, and what was sent %s", e.ItemID, e.Stored, e.Sent)
}

// Is reports whether target is [ErrHashMismatch].
func (e *HashError) Is(target error) bool { return target == ErrHashMismatch }

// accept reads the item that was made, and compares what was sent with what the
// drive says that it has.
func (u *upload) accept(resp *m365graph.Response) (*DriveItem, error) {
	item := new(DriveItem)
	if err := resp.Decode(item); err != nil {
		return nil, fmt.Errorf("%w: files: upload: %w", m365graph.ErrAmbiguous, err)
	}
	switch sent, stored := u.hash(), item.hash(); {
	case item.ID == "":
		return nil, fmt.Errorf("%w: files: upload: the answer names no item (request-id %s)", m365graph.ErrAmbiguous, resp.RequestID())
	case stored == "" || stored == sent:
	case item.mayBeRewritten():
		item.Rewritten = true
	default:
		return nil, &HashError{ItemID: item.ID, Sent: sent, Stored: stored}
	}
	return item, nil
}

func (u *upload) hash() string { return base64.StdEncoding.EncodeToString(u.sum.Sum(nil)) }

func (i *DriveItem) hash() string {
	if i.File == nil {
		return ""
	}
	return i.File.Hashes.QuickXorHash
}

// settle looks for the file whose arrival is unknown. If there is one of that
// name with exactly what was to be sent, that is what the caller wanted.
func (u *upload) settle(ctx context.Context, unknown error) (*DriveItem, error) {
	if u.opts.Conflict == Rename || ctx.Err() != nil {
		return nil, unknown
	}
	item, err := u.client.Get(ctx, u.target)
	if err != nil || item.Size != u.size || item.hash() == "" {
		return nil, unknown
	}
	u.sum.Reset() // what was lost on its way may not have been read to the end
	if _, err := io.Copy(u.sum, untilDone{ctx, io.NewSectionReader(u.src, 0, u.size)}); err != nil || item.hash() != u.hash() {
		return nil, unknown
	}
	return item, nil
}

// untilDone is a reader that ends with its context.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (r untilDone) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// officeTypes are documents that SharePoint keeps its own columns in.
var officeTypes = map[string]bool{
	".doc": true, ".docm": true, ".docx": true, ".dot": true, ".dotm": true, ".dotx": true,
	".pot": true, ".potm": true, ".potx": true, ".pps": true, ".ppsm": true, ".ppsx": true, ".ppt": true, ".pptm": true, ".pptx": true,
	".vsd": true, ".vsdm": true, ".vsdx": true,
	".xls": true, ".xlsb": true, ".xlsm": true, ".xlsx": true, ".xlt": true, ".xltm": true, ".xltx": true,
}

// mayBeRewritten reports whether the drive may change the item as it arrives. A
// personal drive does not; one that does not say what it is might.
func (i *DriveItem) mayBeRewritten() bool {
	personal := i.ParentReference != nil && strings.EqualFold(i.ParentReference.DriveType, "personal")
	return !personal && officeTypes[strings.ToLower(path.Ext(i.Name))]
}
