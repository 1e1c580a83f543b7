package ui

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/storage"

	"dakokubridge/connector"
	"dakokubridge/ui/demo"
	"dakokubridge/ui/notice"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
	"dakokubridge/ui/theme"
	"dakokubridge/ui/tray"
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
	Language string           // ja or en; empty is the language of the PC
	Now      func() time.Time // the connector's clock
	Demo     *demo.World      // the simulated company; nil outside the demo
	Hidden   bool             // start in the tray; where there is none, the window is shown after all
	Front    <-chan struct{}  // tells that the window should come to the front; nil: nothing does
	// Log takes what a person need not know; nil for nowhere.
	Log func(what string, err error)
}

// Run shows the window until the person ends it or ctx ends. It has to be called on the main goroutine.
func Run(ctx context.Context, facade connector.Connector, o Options) error {
	if !HasScreen() {
		return ErrNoScreen
	}
	if o.Log == nil {
		o.Log = func(string, error) {}
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
	r := &running{ctx: ctx, app: newApp(), o: o, desk: shell.NewDesk(facade)}
	r.open()
	quit := context.AfterFunc(ctx, func() { fyne.Do(r.app.Quit) })
	defer quit()
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		follow(changes, fyne.Do, r.update, r.window.lost)
	}()
	fronted := make(chan struct{})
	go func() {
		defer close(fronted)
		fronts(ctx, o.Front, fyne.Do, r.raise)
	}()
	if o.Hidden {
		r.showWithoutTray()
	} else {
		r.desk.Window.Show()
	}
	r.app.Run()
	quit()
	r.close()
	cancel()
	<-followed
	<-fronted
	r.desk.Wait()
	return nil
}

// follow hands each change over to Fyne's goroutine. It is the one hop between the two.
func follow(changes <-chan connector.Status, post func(func()), update func(connector.Status), lost func()) {
	for status := range changes {
		post(func() { update(status) })
	}
	post(lost)
}

// fronts raises the window each time another start asks for it, until ctx ends.
func fronts(ctx context.Context, asked <-chan struct{}, post func(func()), raise func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case _, more := <-asked:
			if !more {
				return
			}
			post(raise)
		}
	}
}

// running is the program with its window, tray and notifications. Its methods are for Fyne's goroutine.
type running struct {
	ctx     context.Context
	app     fyne.App
	o       Options
	desk    *shell.Desk
	window  *window
	frame   *shell.Frame // of what lives as long as the window
	tray    *tray.Tray
	native  *native
	notices *notice.Notices
	counts  [2]int // of 停止中 and 対応が必要, when items were looked at last
	looked  bool
}

// open puts everything together, unseen.
func (r *running) open() {
	fonts, err := theme.FindFonts()
	if err != nil {
		r.o.Log("fonts", err) // Fyne's own with what the system adds
	}
	r.app.Settings().SetTheme(theme.New(theme.System, fonts))
	title := "window_title"
	if r.o.Demo != nil {
		title = "window_title_demo"
	}
	d := r.desk
	d.App, d.Window, d.Post, d.Demo = r.app, r.app.NewWindow(text.Of(title)), fyne.Do, r.o.Demo != nil
	if r.o.Now != nil {
		d.Now = r.o.Now
	}
	d.OpenURL = r.openURL
	d.SaveFile, d.OpenFile = r.saveFile, r.openFile
	r.frame = d.Open(r.ctx)
	r.native = newNative(d.Dismiss)
	top := container.NewVBox(r.native.dot)
	if r.o.Demo != nil {
		top.Add(demo.New(r.frame, *r.o.Demo))
	}
	r.window = newWindow(r.ctx, d, top)
	d.Window.SetMaster()
	d.Window.SetCloseIntercept(r.closing)
	r.notices = notice.New(r.app.Preferences().StringList(r.prefTold()))
	if host, ok := r.app.(desktop.App); ok {
		r.tray = tray.New(tray.Desktop{App: host}, tray.Actions{
			Sync:   func() { r.do(r.desk.Connector.Sync) },
			Pause:  func() { r.do(r.desk.Connector.Pause) },
			Resume: func() { r.do(r.desk.Connector.Resume) },
			Open:   r.raise,
			Quit:   r.app.Quit,
		})
		host.SetSystemTrayWindow(d.Window)
		d.Window.SetCloseIntercept(r.closing) // the line above has put Hide in its place
	}
}

// prefStays is a key of Fyne's preferences, which hold nothing but what the window has told: what counts is in the profile.
const prefStays = "told that it stays"

