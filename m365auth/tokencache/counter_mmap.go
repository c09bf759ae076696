//go:build linux || darwin

package tokencache

import (
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// mapping is a counter file in memory.
type mapping struct {
	info fs.FileInfo
	data []byte
}

// mapCounter returns nil if the file cannot be mapped, or if what other
// processes write to it might not be seen at once.
func mapCounter(path string) *mapping {
	f, err := openOwn(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil || info.Size() < counterSize || !isLocal(f) {
		return nil
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, counterSize, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil
	}
	m := &mapping{info: info, data: data}
	runtime.AddCleanup(m, func(data []byte) { _ = syscall.Munmap(data) }, data)
	return m
}

// isLocal reports whether all processes see one memory of the file.
func isLocal(f *os.File) bool {
	var stat syscall.Statfs_t
	return syscall.Fstatfs(int(f.Fd()), &stat) == nil && isLocalDisk(&stat)
}

// read fails if somebody has made the file shorter: touching it is then a fault.
func (m *mapping) read() (n uint64, ok bool) {
	old := debug.SetPanicOnFault(true)
	defer func() {
		debug.SetPanicOnFault(old)
		if recover() != nil {
			n, ok = 0, false
		}
	}()
	n = atomic.LoadUint64((*uint64)(unsafe.Pointer(unsafe.SliceData(m.data)))) // #nosec G103 -- a mapping begins on a page
	runtime.KeepAlive(m)
	return n, true
}
