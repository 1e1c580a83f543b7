//go:build linux && !race

package window

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"dakokubridge/ui/theme"
)

// finder finds texts in a picture of the screen: it draws them as the window does and looks where the picture is like that.
type finder struct {
	drawn map[string][]pattern
}

// pattern is a text as it is drawn, light on dark, its mean taken off.
type pattern struct {
	w, h int
	at   []offset
	norm float64 // of the values of at
}

type offset struct {
	x, y  int
	value float64
}

func newFinder(t *testing.T) *finder {
	t.Helper()
	fonts, err := theme.FindFonts()
	must(t, err)
	test.NewTempApp(t).Settings().SetTheme(theme.New(theme.Dark, fonts))
	return &finder{drawn: make(map[string][]pattern)}
}

// patterns draws a text in the two weights.
func (f *finder) patterns(words string) []pattern {
	if known, ok := f.drawn[words]; ok {
		return known
	}
	var all []pattern
	for _, bold := range []bool{true, false} {
		line := canvas.NewText(words, color.White)
		line.TextStyle.Bold = bold
		c := software.NewTransparentCanvas()
		c.SetPadded(false)
		c.SetContent(line)
		c.Resize(line.MinSize())
		c.(interface{ SetScale(float32) }).SetScale(1)
		all = append(all, patternOf(c.Capture()))
	}
	f.drawn[words] = all
	return all
}

// margin is how much blank to the left and the right belongs to a text, so that it is told from a longer one that it is part of.
const margin = 5

// patternOf crops a drawing to its ink and the margin.
func patternOf(drawn image.Image) pattern {
	b := drawn.Bounds()
	ink := image.Rectangle{Min: b.Max, Max: b.Min}
	alpha := func(x, y int) float64 { _, _, _, a := drawn.At(x, y).RGBA(); return float64(a) / 0xffff }
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if alpha(x, y) > 0.1 {
				ink.Min.X, ink.Min.Y = min(ink.Min.X, x), min(ink.Min.Y, y)
				ink.Max.X, ink.Max.Y = max(ink.Max.X, x+1), max(ink.Max.Y, y+1)
			}
		}
	}
	ink.Min.X, ink.Max.X = ink.Min.X-margin, ink.Max.X+margin
	p := pattern{w: ink.Dx(), h: ink.Dy()}
	sum := 0.0
	for y := range p.h {
		for x := range p.w {
			v := alpha(ink.Min.X+x, ink.Min.Y+y)
			p.at = append(p.at, offset{x, y, v})
			sum += v
		}
	}
	mean := sum / float64(len(p.at))
	for i := range p.at {
		p.at[i].value -= mean
		p.norm += p.at[i].value * p.at[i].value
	}
	return p
}

// alike is how like its pattern a text on the screen has to be at least; 1 is the very same.
const alike = 0.8

// on finds a text in a picture and gives its middle; of several the one that is most alike.
func (f *finder) on(path, words string) (x, y int, there bool) {
	file, err := os.Open(path)
	if err != nil {
		return 0, 0, false
	}
	defer func() { _ = file.Close() }()
	picture, err := png.Decode(file)
	if err != nil {
		return 0, 0, false
	}
	g := grey(picture)
	best := alike
	for _, p := range f.patterns(words) {
		for py := 0; py+p.h <= g.h; py++ {
			for px := 0; px+p.w <= g.w; px++ {
				if like := g.like(p, px, py, best); like > best {
					best, x, y, there = like, px+p.w/2, py+p.h/2, true
				}
			}
		}
	}
	return x, y, there
}

// greys is a picture in shades of grey with sums over all above and left, so that mean and spread of a part cost nothing.
type greys struct {
	w, h         int
	value        []float64
	sum, squares []float64
}

func grey(picture image.Image) *greys {
	b := picture.Bounds()
	flat := image.NewGray(b)
	draw.Draw(flat, b, picture, b.Min, draw.Src)
	g := &greys{w: b.Dx(), h: b.Dy()}
	g.value = make([]float64, g.w*g.h)
	g.sum, g.squares = make([]float64, (g.w+1)*(g.h+1)), make([]float64, (g.w+1)*(g.h+1))
	for y := range g.h {
		for x := range g.w {
			v := float64(flat.Pix[y*flat.Stride+x]) / 255
			g.value[y*g.w+x] = v
			i := (y+1)*(g.w+1) + x + 1
			g.sum[i] = v + g.sum[i-1] + g.sum[i-g.w-1] - g.sum[i-g.w-2]
			g.squares[i] = v*v + g.squares[i-1] + g.squares[i-g.w-1] - g.squares[i-g.w-2]
		}
	}
	return g
}

func (g *greys) over(table []float64, x, y, w, h int) float64 {
	at := func(x, y int) float64 { return table[y*(g.w+1)+x] }
	return at(x+w, y+h) - at(x, y+h) - at(x+w, y) + at(x, y)
}

// like is how far a part of the picture is like a pattern, dark on light or light on dark; parts that can't come near wanted are given up.
func (g *greys) like(p pattern, x, y int, wanted float64) float64 {
	n := float64(p.w * p.h)
	sum := g.over(g.sum, x, y, p.w, p.h)
	spread := g.over(g.squares, x, y, p.w, p.h) - sum*sum/n
	if spread < 0.002*n { // no ink, or hardly any
		return 0
	}
	// A seventh of the points tells whether the rest is worth looking at.
	rough, own := 0.0, 0.0
	mean := sum / n
	for i := 0; i < len(p.at); i += 7 {
		o := p.at[i]
		v := g.value[(y+o.y)*g.w+x+o.x] - mean
		rough += v * o.value
		own += v * v
	}
	if math.Abs(rough*7) < (wanted-0.3)*math.Sqrt(spread*p.norm) || own == 0 {
		return 0
	}
	all := 0.0
	for _, o := range p.at {
		all += g.value[(y+o.y)*g.w+x+o.x] * o.value
	}
	return math.Abs(all) / math.Sqrt(spread*p.norm)
}

func TestAFinderFindsWhatIsThereAndNothingElse(t *testing.T) {
	f := newFinder(t)
	line := canvas.NewText("連携開始", color.White)
	line.TextStyle.Bold = true
	line.Resize(line.MinSize())
	line.Move(fyne.NewPos(200, 50))
	w := test.NewTempWindow(t, container.NewWithoutLayout(line))
	w.Resize(fyne.NewSize(600, 200))
	path := t.TempDir() + "/screen.png"
	file, err := os.Create(path)
	must(t, err)
	must(t, png.Encode(file, w.Canvas().Capture()))
	must(t, file.Close())
	x, y, there := f.on(path, "連携開始")
	if !there || x < 200 || x > 280 || y < 45 || y > 90 {
		t.Errorf("found at %d, %d: %v", x, y, there)
	}
	for _, other := range []string{"連携解除", "設定開始", "次へ"} {
		if x, y, there := f.on(path, other); there {
			t.Errorf("%s is found at %d, %d", other, x, y)
		}
	}
}