// prefTold keeps the demo's notifications apart from the real ones.
func (r *running) prefTold() string {
	if r.o.Demo != nil {
		return "told in the demo"
	}
	return "told"
}

// do carries out an entry of the tray's menu.
func (r *running) do(what func(context.Context) error) {
	shell.Do(r.frame, what, func(err error) {
		if err != nil {
			r.raise()
			r.frame.ShowError(err)
		}
	})
}

// traySeconds is how long a desktop that is just starting may take to have a tray.
const traySeconds = 20

// showWithoutTray shows the window of a hidden start where no tray would give a way to it.
func (r *running) showWithoutTray() {
	shell.Work(r.frame, func(ctx context.Context) (bool, error) { return trayComes(ctx, tray.Present, time.Second) }, func(present bool, _ error) {
		if r.tray == nil || !present {
			r.desk.Window.Show()
		}
	})
}

// trayComes looks for a tray again and again.
func trayComes(ctx context.Context, present func(context.Context) bool, pause time.Duration) (bool, error) {
	for range traySeconds {
		if present(ctx) {
			return true, nil
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return false, ctx.Err()
		case <-timer.C:
		}
	}
	return false, nil
}

func (r *running) raise() {
	r.native.restore()
	r.desk.Window.Show()
	r.desk.Window.RequestFocus()
}

// update shows a new state everywhere.
func (r *running) update(s connector.Status) {
	r.window.update(s)
	if r.tray != nil {
		r.tray.Update(s)
	}
	if counts := [2]int{s.OpenItems["stopped"], s.OpenItems["action"]}; !r.looked || counts != r.counts {
		r.counts, r.looked = counts, true
		r.look()
	}
}

// told is what there is to tell, and whether it is wanted.
type told struct {
	items  []connector.Item
	wanted bool
}

// look reads the lists and tells of what is new in them.
func (r *running) look() {
	c := r.desk.Connector
	shell.Work(r.frame, func(ctx context.Context) (t told, err error) {
		set, err := c.Settings(ctx)
		if err != nil {
			return t, err
		}
		t.wanted = set.Notifications
		for _, list := range []string{"stopped", "action"} {
			items, err := c.Items(ctx, connector.ItemQuery{List: list})
			if err != nil {
				return t, err
			}
			t.items = append(t.items, items...)
		}
		return t, nil
	}, func(t told, err error) {
		if err != nil {
			r.o.Log("looking for what to tell", err)
			return
		}
		for _, m := range r.notices.Next(t.items) {
			if t.wanted {
				r.app.SendNotification(fyne.NewNotification(m.Title, m.Body))
			}
		}
		r.app.Preferences().SetStringList(r.prefTold(), r.notices.Told())
	})
}

// closing keeps the program in the tray and says so the first time; without a tray the window is minimised.
func (r *running) closing() {
	shell.Work(r.frame, func(ctx context.Context) (bool, error) { return tray.Present(ctx), nil }, func(present bool, _ error) {
		switch {
		case r.tray == nil || !present:
			if !r.native.minimise() {
				r.app.Quit()
			}
		case r.app.Preferences().Bool(prefStays):
			r.desk.Window.Hide()
		default:
			d := dialog.NewInformation(text.Of("tray_stays_title"), text.Of("tray_stays"), r.desk.Window)
			d.SetDismissText(text.Of("tray_understood"))
			d.SetOnClosed(func() {
				r.app.Preferences().SetBool(prefStays, true)
				r.desk.Window.Hide()
			})
			r.desk.Show(d)
		}
	})
}

func (r *running) openURL(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	return r.app.OpenURL(u)
}

func (r *running) saveFile(name string, then func(path string)) {
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if err != nil || w == nil {
			return
		}
		path := w.URI().Path()
		if err := w.Close(); err == nil {
			then(path)
		}
	}, r.desk.Window)
	d.SetFileName(name)
	d.Resize(fyne.NewSize(860, 600))
	r.desk.Show(d)
}

func (r *running) openFile(extensions []string, then func(path string)) {
	d := dialog.NewFileOpen(func(f fyne.URIReadCloser, err error) {
		if err != nil || f == nil {
			return
		}
		path := f.URI().Path()
		if err := f.Close(); err == nil {
			then(path)
		}
	}, r.desk.Window)
	d.SetFilter(storage.NewExtensionFileFilter(extensions))
	d.Resize(fyne.NewSize(860, 600))
	r.desk.Show(d)
}

// close ends what runs for the window.
func (r *running) close() {
	r.window.close()
	r.frame.Close()
}
