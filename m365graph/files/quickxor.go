package files

import (
	"crypto/subtle"
	"encoding/binary"
	"hash"
)

// QuickXorHash is 160 bits wide, and byte i of the data is turned by 11·i bits;
// so bytes that are 160 apart meet in the same place.
const (
	quickXorSize  = 20
	quickXorBits  = 8 * quickXorSize
	quickXorShift = 11

	// quickXorRows of cells are kept and joined in the end, as long runs are
	// faster to XOR than short ones.
	quickXorRows = 32
)

type quickXor struct {
	cells  [quickXorBits * quickXorRows]byte // cell i of a row is the XOR of bytes that are 160 apart
	length uint64
}

// NewQuickXorHash returns the hash that every kind of drive keeps of its files.
// Encode its sum in standard base64 to compare it with Hashes.QuickXorHash. It
// finds damage, not malice.
// https://learn.microsoft.com/onedrive/developer/code-snippets/quickxorhash
func NewQuickXorHash() hash.Hash { return &quickXor{} }

func (q *quickXor) Size() int      { return quickXorSize }
func (q *quickXor) BlockSize() int { return quickXorBits }
func (q *quickXor) Reset()         { *q = quickXor{} }

func (q *quickXor) Write(p []byte) (int, error) {
	n := len(p)
	for at := q.length % uint64(len(q.cells)); len(p) > 0; at = 0 {
		cells := q.cells[at:]
		done := subtle.XORBytes(cells, cells, p)
		p = p[done:]
	}
	q.length += uint64(n)
	return n, nil
}

// Sum turns each cell to its place and mixes in the length.
func (q *quickXor) Sum(b []byte) []byte {
	var sum [quickXorSize]byte
	for i, cell := range q.cells {
		bit := i % quickXorBits * quickXorShift % quickXorBits
		wide := uint16(cell) << (bit % 8)
		sum[bit/8] ^= byte(wide)
		sum[(bit/8+1)%quickXorSize] ^= byte(wide >> 8)
	}
	var length [8]byte
	binary.LittleEndian.PutUint64(length[:], q.length)
	subtle.XORBytes(sum[quickXorSize-8:], sum[quickXorSize-8:], length[:])
	return append(b, sum[:]...)
}
