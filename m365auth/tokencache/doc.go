// Package tokencache keeps sign-ins between runs of a program, encrypted.
//
// A [Store] holds one opaque payload for each account of a client and an
// authority, its [Slot]. [NewFileStore] keeps them in files that only their
// owner can read, [NewMemoryStore] in the process:
//
//	store, err := tokencache.NewFileStore("", nil) // ~/.amplifier/m365
//	if err != nil {
//		return err
//	}
//	ctx, unlock, err := store.Lock(ctx, slot)
//	if err != nil {
//		return err
//	}
//	defer unlock()
//	blob, err := store.Load(ctx, slot)
//	…
//	_, err = store.Save(ctx, slot, data, blob.Version)
//
// Lock excludes other goroutines and other processes, so that one of them
// refreshes a token and the rest find it refreshed. Save is optimistic besides:
// it changes nothing unless the payload is still the one that was loaded.
//
// # On disk
//
// Each payload is sealed with AES-256-GCM under a key of its own, derived with
// HKDF from a master [Key], and bound to its client, authority and account, so
// that a file moved to another account's name does not open. File names are
// hashes.
//
// # Keys
//
// The master key comes from a [KeySource]: [FixedKeys] and [KeyFunc] give it,
// [KeyFile] and [Keyring] keep it. Without one, a FileStore takes the first of
// the operating system's keyring and a key file beside the cache, which protects
// copies and backups of the payloads only if they leave the key file out.
// [FileStore.KeyOrigin] says which it is. Payloads are never in clear.
// [FileStore.Rekey] changes the key while others go on.
//
// # What is wrong
//
// A payload that was damaged is set aside as "*.corrupt-<time>" and counts as
// absent; the ten newest are kept. A payload whose key is missing is left alone and reported as
// [m365auth.ErrCacheUnavailable]; no new key is made while such files exist. A
// file that is not ours is never touched.
//
// [Sealer] seals other small secrets in the same way. Package cachetest is the
// suite that every Store passes.
package tokencache
