package m365graph

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"time"
)

// bind holds the session to one source: two that are joined make a file that
// nobody ever had.
func (u *uploader) bind() error {
	s, source := u.session, u.opts.Source
	if source == "" {
		source = fingerprint(u.src)
	}
	switch {
	case s.Size != 0 && s.Size != u.size:
		return fmt.Errorf("%w: it has %d bytes, and had %d", ErrSourceChanged, u.size, s.Size)
	case s.Source != "" && s.Source != source:
		return fmt.Errorf("%w: it is %q, and was %q", ErrSourceChanged, clip(source, 80), clip(s.Source, 80))
	}
	s.Size, s.Source = u.size, source
	return nil
}

// fingerprint tells versions of a file apart; it is empty where nothing does.
func fingerprint(src io.ReaderAt) string {
	if s, ok := src.(*Spooled); ok {
		src = s.ReaderAt
	}
	if f, ok := src.(interface{ Stat() (fs.FileInfo, error) }); ok {
		if info, err := f.Stat(); err == nil && !info.ModTime().IsZero() {
			return "modified " + info.ModTime().UTC().Format(time.RFC3339Nano)
		}
	}
	return ""
}

// hashBuffer is how much is read at a time of what another process has sent.
const hashBuffer = 1 << 20

// hashTo gives the hash what it has not seen of the bytes before end.
func (u *uploader) hashTo(ctx context.Context, end int64) error {
	if u.opts.Hash == nil || u.hashed >= end {
		return nil
	}
	buf := make([]byte, min(hashBuffer, end-u.hashed))
	for u.hashed < end {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("m365graph: upload: hash what was sent: %w", err)
		}
		n, err := io.ReadFull(io.NewSectionReader(u.src, u.hashed, end-u.hashed), buf[:min(int64(len(buf)), end-u.hashed)])
		if err != nil {
			return fmt.Errorf("m365graph: upload: hash what was sent: %w", &sourceError{err})
		}
		u.hash(u.hashed, buf[:n])
	}
	return nil
}

// hash takes the bytes at an offset, and passes on those that are new.
func (u *uploader) hash(at int64, p []byte) {
	if seen := u.hashed - at; u.opts.Hash != nil && seen >= 0 && seen < int64(len(p)) {
		n, _ := u.opts.Hash.Write(p[seen:]) // a hash.Hash does not fail
		u.hashed += int64(n)
	}
}
