package tokencache

import (
	"context"
	"errors"

	"github.com/m365go/sdk/m365auth"
)

// ErrConflict is returned by Save when the payload is no longer the one whose
// version was given. Nothing was changed; load it again.
var ErrConflict = errors.New("tokencache: changed by somebody else")

// Partition names all accounts of one application at one authority.
type Partition struct {
	// ClientID is the application's id.
	ClientID string
	// Authority is the issuer's URL, "https://login.microsoftonline.com/common".
	Authority string
}

// Slot names one account's payload.
type Slot struct {
	Partition
	// Account is the account's id, [m365auth.Account.ID].
	Account string
}

// Version tells two payloads of a slot apart. It changes at every save and is
// compared with == only. Empty means that there is no payload.
type Version string

// Blob is a payload and its version. Data is nil if there is none.
type Blob struct {
	Data    []byte
	Version Version
}

// Entry is one account of a partition.
type Entry struct {
	Account string
	Version Version
}

// Store keeps payloads. It is safe for concurrent use by goroutines and, where
// the medium allows, by processes and machines. Every method honours its
// context, and fails with an error that is [m365auth.ErrCacheUnavailable] if
// the medium or the key cannot be used.
type Store interface {
	// Check reports whether a save would work: the medium can be written and
	// the key is there. It is asked before a person is sent to sign in.
	Check(ctx context.Context) error
	// List returns the accounts of a partition, ordered by account.
	List(ctx context.Context, p Partition) ([]Entry, error)
	// Version returns a slot's version without reading the payload. It is
	// called before every token that is served from memory, so it is cheap.
	Version(ctx context.Context, s Slot) (Version, error)
	// Load returns a slot's payload; the zero Blob if there is none.
	Load(ctx context.Context, s Slot) (Blob, error)
	// Save replaces the payload whose version is old, empty for none, and
	// returns the new version; [ErrConflict] if the payload is another one.
	// Either all of data is kept, durably, or nothing was changed.
	Save(ctx context.Context, s Slot, data []byte, old Version) (Version, error)
	// Delete removes the payload, if there is one.
	Delete(ctx context.Context, s Slot) error
	// Lock waits until no one else has the slot locked, and returns what
	// unlocks it. The lock does not stop Save and Delete: it orders those who
	// take it. A lock ends with the process that holds it.
	//
	// The holder's calls about the slot are made with the context that Lock
	// returns, and none after unlock. In it a database can keep the
	// transaction that is its lock: Save and Delete then commit, since what
	// they return is durable, and may thereby end the lock; unlock rolls back
	// what is left.
	Lock(ctx context.Context, s Slot) (locked context.Context, unlock func(), err error)
}

// Counter is a [Store] that counts its changes, so cheaply that it is asked
// before each token that is served again from memory.
type Counter interface {
	// Changes returns a number that is another one after every change of any
	// slot, by whichever process: as long as it stays, so do all versions. Once
	// a Save or a Delete has returned, every call that begins then, in any
	// process, returns the new number. If ok is false the number is not known
	// now, and the caller asks for versions.
	Changes() (n uint64, ok bool)
}

// unavailable is the error of a medium or key that cannot be used.
func unavailable(op, remedy string, err error) error {
	return &m365auth.Error{Op: op, Kind: m365auth.ErrCacheUnavailable, Remedy: remedy, Err: err}
}
