package owner

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// samePeer checks that the process at the other end runs as this user. The socket lies in a closed folder already; this holds
// even if somebody opened the folder.
func samePeer(conn net.Conn) error {
	return withSocket(conn, func(fd int) error {
		cred, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
		if err != nil {
			return fmt.Errorf("asking who calls: %w", err)
		}
		if int(cred.Uid) != os.Geteuid() {
			return fmt.Errorf("user %d is not the user of this profile", cred.Uid)
		}
		return nil
	})
}
