package tokencache

import "syscall"

// isLocalDisk knows file systems by their magic numbers: ext4, XFS, Btrfs, F2FS,
// ZFS, bcachefs, tmpfs, ramfs and overlayfs.
// https://man7.org/linux/man-pages/man2/statfs.2.html
func isLocalDisk(stat *syscall.Statfs_t) bool {
	switch uint32(stat.Type) { // its width differs between architectures
	case 0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0xca451a4e, 0x01021994, 0x858458f6, 0x794c7630:
		return true
	}
	return false
}
