//go:build !race

package ui

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/ui/demo"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/shell/stage"
	"dakokubridge/ui/theme"
)

// screenshotsVariable names the folder into which pictures of all screens are written; without it they are only looked at.
const screenshotsVariable = "DAKOKUBRIDGE_SCREENSHOTS"

// camera takes pictures of the window in one language and mode.
type camera struct {
	language, mode string
	fonts          theme.Fonts
}

// studio has a camera for each language and mode.
type studio struct {
	t       *testing.T
	cameras []*camera
}

func newStudio(t *testing.T) *studio {
	fonts, err := theme.FindFonts()
	if err != nil {
		t.Fatal(err) // make test installs a Japanese font
	}
	s := &studio{t: t}
	for _, language := range []string{"ja", "en"} {
		for _, mode := range []string{"light", "dark"} {
			if os.Getenv(screenshotsVariable) == "" && (language == "ja") != (mode == "light") {
				continue // half of them is enough to see whether they can be drawn
			}
			s.cameras = append(s.cameras, &camera{language, mode, fonts})
		}
	}
	return s
}

// scene is what a picture shows.
type scene struct {
	name     string
	rig      *rig.Rig
	facade   connector.Connector // in the place of the rig's, if any
	place    shell.Place
	argument string
	act      func(s *stage.Stage)    // what is pressed before the picture is taken
	status   func(*connector.Status) // what is otherwise than the façade says
	demo     bool                    // with the demo's banner
	detail   bool                    // Japanese in light is enough (English in dark to look at), and of a dialog nothing around it
	size     fyne.Size               // of the window; zero for the usual one
	scale    float32                 // of the screen; zero for 100 %. Such a picture is only to look at
}

// take takes a picture with each camera.
func (st *studio) take(sc scene) {
	st.t.Helper()
	for _, c := range st.cameras {
		written := os.Getenv(screenshotsVariable) != ""
		if sc.detail && (c.language == "ja") != (c.mode == "light") || sc.detail && !written && c.language != "ja" {
			continue
		}
		st.t.Run(sc.name+"-"+c.language+"-"+c.mode, func(t *testing.T) { c.take(t, sc) })
	}
}

// take shows a place in a window as Run would build it, and takes the picture. It may not be empty, show a text that is missing, or cut
// a text off.
func (c *camera) take(t *testing.T, sc scene) {
	if sc.facade == nil {
		sc.facade = sc.rig.Local
	}
	s := stage.New(t, sc.facade, c.language)
	s.App.Settings().SetTheme(theme.New(theme.Mode(c.mode), c.fonts))
	s.Now = sc.rig.World.Clock().Now
	var top fyne.CanvasObject
	if sc.demo {
		s.Demo = true
		top = demo.New(s.Open(t.Context()), exhibit)
	}
	w := newWindow(t.Context(), s.Desk, top)
	defer w.close()
	if sc.size.IsZero() {
		sc.size = s.Window.Canvas().Size()
	}
	s.Window.Resize(sc.size)
	status, err := sc.facade.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.place = sc.place // chosen before the first state
	w.update(status)
	w.show(sc.place, sc.argument)
	s.Settle()
	if sc.act != nil {
		sc.act(s)
		s.Settle()
	}
	if sc.status != nil {
		sc.status(&status)
		w.update(status)
	}
	for key := range texts(t, c.language) {
		if strings.Contains(key, "_") && slices.Contains(strings.Split(s.Text(), "\n"), key) {
			t.Errorf("%s shows the key %s", sc.name, key)
		}
	}
	layOut(s.Window.Canvas())
	for _, words := range cutOff(s.Window.Canvas()) {
		t.Errorf("%s cuts off %q", sc.name, words)
	}
	c.capture(t, sc, s.Window)
}

