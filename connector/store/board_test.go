package store

import "testing"

// TestBoard are the cases of the board that this package answers for, by their names there.
func TestBoard(t *testing.T) {
	for name, run := range map[string]func(*testing.T){
		"B04-db-corrupt-page":       damagedPages,
		"B09-locked-by-backup-tool": lockedByAnother,
		"B11-sqlite-version-guard":  versionGuard,
		"M10-audit-edit":            tampering,
	} {
		t.Run(name, run)
	}
}
