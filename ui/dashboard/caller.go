package dashboard

import (
	"context"
	"errors"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// pauseInTyping is how long nothing must be typed before somebody is looked for; real time.
const pauseInTyping = 250 * time.Millisecond

// caller answers who calls 「打刻されていません」: by code or name, what happened today and yesterday. While somebody is looked for, the answer
// stands in the place of the lists.
type caller struct {
	f       *shell.Frame
	entry   *widget.Entry
	content fyne.CanvasObject
	answer  *fyne.Container
	instead fyne.CanvasObject // what is hidden meanwhile
	task    *shell.Task
	round   int
}

func newCaller(f *shell.Frame, instead fyne.CanvasObject) *caller {
	c := &caller{f: f, answer: container.NewVBox(), instead: instead}
	c.content = container.NewVScroll(c.answer)
	c.content.Hide()
	c.entry = field.Search(text.Of("dashboard_search"), c.typed)
	return c
}

func (c *caller) typed(search string) {
	if c.task != nil {
		c.task.Cancel()
		c.task = nil
	}
	c.round++
	if strings.TrimSpace(search) == "" {
		c.content.Hide()
		c.instead.Show()
		return
	}
	round := c.round
	c.f.After(pauseInTyping, func() {
		if round == c.round {
			c.look(search)
		}
	})
}

func (c *caller) look(search string) {
	c.task = shell.Work(c.f, func(ctx context.Context) ([]connector.Story, error) { return c.f.Connector.Story(ctx, search) },
		func(stories []connector.Story, err error) {
			if errors.Is(err, context.Canceled) {
				return
			}
			c.show(stories, err)
		})
}

func (c *caller) show(stories []connector.Story, err error) {
	c.answer.Objects = nil
	switch {
	case err != nil:
		c.answer.Add(field.Chip(field.Bad, text.Error(err)))
	case len(stories) == 0:
		c.answer.Add(field.Chip(field.Warn, text.Of("dashboard_nobody_found")))
	}
	for _, s := range stories {
		c.answer.Add(c.card(s))
	}
	c.answer.Refresh()
	c.instead.Hide()
	c.content.Show()
}

func (c *caller) card(s connector.Story) fyne.CanvasObject {
	code := s.EmployeeCode
	if code == "" {
		code = s.UserCode
	}
	days := widget.NewButton(text.Of("cure_days"), func() { c.f.Navigate(shell.Days, s.Days[len(s.Days)-1].Day+" "+firstOf(code, s.Name)) })
	person := widget.NewButton(text.Of("dashboard_to_person"), func() { c.f.Navigate(shell.People, firstOf(code, s.Name)) })
	head := container.NewBorder(nil, nil, nil, container.NewHBox(days, person), field.Strong(text.Of("dashboard_person", text.Args{"Name": firstOf(s.Name, "–"), "Code": firstOf(code, "–")})))
	parts := []fyne.CanvasObject{head}
	if s.Excluded {
		parts = append(parts, field.Chip(field.Warn, text.Of("dashboard_excluded")))
	} else if !s.Sound && s.Reason != "" {
		parts = append(parts, field.Chip(field.Warn, text.Reason(s.Reason)))
	}
	for n, d := range s.Days {
		key := "dashboard_today"
		if n > 0 {
			key = "dashboard_yesterday"
		}
		parts = append(parts, field.Paragraph(text.Of(key)+"　"+Steps(d)))
	}
	return field.Card(parts...)
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

// Steps tells a day in one line: 8:52入室 → 8:53送信 → 反映待ち.
func Steps(d connector.StoryDay) string {
	if len(d.Steps) == 0 {
		return text.Of("story_nothing")
	}
	words := make([]string, len(d.Steps))
	for n, s := range d.Steps {
		args := text.Args{"At": text.Time(s.At), "Kind": text.Kind(s.Kind), "Why": why(s.Why)}
		words[n] = text.Of("story_"+s.What, args)
	}
	return strings.Join(words, " → ")
}

// why is a reason of the rules in words; TeamSpirit's own text stays as it is.
func why(reason string) string {
	if connector.KnownReason(reason) {
		return text.Reason(reason)
	}
	return reason
}
