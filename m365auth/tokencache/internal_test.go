package tokencache

import (
	"path/filepath"
	"testing"
)

// A reader may find a payload damaged that a writer replaces before the reader
// comes to set it aside.
func TestAReplacedPayloadIsNotSetAside(t *testing.T) {
	t.Parallel()
	s, err := NewFileStore(filepath.Join(t.TempDir(), "cache"), &FileOptions{Keys: FixedKeys(fixedKey(t))})
	if err != nil {
		t.Fatal(err)
	}
	slot := Slot{Account: "a"}
	version, err := s.Save(t.Context(), slot, []byte("sound"), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.setAside(t.Context(), s.name(slot), []byte(magic+"damaged, as it was before")); err != nil {
		t.Fatalf("setAside() error: %v", err)
	}
	if got, err := s.Version(t.Context(), slot); err != nil || got != version {
		t.Errorf("Version() = %q, %v, want the payload left in place", got, err)
	}
}

func FuzzSplitPayload(f *testing.F) {
	f.Add(joinPayload("account", []byte("data")))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		account, data, ok := splitPayload(b)
		if !ok {
			return
		}
		again, dataAgain, ok := splitPayload(joinPayload(account, data))
		if !ok || again != account || string(dataAgain) != string(data) {
			t.Errorf("splitPayload(joinPayload(%q, %q)) = %q, %q, %v", account, data, again, dataAgain, ok)
		}
	})
}

func FuzzKeyFile(f *testing.F) {
	f.Add(keyPrefix + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n" + keyPrefix + "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	f.Add(keyPrefix)
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		keys, err := parseKeys(s, OriginKeyFile)
		if err != nil {
			return
		}
		again, err := parseKeys(formatKeys(keys), OriginKeyFile)
		if err != nil || len(again) != len(keys) {
			t.Fatalf("parseKeys(formatKeys(%v)) = %v, %v", keys, again, err)
		}
		for i := range keys {
			if again[i].ID() != keys[i].ID() {
				t.Errorf("key %d is %v, want %v", i, again[i], keys[i])
			}
		}
	})
}
