package files_test

import (
	"encoding/base64"
	"testing"

	"github.com/m365go/sdk/m365graph/files"
)

// Vectors published with clients in the field: data and sum in base64.
var quickXorVectors = []struct{ data, sum string }{
	{"", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
	{"Sg==", "SgAAAAAAAAAAAAAAAQAAAAAAAAA="},
	{"tbQ=", "taAFAAAAAAAAAAAAAgAAAAAAAAA="},
	{"0pZP", "0rDEEwAAAAAAAAAAAwAAAAAAAAA="},
	{"jRRDVA==", "jaDAEKgAAAAAAAAABAAAAAAAAAA="},
	{"eAV52qE=", "eChAHrQRCgAAAAAABQAAAAAAAAA="},
	{"luBZlaT6", "lgBHFipBCn0AAAAABgAAAAAAAAA="},
	{"qaApEj66lw==", "qQBFCiTgA11cAgAABwAAAAAAAAA="},
}

func TestQuickXorHashMatchesPublishedVectors(t *testing.T) {
	t.Parallel()
	for _, v := range quickXorVectors {
		data, err := base64.StdEncoding.DecodeString(v.data)
		if err != nil {
			t.Fatal(err)
		}
		h := files.NewQuickXorHash()
		_, _ = h.Write(data)
		if got := base64.StdEncoding.EncodeToString(h.Sum(nil)); got != v.sum {
			t.Errorf("QuickXorHash(%q) = %s, want %s", v.data, got, v.sum)
		}
	}
}

// The definition, one bit at a time, is a second reading of the same page.
func slowQuickXor(data []byte) string {
	var sum [20]byte
	for i, b := range data {
		for bit := range 8 {
			if b>>bit&1 == 1 {
				at := (i*11 + bit) % 160
				sum[at/8] ^= 1 << (at % 8)
			}
		}
	}
	for i := range 8 {
		sum[12+i] ^= byte(uint64(len(data)) >> (8 * i))
	}
	return base64.StdEncoding.EncodeToString(sum[:])
}

func FuzzQuickXorHashDoesNotDependOnWrites(f *testing.F) {
	f.Add([]byte("hello"), 2)
	f.Add(make([]byte, 1000), 161)
	f.Add([]byte("\xff\xfe\xfd and more than one hundred and sixty bytes of text, so that the cells are used more than once, which is where a wrong offset would show itself at once, and twice if unlucky"), 159)
	f.Fuzz(func(t *testing.T, data []byte, cut int) {
		cut = min(max(cut, 0), len(data))
		h := files.NewQuickXorHash()
		_, _ = h.Write(data[:cut])
		_ = h.Sum(nil) // summing changes nothing
		_, _ = h.Write(data[cut:])
		if got, want := base64.StdEncoding.EncodeToString(h.Sum(nil)), slowQuickXor(data); got != want {
			t.Errorf("QuickXorHash(%d bytes, cut at %d) = %s, want %s", len(data), cut, got, want)
		}
	})
}

func BenchmarkQuickXorHash(b *testing.B) {
	data := make([]byte, 1<<20)
	b.SetBytes(int64(len(data)))
	h := files.NewQuickXorHash()
	for b.Loop() {
		_, _ = h.Write(data)
	}
}
