package shell_test

import (
	"context"
	"errors"
	"testing"

	"fyne.io/fyne/v2/widget"

	"dakokubridge/ui/shell"
)

// Escape closes what is on top, one at a time, as if nothing had been chosen.
func TestEscapeClosesDialogs(t *testing.T) {
	s, f := open(t)
	if s.Dismiss() {
		t.Error("there is nothing to close")
	}
	agreed := false
	f.Ask("連携解除", "本当に解除しますか", "解除する", func() { agreed = true })
	f.Tell("お知らせ", "上のほう")
	popup := widget.NewPopUp(widget.NewLabel("メニュー"), s.Window.Canvas())
	popup.Show()
	if s.Dismiss() {
		t.Error("a dialog was closed below a menu")
	}
	popup.Hide()
	if !s.Dismiss() || s.Has("上のほう") || !s.Has("本当に解除しますか") {
		t.Error("the upper one is to go first:\n" + s.Text())
	}
	if !s.Dismiss() || s.Has("本当に解除しますか") || agreed {
		t.Error("agreed", agreed, s.Text())
	}
	if s.Dismiss() {
		t.Error("nothing is left")
	}
	f.Ask("連携解除", "本当に解除しますか", "解除する", func() { agreed = true })
	s.Tap("解除する")
	if !agreed || s.Dismiss() {
		t.Error("a dialog that was answered is still there")
	}
}

func TestEscapeGivesWorkUp(t *testing.T) {
	s, f := open(t)
	var got error
	shell.Do(f, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, func(err error) { got = err }).Show("読んでいます")
	s.Until("the progress", func() bool { return s.Has("読んでいます") })
	if !s.Dismiss() {
		t.Error("the progress can't be closed")
	}
	s.Settle()
	if !errors.Is(got, context.Canceled) || s.Has("読んでいます") || s.Dismiss() {
		t.Error(got, s.Text())
	}
}
