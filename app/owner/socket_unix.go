//go:build linux || darwin

package owner

import (
	"fmt"
	"net"
	"syscall"
)

// withSocket hands out a connection's file descriptor for the length of f.
func withSocket(conn net.Conn, f func(fd int) error) error {
	raw, ok := conn.(syscall.Conn)
	if !ok {
		return fmt.Errorf("%T is no socket", conn)
	}
	control, err := raw.SyscallConn()
	if err != nil {
		return fmt.Errorf("asking who calls: %w", err)
	}
	var inner error
	if err := control.Control(func(fd uintptr) { inner = f(int(fd)) }); err != nil {
		return fmt.Errorf("asking who calls: %w", err)
	}
	return inner
}
