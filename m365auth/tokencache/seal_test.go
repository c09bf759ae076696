package tokencache_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/tokencache"
)

func newKey(t testing.TB) tokencache.Key {
	t.Helper()
	k, err := tokencache.GenerateKey()
	if err != nil {
		t.Fatalf("GenerateKey() error: %v", err)
	}
	return k
}

func seal(t testing.TB, s *tokencache.Sealer, data string, bound ...string) []byte {
	t.Helper()
	sealed, err := s.Seal(t.Context(), []byte(data), bound...)
	if err != nil {
		t.Fatalf("Seal() error: %v", err)
	}
	return sealed
}

func TestSealerOpensWhatItSealed(t *testing.T) {
	t.Parallel()
	s := tokencache.NewSealer(tokencache.FixedKeys(newKey(t)))
	for _, data := range []string{"", "x", strings.Repeat("canary", 1000)} {
		sealed := seal(t, s, data, "purpose", "a")
		if data != "" && bytes.Contains(sealed, []byte(data)) && len(data) > 1 {
			t.Errorf("Seal(%.10q) holds the plaintext", data)
		}
		got, err := s.Open(t.Context(), sealed, "purpose", "a")
		if err != nil || string(got) != data {
			t.Errorf("Open(Seal(%.10q)) = %.10q, %v", data, got, err)
		}
		if again := seal(t, s, data, "purpose", "a"); bytes.Equal(again, sealed) {
			t.Errorf("Seal(%.10q) twice gives the same bytes, want fresh randomness", data)
		}
	}
}

func TestSealedDataIsBoundToWhatItIsFor(t *testing.T) {
	t.Parallel()
	s := tokencache.NewSealer(tokencache.FixedKeys(newKey(t)))
	sealed := seal(t, s, "data", "purpose", "ab", "c")
	for _, bound := range [][]string{nil, {"purpose"}, {"purpose", "a", "bc"}, {"purpose", "ab", "c", ""}, {"purpose", "abc"}, {"ab", "purpose", "c"}} {
		if _, err := s.Open(t.Context(), sealed, bound...); !errors.Is(err, tokencache.ErrCorrupt) {
			t.Errorf("Open(bound to %q) error = %v, want ErrCorrupt", bound, err)
		}
	}
}

func TestEveryChangedByteIsNoticed(t *testing.T) {
	t.Parallel()
	s := tokencache.NewSealer(tokencache.FixedKeys(newKey(t)))
	sealed := seal(t, s, "a payload", "purpose")
	for i := range sealed {
		for _, flip := range []byte{0x01, 0x80, 0xff} {
			changed := bytes.Clone(sealed)
			changed[i] ^= flip
			if got, err := s.Open(t.Context(), changed, "purpose"); err == nil {
				t.Errorf("Open() with byte %d changed = %q, want an error", i, got)
			}
		}
		if got, err := s.Open(t.Context(), sealed[:i], "purpose"); err == nil {
			t.Errorf("Open() of the first %d bytes = %q, want an error", i, got)
		}
	}
	if got, err := s.Open(t.Context(), append(bytes.Clone(sealed), 0), "purpose"); err == nil {
		t.Errorf("Open() with a byte more = %q, want an error", got)
	}
}

