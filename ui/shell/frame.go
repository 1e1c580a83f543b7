// Package shell is what every screen stands on: the window with its navigation, work that runs beside the window, and the small
// things a screen may ask for, such as the clipboard or a file.
//
// It shows no screen of its own and holds no rule. What runs beside the window ends with the [Frame] it belongs to.
package shell

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"

	"dakokubridge/connector"
)

// Place is a screen that can be navigated to.
type Place string

// The places.
const (
	Setup     Place = "setup"
	Dashboard Place = "dashboard"
	People    Place = "people"
	Days      Place = "days"
	Month     Place = "month"
	History   Place = "history"
	Settings  Place = "settings"
)

// Screen makes a screen. The frame is the screen's own and ends when the screen is left. The argument says what to show first,
// such as a person's code to look for; mostly it is empty.
type Screen func(f *Frame, argument string) fyne.CanvasObject

// Desk is what all screens of a window share. Make it with [NewDesk]; its fields are set once, before the first screen.
type Desk struct {
	Connector connector.Connector
	App       fyne.App
	Window    fyne.Window
	Now       func() time.Time // the connector's clock
	Demo      bool
	// Post runs a function on Fyne's goroutine, later. In tests it is a queue that the test drains.
	Post func(func())
	// OpenURL opens an address in the system's browser.
	OpenURL func(address string) error
	// SaveFile and OpenFile ask for a file and pass its path on, unless the person gives up.
	SaveFile func(name string, then func(path string))
	OpenFile func(extensions []string, then func(path string))
	// Go shows a place.
	Go func(place Place, argument string)

	dialogs   []*opened // those shown, the one on top last
	status    connector.Status
	listeners map[int]func(connector.Status)
	next      int
	running   sync.WaitGroup
	pending   atomic.Int64
}

// NewDesk returns a desk on which only the status is missing.
func NewDesk(c connector.Connector) *Desk {
	return &Desk{Connector: c, Now: time.Now, listeners: make(map[int]func(connector.Status))}
}

// Pending counts the tasks whose result has not been handed over yet.
func (d *Desk) Pending() int { return int(d.pending.Load()) }

// Wait returns when no goroutine of a task runs any more. Every frame must have been closed before.
func (d *Desk) Wait() { d.running.Wait() }

// Update hands a new status to all who listen. On Fyne's goroutine only.
func (d *Desk) Update(s connector.Status) {
	d.status = s
	for id := range d.next {
		if listen := d.listeners[id]; listen != nil {
			listen(s)
		}
	}
}

// Frame is what a screen gets. Its methods are for Fyne's goroutine only.
type Frame struct {
	// Connector is the façade. Call it in [Work] only: a call may last.
	Connector connector.Connector

	desk    *Desk
	ctx     context.Context
	cancel  context.CancelFunc
	closers []func()
}

// Open makes a frame on a desk. It ends when it is closed or when ctx ends.
func (d *Desk) Open(ctx context.Context) *Frame {
	f := &Frame{Connector: d.Connector, desk: d}
	f.ctx, f.cancel = context.WithCancel(ctx)
	return f
}

// Child makes a frame for a part of the screen that can go earlier than the screen.
func (f *Frame) Child() *Frame {
	child := f.desk.Open(f.ctx)
	f.closers = append(f.closers, child.Close)
	return child
}

// Close cancels what runs for this frame and takes its listeners away. Results that come later are dropped.
func (f *Frame) Close() {
	f.cancel()
	for _, closer := range f.closers {
		closer()
	}
	f.closers = nil
}

// OnClose has a function called when the frame ends.
func (f *Frame) OnClose(closer func()) { f.closers = append(f.closers, closer) }

// Now is the connector's time. In the demo it runs fast.
func (f *Frame) Now() time.Time { return f.desk.Now() }

// Demo tells whether the simulator is inside.
func (f *Frame) Demo() bool { return f.desk.Demo }

// Status is the last status.
func (f *Frame) Status() connector.Status { return f.desk.status }

// OnStatus calls listen now and at each change, until the frame ends.
func (f *Frame) OnStatus(listen func(connector.Status)) {
	d, id := f.desk, f.desk.next
	d.next++
	d.listeners[id] = listen
	f.OnClose(func() { delete(d.listeners, id) })
	listen(d.status)
}

// Every calls tick again and again, a span of real time apart, until the frame ends.
func (f *Frame) Every(span time.Duration, tick func()) {
	f.desk.running.Go(func() {
		ticker := time.NewTicker(span)
		defer ticker.Stop()
		for {
			select {
			case <-f.ctx.Done():
				return
			case <-ticker.C:
				f.desk.Post(func() {
					if f.ctx.Err() == nil {
						tick()
					}
				})
			}
		}
	})
}

// Window is the window, as a parent for dialogs.
func (f *Frame) Window() fyne.Window { return f.desk.Window }

// Copy puts a text on the clipboard.
func (f *Frame) Copy(text string) { f.desk.App.Clipboard().SetContent(text) }

// Paste reads the clipboard. Only ever when a person has asked for it.
func (f *Frame) Paste() string { return f.desk.App.Clipboard().Content() }

// OpenURL opens an address in the system's browser; where that fails, the address is shown to be copied.
func (f *Frame) OpenURL(address string) {
	if err := f.desk.OpenURL(address); err != nil {
		f.showAddress(address)
	}
}

// Navigate shows a place.
func (f *Frame) Navigate(place Place, argument string) { f.desk.Go(place, argument) }

// SaveFile asks where to save a file of that name and passes the path on.
func (f *Frame) SaveFile(name string, then func(path string)) { f.desk.SaveFile(name, then) }

// OpenFile asks for a file with one of the extensions (with dot) and passes its path on.
func (f *Frame) OpenFile(extensions []string, then func(path string)) {
	f.desk.OpenFile(extensions, then)
}

// After calls then once, a span of real time later, unless the frame has ended.
func (f *Frame) After(span time.Duration, then func()) {
	timer := time.AfterFunc(span, func() {
		f.desk.Post(func() {
			if f.ctx.Err() == nil {
				then()
			}
		})
	})
	f.OnClose(func() { timer.Stop() })
}

// Raise brings the window to the front, for what a person has been waiting for elsewhere.
func (f *Frame) Raise() { f.desk.Window.RequestFocus() }
