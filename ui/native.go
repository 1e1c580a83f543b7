package ui

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"github.com/go-gl/glfw/v3.4/glfw"
)

// native is the window beneath Fyne's, for what Fyne has no call for: minimising, and the Escape key whatever has the focus. A dot that
// nobody sees is drawn with the window, and while that happens the window's handle can be asked for.
type native struct {
	// escape is called when Escape is pressed, on Fyne's goroutine, and tells whether that was for it.
	escape func() bool

	handle *glfw.Window
	dot    *canvas.Raster
}

func newNative(escape func() bool) *native {
	n := &native{escape: escape}
	n.dot = canvas.NewRaster(func(int, int) image.Image {
		if n.handle == nil {
			n.found(glfw.GetCurrentContext())
		}
		return image.NewUniform(color.Transparent)
	})
	n.dot.SetMinSize(fyne.NewSize(1, 1))
	return n
}

func (n *native) found(handle *glfw.Window) {
	if handle == nil {
		return
	}
	n.handle = handle
	var theirs glfw.KeyCallback // Fyne's own
	theirs = handle.SetKeyCallback(func(w *glfw.Window, key glfw.Key, code int, action glfw.Action, mods glfw.ModifierKey) {
		if key == glfw.KeyEscape && action == glfw.Press && n.escape() {
			return
		}
		if theirs != nil {
			theirs(w, key, code, action, mods)
		}
	})
}

// minimise tells whether it could.
func (n *native) minimise() bool {
	if n.handle == nil {
		return false
	}
	n.handle.Iconify()
	return true
}

// restore undoes minimise. Nothing else about the window changes: a maximised one stays so.
func (n *native) restore() {
	if n.handle != nil && n.handle.GetAttrib(glfw.Iconified) == glfw.True {
		n.handle.Restore()
	}
}
