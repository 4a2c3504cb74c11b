//go:build linux || darwin || freebsd

package kafka

import "syscall"

// freeBytes is what is left on the folder's disk for an ordinary user.
func freeBytes(dir string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
