// Package prose is running text that breaks its lines as Japanese and English are broken: between any two kanji or kana, never before
// 「。」 or after 「（」, and between words. Fyne's own labels break at blanks alone, which leaves Japanese lines half empty.
//
// It knows neither what is said nor in which language.
package prose

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"github.com/go-text/typesetting/segmenter"
)

// Text is a label whose lines are broken for the width it has. Set its words with SetText alone; the label's own Text is those words
// with line breaks in between.
type Text struct {
	widget.Label

	words  string
	within float32 // the width the lines were broken for
}

// New makes a text.
func New(words string) *Text {
	t := &Text{words: words}
	t.Text, t.Wrapping = words, fyne.TextWrapWord
	t.ExtendBaseWidget(t)
	return t
}

// Words are what was set, without the line breaks in between.
func (t *Text) Words() string { return t.words }

// SetText shows other words.
func (t *Text) SetText(words string) {
	t.words = words
	t.Label.SetText(t.broken(t.Size().Width))
}

// Resize implements fyne.CanvasObject.
func (t *Text) Resize(size fyne.Size) {
	if size.Width != t.within {
		if broken := t.broken(size.Width); broken != t.Text {
			t.Label.SetText(broken)
		}
	}
	t.Label.Resize(size)
}

// Refresh implements fyne.CanvasObject. Another theme may have wider letters.
func (t *Text) Refresh() {
	t.Text = t.broken(t.Size().Width)
	t.Label.Refresh()
}

// broken are the words in lines that fit a width.
func (t *Text) broken(width float32) string {
	t.within = width
	size := theme.SizeForWidget(theme.SizeNameText, t)
	if t.SizeName != "" {
		size = theme.SizeForWidget(t.SizeName, t)
	}
	room := width - 2*theme.SizeForWidget(theme.SizeNameInnerPadding, t)
	if room <= 0 {
		return t.words
	}
	measure := func(s string) float32 { return fyne.MeasureText(s, size, t.TextStyle).Width }
	paragraphs := strings.Split(t.words, "\n")
	for n, p := range paragraphs {
		paragraphs[n] = Break(p, room, measure)
	}
	return strings.Join(paragraphs, "\n")
}

// Break puts line breaks into one paragraph so that each line fits the room, as far as there are places to break at. What can't be broken
// is left to whoever draws it.
func Break(paragraph string, room float32, measure func(string) float32) string {
	if measure(paragraph) <= room {
		return paragraph
	}
	var seg segmenter.Segmenter
	seg.InitWithString(paragraph)
	var lines []string
	line := ""
	for parts := seg.LineIterator(); parts.Next(); {
		part := string(parts.Line().Text)
		if line != "" && measure(strings.TrimRight(line+part, " ")) > room {
			lines = append(lines, strings.TrimRight(line, " "))
			line = ""
		}
		line += part
	}
	return strings.Join(append(lines, line), "\n")
}
