//go:build !linux

package tray

import "context"

// Present tells whether this desktop shows icons in a tray: Windows and macOS always do.
func Present(context.Context) bool { return true }
