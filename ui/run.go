package ui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"fyne.io/fyne/v2"

	"dakokubridge/connector"
	"dakokubridge/ui/text"
)

// ErrNoScreen is what a start without a screen gives.
var ErrNoScreen = errors.New("no screen here: DISPLAY and WAYLAND_DISPLAY are both empty")

// HasScreen tells whether a window can be opened.
func HasScreen() bool {
	return runtime.GOOS == "windows" || runtime.GOOS == "darwin" ||
		os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// Options chooses what the window is.
type Options struct {
	Demo     bool   // says so in the title
	Language string // ja or en; empty is the language of the PC
}

// Run shows the window until it is closed or ctx ends. It has to be called on the main goroutine.
func Run(ctx context.Context, facade connector.Connector, o Options) error {
	if !HasScreen() {
		return ErrNoScreen
	}
	if _, err := text.Load(o.Language); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changes, err := facade.Subscribe(ctx)
	if err != nil {
		return fmt.Errorf("watching the state: %w", err)
	}
	a := newApp()
	w := newStateWindow(a, o)
	quit := context.AfterFunc(ctx, func() { fyne.Do(a.Quit) })
	defer quit()
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		follow(changes, fyne.Do, w)
	}()
	w.ShowAndRun()
	quit()
	cancel()
	<-followed
	return nil
}

// follow hands each change over to the window's goroutine. It is the one hop between the two.
func follow(changes <-chan connector.Status, post func(func()), w *stateWindow) {
	for status := range changes {
		post(func() { w.show(status) })
	}
	post(w.ended)
}
