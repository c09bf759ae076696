package tokencache

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// List implements [Store]. Only payloads that changed since the last call are
// decrypted.
func (s *FileStore) List(ctx context.Context, p Partition) ([]Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.follow()
	prefix := s.prefix(p)
	names, err := s.names(prefix)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, name := range names {
		entry, err := s.entry(ctx, p, name)
		switch {
		case errors.Is(err, ErrNotSealed):
			s.log.Debug("ignored a file that is not of the token cache", "file", name)
		case err != nil:
			return nil, err
		case entry.Version != "":
			entries = append(entries, entry)
		}
	}
	sortEntries(entries)
	return entries, nil
}

func (s *FileStore) entry(ctx context.Context, p Partition, name string) (Entry, error) {
	version, err := s.peek(name)
	if err != nil || version == "" {
		return Entry{}, err
	}
	s.mu.Lock()
	known := s.seen[name]
	s.mu.Unlock()
	if known.Version == version {
		return known, nil
	}
	account, blob, err := s.read(ctx, name, p)
	if err != nil || blob.Version == "" {
		return Entry{}, err
	}
	entry := Entry{Account: account, Version: blob.Version}
	s.mu.Lock()
	s.seen[name] = entry
	s.mu.Unlock()
	return entry, nil
}

// Version implements [Store]: it reads the first bytes of the file.
func (s *FileStore) Version(ctx context.Context, slot Slot) (Version, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	s.follow()
	name := s.name(slot)
	version, err := s.peek(name)
	return version, s.foreign(name, err)
}

