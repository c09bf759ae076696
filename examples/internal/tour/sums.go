package tour

import (
	"crypto/sha256"
	"encoding/base64"
	"hash"

	"github.com/m365go/sdk/m365graph/files"
)

// sums computes both hashes of what is written to it: OneDrive's, which finds
// damage, and SHA-256, which finds anything.
type sums struct{ xor, sha hash.Hash }

func newSums() *sums { return &sums{files.NewQuickXorHash(), sha256.New()} }

func (s *sums) Write(p []byte) (int, error) {
	_, _ = s.xor.Write(p) // hashes do not fail
	return s.sha.Write(p)
}

func (s *sums) quickXor() string { return base64.StdEncoding.EncodeToString(s.xor.Sum(nil)) }
