package tokencache

import "syscall"

// isLocalDisk asks for MNT_LOCAL, a flag of mount(2).
func isLocalDisk(stat *syscall.Statfs_t) bool { return stat.Flags&0x1000 != 0 }
