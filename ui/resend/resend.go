// Package resend shows what sending again would send, and sends it when a person agrees.
//
// What may be sent again is decided by the façade alone.
package resend

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// Ask shows the preview of a request. done is called after something was handed over for sending.
func Ask(f *shell.Frame, request connector.ResendRequest, done func()) {
	shell.Work(f, func(ctx context.Context) ([]connector.Resend, error) { return f.Connector.ResendPreview(ctx, request) },
		func(planned []connector.Resend, err error) {
			switch {
			case err != nil:
				f.ShowError(err)
			case len(planned) == 0:
				f.Tell(text.Of("resend_title"), text.Of("resend_nothing"))
			default:
				confirm(f, request, planned, done)
			}
		}).Show(text.Of("resend_looking"))
}

func confirm(f *shell.Frame, request connector.ResendRequest, planned []connector.Resend, done func()) {
	table := field.NewTable([]field.Column[connector.Resend]{
		{Title: text.Of("resend_day"), Width: 110, Text: func(r connector.Resend) string { return r.Day }},
		{Title: text.Of("resend_code"), Width: 90, Text: func(r connector.Resend) string { return r.EmployeeCode }},
		{Title: text.Of("resend_name"), Width: 130, Text: func(r connector.Resend) string { return r.Name }},
		{Title: text.Of("resend_kind"), Width: 70, Text: func(r connector.Resend) string { return text.Kind(r.Kind) }},
		{Title: text.Of("resend_at"), Width: 140, Text: func(r connector.Resend) string { return text.Instant(r.At) }},
		{Title: text.Of("resend_because"), Width: 220, Text: func(r connector.Resend) string { return text.Reason(r.Because) }},
	})
	table.SetRows(planned)
	content := container.NewBorder(field.Paragraph(text.Of("resend_question", text.Args{"N": len(planned)})), nil, nil, nil,
		container.NewStack(spacer(fyne.NewSize(780, 260)), table))
	f.AskWith(text.Of("resend_title"), content, text.Of("resend_yes", text.Args{"N": len(planned)}), func() { send(f, request, done) })
}

func spacer(size fyne.Size) fyne.CanvasObject {
	return container.NewGridWrap(size, widget.NewLabel(""))
}

func send(f *shell.Frame, request connector.ResendRequest, done func()) {
	shell.Work(f, func(ctx context.Context) ([]connector.Resend, error) { return f.Connector.Resend(ctx, request) },
		func(sent []connector.Resend, err error) {
			if err != nil {
				f.ShowError(err)
				return
			}
			f.Tell(text.Of("resend_title"), text.Of("resend_done", text.Args{"N": len(sent)}))
			done()
		}).Show(text.Of("resend_sending"))
}
