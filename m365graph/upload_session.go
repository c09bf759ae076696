package m365graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/m365go/sdk/m365auth"
)

// UploadSession is a place on a content host that takes a file in slices. It
// outlives the process that began it: see [UploadSession.Save]. One that was
// begun elsewhere needs no more than its URL. While an upload uses it, only
// that upload's Began may touch it.
type UploadSession struct {
	// URL is the place. Whoever has it can write the file, so it is a secret.
	URL m365auth.Secret
	// ExpiresOn is when the session ends if no slice comes; zero if unknown.
	ExpiresOn time.Time
	// Size and Source are of the file that [Client.Upload] first sent. Another
	// is refused with [ErrSourceChanged]. Zero and empty accept any.
	Size   int64
	Source string

	fresh bool // it was made by this process and has not answered yet
	last  bool // the last slice may have arrived, and with it the file
}

// savedUpload is what Save writes.
type savedUpload struct {
	Version int       `json:"v"`
	URL     string    `json:"url"`
	Expires time.Time `json:"expires,omitzero"`
	Size    int64     `json:"size,omitempty"`
	Source  string    `json:"source,omitempty"`
}

const (
	savedUploadVersion = 1
	maxSavedUpload     = 64 << 10
)

// Save returns all that another process needs to go on. It is as secret as the
// URL; keep it sealed.
func (s *UploadSession) Save() m365auth.Secret {
	saved, err := json.Marshal(savedUpload{
		Version: savedUploadVersion, URL: s.URL.Reveal(), Expires: s.ExpiresOn, Size: s.Size, Source: s.Source,
	})
	if err != nil { // a year of five digits
		saved, _ = json.Marshal(savedUpload{Version: savedUploadVersion, URL: s.URL.Reveal(), Size: s.Size, Source: s.Source})
	}
	return m365auth.NewSecret(string(saved))
}

// errSavedUpload tells nothing of what could not be read: it holds a secret.
var errSavedUpload = errors.New("m365graph: the saved upload cannot be read; begin it anew")

// ResumeUploadSession returns the session that another process saved.
func ResumeUploadSession(saved m365auth.Secret) (*UploadSession, error) {
	var w savedUpload
	text := saved.Reveal()
	if len(text) > maxSavedUpload || json.Unmarshal([]byte(text), &w) != nil ||
		w.Version != savedUploadVersion || w.URL == "" || w.Size < 0 {
		return nil, errSavedUpload
	}
	return &UploadSession{URL: m365auth.NewSecret(w.URL), ExpiresOn: w.Expires, Size: w.Size, Source: w.Source}, nil
}

// CreateUploadSession begins an upload at path, a createUploadSession action.
// With a non-empty eTag or cTag it does so only if the item still has it, and
// fails with [ErrPrecondition] otherwise. Nothing is visible in the drive or
// mailbox until the last slice has come.
func (c *Client) CreateUploadSession(ctx context.Context, path Path, body any, tag string) (*UploadSession, error) {
	if body == nil {
		body = struct{}{}
	}
	// An unused session lapses by itself, so a second one does no harm.
	resp, err := c.Do(ctx, &Request{Method: http.MethodPost, Path: path, Body: body, IfMatch: tag, Safety: SafetyRead})
	if err != nil {
		return nil, err
	}
	var status uploadStatus
	if err := resp.Decode(&status); err != nil {
		return nil, err
	}
	if status.URL == "" {
		return nil, fmt.Errorf("m365graph: POST %s: the answer names no uploadUrl (request-id %s)", path, resp.RequestID())
	}
	return &UploadSession{URL: m365auth.NewSecret(status.URL), ExpiresOn: status.expires(), fresh: true}, nil
}
