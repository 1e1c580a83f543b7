// Package bench measures how long the handlers of the windows hold Fyne's goroutine up with company L: 10,000 people. Nothing may hold it up
// for 100 ms, which is what a person notices.
//
//	go test -run '^$' -bench '^BenchmarkHandlers$' -benchtime 10x ./ui/bench
//
// Each line gives the slowest handler of a screen (ms/slowest-handler: the median over the rounds of the handler that takes longest) and how
// that compares with the same handlers and 100 people (x/100-people, of all handlers together). Which handler took how long is in the log
// (-v). What runs beside the window, on goroutines of its own, is not counted.
package bench

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/ui/dashboard"
	"dakokubridge/ui/days"
	"dakokubridge/ui/items"
	"dakokubridge/ui/people"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/shell/stage"
	"dakokubridge/ui/text"
	"dakokubridge/ui/theme"
	"dakokubridge/ui/wizard"
)

// office is a façade with simulated people behind it, who have all worked a month and are all on the lists.
type office struct {
	connector.Connector
	now   func() time.Time
	month []connector.PersonDay
	items []connector.Item
	head  string // of the audit chain; another one makes the screens read anew
}

// workdays are how many days of a month have somebody in them.
const workdays = 22

func newOffice(b *testing.B, o rig.Options) *office {
	o.Seed, o.Days, o.History = 1, 1, 1
	r := rig.New(b, o)
	for side, role := range map[connector.Side]string{connector.Akerun: "super_manager", connector.Salesforce: "admin"} {
		_, err := r.SignIn(side, role)
		ok(b, err)
	}
	ok(b, r.ChooseOrganization(b.Context(), r.Offices()[0]))
	ok(b, r.ReadPeople(b.Context()))
	ok(b, r.SaveSetup(b.Context(), connector.Setup{Step: 5}))
	of := &office{Connector: r.Local, now: r.World.Clock().Now}
	day, err := r.Preview(b.Context(), 7)
	ok(b, err)
	slices.SortStableFunc(day, func(x, y connector.PersonDay) int { return cmp.Compare(x.UserID, y.UserID) })
	day = slices.CompactFunc(day, func(x, y connector.PersonDay) bool { return x.UserID == y.UserID })
	for n := range workdays {
		for _, d := range day {
			d.Day = fmt.Sprintf("2026-11-%02d", n+1)
			of.month = append(of.month, d)
		}
	}
	for n, d := range day {
		of.items = append(of.items, connector.Item{ID: int64(n + 1), List: []string{"stopped", "action", "review"}[min(n%20, 2)], Reason: []string{"OFFLINE", "NO_USER_CODE", "NO_CLOCK_OUT"}[min(n%20, 2)],
			State: "open", Day: d.Day, UserID: d.UserID, Code: cmp.Or(d.EmployeeCode, d.UserCode), Name: d.Name, Since: d.Last, Detail: map[string]string{"at": d.Last.Format(time.RFC3339)}})
	}
	return of
}

func ok(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// count is how many items a list has.
func (o *office) count(list string) (n int) {
	for _, i := range o.items {
		if i.List == list {
			n++
		}
	}
	return n
}

// Days implements connector.Connector.
func (o *office) Days(context.Context, connector.DayQuery) ([]connector.PersonDay, error) {
	return o.month, nil
}

// Items implements connector.Connector.
func (o *office) Items(context.Context, connector.ItemQuery) ([]connector.Item, error) {
	return o.items, nil
}

// Status implements connector.Connector.
func (o *office) Status(ctx context.Context) (connector.Status, error) {
	s, err := o.Connector.Status(ctx)
	s.AuditHead += o.head
	return s, err
}

// hall is a screen before a stopwatch.
type hall struct {
	*stage.Stage
	office *office
	frame  *shell.Frame
	took   map[string][]time.Duration
	now    string
}

func newHall(b *testing.B, o *office) *hall {
	h := &hall{Stage: stage.New(b, o, "ja"), office: o, took: make(map[string][]time.Duration)}
	fonts, err := theme.FindFonts()
	ok(b, err)
	h.App.Settings().SetTheme(theme.New(theme.Light, fonts))
	h.Now = o.now
	h.Window.Resize(fyne.NewSize(1180, 780))
	post := h.Post
	h.Post = func(f func()) { post(func() { h.time("shown", f) }) }
	return h
}

// time takes the time of one handler.
func (h *hall) time(part string, f func()) {
	begin := time.Now()
	f()
	name := h.now + ", " + part
	h.took[name] = append(h.took[name], time.Since(begin))
}

// do has a person do something, and waits for what comes of it.
func (h *hall) do(what string, f func()) {
	h.now = what
	h.time("pressed", f)
	h.Settle()
}

// show puts a screen into the window; the time is that of building it.
func (h *hall) show(what string, screen shell.Screen, argument string) {
	if h.frame != nil {
		h.frame.Close()
	}
	h.frame = h.Open(context.Background())
	h.do(what, func() { h.Window.SetContent(screen(h.frame, argument)) })
}

// press presses a button or a tick, which is looked for beforehand.
func (h *hall) press(what, label string) {
	if buttons := h.Buttons(label); len(buttons) > 0 {
		h.do(what, buttons[0].OnTapped)
		return
	}
	var found *widget.Check
	var look func(o fyne.CanvasObject)
	look = func(o fyne.CanvasObject) {
		if o == nil || !o.Visible() {
			return
		}
		if check, ok := o.(*widget.Check); ok && check.Text == label {
			found = check
		}
		for _, part := range parts(o) {
			look(part)
		}
	}
	look(h.Window.Content())
	h.do(what, func() { found.SetChecked(!found.Checked) })
}

func parts(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case fyne.Widget:
		return test.WidgetRenderer(o).Objects()
	}
	return nil
}

