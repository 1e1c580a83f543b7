//go:build unix

package profile

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestFirstOpenMakesAClosedFolderAndAnID(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "config", "dakokubridge")
	p, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]fs.FileMode{dir: 0o700, p.Logs(): 0o700, p.idFile(): 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v, want %v", path, info.Mode().Perm(), err, want)
		}
	}
	again, err := Open(dir)
	if err != nil || again.KeychainService() != p.KeychainService() {
		t.Errorf("the second start has other keychain entries: %v", err)
	}
	other, err := Open(filepath.Join(t.TempDir(), "other"))
	if err != nil || other.KeychainService() == p.KeychainService() {
		t.Errorf("two profiles share keychain entries: %v", err)
	}
}

func TestTwoFirstStartsAtOnceAgreeOnTheID(t *testing.T) {
	for range 20 {
		dir := filepath.Join(t.TempDir(), "p")
		var services [4]string
		var wg sync.WaitGroup
		for i := range services {
			wg.Go(func() {
				p, err := Open(dir)
				if err != nil {
					t.Error(err)
					return
				}
				services[i] = p.KeychainService()
			})
		}
		wg.Wait()
		for _, s := range services {
			if s != services[0] {
				t.Fatal(services)
			}
		}
	}
}

// TestBoard holds the board's cases of the data folder under their ids.
func TestBoard(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"L13-folder-open-to-others":       folderOpenToOthers,
		"L13-files-open-to-others":        filesOpenToOthers,
		"L13-settings-writable-by-others": settingsWritableByOthers,
		"L13-foreign-owner":               foreignOwner,
		"L14-folder-is-a-symlink":         folderIsASymlink,
		"L14-planted-file-is-a-symlink":   plantedFileIsASymlink,
		"L14-id-damaged":                  idDamaged,
		"K01-second-owner":                secondOwner,
	} {
		t.Run(name, test)
	}
}

func refused(t *testing.T, dir, want string) {
	t.Helper()
	_, err := Open(dir)
	var r *Refused
	if !errors.As(err, &r) || !strings.Contains(r.Text, want) {
		t.Errorf("got %v, want a refusal with %q", err, want)
	}
	if strings.Contains(err.Error(), "\n") {
		t.Error("more than one line")
	}
}

func fresh(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "p")
	if _, err := Open(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func folderOpenToOthers(t *testing.T) {
	for _, mode := range []fs.FileMode{0o750, 0o705, 0o701, 0o777} {
		dir := fresh(t)
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		refused(t, dir, "chmod 700")
	}
}

func filesOpenToOthers(t *testing.T) {
	for _, name := range []string{"dakokubridge.db", "profile-id"} {
		dir := fresh(t)
		path := filepath.Join(dir, name)
		if f, err := os.OpenFile(path, os.O_CREATE, 0o600); err != nil {
			t.Fatal(err)
		} else {
			f.Close()
		}
		if err := os.Chmod(path, 0o640); err != nil {
			t.Fatal(err)
		}
		refused(t, dir, "chmod 600")
	}
}

func settingsWritableByOthers(t *testing.T) {
	dir := fresh(t)
	path := filepath.Join(dir, "settings.toml")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err != nil {
		t.Error("what an editor makes is refused:", err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	refused(t, dir, "chmod 600")
}

func foreignOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		if p := "/root"; true {
			if _, err := os.Lstat(p); err != nil {
				t.Skip("no folder of another user here")
			}
			refused(t, p, "belongs to another user")
		}
		return
	}
	dir := fresh(t)
	if err := os.Chown(dir, 4711, 4711); err != nil {
		t.Fatal(err)
	}
	refused(t, dir, "belongs to another user")
}

func folderIsASymlink(t *testing.T) {
	dir := fresh(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	refused(t, link, "symbolic link")
}

func plantedFileIsASymlink(t *testing.T) {
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.WriteFile(elsewhere, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"settings.toml", "dakokubridge.db", "lock", "profile-id"} {
		dir := fresh(t)
		os.Remove(filepath.Join(dir, name))
		if err := os.Symlink(elsewhere, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		refused(t, dir, "no plain file")
	}
	dir := fresh(t)
	if err := os.RemoveAll(filepath.Join(dir, "logs")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(t.TempDir(), filepath.Join(dir, "logs")); err != nil {
		t.Fatal(err)
	}
	refused(t, dir, "symbolic link")
}

func idDamaged(t *testing.T) {
	dir := fresh(t)
	if err := os.WriteFile(filepath.Join(dir, "profile-id"), []byte("../x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, dir, "damaged")
}

func secondOwner(t *testing.T) {
	dir := fresh(t)
	p, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	first, err := p.Own()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Own(); !errors.Is(err, ErrOwned) {
		t.Errorf("a second owner: %v", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	second, err := p.Own()
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestSocketIsShortAndClosedAndCleanedUp(t *testing.T) {
	short, err := os.MkdirTemp("/tmp", "dkbtest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(short) })
	for name, dir := range map[string]string{
		"room in the profile":    filepath.Join(short, "p"),
		"no room in the profile": filepath.Join(short, strings.Repeat("長い名前", 10), "p"),
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Socket(); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a socket without an owner: %v", err)
			}
			owner, err := p.Own()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := owner.Listen(); err != nil {
				t.Fatal(err)
			}
			path, err := p.Socket()
			if err != nil || len(path) > longestSocket {
				t.Fatal(path, err)
			}
			for at, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
				if info, err := os.Stat(at); err != nil || info.Mode().Perm() != want {
					t.Errorf("%s: %v %v", at, info.Mode().Perm(), err)
				}
			}
			conn, err := net.Dial("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			conn.Close()
			if err := owner.Release(); err != nil {
				t.Fatal(err)
			}
			for _, gone := range []string{path, p.ownerFile()} {
				if _, err := os.Lstat(gone); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s was left behind", gone)
				}
			}
			if filepath.Dir(path) != dir {
				if _, err := os.Lstat(filepath.Dir(path)); !errors.Is(err, fs.ErrNotExist) {
					t.Error("the borrowed folder was left behind")
				}
			}
		})
	}
}

// An owner killed in the middle leaves its socket and its note; the next one starts all the same.
func TestBoard_K03_LeftoversOfAKilledOwner(t *testing.T) {
	short, err := os.MkdirTemp("/tmp", "dkbtest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(short) })
	p, err := Open(filepath.Join(short, "p"))
	if err != nil {
		t.Fatal(err)
	}
	stale, err := net.Listen("unix", p.socket())
	if err != nil {
		t.Fatal(err)
	}
	stale.(*net.UnixListener).SetUnlinkOnClose(false)
	stale.Close()
	if err := os.WriteFile(p.ownerFile(), []byte(p.socket()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	owner, err := p.Own()
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Release()
	if _, err := owner.Listen(); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("unix", p.socket())
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}
