// Package wizard leads from nothing to the start of the integration, in eight steps, each a file of its own.
//
// What a step finds out or changes goes through the façade; the wizard keeps nothing but which step is shown. It can be left at any
// step and goes on there, after a restart too.
package wizard

import (
	"context"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/prose"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// step is one step of the wizard.
type step struct {
	name string // of its texts: wizard_NAME_…
	show func(w *wizard) fyne.CanvasObject
	done func(w *wizard) bool
	// fills tells that the step takes the whole height and scrolls by itself.
	fills bool
}

// The steps by number.
const (
	stepPrepare = iota
	stepApplication
	stepAkerun
	stepSalesforce
	stepRights
	stepPeople
	stepStart
	stepConfirm
)

func steps() []step {
	return []step{
		stepPrepare:     {name: "prepare", show: prepare, done: func(w *wizard) bool { return w.setup.Step > stepPrepare }},
		stepApplication: {name: "application", show: application, done: func(w *wizard) bool { return w.setup.ClientID != "" }},
		stepAkerun:      {name: "akerun", show: akerun, done: func(w *wizard) bool { return w.akerunLinked() }},
		stepSalesforce:  {name: "salesforce", show: salesforce, done: func(w *wizard) bool { return w.signedIn(w.status.Salesforce) }},
		stepRights:      {name: "rights", show: rights, done: func(w *wizard) bool { return w.check != nil && !w.check.Blocked }},
		stepPeople:      {name: "people", show: people, done: func(w *wizard) bool { return w.setup.Step > stepPeople && w.status.People.Sound > 0 }, fills: true},
		stepStart:       {name: "start", show: start, done: func(w *wizard) bool { return w.setup.Start.After(w.f.Now()) }},
		stepConfirm:     {name: "confirm", show: confirm, done: func(w *wizard) bool { return begun(w.status.Phase) }},
	}
}

// wizard is the screen.
type wizard struct {
	f      *shell.Frame
	page   *shell.Frame // of the step that is shown
	steps  []step
	at     int
	setup  connector.Setup
	set    connector.Settings
	status connector.Status
	check  *connector.Check // as it was found last; nil: not yet in this window
	notice string           // what the next step shown is to say first

	list       *fyne.Container
	heading    *prose.Text
	center     *fyne.Container // the body, scrolling or not
	back, next *widget.Button
	whole      *fyne.Container
}

// New makes the wizard. The argument may name a step to show, akerun or salesforce, for handing that side to another person.
func New(f *shell.Frame, argument string) fyne.CanvasObject {
	w := &wizard{f: f, steps: steps(), list: container.NewVBox(), heading: field.Heading("")}
	w.center = container.NewStack()
	w.back = widget.NewButtonWithIcon(text.Of("button_back"), theme.NavigateBackIcon(), func() { w.goTo(w.at - 1) })
	w.next = widget.NewButtonWithIcon(text.Of("button_next"), theme.NavigateNextIcon(), func() { w.goTo(w.at + 1) })
	w.next.IconPlacement = widget.ButtonIconTrailingText
	w.next.Importance = widget.HighImportance
	w.whole = container.NewStack(container.NewCenter(widget.NewLabel(text.Of("dialog_working"))))
	w.load(argument)
	return w.whole
}

// progress is what the façade knows of the wizard.
type progress struct {
	setup connector.Setup
	set   connector.Settings
}

func (w *wizard) load(argument string) {
	shell.Work(w.f, func(ctx context.Context) (p progress, err error) {
		if p.setup, err = w.f.Connector.Setup(ctx); err != nil {
			return p, err
		}
		p.set, err = w.f.Connector.Settings(ctx)
		return p, err
	}, func(p progress, err error) {
		if err != nil {
			w.whole.Objects = []fyne.CanvasObject{failed(err, func() { w.load(argument) })}
			w.whole.Refresh()
			return
		}
		w.setup, w.set = p.setup, p.set
		w.open(argument)
	})
}

// open shows the step where the wizard was left, or the one that was asked for.
func (w *wizard) open(argument string) {
	if i := slices.IndexFunc(w.steps, func(s step) bool { return s.name == argument }); i >= 0 {
		w.at = i
	} else {
		w.at = w.setup.Step
	}
	buttons := container.NewBorder(nil, nil, w.back, w.next, container.NewCenter(widget.NewLabel(text.Of("wizard_resume"))))
	main := container.NewBorder(container.NewVBox(w.heading, widget.NewSeparator()), container.NewVBox(widget.NewSeparator(), buttons), nil, nil, w.center)
	if w.handingOver() {
		leave := widget.NewButton(text.Of("wizard_to_dashboard"), func() { w.f.Navigate(shell.Dashboard, "") })
		main = container.NewBorder(container.NewVBox(w.heading, widget.NewSeparator()), container.NewVBox(widget.NewSeparator(), container.NewHBox(leave)), nil, nil, w.center)
		w.whole.Objects = []fyne.CanvasObject{container.NewPadded(main)}
	} else {
		w.whole.Objects = []fyne.CanvasObject{container.NewBorder(nil, nil, container.NewHBox(w.list, widget.NewSeparator()), nil, container.NewPadded(main))}
	}
	w.f.OnStatus(func(s connector.Status) {
		w.status = s
		w.mark()
	})
	w.show()
	w.whole.Refresh()
}

// handingOver tells whether one side is handed to another person while the integration goes on.
func (w *wizard) handingOver() bool {
	return begun(w.f.Status().Phase) && (w.at == stepAkerun || w.at == stepSalesforce)
}

func begun(p connector.Phase) bool {
	switch p {
	case connector.Waiting, connector.Running, connector.Paused, connector.NeedsLink:
		return true
	}
	return false
}

// goTo shows another step and keeps it.
func (w *wizard) goTo(at int) {
	if at < 0 || at >= len(w.steps) {
		return
	}
	w.at = at
	w.setup.Step = at
	w.save()
	w.show()
}

// save keeps the progress; a failure is told, and the step is shown all the same.
func (w *wizard) save() {
	s := w.setup
	shell.Do(w.f, func(ctx context.Context) error { return w.f.Connector.SaveSetup(ctx, s) }, w.f.ShowError)
}

// show builds the step anew. What ran for the former one ends.
func (w *wizard) show() {
	if w.page != nil {
		w.page.Close()
	}
	w.page = w.f.Child()
	s := w.steps[w.at]
	w.heading.SetText(text.Of("wizard_heading", text.Args{"N": w.at, "Title": text.Of("wizard_" + s.name + "_title")}))
	if w.handingOver() {
		w.heading.SetText(text.Of("wizard_handover", text.Args{"Side": text.Side(connector.Side(s.name))}))
	}
	var above fyne.CanvasObject
	if w.notice != "" {
		above = field.Card(field.Chip(field.Warn, w.notice))
		w.notice = ""
	}
	content := fyne.CanvasObject(container.NewBorder(above, nil, nil, nil, s.show(w)))
	if !s.fills {
		content = container.NewVScroll(content)
	}
	w.center.Objects = []fyne.CanvasObject{content}
	w.center.Refresh()
	w.mark()
}

// mark shows which steps are done and which way is open.
func (w *wizard) mark() {
	w.list.Objects = nil
	for i, s := range w.steps {
		b := widget.NewButton(strconv.Itoa(i)+"  "+text.Of("wizard_"+s.name+"_title"), func() { w.goTo(i) })
		b.Alignment = widget.ButtonAlignLeading
		b.Importance = widget.LowImportance
		b.Icon = theme.RadioButtonIcon()
		if s.done(w) {
			b.Icon = field.Good.Icon()
		}
		if i == w.at {
			b.Importance = widget.MediumImportance
		}
		w.list.Add(b)
	}
	w.list.Refresh()
	able(w.back, w.at > 0)
	able(w.next, w.at < len(w.steps)-1)
	if w.at == len(w.steps)-1 {
		w.next.Hide()
	} else {
		w.next.Show()
	}
}

func able(b *widget.Button, yes bool) {
	if yes {
		b.Enable()
	} else {
		b.Disable()
	}
}

// failed says what went wrong, with a button to try again.
func failed(err error, again func()) fyne.CanvasObject {
	return container.NewVBox(field.Chip(field.Bad, text.Error(err)), container.NewHBox(widget.NewButton(text.Of("button_retry"), again)))
}

// signedIn tells whether somebody has signed in to a side, and the sign-in holds.
func (w *wizard) signedIn(a connector.Account) bool {
	return !a.Since.IsZero() && !slices.ContainsFunc(w.status.Relink, func(r connector.Relink) bool { return r.Side == a.Side })
}

func (w *wizard) akerunLinked() bool {
	a := w.status.Akerun
	return w.signedIn(a) && a.OrganizationID != "" && (a.Super && a.AuthorityKnown || w.setup.SuperConfirmed)
}

// sheet is a column of parts that a step fills anew as things go on.
type sheet struct {
	*fyne.Container
}

func newSheet(parts ...fyne.CanvasObject) sheet { return sheet{container.NewVBox(parts...)} }

func (s sheet) fill(parts ...fyne.CanvasObject) {
	s.Objects = parts
	s.Refresh()
}

// leadTo is a button that leads to another step.
func (w *wizard) leadTo(step int) *widget.Button {
	args := text.Args{"N": step, "Title": text.Of("wizard_" + w.steps[step].name + "_title")}
	return widget.NewButton(text.Of("wizard_to_step", args), func() { w.goTo(step) })
}

// row puts parts beside each other, as far in as text.
func row(parts ...fyne.CanvasObject) fyne.CanvasObject { return field.Row(parts...) }

// primary is a button for what the step is about.
func primary(label string, tapped func()) *widget.Button {
	b := widget.NewButton(label, tapped)
	b.Importance = widget.HighImportance
	return b
}
