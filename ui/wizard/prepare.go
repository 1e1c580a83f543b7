package wizard

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"dakokubridge/ui/field"
	"dakokubridge/ui/text"
)

// prepare is step 0, 準備するもの: who is needed at which step, with a letter to each.
func prepare(w *wizard) fyne.CanvasObject {
	parts := []fyne.CanvasObject{field.Paragraph(text.Of("wizard_prepare_intro"))}
	for _, who := range []string{"akerun", "salesforce", "teamspirit"} {
		letter := field.CopyButton(w.page, text.Of("wizard_copy_letter"), func() string { return w.letter(who) })
		parts = append(parts, field.Card(
			field.Strong(text.Of("wizard_prepare_"+who)),
			field.Paragraph(text.Of("wizard_prepare_"+who+"_does")),
			row(letter),
		))
	}
	parts = append(parts,
		field.Chip(field.Warn, text.Of("wizard_prepare_official")),
		field.Chip(field.Warn, text.Of("wizard_prepare_pc")),
	)
	return container.NewVBox(parts...)
}
