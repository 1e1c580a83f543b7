package ui

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"github.com/go-gl/glfw/v3.4/glfw"
)

// minimiser can minimise the window, which Fyne has no call for: a dot that nobody sees is drawn with the window, and while that
// happens the window's handle can be asked for.
type minimiser struct {
	handle *glfw.Window
	dot    *canvas.Raster
}

func newMinimiser() *minimiser {
	m := &minimiser{}
	m.dot = canvas.NewRaster(func(int, int) image.Image {
		if m.handle == nil {
			m.handle = glfw.GetCurrentContext()
		}
		return image.NewUniform(color.Transparent)
	})
	m.dot.SetMinSize(fyne.NewSize(1, 1))
	return m
}

// minimise tells whether it could.
func (m *minimiser) minimise() bool {
	if m.handle == nil {
		return false
	}
	m.handle.Iconify()
	return true
}
