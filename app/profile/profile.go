// Package profile is the folder that holds everything of one integration: where each file in it is, who may read it, and
// which process owns it.
//
// It opens no database, reads no setting and knows no secret; it hands out paths, the profile's id and the lock.
package profile

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Profile is a folder that has been found safe to use.
type Profile struct {
	dir string
	id  string
}

// Refused is why a folder is not used as a profile. Text is one line that says what to do.
type Refused struct{ Text string }

func (r *Refused) Error() string { return r.Text }

// DefaultDir is the profile of a start without --profile: the folder dakokubridge where this system keeps configuration.
func DefaultDir() (string, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return "", &Refused{Text: fmt.Sprintf("no folder for settings is known here (%v): name one with --profile DIR", err)}
	}
	return filepath.Join(config, "dakokubridge"), nil
}

// Open makes the folder (mode 0700) where it is missing, and refuses, with a [*Refused], one that others could read or write,
// that belongs to somebody else or that is a symbolic link. An empty dir is [DefaultDir].
func Open(dir string) (*Profile, error) {
	if dir == "" {
		byDefault, err := DefaultDir()
		if err != nil {
			return nil, err
		}
		dir = byDefault
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding the profile: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return nil, fmt.Errorf("making the profile: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("making the profile: %w", err)
	}
	if err := checkFolder(dir); err != nil {
		return nil, err
	}
	p := &Profile{dir: dir}
	for _, path := range []string{p.Settings(), p.Database(), p.Database() + "-wal", p.idFile(), p.Lock(), p.ownerFile()} {
		if err := checkFile(path); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(p.Logs(), 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for logs: %w", err)
	}
	if err := checkFolder(p.Logs()); err != nil {
		return nil, err
	}
	if p.id, err = p.readID(); err != nil {
		return nil, err
	}
	return p, nil
}

// checkFolder and checkFile look at the thing itself, never at what a link points to.
func checkFolder(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("looking at the profile: %w", err)
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return &Refused{Text: fmt.Sprintf("%s is a symbolic link: give the folder itself with --profile", path)}
	}
	if !info.IsDir() {
		return &Refused{Text: fmt.Sprintf("%s is no folder: choose another with --profile", path)}
	}
	if !ownedByThisUser(info) {
		return &Refused{Text: fmt.Sprintf("%s belongs to another user: choose another with --profile", path)}
	}
	if open := looseBits(info); open != 0 {
		return &Refused{Text: fmt.Sprintf("%s is open to other users (mode %04o): run chmod 700 %s", path, info.Mode().Perm(), path)}
	}
	return nil
}

func checkFile(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking at the profile: %w", err)
	}
	if !info.Mode().IsRegular() {
		return &Refused{Text: fmt.Sprintf("%s is no plain file: put it away and start again", path)}
	}
	if !ownedByThisUser(info) {
		return &Refused{Text: fmt.Sprintf("%s belongs to another user: put it away and start again", path)}
	}
	open := looseBits(info)
	if filepath.Base(path) == settingsName {
		// An editor makes settings.toml readable by all, which is harmless inside a closed folder; only writing is not.
		open &= 0o022
	}
	if open != 0 {
		return &Refused{Text: fmt.Sprintf("%s is open to other users (mode %04o): run chmod 600 %s", path, info.Mode().Perm(), path)}
	}
	return nil
}

// readID reads the profile's id, and makes one for a new profile. It lies beside the database, not in it: whoever copies the
// database to another PC gets no name of this one's keychain entries with it.
func (p *Profile) readID() (string, error) {
	b, err := os.ReadFile(p.idFile())
	if errors.Is(err, fs.ErrNotExist) {
		return p.makeID()
	}
	if err != nil {
		return "", fmt.Errorf("reading the profile's id: %w", err)
	}
	id := strings.TrimSpace(string(b))
	if raw, err := hex.DecodeString(id); err != nil || len(raw) != 16 {
		return "", &Refused{Text: fmt.Sprintf("%s is damaged: put the former file back, or delete it and sign in again", p.idFile())}
	}
	return id, nil
}

func (p *Profile) makeID() (string, error) {
	id := make([]byte, 16)
	rand.Read(id)
	temp, err := os.CreateTemp(p.dir, "profile-id.*.tmp")
	if err != nil {
		return "", fmt.Errorf("making the profile's id: %w", err)
	}
	defer os.Remove(temp.Name())
	_, err = temp.WriteString(hex.EncodeToString(id) + "\n")
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return "", fmt.Errorf("making the profile's id: %w", err)
	}
	// A link appears whole or not at all and never over another: of two first starts at once, both go on with one id.
	if err := os.Link(temp.Name(), p.idFile()); err != nil && !errors.Is(err, fs.ErrExist) {
		// Some file systems know no links; there, the last of two first starts wins.
		if err := os.Rename(temp.Name(), p.idFile()); err != nil {
			return "", fmt.Errorf("making the profile's id: %w", err)
		}
	}
	b, err := os.ReadFile(p.idFile())
	if err != nil {
		return "", fmt.Errorf("reading the profile's id: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}