// capture draws the window, or the dialog in it, and writes the picture where that is wanted.
func (c *camera) capture(t *testing.T, sc scene, window fyne.Window) {
	t.Helper()
	canvas := window.Canvas()
	if sc.scale != 0 {
		canvas.(interface{ SetScale(float32) }).SetScale(sc.scale)
		window.Resize(sc.size.AddWidthHeight(1, 1))
		window.Resize(sc.size)
		layOut(canvas)
	}
	picture := canvas.Capture()
	if overlays := canvas.Overlays().List(); sc.detail && len(overlays) > 0 {
		picture = part(picture, dialogIn(overlays[len(overlays)-1], canvas.Size()), canvas.Size())
	}
	reduced := fewColours(picture)
	if len(reduced.Palette) < 8 {
		t.Errorf("%s is empty", sc.name)
	}
	folder := os.Getenv(screenshotsVariable)
	if folder == "" {
		return
	}
	switch { // what is only for looking at once stays out of the project
	case sc.scale != 0:
		folder = filepath.Join(os.TempDir(), fmt.Sprintf("dakokubridge-scale-%g", 100*sc.scale))
	case sc.detail && c.language == "en":
		folder = filepath.Join(os.TempDir(), "dakokubridge-details")
	}
	write(t, filepath.Join(folder, c.language+"-"+c.mode, sc.name+".png"), reduced)
}

// dialogIn is where in a canvas the content of an overlay lies.
func dialogIn(overlay fyne.CanvasObject, size fyne.Size) (at image.Rectangle) {
	at = image.Rect(0, 0, int(size.Width), int(size.Height))
	var look func(o fyne.CanvasObject, from fyne.Position)
	look = func(o fyne.CanvasObject, from fyne.Position) {
		from = from.Add(o.Position())
		if p, ok := o.(*widget.PopUp); ok {
			from, size := from.Add(p.Content.Position()), p.Content.Size()
			at = image.Rect(int(from.X), int(from.Y), int(from.X+size.Width), int(from.Y+size.Height)).Inset(-6).Intersect(at)
			return
		}
		for _, part := range parts(o) {
			look(part, from)
		}
	}
	look(overlay, fyne.Position{})
	return at
}

// part cuts a part out of a picture; the part is given as it lies in a canvas of a size.
func part(picture image.Image, at image.Rectangle, size fyne.Size) image.Image {
	scale := float32(picture.Bounds().Dx()) / size.Width
	of := func(n int) int { return int(float32(n) * scale) }
	wanted := image.Rect(of(at.Min.X), of(at.Min.Y), of(at.Max.X), of(at.Max.Y))
	out := image.NewNRGBA(image.Rect(0, 0, wanted.Dx(), wanted.Dy()))
	draw.Draw(out, out.Bounds(), picture, wanted.Min, draw.Src)
	return out
}

func write(t *testing.T, path string, picture image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(file, picture); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// fewColours brings a picture down to 48 of 32,768 colours and takes the nearest of them for the others, so that the file is small. Those
// that are common or strong are kept: a small red mark is to stay red.
func fewColours(picture image.Image) *image.Paletted {
	b := picture.Bounds()
	whole := image.NewRGBA(b)
	draw.Draw(whole, b, picture, b.Min, draw.Src)
	type bin [3]uint8
	strength := func(k bin) int { return 1 + int(max(k[0], k[1], k[2])-min(k[0], k[1], k[2])) }
	count, exact, most := make(map[bin]int), make(map[color.RGBA]int), make(map[bin]color.RGBA)
	of := func(x, y int) bin {
		i := whole.PixOffset(x, y)
		return bin{whole.Pix[i] >> 3, whole.Pix[i+1] >> 3, whole.Pix[i+2] >> 3}
	}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			k, c := of(x, y), whole.RGBAAt(x, y)
			count[k]++
			if exact[c]++; exact[c] > exact[most[k]] {
				most[k] = c
			}
		}
	}
	bins := slices.SortedFunc(maps.Keys(count), func(a, b bin) int {
		return cmp.Or(count[b]*strength(b)-count[a]*strength(a), slices.Compare(a[:], b[:]))
	})
	var palette color.Palette
	for _, k := range bins[:min(48, len(bins))] {
		palette = append(palette, most[k])
	}
	nearest := make(map[bin]uint8)
	for k, c := range most {
		nearest[k] = uint8(palette.Index(c))
	}
	out := image.NewPaletted(b, palette)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			out.Pix[out.PixOffset(x, y)] = nearest[of(x, y)]
		}
	}
	return out
}
