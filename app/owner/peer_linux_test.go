package owner

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"dakokubridge/connector"
)

// Even where somebody opened the folder and the socket to everybody, another user of the PC gets no answer.
func TestPeersOfAnotherUserAreTurnedAway(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can call as another user")
	}
	called := false
	path, stop := serve(t, &facade{status: func(context.Context) (connector.Status, error) {
		called = true
		return connector.Status{}, nil
	}})
	for at, mode := range map[string]os.FileMode{path: 0o666, filepath.Dir(path): 0o777} {
		if err := os.Chmod(at, mode); err != nil {
			t.Fatal(err)
		}
	}
	answered := make(chan error, 1)
	go func() {
		// The thread takes another user's id for the call. It is never unlocked, so it ends with this goroutine.
		runtime.LockOSThread()
		answered <- callAs(4711, path)
	}()
	if err := <-answered; err == nil || !strings.Contains(err.Error(), "EOF") && !strings.Contains(err.Error(), "reset") && !strings.Contains(err.Error(), "broken pipe") {
		t.Errorf("another user's call ended with %v", err)
	}
	stop()
	if called {
		t.Error("another user's call reached the façade")
	}
}

// callAs asks for the status as another user, on this thread alone.
func callAs(uid int, path string) error {
	const unchanged = ^uintptr(0)
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, unchanged, uintptr(uid), unchanged); errno != 0 {
		return errno
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	if err := unix.Connect(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		unix.Close(fd)
		return err
	}
	conn := os.NewFile(uintptr(fd), path)
	defer conn.Close()
	if err := writeMessage(conn, request{Method: "Status"}, maxRequest); err != nil {
		return err
	}
	var a answer
	if err := readMessage(conn, &a, maxAnswer); err == io.EOF {
		return io.EOF
	} else if err != nil {
		return err
	}
	return nil
}
