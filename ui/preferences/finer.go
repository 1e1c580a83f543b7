package preferences

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/text"
)

// finer are the settings that few people need, behind a fold.
type finer struct {
	poll, least *widget.Select
	back, keep  *widget.Select
	deny, proxy *widget.Entry
	polls       []time.Duration // by place in the selection
	leasts      []time.Duration
}

// finerCard is 詳細設定. Nothing changes before 【保存】 is pressed.
func (s *screen) finerCard() fyne.CanvasObject {
	e := s.set.Engine
	p := &finer{deny: widget.NewEntry(), proxy: widget.NewEntry()}
	p.poll, p.polls = spans(e.PollInterval, 15*time.Second, 30*time.Second, time.Minute, 2*time.Minute, 5*time.Minute, 10*time.Minute, 30*time.Minute, time.Hour)
	p.least, p.leasts = spans(e.MinimumSpan, 0, time.Minute, 3*time.Minute, 5*time.Minute, 10*time.Minute, 15*time.Minute, 30*time.Minute, time.Hour)
	p.back, p.keep = numbers(1, 31, e.LookBackDays), numbers(3, 30, s.set.KeepYears)
	p.deny.SetPlaceHolder(text.Of("preferences_deny_usual"))
	p.deny.SetText(strings.Join(e.Deny, ", "))
	p.proxy.SetPlaceHolder("http://proxy.example.co.jp:8080")
	p.proxy.SetText(s.set.Proxy)
	form := container.New(layout.NewFormLayout())
	for _, row := range []struct {
		key   string
		input fyne.CanvasObject
	}{
		{"poll", container.NewHBox(wide(p.poll))}, {"back", container.NewHBox(wide(p.back))}, {"least", container.NewHBox(wide(p.least))}, {"deny", p.deny},
		{"proxy", p.proxy}, {"keep", container.NewHBox(wide(p.keep))},
	} {
		form.Add(field.Caption(text.Of("preferences_" + row.key)))
		why := field.Paragraph(text.Of("preferences_" + row.key + "_why"))
		why.SizeName = theme.SizeNameCaptionText
		form.Add(container.NewVBox(row.input, why))
	}
	save := widget.NewButton(text.Of("button_save"), func() {
		s.save(p.into, func() { s.f.Tell(text.Of("preferences_finer"), text.Of("preferences_saved")) })
	})
	save.Importance = widget.HighImportance
	fold := widget.NewAccordion(widget.NewAccordionItem(text.Of("preferences_finer"), container.NewVBox(field.Paragraph(text.Of("preferences_finer_why")), form, field.Row(save))))
	return field.Card(fold)
}

// into writes what is chosen into settings.
func (p *finer) into(s *connector.Settings) {
	s.Engine.PollInterval = p.polls[p.poll.SelectedIndex()]
	s.Engine.MinimumSpan = p.leasts[p.least.SelectedIndex()]
	s.Engine.LookBackDays, _ = strconv.Atoi(p.back.Selected)
	s.KeepYears, _ = strconv.Atoi(p.keep.Selected)
	s.Proxy = p.proxy.Text
	s.Engine.Deny = strings.FieldsFunc(p.deny.Text, func(r rune) bool { return strings.ContainsRune(",、，\n", r) })
}

// spans offers spans of time, the one in force among them.
func spans(now time.Duration, usual ...time.Duration) (*widget.Select, []time.Duration) {
	if !slices.Contains(usual, now) {
		usual = append(usual, now)
		slices.Sort(usual)
	}
	var names []string
	for _, d := range usual {
		names = append(names, span(d))
	}
	s := widget.NewSelect(names, nil)
	s.Selected = span(now)
	return s, usual
}

// span is a span of time in words.
func span(d time.Duration) string {
	switch {
	case d == 0:
		return text.Of("preferences_none")
	case d%time.Hour == 0:
		return text.Of("preferences_hours", text.Args{"N": int(d / time.Hour)})
	case d%time.Minute == 0:
		return text.Of("preferences_minutes", text.Args{"N": int(d / time.Minute)})
	}
	return text.Of("preferences_seconds", text.Args{"N": d.Seconds()})
}

func numbers(from, to, now int) *widget.Select {
	var names []string
	for n := from; n <= to; n++ {
		names = append(names, strconv.Itoa(n))
	}
	s := widget.NewSelect(names, nil)
	s.Selected = strconv.Itoa(now)
	return s
}

// wide gives a selection room for its longest value: Fyne measures the shortest.
func wide(s *widget.Select) fyne.CanvasObject {
	return container.NewGridWrap(fyne.NewSize(240, s.MinSize().Height), s)
}

// refused says what is wrong with settings: the façade names the setting.
func refused(err error) string {
	var said *connector.Error
	if !errors.As(err, &said) {
		return text.Error(err)
	}
	switch {
	case said.Code == connector.CodeWrongState:
		return text.Of("preferences_refused_now")
	case said.Detail["setting"] == "proxy":
		return text.Of("preferences_refused_proxy")
	case strings.HasPrefix(said.Detail["setting"], "notify."), said.Detail["setting"] == "webhook":
		return text.Of("notify_refused")
	}
	return text.Error(err)
}
