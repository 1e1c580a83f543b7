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
	"time"

	"fyne.io/fyne/v2"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/ui/demo"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/shell/stage"
	"dakokubridge/ui/text"
	"dakokubridge/ui/theme"
)

// screenshotsVariable names the folder into which pictures of all screens are written; without it they are only looked at.
const screenshotsVariable = "DAKOKUBRIDGE_SCREENSHOTS"

// camera takes pictures of the window in one language and mode.
type camera struct {
	t              *testing.T
	language, mode string
	fonts          theme.Fonts
}

// Every screen is drawn in both languages, light and dark. None may be empty, and none may show a text that is missing.
func TestScreenshots(t *testing.T) {
	fonts, err := theme.FindFonts()
	if err != nil {
		t.Fatal(err) // make test installs a Japanese font
	}
	setUp, running := beforeTheStart(t), afterThreeDays(t)
	for _, language := range []string{"ja", "en"} {
		for _, mode := range []string{"light", "dark"} {
			if os.Getenv(screenshotsVariable) == "" && (language == "ja") != (mode == "light") {
				continue // half of them is enough to see whether they can be drawn
			}
			t.Run(language+"-"+mode, func(t *testing.T) {
				c := &camera{t: t, language: language, mode: mode, fonts: fonts}
				for step := range connector.LastStep + 1 {
					if err := setUp.SaveSetup(t.Context(), connector.Setup{Step: step, Start: start, AppliedAt: start.Add(-22 * time.Hour)}); err != nil {
						t.Fatal(err)
					}
					c.take(setUp, shell.Setup, fmt.Sprintf("wizard-%d", step))
				}
				for _, place := range []shell.Place{shell.Dashboard, shell.People, shell.Days, shell.History, shell.Settings} {
					c.take(running, place, string(place))
				}
			})
		}
	}
}

// start is when the integration of the pictures starts.
var start = time.Date(2026, 11, 25, 5, 0, 0, 0, text.Zone)

func beforeTheStart(t *testing.T) *rig.Rig {
	r := rig.New(t, rig.Options{Seed: 1, Size: company.Small, Days: 5})
	for side, role := range map[connector.Side]string{connector.Akerun: "super_manager", connector.Salesforce: "admin"} {
		if _, err := r.SignIn(side, role); err != nil {
			t.Fatal(err)
		}
	}
	offices, err := r.Organizations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.ChooseOrganization(t.Context(), offices[0].ID); err != nil {
		t.Fatal(err)
	}
	return r
}

func afterThreeDays(t *testing.T) *rig.Rig {
	r := rig.New(t, rig.Options{Seed: 1, Size: company.Small, Days: 5})
	r.Link(start)
	r.RunUntil(start.Add(3*24*time.Hour - 13*time.Hour)) // 16:00 on the third day
	return r
}

// take shows a place in a window as Run would build it, and takes the picture.
func (c *camera) take(r *rig.Rig, place shell.Place, name string) {
	c.t.Helper()
	s := stage.New(c.t, r.Local, c.language)
	s.App.Settings().SetTheme(theme.New(theme.Mode(c.mode), c.fonts))
	s.Now = r.World.Clock().Now
	var top fyne.CanvasObject
	if place == shell.Dashboard {
		s.Demo = true
		top = demo.New(s.Open(c.t.Context()), demo.World{Speed: func() float64 { return 720 }})
	}
	w := newWindow(c.t.Context(), s.Desk, top)
	defer w.close()
	status, err := r.Status(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	w.place = place // chosen before the first state
	w.update(status)
	w.show(place, "")
	s.Settle()
	for key := range texts(c.t, c.language) {
		if strings.Contains(key, "_") && slices.Contains(strings.Split(s.Text(), "\n"), key) {
			c.t.Errorf("%s shows the key %s", name, key)
		}
	}
	size := s.Window.Canvas().Size() // the test's driver lays out anew only when the size changes
	s.Window.Resize(size.AddWidthHeight(1, 1))
	s.Window.Resize(size)
	picture := s.Window.Canvas().Capture()
	reduced := fewColours(picture)
	if len(reduced.Palette) < 8 {
		c.t.Errorf("%s is empty", name)
	}
	if folder := os.Getenv(screenshotsVariable); folder != "" {
		c.write(filepath.Join(folder, c.language+"-"+c.mode, name+".png"), reduced)
	}
}

func (c *camera) write(path string, picture image.Image) {
	c.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	file, err := os.Create(path)
	if err != nil {
		c.t.Fatal(err)
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(file, picture); err != nil {
		c.t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		c.t.Fatal(err)
	}
}

// fewColours brings a picture down to the 120 commonest of 32,768 colours and takes the nearest of them for the others, so that the
// file is small.
func fewColours(picture image.Image) *image.Paletted {
	b := picture.Bounds()
	whole := image.NewRGBA(b)
	draw.Draw(whole, b, picture, b.Min, draw.Src)
	type bin [3]uint8
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
		return cmp.Or(count[b]-count[a], slices.Compare(a[:], b[:]))
	})
	var palette color.Palette
	for _, k := range bins[:min(120, len(bins))] {
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
