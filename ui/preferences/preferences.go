// Package preferences is 設定: who links, pausing and unlinking, doors that do not count, this program, and the finer settings.
//
// Every change goes to the façade, which checks it; nothing is kept here.
package preferences

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// screen is the page with its parts, each in a file of its own.
type screen struct {
	f     *shell.Frame
	set   connector.Settings
	doors []connector.Door
	parts *fyne.Container
	link  *link

	unfolded bool // PCの外への通知 is being worked on
}

// New makes the screen. It takes no argument.
func New(f *shell.Frame, _ string) fyne.CanvasObject {
	s := &screen{f: f, parts: container.NewVBox(), link: newLink(f)}
	f.OnStatus(s.link.show)
	s.parts.Add(s.link.content)
	s.load()
	return container.NewVScroll(container.NewPadded(s.parts))
}

// reading is what the page shows beside the status.
type reading struct {
	set   connector.Settings
	doors []connector.Door
}

func (s *screen) load() {
	shell.Work(s.f, func(ctx context.Context) (r reading, err error) {
		if r.set, err = s.f.Connector.Settings(ctx); err != nil {
			return r, err
		}
		r.doors, err = s.f.Connector.Doors(ctx)
		return r, err
	}, func(r reading, err error) {
		if err != nil {
			s.parts.Objects = []fyne.CanvasObject{s.link.content, field.Chip(field.Bad, text.Error(err))}
			s.parts.Refresh()
			return
		}
		s.set, s.doors = r.set, r.doors
		s.parts.Objects = []fyne.CanvasObject{s.link.content, s.doorsCard(), s.monthCard(), s.notifyCard(), s.programCard(), s.helpCard(), s.finerCard(), s.aboutCard()}
		s.parts.Refresh()
	})
}

// save changes settings through the façade. done is called when they are in force; when they are refused, the page shows again what is.
func (s *screen) save(edit func(*connector.Settings), done func()) {
	set := s.set
	edit(&set)
	shell.Do(s.f, func(ctx context.Context) error { return s.f.Connector.SetSettings(ctx, set) }, func(err error) {
		if err != nil {
			s.f.Tell(text.Of("dialog_error"), refused(err))
			s.load()
			return
		}
		s.set = set
		done()
	}).Show(text.Of("preferences_saving"))
}
