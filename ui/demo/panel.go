// Package demo is what the window of the demo has on top: a banner, and a panel that sets the speed of the clock and makes things
// happen in the simulated company.
//
// It knows the company only through [World], and nothing of the simulator.
package demo

import (
	"context"
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
	ours "dakokubridge/ui/theme"
)

// World is what a person can do to the simulated company.
type World struct {
	// Speed is the clock's speed in simulated seconds to a real one, and SetSpeed changes it.
	Speed    func() float64
	SetSpeed func(float64) error
	// Wanted is the speed from the start of the integration on.
	Wanted float64
	// Access lets somebody come in or go out at a door, and WebStamp press 出社 on the Web; each returns who it was.
	Access, WebStamp func(ctx context.Context) (who string, err error)
	// Lose takes the Salesforce user's right to stamp for others away, or gives it back, and Batch turns 勤怠連携バッチ on or off.
	Lose, Batch func(on bool) error
	// Prepare signs in to both sides and begins, as the wizard would.
	Prepare func(ctx context.Context) error
	// TimeSheet is the address of the simulated time sheet.
	TimeSheet string
	// Logins are the names and passwords with which one can sign in.
	Logins []Login
}

// Login is a name and a password of the simulated company.
type Login struct {
	Side           connector.Side
	Role           string // super_manager, manager, member; admin, employee
	Name, Password string
}

// speeds are those to choose from.
var speeds = []float64{1, 60, 720, 3600}

// panel is the banner and what it opens.
type panel struct {
	f     *shell.Frame
	w     World
	time  *widget.Label
	said  *widget.Label
	speed *widget.Select
	begun bool
}

// New makes the banner.
func New(f *shell.Frame, w World) fyne.CanvasObject {
	p := &panel{f: f, w: w, time: widget.NewLabel(""), said: widget.NewLabel("")}
	p.said.Truncation = fyne.TextTruncateEllipsis
	badge := canvas.NewText(text.Of("demo_badge"), ours.ColourOf(theme.ColorNameForegroundOnPrimary))
	badge.TextStyle.Bold = true
	ground := canvas.NewRectangle(ours.ColourOf(ours.Warn))
	ground.CornerRadius = 6
	p.speed = widget.NewSelect(nil, nil)
	for _, s := range speeds {
		p.speed.Options = append(p.speed.Options, speedWord(s))
	}
	p.showSpeed()
	p.speed.OnChanged = func(chosen string) {
		for _, s := range speeds {
			if speedWord(s) == chosen {
				p.set(s)
			}
		}
	}
	first := container.NewHBox(container.NewStack(ground, container.NewPadded(badge)), p.time, widget.NewLabel(text.Of("demo_speed")), p.speed,
		widget.NewButtonWithIcon(text.Of("demo_timesheet"), theme.GridIcon(), func() { f.OpenURL(w.TimeSheet) }),
		widget.NewButtonWithIcon(text.Of("demo_logins"), theme.AccountIcon(), p.logins))
	second := container.NewHBox(
		widget.NewButton(text.Of("demo_access"), func() { p.happen("demo_access_done", w.Access) }),
		widget.NewButton(text.Of("demo_web"), func() { p.happen("demo_web_done", w.WebStamp) }),
		p.toggle("demo_lose", w.Lose),
		p.toggle("demo_batch_off", func(on bool) error { return w.Batch(!on) }),
	)
	prepare := widget.NewButton(text.Of("demo_prepare"), p.prepare)
	second.Add(prepare)
	f.OnStatus(func(s connector.Status) { p.follow(s, prepare) })
	f.Every(time.Second, p.tick)
	p.tick()
	return container.NewVBox(container.NewStack(field.Card(first, container.NewBorder(nil, nil, second, nil, p.said))))
}

func speedWord(s float64) string { return fmt.Sprintf("× %g", s) }

func (p *panel) showSpeed() {
	changed := p.speed.OnChanged
	p.speed.OnChanged = nil
	p.speed.SetSelected(speedWord(p.w.Speed()))
	p.speed.OnChanged = changed
}

func (p *panel) set(speed float64) {
	if err := p.w.SetSpeed(speed); err != nil {
		p.f.ShowError(err)
	}
	p.showSpeed()
}

// follow lets the clock run fast from the start of the integration on.
func (p *panel) follow(s connector.Status, prepare *widget.Button) {
	begun := s.Phase == connector.Waiting || s.Phase == connector.Running || s.Phase == connector.Paused || s.Phase == connector.NeedsLink
	if begun && !p.begun && p.w.Speed() == 1 && p.w.Wanted > 1 {
		p.set(p.w.Wanted)
	}
	p.begun = begun
	if begun {
		prepare.Disable()
	} else {
		prepare.Enable()
	}
}

func (p *panel) tick() { p.time.SetText(text.Second(p.f.Now())) }

// happen makes something happen and says to whom.
func (p *panel) happen(key string, what func(context.Context) (string, error)) {
	shell.Work(p.f, what, func(who string, err error) {
		if err != nil {
			p.said.SetText(text.Of("demo_failed"))
			return
		}
		p.said.SetText(text.Of(key, text.Args{"Who": who}))
	})
}

// toggle is a tick that switches something in the company.
func (p *panel) toggle(key string, set func(bool) error) *widget.Check {
	return widget.NewCheck(text.Of(key), func(on bool) {
		if err := set(on); err != nil {
			p.said.SetText(text.Of("demo_failed"))
		}
	})
}

// prepare does the wizard's work.
func (p *panel) prepare() {
	shell.Do(p.f, p.w.Prepare, func(err error) {
		if err != nil {
			p.f.ShowError(err)
			return
		}
		p.f.Navigate(shell.Dashboard, "")
	}).Show(text.Of("demo_preparing"))
}

// logins shows with which names and passwords one can sign in.
func (p *panel) logins() {
	rows := container.NewVBox(field.Paragraph(text.Of("demo_logins_intro")))
	for _, l := range p.w.Logins {
		rows.Add(field.Strong(text.Side(l.Side) + " ・ " + text.Of("demo_role_"+l.Role)))
		rows.Add(field.Value(p.f, text.Of("demo_login_name"), l.Name))
		rows.Add(field.Value(p.f, text.Of("demo_login_password"), l.Password))
	}
	p.f.ShowDialog(text.Of("demo_logins"), container.NewVScroll(rows)).Resize(fyne.NewSize(620, 480))
}
