package theme

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"os"
	"slices"

	"fyne.io/fyne/v2"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/fontscan"
)

// Fonts are the fonts of the windows, each a single TrueType or OpenType font. Nil is Fyne's own.
type Fonts struct {
	Regular, Bold fyne.Resource
}

// families are the Japanese fonts to look for, the best first: those of Windows, of macOS, of Linux. Fyne would ask the system
// itself, by the system's language, and would then draw 直 骨 令 in Chinese shapes on a PC that is not Japanese.
var families = []string{
	"Yu Gothic UI", "Meiryo UI", "Meiryo", "BIZ UDPGothic", "Yu Gothic",
	"Hiragino Sans", "Hiragino Kaku Gothic ProN",
	"Noto Sans CJK JP", "Noto Sans JP", "IPAexGothic", "IPAPGothic", "VL PGothic", "TakaoPGothic",
}

// FindFonts looks for a Japanese font among those installed and takes a regular and a bold face of it into memory. Where there is
// none, the fonts are nil and err says so; Fyne's own fonts with what the system adds are used then.
func FindFonts() (Fonts, error) {
	cache, err := os.UserCacheDir() // where Fyne keeps the same index
	if err != nil {
		return Fonts{}, fmt.Errorf("looking for fonts: %w", err)
	}
	installed, err := fontscan.SystemFonts(log.New(io.Discard, "", 0), cache)
	if err != nil {
		return Fonts{}, fmt.Errorf("looking for fonts: %w", err)
	}
	regular, bold, ok := choose(installed)
	if !ok {
		return Fonts{}, fmt.Errorf("no Japanese font is installed on this PC")
	}
	var fonts Fonts
	if fonts.Regular, err = face(regular); err != nil {
		return Fonts{}, err
	}
	if fonts.Bold, err = face(bold); err != nil {
		return Fonts{}, err
	}
	return fonts, nil
}

// choose finds the best family that has both weights, or else the best that is there at all.
func choose(installed []fontscan.Footprint) (regular, bold fontscan.Location, ok bool) {
	for _, family := range families {
		name := font.NormalizeFamily(family)
		r, hasRegular := nearest(installed, name, font.WeightNormal)
		b, hasBold := nearest(installed, name, font.WeightBold)
		switch {
		case hasRegular && hasBold:
			return r, b, true
		case hasRegular && !ok:
			regular, bold, ok = r, r, true
		}
	}
	return regular, bold, ok
}

// nearest finds the upright face of a family whose weight is nearest, within 100. Instances of variable fonts are left out: Fyne
// would draw their default instance.
func nearest(installed []fontscan.Footprint, family string, weight font.Weight) (fontscan.Location, bool) {
	fits := slices.DeleteFunc(slices.Clone(installed), func(f fontscan.Footprint) bool {
		return f.Family != family || f.Aspect.Style != font.StyleNormal || f.Location.Instance != 0 || apart(f.Aspect.Weight, weight) > 100
	})
	if len(fits) == 0 {
		return fontscan.Location{}, false
	}
	best := slices.MinFunc(fits, func(a, b fontscan.Footprint) int {
		return int(apart(a.Aspect.Weight, weight) - apart(b.Aspect.Weight, weight))
	})
	return best.Location, true
}

func apart(a, b font.Weight) font.Weight { return max(a-b, b-a) }

// face reads one face of a font file; out of a collection it is copied into a file of its own, because Fyne reads no collections.
func face(where fontscan.Location) (fyne.Resource, error) {
	data, err := os.ReadFile(where.File)
	if err != nil {
		return nil, fmt.Errorf("reading a font: %w", err)
	}
	loaders, err := opentype.NewLoaders(bytes.NewReader(data))
	if err != nil || int(where.Index) >= len(loaders) {
		return nil, fmt.Errorf("reading the font %s: face %d: %w", where.File, where.Index, err)
	}
	name := fmt.Sprintf("%s#%d", where.File, where.Index)
	if len(loaders) == 1 {
		return fyne.NewStaticResource(name, data), nil
	}
	var tables []opentype.Table
	for _, tag := range loaders[where.Index].Tables() {
		content, err := loaders[where.Index].RawTable(tag)
		if err != nil {
			return nil, fmt.Errorf("reading the font %s: %w", where.File, err)
		}
		tables = append(tables, opentype.Table{Tag: tag, Content: content})
	}
	return fyne.NewStaticResource(name, opentype.WriteTTF(tables)), nil
}
