package items

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/export"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// page is one of the lists.
type page struct {
	p       *panel
	list    string
	all     []connector.Item // of the list
	items   []connector.Item // that fit the chosen reason
	ticked  map[int64]bool
	content fyne.CanvasObject

	reasons    *widget.Select
	byLabel    map[string]string // reason by what the selection shows
	everything *widget.Check
	ended      *widget.Check
	close      *widget.Button
	copy       *widget.Button
	rows       *widget.List
	empty      *widget.Label
}

func newPage(p *panel, list string) *page {
	g := &page{p: p, list: list, ticked: make(map[int64]bool)}
	g.reasons = widget.NewSelect(nil, func(string) { g.filter() })
	g.everything = widget.NewCheck(text.Of("items_select_all"), g.tickAll)
	g.ended = widget.NewCheck(text.Of("items_all_closed"), func(bool) { p.load() })
	g.close = widget.NewButtonWithIcon("", theme.ConfirmIcon(), func() { closeItems(p.f, g.chosen(), p.changed) })
	g.copy = widget.NewButtonWithIcon("", theme.ContentCopyIcon(), g.copyLetters)
	g.rows = widget.NewList(func() int { return len(g.items) }, func() fyne.CanvasObject { return newLine() }, g.update)
	g.rows.OnSelected = func(id widget.ListItemID) {
		g.rows.UnselectAll()
		if id < len(g.items) {
			showDetail(p, g.items[id])
		}
	}
	g.empty = widget.NewLabelWithStyle(text.Of("items_empty"), fyne.TextAlignCenter, fyne.TextStyle{})
	save := export.Button(p.f, func(ctx context.Context, format connector.Format, language string) (connector.File, error) {
		return p.f.Connector.ExportItems(ctx, connector.ItemQuery{List: list, All: g.ended.Checked}, format, language)
	})
	top := container.NewBorder(nil, nil, container.NewHBox(g.everything, g.reasons), container.NewHBox(g.ended, save))
	bottom := container.NewHBox(g.close, g.copy)
	g.content = container.NewBorder(top, bottom, nil, nil, container.NewStack(g.rows, container.NewCenter(g.empty)))
	g.set(nil)
	return g
}

// set shows other items; ticks of those that are still there stay.
func (g *page) set(items []connector.Item) {
	g.all = items
	there := make(map[int64]bool, len(items))
	counts := make(map[string]int)
	for _, i := range items {
		there[i.ID] = true
		counts[i.Reason]++
	}
	for id := range g.ticked {
		if !there[id] {
			delete(g.ticked, id)
		}
	}
	g.offerReasons(counts)
	g.filter()
}

// offerReasons lists the reasons there are; the one chosen stays chosen while there are items of it.
func (g *page) offerReasons(counts map[string]int) {
	chosen := g.byLabel[g.reasons.Selected]
	every := text.Of("items_all_reasons")
	g.byLabel = map[string]string{every: ""}
	selected, options := every, []string{every}
	for reason, n := range counts {
		label := text.Of("items_reason_count", text.Args{"Reason": text.Reason(reason), "N": n})
		g.byLabel[label] = reason
		options = append(options, label)
		if reason == chosen {
			selected = label
		}
	}
	slices.Sort(options[1:])
	g.reasons.Options = options
	g.reasons.Selected = selected // not SetSelected: filter follows anyway
	g.reasons.Refresh()
}

func (g *page) filter() {
	reason := g.byLabel[g.reasons.Selected]
	g.items = nil
	for _, i := range g.all {
		if reason == "" || i.Reason == reason {
			g.items = append(g.items, i)
		}
	}
	g.rows.Refresh()
	g.count()
}

// count brings the buttons below up to date.
func (g *page) count() {
	chosen := g.chosen()
	n := len(chosen)
	g.close.SetText(text.Of("items_close_many", text.Args{"N": n}))
	g.copy.SetText(text.Of("items_copy_many", text.Args{"N": n}))
	if n == 0 {
		g.close.Disable()
	} else {
		g.close.Enable()
	}
	if slices.ContainsFunc(chosen, func(i connector.Item) bool { return written[i.Reason] }) {
		g.copy.Enable()
	} else {
		g.copy.Disable()
	}
	if len(g.items) == 0 {
		g.empty.Show()
		g.everything.Disable()
	} else {
		g.empty.Hide()
		g.everything.Enable()
	}
	every := len(g.items) > 0 && !slices.ContainsFunc(g.items, func(i connector.Item) bool { return i.State == "open" && !g.ticked[i.ID] })
	g.everything.Checked = every && n > 0 // not SetChecked, which would tick
	g.everything.Refresh()
}

