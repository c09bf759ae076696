package m365graph

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// contentVersion is what tells one version of a file from another.
type contentVersion struct {
	eTag     string
	modified string // Last-Modified
	settled  bool   // modified long before it was told, so that it tells versions apart
	size     int64  // -1 if unknown
}

// settledAfter is how much older than the answer a Last-Modified must be, as one
// second can see two versions and clocks differ (RFC 9110, section 8.8.2.2).
const settledAfter = time.Minute

func versionOf(h http.Header, size int64) contentVersion {
	v := contentVersion{eTag: h.Get("ETag"), modified: h.Get("Last-Modified"), size: size}
	modified, err1 := http.ParseTime(v.modified)
	now, err2 := http.ParseTime(h.Get("Date"))
	v.settled = err1 == nil && err2 == nil && now.Sub(modified) >= settledAfter
	return v
}

var (
	errFileChanged = fmt.Errorf("%w: the file changed while it was read", ErrPrecondition)
	errNoVersion   = errors.New("the host does not say of which version the bytes are, so they may not belong together")
)

// provable reports whether another answer can prove to be of this version. A
// weak eTag may be that of other bytes.
func (v *contentVersion) provable() bool {
	return v.eTag != "" && !isWeak(v.eTag) || v.settled && v.size >= 0
}

// same returns nil only if the bytes of two answers certainly are of one file.
func (v *contentVersion) same(now contentVersion) error {
	tagged := v.eTag != "" && now.eTag != ""
	switch {
	case tagged && strongTag(v.eTag) != strongTag(now.eTag), v.size >= 0 && now.size >= 0 && v.size != now.size:
		return errFileChanged
	case tagged && !isWeak(v.eTag) && !isWeak(now.eTag):
		return nil
	case v.modified != "" && now.modified != "" && v.modified != now.modified:
		return errFileChanged
	case v.settled && v.modified == now.modified && v.size >= 0 && v.size == now.size:
		return nil
	}
	return errNoVersion
}

func isWeak(eTag string) bool      { return strings.HasPrefix(eTag, "W/") }
func strongTag(eTag string) string { return strings.TrimPrefix(eTag, "W/") }

// pin makes sure that an answer is of the version that is read, which the first
// one decides, and returns the size of the file, as far as any answer has told.
func (f *contentFile) pin(now contentVersion) (size int64, err error) {
	f.pinning.Lock()
	defer f.pinning.Unlock()
	if f.pinned != nil {
		if err := f.pinned.same(now); err != nil {
			return now.size, err
		}
	}
	if f.pinned == nil || f.pinned.size < 0 {
		f.pinned = &now
	}
	return f.pinned.size, nil
}

// provable reports whether what has come and what will come can be joined.
func (f *contentFile) provable() bool {
	f.pinning.Lock()
	defer f.pinning.Unlock()
	return f.pinned != nil && f.pinned.provable()
}
