package blob

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
)

const (
	hashBits  = 160 // width of the hash, and so the number of bytes after which its rotation repeats
	hashShift = 11  // bits the hash turns with each byte
)

// QuickXor is the hash that OneDrive reports for each file: every byte is XORed into 160 bits, 11 bits further than the
// one before, and the length into the last 64. Because 160 bytes bring the rotation back to its start, bytes that far apart
// meet the same bits: they are XORed with each other first, whole blocks at a time, and turned only in the end.
// See https://learn.microsoft.com/onedrive/developer/code-snippets/quickxorhash.
type QuickXor struct {
	lanes  [hashBits]byte
	length uint64
}

// Write adds p. It never fails.
func (q *QuickXor) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		lanes := q.lanes[q.length%hashBits:]
		k := subtle.XORBytes(lanes, lanes, p[:min(len(p), len(lanes))])
		q.length += uint64(k)
		p = p[k:]
	}
	return n, nil
}

// Sum returns the hash as it stands in file.hashes.quickXorHash. Writing may go on afterwards.
func (q *QuickXor) Sum() string {
	var h [hashBits / 8]byte
	for i, lane := range q.lanes {
		bit := i * hashShift % hashBits
		wide := uint16(lane) << (bit % 8)
		h[bit/8] ^= byte(wide)
		h[(bit/8+1)%len(h)] ^= byte(wide >> 8)
	}
	var length [8]byte
	binary.LittleEndian.PutUint64(length[:], q.length)
	tail := h[len(h)-len(length):]
	subtle.XORBytes(tail, tail, length[:])
	return base64.StdEncoding.EncodeToString(h[:])
}
