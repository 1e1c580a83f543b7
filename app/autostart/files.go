//go:build !windows

package autostart

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// write puts text into a file whole or not at all, and tells whether it was any different before.
func write(path string, text []byte) (changed bool, err error) {
	if before, err := os.ReadFile(path); err == nil && bytes.Equal(before, text) {
		return false, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, fmt.Errorf("making the folder of what starts with the session: %w", err)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".dakokubridge-*")
	if err != nil {
		return false, fmt.Errorf("writing what starts with the session: %w", err)
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(text)
	if err = errors.Join(err, temp.Close()); err != nil {
		return false, fmt.Errorf("writing what starts with the session: %w", err)
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return false, fmt.Errorf("writing what starts with the session: %w", err)
	}
	return true, nil
}

// erase removes a file that may not be there.
func erase(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing what starts with the session: %w", err)
	}
	return nil
}
