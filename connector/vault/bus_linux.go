package vault

import (
	"errors"
	"os"
	"path/filepath"
)

// sessionBus tells whether this session has a D-Bus. Without one the D-Bus library would start a bus of its own with dbus-launch,
// which holds no keychain and outlives the program.
func sessionBus() error {
	address := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	if address != "" && address != "autolaunch:" {
		return nil
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "bus")); err == nil {
			return nil
		}
	}
	return errors.New("this session has no D-Bus, so it has no keychain (Secret Service)")
}
