package files

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/m365go/sdk/m365graph"
)

// CopyOptions change a copy. Nil means to fail where the name is taken.
type CopyOptions struct {
	// Conflict is what to do where the name is taken. Empty means Fail.
	Conflict Conflict
	// Progress is called with how far the copy is, from 0 to 100.
	Progress func(percent float64)
	// Began is told of the answer that took the copy on, before its end is
	// waited for: what its Monitor returns lets a later process do that with
	// m365graph.Client.Wait.
	Began func(*m365graph.Response)
}

// Copy copies a file, or a folder with all that is in it, into a folder of the
// same drive, and waits until that is done. An empty name keeps the item's own.
//
// A copy that could not be made is an *m365graph.OperationError, which matches
// m365graph.ErrConflict where the name was taken. An error that matches
// m365graph.ErrAmbiguous ends the waiting, and not the copy.
// https://learn.microsoft.com/graph/api/driveitem-copy
func (c *Client) Copy(ctx context.Context, item, folder Ref, name string, opts *CopyOptions) (*DriveItem, error) {
	var o CopyOptions
	if opts != nil {
		o = *opts
	}
	if item.IsRoot() {
		return nil, errors.New("files: copy: the root cannot be copied")
	}
	resp, err := c.beginCopy(ctx, item, folder, name, o.Conflict)
	if err != nil {
		return nil, err
	}
	if o.Began != nil {
		o.Began(resp)
	}
	op, err := c.graph.Wait(ctx, resp.Monitor(), &m365graph.WaitOptions{Progress: o.Progress})
	failed, ended := errors.AsType[*m365graph.OperationError](err)
	switch {
	case ended:
		return nil, fmt.Errorf("files: copy: %w", failed)
	case err != nil:
		return nil, fmt.Errorf("%w: files: copy: %w", m365graph.ErrAmbiguous, err)
	case op.ResourceID == "":
		return nil, errors.New("files: copy: it is made, and the drive does not say under which id")
	}
	return c.Get(ctx, ByID(op.ResourceID))
}

// beginCopy asks for the copy. Graph wants the folder by its ids.
func (c *Client) beginCopy(ctx context.Context, item, folder Ref, name string, conflict Conflict) (*m365graph.Response, error) {
	parent, err := c.Get(ctx, folder)
	if err != nil {
		return nil, err
	}
	var body struct {
		Parent struct {
			DriveID string `json:"driveId,omitempty"`
			ID      string `json:"id"`
		} `json:"parentReference"`
		Name string `json:"name,omitempty"`
	}
	body.Parent.ID, body.Name = parent.ID, name
	if parent.ParentReference != nil {
		body.Parent.DriveID = parent.ParentReference.DriveID
	}
	return c.graph.Do(ctx, &m365graph.Request{
		Method: http.MethodPost, Path: c.path(item).Join("copy"), Body: body,
		Query: &m365graph.Query{Params: map[string]string{
			"@microsoft.graph.conflictBehavior": string(cmp.Or(conflict, Fail)),
		}},
	})
}
