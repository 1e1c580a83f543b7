// Package items shows the three lists 停止中, 対応が必要 and 確認リスト, with what can be done about each item.
//
// Which items there are, and when they are cured, is decided by the façade alone.
package items

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// The lists by name, in the order shown.
var lists = []string{"stopped", "action", "review"}

// panel is the three lists in tabs.
type panel struct {
	f     *shell.Frame
	tabs  *field.Tabs
	pages []*page
	doors map[string]string // names by id

	head    string // of the audit chain when the items were read; what changes an item changes it
	loading bool
	again   bool // read once more when the reading under way is done
	shown   bool // a tab has been chosen
}

// New makes the lists. They follow the status by themselves.
func New(f *shell.Frame) fyne.CanvasObject { return newPanel(f).tabs.Content }

func newPanel(f *shell.Frame) *panel {
	p := &panel{f: f, tabs: field.NewTabs()}
	for _, list := range lists {
		page := newPage(p, list)
		p.pages = append(p.pages, page)
		p.tabs.Append(text.List(list), page.content)
	}
	p.tabs.OnChosen = func(int) { p.shown = true }
	f.OnStatus(func(s connector.Status) {
		if s.AuditHead != p.head {
			p.head = s.AuditHead
			p.load()
		}
	})
	return p
}

// reading is what the lists show.
type reading struct {
	items []connector.Item
	doors []connector.Door
}

func (p *panel) load() {
	if p.loading {
		p.again = true
		return
	}
	p.loading, p.again = true, false
	all := slices.ContainsFunc(p.pages, func(page *page) bool { return page.ended.Checked })
	shell.Work(p.f, func(ctx context.Context) (r reading, err error) {
		if r.items, err = p.f.Connector.Items(ctx, connector.ItemQuery{All: all}); err != nil {
			return r, err
		}
		r.doors, err = p.f.Connector.Doors(ctx)
		return r, err
	}, func(r reading, err error) {
		p.loading = false
		if err != nil {
			p.f.ShowError(err)
			return
		}
		p.show(r)
		if p.again {
			p.load()
		}
	})
}

// changed reads again after a person has done something.
func (p *panel) changed() { p.load() }

func (p *panel) show(r reading) {
	p.doors = make(map[string]string, len(r.doors))
	for _, d := range r.doors {
		p.doors[d.ID] = d.Name
	}
	first := -1
	for n, page := range p.pages {
		open := 0
		var mine []connector.Item
		for _, i := range r.items {
			if i.List != page.list || i.State != "open" && !page.ended.Checked {
				continue
			}
			if i.State == "open" {
				open++
			}
			mine = append(mine, i)
		}
		page.set(mine)
		p.tabs.SetTitle(n, text.Of("items_tab", text.Args{"List": text.List(page.list), "N": open}))
		if open > 0 && first < 0 {
			first = n
		}
	}
	if !p.shown && first >= 0 {
		p.tabs.Choose(first)
	}
	p.shown = true
}
