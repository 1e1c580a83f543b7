package people_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/ui/people"
	"dakokubridge/ui/shell/stage"
	"dakokubridge/ui/text"
)

// BenchmarkTenThousand measures what each handler takes with company L. Nothing may hold the window up for 100 ms.
func BenchmarkTenThousand(b *testing.B) {
	r := rig.New(b, rig.Options{Seed: 1, Size: company.Large, Days: 1})
	_, err := r.SignIn(connector.Akerun, "super_manager")
	ok(b, err)
	ok(b, r.ChooseOrganization(b.Context(), r.Offices()[0]))
	_, err = r.SignIn(connector.Salesforce, "admin")
	ok(b, err)
	ok(b, r.ReadPeople(b.Context()))
	s := stage.New(b, r.Local, "ja")
	s.Window.Resize(fyne.NewSize(1200, 900))
	s.Show(people.New, "")
	if rows(s) < 10_000 {
		b.Fatalf("%d rows", rows(s))
	}
	table := tables(s)[0]
	entry := s.Entries()[0]
	choice := s.Selects()[0]
	head := table.CreateHeader()
	for name, handler := range map[string]func(i int){
		"type":   func(i int) { entry.SetText([]string{"山", "1", "山田", "", "00"}[i%5]) },
		"filter": func(i int) { choice.SetSelectedIndex(i % len(choice.Options)) },
		"sort": func(i int) {
			table.UpdateHeader(widget.TableCellID{Row: -1, Col: i % 8}, head)
			test.Tap(head.(*widget.Button))
		},
		"scroll":        func(i int) { table.ScrollTo(widget.TableCellID{Row: i * 97 % 10_000}) },
		"tick everyone": func(int) { s.Press(text.Of("people_tick_all")) },
	} {
		b.Run(name, func(b *testing.B) {
			entry.SetText("")
			choice.SetSelectedIndex(0)
			b.ResetTimer()
			for i := range b.N {
				handler(i)
			}
		})
	}
}
