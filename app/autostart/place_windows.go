package autostart

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows/registry"
)

// runKey holds what starts with this user's session. Windows' own list of start-up programs can switch an entry off beside it,
// and such a choice is left alone.
const runKey = `Software\Microsoft\Windows\CurrentVersion\Run`

func (e Entry) set() (changed bool, err error) {
	key, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE|registry.SET_VALUE)
	if err != nil {
		return false, fmt.Errorf("opening what starts with the session: %w", err)
	}
	defer func() { err = errors.Join(err, key.Close()) }()
	if before, _, err := key.GetStringValue(e.Name); err == nil && before == runValue(e) {
		return false, nil
	}
	if err := key.SetStringValue(e.Name, runValue(e)); err != nil {
		return false, fmt.Errorf("writing what starts with the session: %w", err)
	}
	return true, nil
}

func (e Entry) remove() (err error) {
	key, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("opening what starts with the session: %w", err)
	}
	defer func() { err = errors.Join(err, key.Close()) }()
	if err := key.DeleteValue(e.Name); err != nil && !errors.Is(err, registry.ErrNotExist) {
		return fmt.Errorf("removing what starts with the session: %w", err)
	}
	return nil
}