func (s *FileStore) peek(name string) (Version, error) {
	if err := checkFolder(s.dir, s.stem); err != nil {
		return "", ignoreAbsent(err)
	}
	head, err := readOwn(s.path(name), int64(headerSize), true)
	if err != nil {
		return "", ignoreAbsent(err)
	}
	if !hasMagic(head) {
		return "", ErrNotSealed
	}
	return versionOf(head), nil
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// foreign explains a file of somebody else in a payload's place.
func (s *FileStore) foreign(name string, err error) error {
	if errors.Is(err, ErrNotSealed) {
		return unavailable("use the token cache file "+s.path(name), "move the file away, or choose another cache_path", err)
	}
	return err
}

// Load implements [Store]. A damaged payload is set aside and counts as absent.
func (s *FileStore) Load(ctx context.Context, slot Slot) (Blob, error) {
	if err := ctx.Err(); err != nil {
		return Blob{}, err
	}
	if err := checkFolder(s.dir, s.stem); err != nil {
		return Blob{}, ignoreAbsent(err)
	}
	name := s.name(slot)
	_, blob, err := s.read(ctx, name, slot.Partition)
	return blob, s.foreign(name, err)
}

// read opens a payload and returns the account that is recorded inside.
func (s *FileStore) read(ctx context.Context, name string, p Partition) (string, Blob, error) {
	sealed, err := readOwn(s.path(name), maxFile, false)
	if err != nil {
		return "", Blob{}, ignoreAbsent(err)
	}
	plain, err := s.sealer.Open(ctx, sealed, s.bound(name)...)
	if err == nil {
		account, data, ok := splitPayload(plain)
		if ok && s.name(Slot{p, account}) == name {
			return account, Blob{Data: data, Version: versionOf(sealed)}, nil
		}
		err = ErrCorrupt
	}
	if errors.Is(err, ErrCorrupt) {
		return "", Blob{}, s.setAside(ctx, name, sealed)
	}
	return "", Blob{}, err
}

// setAside renames a damaged payload, unless it has been replaced meanwhile.
func (s *FileStore) setAside(ctx context.Context, name string, sealed []byte) error {
	unlock, err := s.guard(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	now, err := readOwn(s.path(name), maxFile, false)
	if err != nil || !bytes.Equal(now, sealed) {
		return ignoreAbsent(err)
	}
	aside := name + corruptMark + time.Now().UTC().Format("20060102T150405.000000000Z")
	err = s.change(func() error { return rename(s.path(name), s.path(aside)) })
	if err != nil {
		return unavailable("set aside the damaged file "+s.path(name), "move the file away", err)
	}
	s.log.Warn("the token cache file was damaged and is set aside; its account must sign in again", "file", s.path(aside))
	s.dropOldest()
	return syncDir(s.dir)
}

// dropOldest removes all but the newest of the files that were set aside.
func (s *FileStore) dropOldest() {
	entries, _ := os.ReadDir(s.dir)
	var aside []string
	for _, e := range entries {
		if name, _, ok := strings.Cut(e.Name(), corruptMark); ok && s.isPayload(name) {
			aside = append(aside, e.Name())
		}
	}
	slices.SortFunc(aside, func(a, b string) int {
		_, at, _ := strings.Cut(a, corruptMark)
		_, bt, _ := strings.Cut(b, corruptMark)
		return strings.Compare(bt, at)
	})
	for _, name := range aside[min(len(aside), maxCorrupt):] {
		_ = os.Remove(s.path(name))
	}
}

// corruptMark stands between a payload's name and when it was set aside.
const corruptMark = ".corrupt-"

// maxCorrupt bounds the files set aside that are kept in a folder.
const maxCorrupt = 10

// Save implements [Store].
func (s *FileStore) Save(ctx context.Context, slot Slot, data []byte, old Version) (Version, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if len(slot.Account)+len(data) > maxFile/2 {
		return "", unavailable("save a payload", "sign out accounts that are not used", fmt.Errorf("%d bytes are too many", len(data)))
	}
	unlock, err := s.prepare(ctx)
	if err != nil {
		return "", err
	}
	defer unlock()
	name := s.name(slot)
	version, err := s.peek(name)
	if err != nil {
		return "", s.foreign(name, err)
	}
	if version != old {
		return "", ErrConflict
	}
	s.removeTemps()
	sealed, err := s.sealer.Seal(ctx, joinPayload(slot.Account, data), s.bound(name)...)
	if err != nil {
		return "", err
	}
	if err := s.change(func() error { return writeAtomic(s.path(name), sealed) }); err != nil {
		return "", err
	}
	return versionOf(sealed), nil
}

// removeTemps removes what a process that was killed midway has left. Whoever
// holds the guard is the only one that writes.
func (s *FileStore) removeTemps() {
	left, _ := os.ReadDir(s.dir)
	for _, e := range left {
		name, _, temporary := strings.Cut(e.Name(), tempMark)
		if temporary && (s.isPayload(name) || name == s.stem+".key") {
			_ = os.Remove(s.path(e.Name()))
		}
	}
}

// Delete implements [Store]. It needs no key.
func (s *FileStore) Delete(ctx context.Context, slot Slot) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := checkFolder(s.dir, s.stem); err != nil {
		return ignoreAbsent(err)
	}
	unlock, err := s.guard(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	name := s.name(slot)
	version, err := s.peek(name)
	if err != nil || version == "" {
		return s.foreign(name, err)
	}
	return s.change(func() error {
		if err := os.Remove(s.path(name)); err != nil {
			return unavailable("remove "+s.path(name), "check the folder's permissions", err)
		}
		return syncDir(s.dir)
	})
}

// Lock implements [Store], by a lock file that stays in the folder.
func (s *FileStore) Lock(ctx context.Context, slot Slot) (context.Context, func(), error) {
	unlock, err := s.lockName(ctx, s.name(slot))
	return ctx, unlock, err
}

func (s *FileStore) lockName(ctx context.Context, name string) (func(), error) {
	if err := ensureFolder(s.dir, s.stem); err != nil {
		return nil, err
	}
	return lockFile(ctx, s.path(strings.TrimSuffix(name, extension)+".lock"))
}

// joinPayload puts the account before the data, with its length.
func joinPayload(account string, data []byte) []byte {
	out := binary.AppendUvarint(nil, uint64(len(account)))
	return append(append(out, account...), data...)
}

func splitPayload(b []byte) (account string, data []byte, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return "", nil, false
	}
	rest := b[size:]
	return string(rest[:n]), rest[n:], true
}
