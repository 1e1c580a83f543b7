package items

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/shell/stage"
)

// Ten thousand people may each have an item. No handler may hold the window up for 100 ms, which is what a person notices.
func BenchmarkTenThousandItems(b *testing.B) {
	r := rig.Quiet(b, rig.Options{Seed: 1})
	s := stage.New(b, r.Local, "ja")
	var p *panel
	s.Show(func(f *shell.Frame, _ string) fyne.CanvasObject {
		p = newPanel(f)
		return p.tabs.Content
	}, "")
	all := make([]connector.Item, 10_000)
	for n := range all {
		all[n] = connector.Item{ID: int64(n + 1), List: "review", Reason: "NO_CLOCK_OUT", State: "open", Day: "2026-11-25", Name: fmt.Sprintf("社員 %05d", n),
			Code: fmt.Sprintf("%05d", n), Since: time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC), Detail: map[string]string{"at": "2026-11-25T09:00:00+09:00"}}
	}
	b.Run("show", func(b *testing.B) {
		for b.Loop() {
			p.show(reading{items: all})
		}
	})
	b.Run("tick all", func(b *testing.B) {
		for b.Loop() {
			p.pages[2].tickAll(true)
		}
	})
}
