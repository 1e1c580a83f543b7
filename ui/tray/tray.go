// Package tray is the icon in the notification area: the state as picture, title and tooltip, and a menu.
//
// It shows what it is told and calls what it is given; it knows neither the window nor the façade.
package tray

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/systray"

	"dakokubridge/connector"
	"dakokubridge/ui/text"
	"dakokubridge/ui/theme"
)

// Host is what a desktop offers for an icon in its tray.
type Host interface {
	SetMenu(*fyne.Menu)
	SetIcon(fyne.Resource)
	// SetWords sets title and tooltip. Some desktops show the one, some the other.
	SetWords(title, tooltip string)
}

// Actions are what the menu does.
type Actions struct {
	Sync, Pause, Resume, Open, Quit func()
}

// Tray is the icon. Its methods are for Fyne's goroutine only.
type Tray struct {
	host    Host
	actions Actions
	shown   shown
}

// shown is what the tray shows; a menu is built anew only when it differs.
type shown struct {
	state       theme.State
	word        string
	read        string
	begun       bool
	paused      bool
	initialised bool
}

// New makes a tray. Nothing shows before the first Update.
func New(host Host, actions Actions) *Tray { return &Tray{host: host, actions: actions} }

// Update shows a state.
func (t *Tray) Update(s connector.Status) {
	now := shown{state: theme.StateOf(s), word: word(s), read: text.Time(s.LastPoll), paused: s.Paused, initialised: true}
	switch s.Phase {
	case connector.Waiting, connector.Running, connector.Paused, connector.NeedsLink:
		now.begun = true
	}
	if now == t.shown {
		return
	}
	t.host.SetMenu(t.menu(now))
	if now.state != t.shown.state || !t.shown.initialised {
		t.host.SetIcon(now.state.Icon())
	}
	if now.word != t.shown.word {
		t.host.SetWords(now.word, clip(text.Of("tray_tooltip", text.Args{"State": now.word})))
	}
	t.shown = now
}

// word is the state in a word; 再試行中 is 連携中 with a side that can't be reached just now.
func word(s connector.Status) string {
	if theme.StateOf(s) == theme.Retrying {
		return text.Of("tray_retrying")
	}
	return text.Phase(s.Phase)
}

func (t *Tray) menu(s shown) *fyne.Menu {
	state := fyne.NewMenuItem(s.word, nil)
	state.Disabled = true
	read := fyne.NewMenuItem(text.Of("tray_last", text.Args{"At": s.read}), nil)
	read.Disabled = true
	sync := fyne.NewMenuItem(text.Of("tray_sync"), t.actions.Sync)
	sync.Disabled = !s.begun
	pause := fyne.NewMenuItem(text.Of("tray_pause"), t.actions.Pause)
	if s.paused {
		pause = fyne.NewMenuItem(text.Of("tray_resume"), t.actions.Resume)
	}
	pause.Disabled = !s.begun
	quit := fyne.NewMenuItem(text.Of("tray_quit"), t.actions.Quit)
	quit.IsQuit = true // in the place of Fyne's own
	return fyne.NewMenu("", state, read, fyne.NewMenuItemSeparator(), sync, pause, fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(text.Of("tray_open"), t.actions.Open), quit)
}

// mostTooltip is how many UTF-16 units Windows shows of a tooltip.
const mostTooltip = 127

func clip(s string) string {
	units := 0
	for i, r := range s {
		if units++; r >= 0x10000 {
			units++
		}
		if units > mostTooltip {
			return s[:i]
		}
	}
	return s
}

// Desktop is the tray of this desktop, by way of Fyne. Title and tooltip are not Fyne's, so they go to the library beneath, and only
// once the app has started.
type Desktop struct {
	App desktop.App
}

// SetMenu implements Host.
func (d Desktop) SetMenu(m *fyne.Menu) { d.App.SetSystemTrayMenu(m) }

// SetIcon implements Host.
func (d Desktop) SetIcon(icon fyne.Resource) { d.App.SetSystemTrayIcon(icon) }

// SetWords implements Host.
func (d Desktop) SetWords(title, tooltip string) {
	systray.SetTitle(title)
	systray.SetTooltip(tooltip)
}
