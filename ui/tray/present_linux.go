package tray

import (
	"context"
	"time"

	"github.com/godbus/dbus/v5"
)

// watcher is who shows icons on a Linux desktop.
const watcher = "org.kde.StatusNotifierWatcher"

// patience is how long it may take to find out whether there is a tray.
const patience = 2 * time.Second

// Present tells whether this desktop shows icons in a tray at all. GNOME without an extension does not.
func Present(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	var there bool
	err = conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcher).Store(&there)
	return err == nil && there
}
