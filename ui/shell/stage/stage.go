// Package stage puts a screen before a test: in Fyne's test driver, on a real façade, with a queue in the place of Fyne's goroutine.
//
// It asserts nothing by itself but that what a test looks for is there. For tests only.
package stage

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
	"dakokubridge/ui/theme"
)

// limit is how long a test waits for work at most; real time.
const limit = 2 * time.Minute

// Stage is a desk with a window of the test driver.
type Stage struct {
	*shell.Desk
	// Opened, Saved, Shown and ToOpen record and answer what a screen asks for.
	Opened []string      // addresses given to the browser
	Went   []shell.Place // places navigated to, each with its argument in WentWith
	With   []string
	Path   string // answer to the next file dialogs; empty gives up

	t      testing.TB
	frame  *shell.Frame
	mu     sync.Mutex
	posted []func()
	signal chan struct{}
}

// New makes a stage in a language. Frames are closed and tasks waited for when the test ends.
func New(t testing.TB, c connector.Connector, language string) *Stage {
	t.Helper()
	s := &Stage{Desk: shell.NewDesk(c), t: t, signal: make(chan struct{}, 1)}
	app := test.NewTempApp(t)
	app.Settings().SetTheme(theme.New(theme.Light, theme.Fonts{}))
	if _, err := text.Load(language); err != nil {
		t.Fatal(err)
	}
	s.App, s.Window = app, app.NewWindow("")
	s.Window.Resize(fyne.NewSize(1100, 760))
	s.Post = s.post
	s.OpenURL = func(address string) error { s.Opened = append(s.Opened, address); return nil }
	s.SaveFile = func(_ string, then func(string)) { s.file(then) }
	s.OpenFile = func(_ []string, then func(string)) { s.file(then) }
	s.Go = func(place shell.Place, argument string) {
		s.Went, s.With = append(s.Went, place), append(s.With, argument)
	}
	s.Refresh()
	t.Cleanup(func() {
		if s.frame != nil {
			s.frame.Close()
		}
		s.Wait()
	})
	return s
}

func (s *Stage) file(then func(string)) {
	if s.Path != "" {
		then(s.Path)
	}
}

func (s *Stage) post(f func()) {
	s.mu.Lock()
	s.posted = append(s.posted, f)
	s.mu.Unlock()
	select {
	case s.signal <- struct{}{}:
	default:
	}
}

func (s *Stage) take() func() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.posted) == 0 {
		return nil
	}
	f := s.posted[0]
	s.posted = s.posted[1:]
	return f
}

// Show puts a screen into the window in the place of the former one, and settles.
func (s *Stage) Show(screen shell.Screen, argument string) *shell.Frame {
	s.t.Helper()
	if s.frame != nil {
		s.frame.Close()
	}
	s.frame = s.Open(s.t.Context())
	s.Window.SetContent(screen(s.frame, argument))
	s.Settle()
	return s.frame
}

// Refresh hands the façade's status to the screens.
func (s *Stage) Refresh() {
	s.t.Helper()
	status, err := s.Connector.Status(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	s.Update(status)
}

// Settle lets all work come to its end and then hands the status to the screens.
func (s *Stage) Settle() {
	s.t.Helper()
	s.Until("no work going on", func() bool { return s.Pending() == 0 })
	s.Refresh()
	s.Until("no work going on", func() bool { return s.Pending() == 0 })
}

// Until runs what is posted until something holds.
func (s *Stage) Until(what string, holds func() bool) {
	s.t.Helper()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	for {
		if f := s.take(); f != nil {
			f()
			continue
		}
		if holds() {
			return
		}
		select {
		case <-s.signal:
		case <-deadline.C:
			s.t.Fatalf("waited %v for %s; shown is:\n%s", limit, what, s.Text())
		}
	}
}

// Tap presses the button or tick that says so, and settles.
func (s *Stage) Tap(label string) {
	s.t.Helper()
	s.Press(label)
	s.Settle()
}

// Press is Tap without waiting for what comes of it.
func (s *Stage) Press(label string) {
	s.t.Helper()
	o := s.find(label)
	switch o := o.(type) {
	case *widget.Button:
		if o.Disabled() {
			s.t.Fatalf("the button %q can't be pressed; shown is:\n%s", label, s.Text())
		}
		test.Tap(o)
	case *widget.Check:
		test.Tap(o)
	case *widget.Hyperlink:
		test.Tap(o)
	default:
		s.t.Fatalf("there is no button %q; shown is:\n%s", label, s.Text())
	}
}

// Enabled tells whether the button that says so can be pressed.
func (s *Stage) Enabled(label string) bool {
	s.t.Helper()
	o, ok := s.find(label).(fyne.Disableable)
	if !ok {
		s.t.Fatalf("there is no button %q; shown is:\n%s", label, s.Text())
	}
	return !o.Disabled()
}

// Has tells whether that text is part of what is shown.
func (s *Stage) Has(part string) bool { return strings.Contains(s.Text(), part) }

// Want fails the test unless each text is part of what is shown.
func (s *Stage) Want(parts ...string) {
	s.t.Helper()
	for _, part := range parts {
		if !s.Has(part) {
			s.t.Errorf("%q is not shown; shown is:\n%s", part, s.Text())
		}
	}
}

// Entries are the text fields that are shown, from top to bottom.
func (s *Stage) Entries() []*widget.Entry {
	var all []*widget.Entry
	s.walk(func(o fyne.CanvasObject) bool {
		if e, ok := o.(*widget.Entry); ok {
			all = append(all, e)
			return false
		}
		return true
	})
	return all
}

// Fill types into the text field with that placeholder.
func (s *Stage) Fill(placeholder, typed string) {
	s.t.Helper()
	all := s.Entries()
	i := slices.IndexFunc(all, func(e *widget.Entry) bool { return e.PlaceHolder == placeholder })
	if i < 0 {
		s.t.Fatalf("there is no field %q; shown is:\n%s", placeholder, s.Text())
	}
	all[i].SetText("")
	test.Type(all[i], typed)
	s.Settle()
}

// Text is everything that can be read, dialogs included, a line each.
func (s *Stage) Text() string {
	var lines []string
	s.walk(func(o fyne.CanvasObject) bool {
		if line := Label(o); line != "" {
			lines = append(lines, line)
			return false
		}
		return true
	})
	return strings.Join(lines, "\n")
}
