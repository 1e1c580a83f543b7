// Package export saves what the façade gives as a file: the format is chosen, then the place.
//
// It makes no file itself and knows nothing of what is in one.
package export

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// Make gives a file in a format, in the language of the windows.
type Make func(ctx context.Context, f connector.Format, language string) (connector.File, error)

// Button opens a menu with the formats. The file's content is made when one is chosen.
func Button(f *shell.Frame, of Make) *widget.Button {
	b := widget.NewButtonWithIcon(text.Of("export_button"), theme.DocumentSaveIcon(), nil)
	b.OnTapped = func() {
		menu := fyne.NewMenu("",
			fyne.NewMenuItem(text.Of("export_excel"), func() { Run(f, connector.Excel, of) }),
			fyne.NewMenuItem(text.Of("export_csv"), func() { Run(f, connector.CSV, of) }),
		)
		popup := widget.NewPopUpMenu(menu, f.Window().Canvas())
		popup.ShowAtRelativePosition(fyne.NewPos(0, b.Size().Height), b)
	}
	return b
}

// Run makes a file, asks where to save it and saves it.
func Run(f *shell.Frame, format connector.Format, of Make) {
	shell.Work(f, func(ctx context.Context) (connector.File, error) { return of(ctx, format, text.Of("export_language")) },
		func(file connector.File, err error) {
			if err != nil {
				f.ShowError(err)
				return
			}
			Save(f, file)
		}).Show(text.Of("export_working"))
}

// Save asks where to save a file and saves it, readable for this user alone, for there are names in it.
func Save(f *shell.Frame, file connector.File) {
	f.SaveFile(file.Name, func(path string) {
		shell.Do(f, func(context.Context) error { return write(path, file.Content) }, func(err error) {
			if err != nil {
				f.Tell(text.Of("dialog_error"), text.Of("export_failed", text.Args{"File": filepath.Base(path)}))
				return
			}
			f.Tell(text.Of("export_done_title"), text.Of("export_done", text.Args{"File": path}))
		})
	})
}

// write puts the file in place in one step, so that a full disk leaves no half of one.
func write(path string, content []byte) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), ".dakokubridge-*.tmp") // mode 0600
	if err != nil {
		return fmt.Errorf("saving %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp.Name())
			err = fmt.Errorf("saving %s: %w", path, err)
		}
	}()
	_, err = temp.Write(content)
	if err == nil {
		err = temp.Sync()
	}
	if closing := temp.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
