package shell_test

import (
	"context"
	"errors"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/shell/stage"
	"dakokubridge/ui/text"
)

// quiet is a façade of which only the status is asked.
type quiet struct{ connector.Connector }

func (quiet) Status(context.Context) (connector.Status, error) {
	return connector.Status{Phase: connector.Running}, nil
}

func open(t *testing.T) (*stage.Stage, *shell.Frame) {
	t.Helper()
	s := stage.New(t, quiet{}, "ja")
	f := s.Show(func(*shell.Frame, string) fyne.CanvasObject { return widget.NewLabel("") }, "")
	return s, f
}

func TestWorkHandsItsResultOver(t *testing.T) {
	s, f := open(t)
	var got []any
	shell.Work(f, func(context.Context) (int, error) { return 7, nil }, func(n int, err error) { got = append(got, n, err) })
	shell.Do(f, func(context.Context) error { return context.DeadlineExceeded }, func(err error) { got = append(got, err) })
	s.Settle()
	if len(got) != 3 || !contains(got, 7) || !contains(got, context.DeadlineExceeded) {
		t.Error(got)
	}
}

func contains(all []any, what any) bool {
	for _, v := range all {
		if v == what {
			return true
		}
	}
	return false
}

func TestWorkThatIsGivenUp(t *testing.T) {
	s, f := open(t)
	wait := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	var got error
	task := shell.Do(f, wait, func(err error) { got = err })
	task.Cancel()
	s.Settle()
	if !errors.Is(got, context.Canceled) {
		t.Error("cancelled:", got)
	}
	called := false
	shell.Do(f, wait, func(error) { called = true })
	child := f.Child()
	shell.Do(child, wait, func(error) { called = true })
	f.Close() // ends the child too
	s.Settle()
	if called {
		t.Error("a result came to a screen that is gone")
	}
}

func TestWorkThatLastsSaysSoAndCanBeCancelled(t *testing.T) {
	s, f := open(t)
	var got error
	shell.Do(f, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, func(err error) { got = err }).Show("人を読んでいます")
	s.Until("the progress", func() bool { return s.Has("人を読んでいます") })
	s.Tap("キャンセル")
	if !errors.Is(got, context.Canceled) || s.Has("人を読んでいます") {
		t.Error(got, s.Text())
	}
}

func TestListenersEndWithTheirFrame(t *testing.T) {
	s, f := open(t)
	var seen []connector.Phase
	child := f.Child()
	child.OnStatus(func(st connector.Status) { seen = append(seen, st.Phase) })
	s.Update(connector.Status{Phase: connector.Paused})
	child.Close()
	s.Update(connector.Status{Phase: connector.NeedsLink})
	if len(seen) != 2 || seen[0] != connector.Running || seen[1] != connector.Paused {
		t.Error(seen)
	}
}

func TestAnErrorIsTold(t *testing.T) {
	s, f := open(t)
	f.ShowError(context.Canceled)
	f.ShowError(nil)
	if s.Has(text.Of("dialog_error")) {
		t.Error("nothing went wrong")
	}
	f.ShowError(&connector.Error{Code: connector.CodePortsBusy})
	s.Want("ほかのプログラムが使っています")
}

func TestWhereNoBrowserOpensTheAddressIsShown(t *testing.T) {
	s, f := open(t)
	s.OpenURL = func(string) error { return errors.New("no browser") }
	f.OpenURL("https://login.example/?a=b")
	s.Want("https://login.example/?a=b")
	s.Tap("コピー")
	if got := s.App.Clipboard().Content(); got != "https://login.example/?a=b" {
		t.Error(got)
	}
}
