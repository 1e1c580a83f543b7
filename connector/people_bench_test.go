package connector_test

import (
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/company"
)

// BenchmarkPeopleL is what the people screen waits for with company L.
func BenchmarkPeopleL(b *testing.B) {
	r := rig.New(b, rig.Options{Seed: 1, Size: company.Large, Days: 1})
	_, err := r.SignIn(connector.Akerun, "super_manager")
	must(b, err)
	must(b, r.ChooseOrganization(b.Context(), r.Offices()[0]))
	_, err = r.SignIn(connector.Salesforce, "admin")
	must(b, err)
	must(b, r.ReadPeople(b.Context()))
	var changes []connector.CodeChange
	people, err := r.People(b.Context())
	must(b, err)
	for i, p := range people {
		if p.UserID != "" {
			changes = append(changes, connector.CodeChange{UserID: p.UserID, Code: "N" + p.UserCode + string(rune('a'+i%26)) + p.UserID})
		}
	}
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, err := r.People(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("plan 10,000 codes", func(b *testing.B) {
		for b.Loop() {
			plan, err := r.PlanCodeChanges(b.Context(), connector.ByFile, changes, true)
			must(b, err)
			must(b, r.CancelCodeChanges(b.Context(), plan.List))
		}
	})
	b.Run("export and check", func(b *testing.B) {
		for b.Loop() {
			f, err := r.ExportPeople(b.Context(), connector.CSV, "ja")
			must(b, err)
			_, err = r.CheckPeopleFile(b.Context(), f.Name, f.Content)
			must(b, err)
		}
	})
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
