package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// ErrOwned is what Own answers while another process has the profile.
var ErrOwned = errors.New("another process owns this profile")

// longestSocket is the longest path that every system takes for a unix socket: macOS allows 104 bytes with the zero at the end.
const longestSocket = 100

// Ownership is the right to use the profile's database, tokens and sign-ins. The system takes it back when the process ends,
// however it ends.
type Ownership struct {
	profile  *Profile
	lock     *flock.Flock
	listener net.Listener
	borrowed string // folder of a socket that had no room in the profile
}

// Own takes the profile for this process, or answers [ErrOwned] at once.
func (p *Profile) Own() (*Ownership, error) {
	lock := flock.New(p.Lock(), flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking the profile: %w", err)
	}
	if !ok {
		lock.Close()
		return nil, ErrOwned
	}
	return &Ownership{profile: p, lock: lock}, nil
}

// Listen opens the socket on which other processes of this user reach the owner.
func (o *Ownership) Listen() (net.Listener, error) {
	o.sweep()
	path := o.profile.socket()
	if len(path) > longestSocket {
		dir, err := os.MkdirTemp("", "dkb") // mode 0700
		if err != nil {
			return nil, fmt.Errorf("making a folder for the socket: %w", err)
		}
		o.borrowed = dir
		path = filepath.Join(dir, "s")
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("listening for other windows and commands: %w", err)
	}
	o.listener = listener
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, fmt.Errorf("closing the socket to others: %w", err)
	}
	if err := os.WriteFile(o.profile.ownerFile(), []byte(path+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("noting where the socket is: %w", err)
	}
	return listener, nil
}

// sweep clears away what an owner left that ended without Release. Only the owner may do so: nobody else can be listening.
func (o *Ownership) sweep() {
	if path, err := o.profile.Socket(); err == nil {
		os.Remove(path)
		if dir := filepath.Dir(path); dir != o.profile.dir && strings.HasPrefix(filepath.Base(dir), "dkb") {
			os.Remove(dir) // only if it is empty now
		}
	}
	os.Remove(o.profile.ownerFile())
	os.Remove(o.profile.socket())
}

// Release closes the socket and gives the profile back.
func (o *Ownership) Release() error {
	var errs []error
	if o.listener != nil {
		if err := o.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
		o.sweep()
	}
	return errors.Join(append(errs, o.lock.Close())...)
}

// Socket is where the profile's owner listens; [fs.ErrNotExist] when there is none.
func (p *Profile) Socket() (string, error) {
	b, err := os.ReadFile(p.ownerFile())
	if err != nil {
		return "", err
	}
	path, whole := strings.CutSuffix(string(b), "\n")
	if !whole {
		return "", fs.ErrNotExist // just being written
	}
	return path, nil
}
