package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"dakokubridge/connector"
)

// formatOf takes the format of an export from the end of the file's name; Excel where it says nothing.
func formatOf(name string) connector.Format {
	if strings.EqualFold(filepath.Ext(name), ".csv") {
		return connector.CSV
	}
	return connector.Excel
}

// saveExport writes an export, with names of people in it, so that only this user can read it. A file that is there already stays.
func saveExport(c *console, name string, file connector.File, err error) error {
	if err != nil {
		return err
	}
	if err := saveNew(name, file.Content); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%d rows written to %s\n", file.Rows, name)
	return nil
}

func saveNew(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if os.IsExist(err) {
		return usage("%s is there already: give another name", name)
	}
	if err != nil {
		return usage("%s can't be written (%v): give another name", name, err)
	}
	if _, err = f.Write(content); err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}
