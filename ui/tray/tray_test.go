package tray

import (
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"fyne.io/fyne/v2"

	"dakokubridge/connector"
	"dakokubridge/ui/text"
)

// host records what a tray shows.
type host struct {
	menu           *fyne.Menu
	icon           string
	title, tooltip string
	menus          int
}

func (h *host) SetMenu(m *fyne.Menu)           { h.menu, h.menus = m, h.menus+1 }
func (h *host) SetIcon(r fyne.Resource)        { h.icon = r.Name() }
func (h *host) SetWords(title, tooltip string) { h.title, h.tooltip = title, tooltip }

func (h *host) entry(t *testing.T, label string) *fyne.MenuItem {
	t.Helper()
	for _, i := range h.menu.Items {
		if i.Label == label {
			return i
		}
	}
	t.Fatalf("there is no entry %q", label)
	return nil
}

func TestTheTrayByState(t *testing.T) {
	for _, language := range []string{"ja", "en"} {
		if _, err := text.Load(language); err != nil {
			t.Fatal(err)
		}
		h := &host{}
		tr := New(h, Actions{})
		at := time.Date(2026, 11, 22, 0, 52, 0, 0, time.UTC)
		for _, c := range []struct {
			status connector.Status
			icon   string
			word   string
			begun  bool
		}{
			{connector.Status{Phase: connector.NotSetUp}, "idle", text.Of("phase_not_set_up"), false},
			{connector.Status{Phase: connector.Waiting, LastPoll: at}, "waiting", text.Of("phase_waiting"), true},
			{connector.Status{Phase: connector.Running, LastPoll: at}, "running", text.Of("phase_running"), true},
			{connector.Status{Phase: connector.Running, LastPoll: at, Warnings: []string{"akerun OFFLINE"}}, "retrying", text.Of("tray_retrying"), true},
			{connector.Status{Phase: connector.Paused, LastPoll: at, Paused: true}, "paused", text.Of("phase_paused"), true},
			{connector.Status{Phase: connector.NeedsLink, LastPoll: at}, "needs_link", text.Of("phase_needs_link"), true},
			{connector.Status{Phase: connector.Unlinked, LastPoll: at}, "idle", text.Of("phase_unlinked"), false},
		} {
			tr.Update(c.status)
			if h.icon != c.icon+".svg" || h.title != c.word || !strings.Contains(h.tooltip, c.word) || h.menu.Items[0].Label != c.word || !h.menu.Items[0].Disabled {
				t.Errorf("%s: icon %s, title %q, tooltip %q, menu %q", c.status.Phase, h.icon, h.title, h.tooltip, h.menu.Items[0].Label)
			}
			if sync := h.entry(t, text.Of("tray_sync")); sync.Disabled == c.begun {
				t.Errorf("%s: 今すぐ同期 disabled %v", c.status.Phase, sync.Disabled)
			}
			label := text.Of("tray_pause")
			if c.status.Paused {
				label = text.Of("tray_resume")
			}
			h.entry(t, label)
			if !c.status.LastPoll.IsZero() {
				h.entry(t, text.Of("tray_last", text.Args{"At": "09:52"}))
			}
			built := h.menus
			c.status.SentToday++ // nothing that the tray shows
			if tr.Update(c.status); h.menus != built {
				t.Errorf("%s: the menu was built anew for nothing", c.status.Phase)
			}
		}
	}
}

func TestTheMenuDoesWhatItSays(t *testing.T) {
	if _, err := text.Load("ja"); err != nil {
		t.Fatal(err)
	}
	var done []string
	note := func(what string) func() { return func() { done = append(done, what) } }
	h := &host{}
	tr := New(h, Actions{Sync: note("sync"), Pause: note("pause"), Resume: note("resume"), Open: note("open"), Quit: note("quit")})
	tr.Update(connector.Status{Phase: connector.Running})
	for _, label := range []string{"今すぐ同期", "一時停止", "開く", "終了"} {
		h.entry(t, label).Action()
	}
	tr.Update(connector.Status{Phase: connector.Paused, Paused: true})
	h.entry(t, "再開").Action()
	if got := strings.Join(done, " "); got != "sync pause open quit resume" {
		t.Error(got)
	}
	if !h.entry(t, "終了").IsQuit {
		t.Error("Fyne adds a second 終了")
	}
}

func TestATooltipFitsWindows(t *testing.T) {
	for _, s := range []string{"", "短い", strings.Repeat("長", 200), strings.Repeat("𠮷", 100), strings.Repeat("a", 127)} {
		got := clip(s)
		if n := len(utf16.Encode([]rune(got))); n > 127 || !strings.HasPrefix(s, got) || (n < 126 && got != s) {
			t.Errorf("%d units of %d runes", n, len([]rune(s)))
		}
	}
}