func (g *page) tickAll(on bool) {
	for _, i := range g.items {
		if on && i.State == "open" {
			g.ticked[i.ID] = true
		} else {
			delete(g.ticked, i.ID)
		}
	}
	g.rows.Refresh()
	g.count()
}

// chosen are the ticked items that are shown and open.
func (g *page) chosen() (chosen []connector.Item) {
	for _, i := range g.items {
		if g.ticked[i.ID] && i.State == "open" {
			chosen = append(chosen, i)
		}
	}
	return chosen
}

// copyLetters writes the letters beside the window: thousands of them take a moment.
func (g *page) copyLetters() {
	chosen := g.chosen()
	shell.Work(g.p.f, func(context.Context) (string, error) { return letters(chosen), nil }, func(all string, err error) {
		if err == nil {
			g.p.f.Copy(all)
		}
	}).Show(text.Of("items_copying"))
}

// letters joins what is to be sent about items, each with the person it is for.
func letters(items []connector.Item) string {
	var all []string
	for _, i := range items {
		letter, ok := Letter(i)
		if !ok {
			continue
		}
		if i.Name != "" || i.Code != "" {
			letter = who(i) + "\n" + letter
		}
		all = append(all, letter)
	}
	return strings.Join(all, "\n\n")
}

// who is a person with the code, which tells two of one name apart.
func who(i connector.Item) string {
	switch {
	case i.Name == "":
		return i.Code
	case i.Code == "":
		return i.Name
	}
	return text.Of("items_who", text.Args{"Name": i.Name, "Code": i.Code})
}

func (g *page) update(id widget.ListItemID, o fyne.CanvasObject) {
	if id >= len(g.items) {
		return
	}
	i, l := g.items[id], o.(*line)
	l.mark.SetResource(markOf(i))
	l.title.SetText(strings.Join(nonEmpty(text.Reason(i.Reason), who(i)), "　"))
	l.sub.SetText(strings.Join(nonEmpty(dayWords(i.Day), summary(i), state(i)), " ・ "))
	l.tick.OnChanged = nil
	l.tick.SetChecked(g.ticked[i.ID])
	if i.State != "open" {
		l.tick.Disable()
		l.cure.Hide()
		l.copy.Hide()
	} else {
		l.tick.Enable()
		l.tick.OnChanged = func(on bool) {
			if on {
				g.ticked[i.ID] = true
			} else {
				delete(g.ticked, i.ID)
			}
			g.count()
		}
		g.offer(l, i)
	}
	l.open.OnTapped = func() { showDetail(g.p, i) }
}

// offer sets the buttons of an open item.
func (g *page) offer(l *line, i connector.Item) {
	if cure, ok := CureOf(g.p.f, i, g.p.changed); ok {
		l.cure.SetText(cure.Label)
		l.cure.OnTapped = cure.Do
		l.cure.Show()
	} else {
		l.cure.Hide()
	}
	if letter, ok := Letter(i); ok {
		l.copy.OnTapped = func() { g.p.f.Copy(letter) }
		l.copy.Show()
	} else {
		l.copy.Hide()
	}
}

// state says since when an item is open, or when it ended.
func state(i connector.Item) string {
	switch i.State {
	case "cured":
		return text.Of("items_state_cured", text.Args{"At": text.Instant(i.Ended)})
	case "closed":
		return text.Of("items_state_closed", text.Args{"At": text.Instant(i.Ended)})
	}
	return text.Of("items_since", text.Args{"At": text.Instant(i.Since)})
}

// summary is what of an item's details helps to tell items apart.
func summary(i connector.Item) string {
	switch {
	case i.Detail["ours"] != "":
		return text.Of("items_compare", text.Args{"Ours": moment(i, "ours"), "Other": moment(i, other(i))})
	case i.Detail["text"] != "":
		return i.Detail["text"]
	case i.Detail["action"]+i.Detail["device"] != "":
		return strings.Join(nonEmpty(i.Detail["action"], i.Detail["device"]), " ・ ")
	case i.Detail["at"] != "":
		return moment(i, "at")
	case i.List == "stopped" && sideOf(i) != "":
		return text.Side(sideOf(i))
	}
	return ""
}

// other names the detail that our time is compared with.
func other(i connector.Item) string {
	if _, ok := i.Detail["stamped"]; ok {
		return "stamped"
	}
	return "sheet"
}

func nonEmpty(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}

// markOf is the shape of an item: what stops everything differs from what is to be done and from what is to be looked at.
func markOf(i connector.Item) fyne.Resource {
	switch {
	case i.State != "open":
		return field.Good.Icon()
	case i.List == "stopped":
		return field.Bad.Icon()
	case i.List == "action":
		return field.Warn.Icon()
	}
	return field.Doing.Icon()
}
