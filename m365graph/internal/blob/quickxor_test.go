package blob

import (
	"bytes"
	"encoding/base64"
	"testing"
)

// vectors are known pairs of content (base64) and hash, published with several independent clients.
var vectors = []struct{ content, want string }{
	{"", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
	{"Sg==", "SgAAAAAAAAAAAAAAAQAAAAAAAAA="},
	{"tbQ=", "taAFAAAAAAAAAAAAAgAAAAAAAAA="},
	{"0pZP", "0rDEEwAAAAAAAAAAAwAAAAAAAAA="},
	{"n6Neh7p6fFgm", "nxiFFw6hCz3wAQsmCQAAAAAAAAA="},
	{"gQaybEqS/4UlDc8e4IJm", "gDCALNigBEn8oxAlZ8AzPAAOQZg="},
	{"T6LYJIfDh81JrAK309H2JMJTXis=", "zBTHrspn3mEcohlJdIUAbjGNaNg="},
	{"+wg2x23GZQmMLkdv9MeAdettIWDmyK6Wr+ba23XD+Pvvq1lIMn9QIQT4Z7QHJE3iC/ZMFgaId9VAyY3d", "ahQbTmOdiKUNdhYRHgv5/Ky+Y6k="},
	{"Mb7EGva2rEE5fENDL85P+BsapHEEjv2/siVhKjvAQe02feExVOQSkfmuYzU/kTF1MaKjPmKF/w+cbvwfdWL8aQ==", "n1anP5NfvD4XDYWIeRPW3ZkPv1Y="},
	{"PfxMcUd0vIW6VbHG/uj/Y0W6qEoKmyBD0nYebEKazKaKG+UaDqBEcmQjbfQeVnVLuodMoPp7P7TR1htX5n2VnkHh22xDyoJ8C/ZQKiSNqQfXvh83judf4RVr9exJCud8Uvgip6aVZTaPrJHVjQhMCp/dEnGvqg0oN5OVkM2qqAXvA0teKUDhgNM71sDBVBCGXxNOR2bpbD1iM4dnuT0ey4L+loXEHTL0fqMeUcEi2asgImnlNakwenDzz0x57aBwyq3AspCFGB1ncX4yYCr/OaCcS5OKi/00WH+wNQU3", "QX/YEpG0gDsmhEpCdWhsxDzsfVE="},
	{"qwGf2ESubE5jOUHHyc94ORczFYYbc2OmEzo+hBIyzJiNwAzC8PvJqtTzwkWkSslgHFGWQZR2BV5+uYTrYT7HVwRM40vqfj0dBgeDENyTenIOL1LHkjtDKoXEnQ0mXAHoJ8PjbNC93zi5TovVRXTNzfGEs5dpWVqxUzb5lc7dwkyvOluBw482mQ4xrzYyIY1t+//OrNi1ObGXuUw2jBQOFfJVj2Y6BOyYmfB1y36eBxi3zxeG5d5NYjm2GSh6e08QMAwu3zrINcqIzLOuNIiGXBtl7DjKt7b5wqi4oFiRpZsCyx2smhSrdrtK/CkdU6nDN+34vSR/M8rZpWQdBE7a8g==", "WYT9JY3JIo/pEBp+tIM6Gt2nyTM="},
	{"w0LGhqU1WXFbdavqDE4kAjEzWLGGzmTNikzqnsiXHx2KRReKVTxkv27u3UcEz9+lbMvYl4xFf2Z4aE1xRBBNd1Ke5C0zToSaYw5o4B/7X99nKK2/XaUX1byLow2aju2XJl2OpKpJg+tSJ2fmjIJTkfuYUz574dFX6/VXxSxwGH/xQEAKS5TCsBK3CwnuG1p5SAsQq3gGVozDWyjEBcWDMdy8/AIFrj/y03Lfc/RNRCQTAfZbnf2QwV7sluw4fH3XJr07UoD0YqN+7XZzidtrwqMY26fpLZnyZjnBEt1FAZWO7RnKG5asg8xRk9YaDdedXdQSJAOy6bWEWlABj+tVAigBxavaluUH8LOj+yfCFldJjNLdi90fVHkUD/m4Mr5OtmupNMXPwuG3EQlqWUVpQoYpUYKLsk7a5Mvg6UFkiH596y5IbJEVCI1Kb3D1", "e3+wo77iKcILiZegnzyUNcjCdoQ="},
}

func TestQuickXorMatchesKnownHashes(t *testing.T) {
	t.Parallel()
	for _, vector := range vectors {
		content, err := base64.StdEncoding.DecodeString(vector.content)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range []int{1, 3, 7, 64, 159, 160, 161, len(content) + 1} {
			var q QuickXor
			for rest := content; len(rest) > 0; {
				n, err := q.Write(rest[:min(block, len(rest))])
				if err != nil {
					t.Fatalf("Write error = %v", err)
				}
				rest = rest[n:]
			}
			if got := q.Sum(); got != vector.want {
				t.Errorf("hash of %d bytes in blocks of %d = %s, want %s", len(content), block, got, vector.want)
			}
		}
	}
}

// plain follows Microsoft's description to the letter, a bit at a time.
func plain(content []byte) string {
	var bits [hashBits]bool
	for i, b := range content {
		for j := range 8 {
			if b>>j&1 == 1 {
				at := (i*hashShift + j) % hashBits
				bits[at] = !bits[at]
			}
		}
	}
	var h [hashBits / 8]byte
	for i, on := range bits {
		if on {
			h[i/8] |= 1 << (i % 8)
		}
	}
	for i := range 8 {
		h[12+i] ^= byte(uint64(len(content)) >> (8 * i))
	}
	return base64.StdEncoding.EncodeToString(h[:])
}

func FuzzQuickXor(f *testing.F) {
	f.Add([]byte("hello world"), 3)
	f.Add(bytes.Repeat([]byte{0xff}, 1000), 160)
	f.Fuzz(func(t *testing.T, content []byte, cut int) {
		cut = min(max(cut, 0), len(content))
		var q QuickXor
		_, _ = q.Write(content[:cut])
		_ = q.Sum() // looking at it halfway must not disturb it
		_, _ = q.Write(content[cut:])
		if got, want := q.Sum(), plain(content); got != want {
			t.Errorf("hash of %d bytes cut at %d = %s, want %s", len(content), cut, got, want)
		}
	})
}

func BenchmarkQuickXor(b *testing.B) {
	block := make([]byte, 1<<20)
	b.SetBytes(int64(len(block)))
	for b.Loop() {
		var q QuickXor
		_, _ = q.Write(block)
	}
}