func TestOpenTellsDamageFromAMissingKey(t *testing.T) {
	t.Parallel()
	mine, other := newKey(t), newKey(t)
	sealed := seal(t, tokencache.NewSealer(tokencache.FixedKeys(other)), "data", "purpose")
	damaged, newer := bytes.Clone(sealed), bytes.Clone(sealed)
	damaged[len(damaged)-1] ^= 1
	newer[8]++
	outage := tokencache.KeyFunc(func(context.Context) ([]tokencache.Key, error) { return nil, errors.New("the vault is away") })
	for name, tt := range map[string]struct {
		keys   tokencache.KeySource
		sealed []byte
		want   error
	}{
		"damaged":             {tokencache.FixedKeys(other), damaged, tokencache.ErrCorrupt},
		"cut":                 {tokencache.FixedKeys(other), sealed[:20], tokencache.ErrCorrupt},
		"not ours":            {tokencache.FixedKeys(other), []byte("something else"), tokencache.ErrNotSealed},
		"empty":               {tokencache.FixedKeys(other), nil, tokencache.ErrNotSealed},
		"another key":         {tokencache.FixedKeys(mine), sealed, m365auth.ErrCacheUnavailable},
		"a newer format":      {tokencache.FixedKeys(other), newer, m365auth.ErrCacheUnavailable},
		"no key":              {tokencache.FixedKeys(), sealed, tokencache.ErrNoKey},
		"a source that fails": {outage, sealed, m365auth.ErrCacheUnavailable},
	} {
		if _, err := tokencache.NewSealer(tt.keys).Open(t.Context(), tt.sealed, "purpose"); !errors.Is(err, tt.want) {
			t.Errorf("%s: Open() error = %v, want %v", name, err, tt.want)
		}
	}
}

func TestAnOlderKeyStillOpens(t *testing.T) {
	t.Parallel()
	old, current := newKey(t), newKey(t)
	sealed := seal(t, tokencache.NewSealer(tokencache.FixedKeys(old)), "data", "purpose")
	both := tokencache.NewSealer(tokencache.FixedKeys(current, old))
	if got, err := both.Open(t.Context(), sealed, "purpose"); err != nil || string(got) != "data" {
		t.Errorf("Open() with the old key second = %q, %v, want the data", got, err)
	}
	resealed := seal(t, both, "data", "purpose")
	if _, err := tokencache.NewSealer(tokencache.FixedKeys(old)).Open(t.Context(), resealed, "purpose"); !errors.Is(err, m365auth.ErrCacheUnavailable) {
		t.Errorf("Open() of what the new key sealed, with the old one: %v, want %v", err, m365auth.ErrCacheUnavailable)
	}
}

func TestKeysAreWholeAndDoNotPrint(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 16, 31, 33, 64} {
		if _, err := tokencache.NewKey(make([]byte, n)); !errors.Is(err, m365auth.ErrConfig) {
			t.Errorf("NewKey(%d bytes) error = %v, want %v", n, err, m365auth.ErrConfig)
		}
	}
	secret := "0123456789-a-key-of-32-bytes-abc"
	k, err := tokencache.NewKey([]byte(secret))
	if err != nil {
		t.Fatalf("NewKey() error: %v", err)
	}
	inside := struct {
		K tokencache.Key
		k tokencache.Key
	}{k, k}
	asJSON, err := json.Marshal(inside)
	if err != nil {
		t.Fatalf("Marshal() error: %v", err)
	}
	shown := fmt.Sprintf("%v %+v %#v %s %x %v %+v %#v %s", k, k, k, k, k, inside, inside, inside, asJSON)
	for _, leak := range []string{secret, "a-key-of", fmt.Sprintf("%x", secret), fmt.Sprintf("%d", []byte(secret))} {
		if strings.Contains(shown, leak) {
			t.Errorf("printing a key shows %q: %s", leak, shown)
		}
	}
	if !bytes.Equal(k.Bytes(), []byte(secret)) {
		t.Error("Bytes() is not the key")
	}
}

func FuzzOpenIsNotMalleable(f *testing.F) {
	s := tokencache.NewSealer(tokencache.FixedKeys(newKey(f)))
	sealed := seal(f, s, "a payload", "purpose")
	f.Add(sealed)
	f.Add(sealed[:45])
	f.Add([]byte("M365SEAL"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := s.Open(t.Context(), data, "purpose")
		if err == nil && !bytes.Equal(data, sealed) {
			t.Errorf("Open(%x) = %q, want an error for anything that was not sealed", data, got)
		}
	})
}

func BenchmarkSealAndOpen(b *testing.B) {
	s := tokencache.NewSealer(tokencache.FixedKeys(newKey(b)))
	data := bytes.Repeat([]byte("x"), 10_000)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		sealed, err := s.Seal(b.Context(), data, "purpose")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Open(b.Context(), sealed, "purpose"); err != nil {
			b.Fatal(err)
		}
	}
}
