package shell

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/ui/prose"
	"dakokubridge/ui/text"
)

// sentenceWidth is how wide a sentence in a dialog runs before it breaks.
const sentenceWidth = 460

// ShowError tells what happened and what to do. Nothing is shown for work that a person has given up.
func (f *Frame) ShowError(err error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	f.Tell(text.Of("dialog_error"), text.Error(err))
}

// Tell shows a sentence until it is closed.
func (f *Frame) Tell(title, sentence string) {
	f.desk.Show(dialog.NewCustom(title, text.Of("button_close"), sentenceOf(sentence), f.Window()))
}

// Ask shows a question; then is called where it is answered with yes, whose button says what will happen.
func (f *Frame) Ask(title, question, yes string, then func()) {
	f.AskWith(title, sentenceOf(question), yes, then)
}

// AskWith is Ask with any content.
func (f *Frame) AskWith(title string, content fyne.CanvasObject, yes string, then func()) {
	f.desk.Show(dialog.NewCustomConfirm(title, yes, text.Of("button_cancel"), content, func(agreed bool) {
		if agreed {
			then()
		}
	}, f.Window()))
}

// ShowDialog shows any content with a button that closes it, and returns the dialog.
func (f *Frame) ShowDialog(title string, content fyne.CanvasObject) dialog.Dialog {
	d := dialog.NewCustom(title, text.Of("button_close"), content, f.Window())
	f.desk.Show(d)
	return d
}

func (f *Frame) showAddress(address string) {
	field := widget.NewMultiLineEntry()
	field.Wrapping = fyne.TextWrapBreak
	field.SetText(address)
	copied := widget.NewButton(text.Of("button_copy"), func() { f.Copy(address) })
	f.ShowDialog(text.Of("dialog_browser"), container.NewVBox(sentenceOf(text.Of("browser_failed")), field, copied))
}

func sentenceOf(sentence string) fyne.CanvasObject {
	spacer := container.NewGridWrap(fyne.NewSize(sentenceWidth, 1))
	return container.NewStack(container.NewVBox(spacer), prose.New(sentence))
}
