//go:build !windows && !darwin

package autostart

import (
	"fmt"
	"os"
	"path/filepath"
)

func (e Entry) path() (string, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("finding the folder of what starts with the session: %w", err)
	}
	return filepath.Join(config, "autostart", e.Name+".desktop"), nil
}

func (e Entry) set() (bool, error) {
	path, err := e.path()
	if err != nil {
		return false, err
	}
	return write(path, desktopEntry(e))
}

func (e Entry) remove() error {
	path, err := e.path()
	if err != nil {
		return err
	}
	return erase(path)
}