// scroll shows another part of the tables and lists that are shown.
func (h *hall) scroll() {
	var look func(o fyne.CanvasObject)
	look = func(o fyne.CanvasObject) {
		if o == nil || !o.Visible() {
			return
		}
		switch o := o.(type) {
		case interface {
			ScrollTo(widget.TableCellID)
		}:
			o.ScrollTo(widget.TableCellID{Row: 60})
			return
		case *widget.List:
			o.ScrollTo(min(60, o.Length()-1))
			return
		}
		for _, part := range parts(o) {
			look(part)
		}
	}
	look(h.Window.Content())
}

// visits are the screens, each with what a person does on it.
var visits = map[string]func(h *hall){
	"people": func(h *hall) {
		h.show("open people", people.New, "")
		for _, typed := range []string{"山", "山田", "00", ""} {
			entry := h.Entries()[0]
			h.do("type "+typed, func() { entry.SetText(typed) })
		}
		choice := h.Selects()[0]
		h.do("filter by verdict", func() { choice.SetSelectedIndex(1) })
		h.do("filter by none", func() { choice.SetSelectedIndex(0) })
		h.press("sort by name", text.Of("column_akerun_name"))
		h.press("sort by verdict", text.Of("column_verdict"))
		h.press("tick everyone", text.Of("people_tick_all"))
		h.do("scroll", h.scroll)
	},
	"dashboard": func(h *hall) {
		h.show("open the dashboard", dashboard.New, "")
		h.office.head += "."
		status, err := h.office.Status(context.Background())
		if err != nil {
			panic(err)
		}
		h.do("another state", func() { h.Update(status) })
		entry := h.Entries()[0]
		h.do("type a caller", func() { entry.SetText("0028") })
		h.Until("an answer", func() bool { return h.Pending() == 0 && !h.Has(text.Of("items_empty")) })
	},
	"lists": func(h *hall) {
		h.show("open the lists", func(f *shell.Frame, _ string) fyne.CanvasObject { return items.New(f) }, "")
		h.press("to review", text.Of("items_tab", text.Args{"List": text.List("review"), "N": h.office.count("review")}))
		h.press("select all", text.Of("items_select_all"))
		h.do("scroll", h.scroll)
	},
	"days": func(h *hall) {
		h.show("open a month of days", days.New, "2026-11-01")
		h.press("select all", text.Of("items_select_all"))
		h.press("select none", text.Of("items_select_all"))
		h.press("sort by name", text.Of("days_name"))
		h.do("scroll", h.scroll)
	},
	"wizard": func(h *hall) {
		h.show("open the wizard's people", wizard.New, "")
		entry := h.Entries()[0]
		h.do("type", func() { entry.SetText("山") })
		h.do("scroll", h.scroll)
	},
}

func BenchmarkHandlers(b *testing.B) {
	large, small := newOffice(b, rig.Options{Size: company.Large}), newOffice(b, rig.Options{People: 100})
	for _, screen := range slices.Sorted(maps.Keys(visits)) {
		b.Run(screen, func(b *testing.B) {
			of := func(o *office) map[string]time.Duration {
				h := newHall(b, o)
				for range max(b.N, 3) {
					visits[screen](h)
				}
				h.frame.Close()
				return medians(h.took)
			}
			l, s := of(large), of(small)
			slowest, sum, least := "", time.Duration(0), time.Duration(0)
			for name, took := range l {
				b.Logf("%-40s %8.1f ms, with 100 people %8.1f ms", name, ms(took), ms(s[name]))
				if took > l[slowest] {
					slowest = name
				}
				sum, least = sum+took, least+s[name]
			}
			b.Logf("the slowest is %q", slowest)
			b.ReportMetric(0, "ns/op") // meaningless: a round is many handlers
			b.ReportMetric(ms(l[slowest]), "ms/slowest-handler")
			b.ReportMetric(float64(sum)/float64(max(least, 1)), "x/100-people")
		})
	}
}

// medians gives for each handler what it takes as a rule.
func medians(took map[string][]time.Duration) map[string]time.Duration {
	all := make(map[string]time.Duration, len(took))
	for name, spans := range took {
		slices.Sort(spans)
		all[name] = spans[len(spans)/2]
	}
	return all
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
