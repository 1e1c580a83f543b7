package store

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// damagedPages: one flipped byte in the header of a page, for pages of every kind, is found by Open or by Check.
func damagedPages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s, err := Open(t.Context(), Options{Path: path})
	must(t, err)
	for n := range 5 {
		must(t, s.Update(t.Context(), noon, func(tx *Tx) error {
			for i := range 300 {
				if err := insert(t.Context(), fmt.Sprint(n*300+i))(tx); err != nil {
					return err
				}
			}
			tx.Audit("read", map[string]string{"rows": strings.Repeat("long text ", 2000)}) // overflow pages
			return nil
		}))
	}
	must(t, s.Close())
	whole, err := os.ReadFile(path)
	must(t, err)
	size := int(binary.BigEndian.Uint16(whole[16:]))
	kinds := make(map[byte]int)
	for at := 0; at < len(whole); at += size {
		head := at
		if at == 0 {
			head = 100
		}
		kind := whole[head]
		if kind != 2 && kind != 5 && kind != 10 && kind != 13 {
			kind = 0 // overflow: its first four bytes are the number of the next
		}
		if kinds[kind]++; kinds[kind] > 5 {
			continue
		}
		damaged := append([]byte(nil), whole...)
		if kind == 0 {
			damaged[head+3] ^= 0x55
		} else {
			damaged[head] ^= 0x55
		}
		must(t, os.WriteFile(path, damaged, 0o600))
		if !found(t, path) {
			t.Errorf("page %d of kind %d: the damage is not found", at/size, kind)
		}
	}
	for _, kind := range []byte{0, 2, 5, 10, 13} {
		if kinds[kind] == 0 {
			t.Errorf("no page of kind %d was damaged: %v", kind, kinds)
		}
	}
	for name, damaged := range map[string][]byte{
		"magic":    append([]byte("SQLite format 4\x00"), whole[16:]...),
		"cut":      whole[:len(whole)-size],
		"half":     whole[:len(whole)/2],
		"a header": whole[:50],
	} {
		must(t, os.WriteFile(path, damaged, 0o600))
		if !found(t, path) {
			t.Errorf("%s: the damage is not found", name)
		}
	}
	must(t, os.WriteFile(path, whole, 0o600))
	if found(t, path) {
		t.Error("damage is found in the whole file")
	}
}

// found tells whether Open or Check notices that the database is not sound.
func found(t *testing.T, path string) bool {
	t.Helper()
	for _, beside := range []string{"-wal", "-shm"} {
		_ = os.Remove(path + beside)
	}
	s, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		return true
	}
	defer func() { _ = s.Close() }()
	wrong, err := s.Check(t.Context())
	return err != nil || len(wrong) > 0
}
