package theme

import (
	"bytes"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/fontscan"

	"dakokubridge/connector"
)

func TestEachStateHasItsOwnPicture(t *testing.T) {
	seen := make(map[string]State)
	for _, s := range []State{Idle, Waiting, Running, Paused, NeedsLink, Retrying} {
		icon := s.Icon()
		if icon == nil {
			t.Fatalf("%s has no icon", s)
		}
		if other, twice := seen[string(icon.Content())]; twice {
			t.Errorf("%s looks like %s", s, other)
		}
		seen[string(icon.Content())] = s
	}
}

func TestTheStateOfAStatus(t *testing.T) {
	for _, c := range []struct {
		status connector.Status
		want   State
	}{
		{connector.Status{Phase: connector.NotSetUp}, Idle},
		{connector.Status{Phase: connector.Applied}, Idle},
		{connector.Status{Phase: connector.Ready}, Idle},
		{connector.Status{Phase: connector.Unlinked}, Idle},
		{connector.Status{Phase: connector.Waiting}, Waiting},
		{connector.Status{Phase: connector.Running}, Running},
		{connector.Status{Phase: connector.Running, Warnings: []string{"akerun offline"}}, Retrying},
		{connector.Status{Phase: connector.Paused, Warnings: []string{"akerun offline"}}, Paused},
		{connector.Status{Phase: connector.NeedsLink}, NeedsLink},
	} {
		if got := StateOf(c.status); got != c.want {
			t.Errorf("%s %v is shown as %s, want %s", c.status.Phase, c.status.Warnings, got, c.want)
		}
	}
}

func TestLightAndDarkAreForcedOrFollowTheSystem(t *testing.T) {
	test.NewTempApp(t)
	for _, c := range []struct {
		mode   Mode
		system fyne.ThemeVariant
		dark   bool
	}{
		{System, theme.VariantLight, false}, {System, theme.VariantDark, true},
		{Light, theme.VariantDark, false}, {Dark, theme.VariantLight, true},
	} {
		r, _, _, _ := New(c.mode, Fonts{}).Color(theme.ColorNameBackground, c.system).RGBA()
		if dark := r < 0x8000; dark != c.dark {
			t.Errorf("%q on %d: dark %v", c.mode, c.system, dark)
		}
		if New(c.mode, Fonts{}).Color(Good, c.system) == theme.DefaultTheme().Color(theme.ColorNameForeground, c.system) {
			t.Error("our colours are Fyne's")
		}
	}
}

func footprint(family string, weight font.Weight, file string) fontscan.Footprint {
	return fontscan.Footprint{Family: font.NormalizeFamily(family), Aspect: font.Aspect{Style: font.StyleNormal, Weight: weight}, Location: fontscan.Location{File: file}}
}

func TestTheBestFamilyIsChosen(t *testing.T) {
	variable := footprint("Noto Sans CJK JP", font.WeightBold, "variable")
	variable.Location.Instance = 2
	for name, c := range map[string]struct {
		installed     []fontscan.Footprint
		regular, bold string
	}{
		"none":               {[]fontscan.Footprint{footprint("DejaVu Sans", font.WeightNormal, "d")}, "", ""},
		"both weights":       {[]fontscan.Footprint{footprint("Noto Sans CJK JP", font.WeightBold, "b"), footprint("Noto Sans CJK JP", font.WeightNormal, "r")}, "r", "b"},
		"a better one first": {[]fontscan.Footprint{footprint("Noto Sans CJK JP", font.WeightNormal, "r"), footprint("Noto Sans CJK JP", font.WeightBold, "b"), footprint("Meiryo", font.WeightNormal, "mr"), footprint("Meiryo", font.WeightBold, "mb")}, "mr", "mb"},
		"both before better": {[]fontscan.Footprint{footprint("Yu Gothic UI", font.WeightNormal, "y"), footprint("Meiryo", font.WeightNormal, "mr"), footprint("Meiryo", font.WeightBold, "mb")}, "mr", "mb"},
		"no bold":            {[]fontscan.Footprint{footprint("IPAexGothic", font.WeightNormal, "i")}, "i", "i"},
		"semibold will do":   {[]fontscan.Footprint{footprint("Hiragino Sans", 300, "w3"), footprint("Hiragino Sans", 600, "w6"), footprint("Hiragino Sans", 900, "w9")}, "w3", "w6"},
		"no instance":        {[]fontscan.Footprint{footprint("Noto Sans CJK JP", font.WeightNormal, "r"), variable}, "r", "r"},
	} {
		regular, bold, ok := choose(c.installed)
		if regular.File != c.regular || bold.File != c.bold || ok != (c.regular != "") {
			t.Errorf("%s: %q %q %v", name, regular.File, bold.File, ok)
		}
	}
}

// The fonts of this machine: the shapes have to be Japanese ones, out of a collection or not.
func TestTheFontsOfThisMachine(t *testing.T) {
	fonts, err := FindFonts()
	if err != nil {
		t.Fatal(err) // make test installs a Japanese font
	}
	if fonts.Regular.Name() == fonts.Bold.Name() {
		t.Error("no bold of its own")
	}
	for _, f := range []fyne.Resource{fonts.Regular, fonts.Bold} {
		parsed, err := font.ParseTTF(bytes.NewReader(f.Content()))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range "直骨令𠮷打刻" {
			if _, ok := parsed.NominalGlyph(r); !ok {
				t.Errorf("%s has no %c", f.Name(), r)
			}
		}
	}
	th := New(Light, fonts)
	if th.Font(fyne.TextStyle{Bold: true}) != fonts.Bold || th.Font(fyne.TextStyle{}) != fonts.Regular || th.Font(fyne.TextStyle{Symbol: true}) == fonts.Regular {
		t.Error("styles get the wrong font")
	}
}
