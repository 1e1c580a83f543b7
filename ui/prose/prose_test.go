package prose_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"pgregory.net/rapid"

	"dakokubridge/ui/prose"
	"dakokubridge/ui/theme"
)

// wide counts a kanji as two and everything else as one.
func wide(s string) float32 {
	n := 0
	for _, r := range s {
		if n++; r >= 0x2e80 {
			n++
		}
	}
	return float32(n)
}

func TestLinesBreakAsTheyAreBrokenInPrint(t *testing.T) {
	for _, c := range []struct {
		words string
		room  float32
		want  string
	}{
		{"短い", 10, "短い"},
		{"アプリID 656c91d9 が登録されています。", 24, "アプリID 656c91d9 が登録\nされています。"},
		{"送れません（動きしだい）。次", 22, "送れません（動きしだ\nい）。次"}, // neither 」 nor 。 begins a line
		{"あいうえ（かき）", 10, "あいうえ\n（かき）"},             // no line ends with （
		{"The quick brown fox", 10, "The quick\nbrown fox"},
		{"3413b705398245c9d2d3 は長い", 10, "3413b705398245c9d2d3\nは長い"}, // what can't be broken stays whole
		{"", 10, ""},
	} {
		if got := prose.Break(c.words, c.room, wide); got != c.want {
			t.Errorf("%q in %v: %q, want %q", c.words, c.room, got, c.want)
		}
	}
}

func TestNothingIsLostAndEveryLineFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.StringOf(rapid.SampledFrom([]rune("打刻を送るー。、（）「」Ab 1"))).Draw(t, "words")
		room := float32(rapid.IntRange(12, 60).Draw(t, "room"))
		got := prose.Break(words, room, wide)
		strip := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if strip(got) != strip(words) {
			t.Fatalf("%q became %q", words, got)
		}
		for _, line := range strings.Split(got, "\n") {
			if r, _ := utf8.DecodeRuneInString(line); strings.ContainsRune("。、）」", r) && wide(got) > wide(words) && !strings.HasPrefix(words, string(r)) {
				t.Fatalf("%q begins a line in %q", r, got)
			}
		}
	})
}

func TestATextFollowsItsWidth(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.New(theme.Light, theme.Fonts{}))
	words := "Stamps are sent to TeamSpirit soon after somebody has come in, and at five in the morning."
	p := prose.New(words)
	w := test.NewTempWindow(t, p)
	w.Resize(fyne.NewSize(240, 200))
	narrow := strings.Count(p.Text, "\n")
	if narrow < 2 || p.Words() != words {
		t.Errorf("%q", p.Text)
	}
	if high := p.MinSize().Height; high < 3*15 {
		t.Errorf("%d lines are %v high", narrow+1, high)
	}
	w.Resize(fyne.NewSize(1200, 200))
	if p.Text != words {
		t.Errorf("there is room: %q", p.Text)
	}
	w.Resize(fyne.NewSize(240, 200))
	p.SetText(words + " " + words)
	if strings.Count(p.Text, "\n") <= narrow || p.Words() != words+" "+words {
		t.Errorf("%q", p.Text)
	}
}
