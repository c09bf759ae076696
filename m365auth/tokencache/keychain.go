package tokencache

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// FirstKeys returns a source that asks several in their order. The first key
// that any of them has seals, and every key of all of them opens.
//
// A source out of reach is passed over, so that a machine without a keyring
// goes on to the key file. But no key is made while there are sealed payloads
// and nobody has a key: the source out of reach may have theirs. A first key,
// and the new one of [FileStore.Rekey], is made by the first source that can be
// reached and keeps keys, such as a [Keyring] or a [KeyFile].
func FirstKeys(sources ...KeySource) KeySource { return &chain{sources: sources} }

type chain struct {
	sources []KeySource

	mu     sync.Mutex
	missed []string // why sources were passed over, at the last call
}

// Keys implements [KeySource].
func (c *chain) Keys(ctx context.Context) ([]Key, error) {
	var keys []Key
	var missed []string
	for _, source := range c.sources {
		some, err := source.Keys(ctx)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err == nil:
			keys = append(keys, some...)
		case !errors.Is(err, ErrNoKey):
			missed = append(missed, err.Error())
		}
	}
	c.mu.Lock()
	c.missed = missed
	c.mu.Unlock()
	if len(keys) == 0 {
		return nil, c.explain(ErrNoKey)
	}
	return keys, nil
}

// explain adds to an error which sources were out of reach.
func (c *chain) explain(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.missed) == 0 {
		return err
	}
	return fmt.Errorf("%w (%s)", err, strings.Join(c.missed, "; "))
}

func (c *chain) mint(ctx context.Context, anew bool) error {
	for _, source := range c.sources {
		place, ok := source.(keeper)
		if !ok {
			continue
		}
		if _, err := source.Keys(ctx); err == nil || errors.Is(err, ErrNoKey) {
			return place.mint(ctx, anew)
		}
	}
	return unavailable("make a key", "make one of the places for keys usable", c.explain(ErrNoKey))
}

func (c *chain) forget() {
	for _, source := range c.sources {
		if old, ok := source.(forgetter); ok {
			old.forget()
		}
	}
}
