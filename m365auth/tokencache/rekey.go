package tokencache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// Rekey makes a new key, where the source keeps keys, and seals every payload of
// the store with it. With other sources it seals with their first key. It
// returns how many payloads it sealed.
//
// Other goroutines and processes may go on meanwhile. Older keys are kept and
// still open, so that nothing is lost if it ends midway: call it again, or let
// every account's next save do the rest. A payload that cannot be opened is left
// as it is, and is in the error.
func (s *FileStore) Rekey(ctx context.Context) (int, error) {
	unlock, err := s.prepare(ctx)
	if err != nil {
		return 0, err
	}
	if source, ok := s.keys.(keeper); ok {
		err = source.mint(ctx, true)
	}
	unlock()
	if err != nil {
		return 0, err
	}
	names, err := s.names("")
	if err != nil {
		return 0, err
	}
	sealed := 0
	var failed []error
	for _, name := range names {
		done, err := s.reseal(ctx, name)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
		}
		if done {
			sealed++
		}
	}
	if len(failed) > 0 {
		return sealed, unavailable("seal payloads with a new key", "keep the old keys", errors.Join(failed...))
	}
	return sealed, nil
}

// reseal seals a payload with the first key, under its account's lock: whoever
// has loaded it to refresh a token finds it unchanged when it saves.
func (s *FileStore) reseal(ctx context.Context, name string) (done bool, err error) {
	unlock, err := s.lockName(ctx, name)
	if err != nil {
		return false, err
	}
	defer unlock()
	unguard, err := s.guard(ctx)
	if err != nil {
		return false, err
	}
	defer unguard()
	old, err := readOwn(s.path(name), maxFile, false)
	if err != nil || !hasMagic(old) {
		return false, ignoreAbsent(err)
	}
	keys, err := s.sealer.load(ctx)
	if err != nil {
		return false, err
	}
	if len(old) > saltAt && bytes.Equal(old[kidAt:saltAt], keys[0].id[:]) {
		return false, nil
	}
	plain, err := s.sealer.Open(ctx, old, s.bound(name)...)
	if errors.Is(err, ErrCorrupt) {
		return false, nil // it is set aside when somebody loads it
	}
	if err != nil {
		return false, err
	}
	sealed, err := s.sealer.Seal(ctx, plain, s.bound(name)...)
	if err != nil {
		return false, err
	}
	err = s.change(func() error { return writeAtomic(s.path(name), sealed) })
	return err == nil, err
}
