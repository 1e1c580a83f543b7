package shell

import (
	"context"
	"time"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/ui/text"
)

// patience is how long work may last before a person is told that it is going on; real time.
const patience = time.Second

// Task is work that goes on beside the window. Its methods are for Fyne's goroutine only.
type Task struct {
	frame  *Frame
	cancel context.CancelFunc
	timer  *time.Timer
	shown  dialog.Dialog
	ended  bool
}

// Work runs work on a goroutine of its own and hands what came of it to done on Fyne's goroutine. When the frame ends, ctx ends
// and done is not called any more; when the task is cancelled, done gets context.Canceled.
func Work[T any](f *Frame, work func(ctx context.Context) (T, error), done func(T, error)) *Task {
	ctx, cancel := context.WithCancel(f.ctx)
	t := &Task{frame: f, cancel: cancel}
	d := f.desk
	d.pending.Add(1)
	d.running.Go(func() {
		value, err := work(ctx)
		if ctx.Err() != nil {
			err = context.Canceled
		}
		d.Post(func() {
			t.end()
			if f.ctx.Err() == nil {
				done(value, err)
			}
			d.pending.Add(-1)
		})
	})
	return t
}

// Do is Work for what gives nothing but an error.
func Do(f *Frame, work func(ctx context.Context) error, done func(error)) *Task {
	return Work(f, func(ctx context.Context) (struct{}, error) { return struct{}{}, work(ctx) }, func(_ struct{}, err error) { done(err) })
}

// Show tells what is going on in a dialog with a button to cancel, as soon as it has lasted for a second.
func (t *Task) Show(sentence string) *Task {
	post := t.frame.desk.Post
	t.timer = time.AfterFunc(patience, func() { post(func() { t.open(sentence) }) })
	return t
}

func (t *Task) open(sentence string) {
	if t.ended {
		return
	}
	stop := widget.NewButton(text.Of("button_cancel"), t.Cancel)
	content := container.NewVBox(widget.NewLabel(sentence), widget.NewProgressBarInfinite(), container.NewCenter(stop))
	t.shown = dialog.NewCustomWithoutButtons(text.Of("dialog_working"), content, t.frame.Window())
	t.frame.desk.show(t.shown, t.Cancel)
}

// Cancel gives the work up.
func (t *Task) Cancel() { t.cancel() }

func (t *Task) end() {
	t.ended = true
	t.cancel()
	if t.timer != nil {
		t.timer.Stop()
	}
	if t.shown != nil {
		t.shown.Hide()
	}
}
