package autostart

import (
	"fmt"
	"os"
	"path/filepath"
)

func (e Entry) path() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("finding the folder of what starts with the session: %w", err)
	}
	return filepath.Join(home, "Library", "LaunchAgents", label(e)+".plist"), nil
}

// set writes the file and leaves loading it to the next sign-in: loaded now, launchd would start a second program at once.
func (e Entry) set() (bool, error) {
	path, err := e.path()
	if err != nil {
		return false, err
	}
	return write(path, launchAgent(e))
}

func (e Entry) remove() error {
	path, err := e.path()
	if err != nil {
		return err
	}
	return erase(path)
}
