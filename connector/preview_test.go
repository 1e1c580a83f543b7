package connector_test

import (
	"fmt"
	"slices"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
)

// office fills two days of a quiet office and runs it until the morning after.
func office(t *testing.T, r *rig.Rig) []rig.Person {
	t.Helper()
	var people []rig.Person
	for i, texts := range [][]string{
		{"25 09:00", "25 12:01", "25 18:00", "26 09:10", "26 17:00"}, {"25 09:00"}, {"25 22:00", "26 04:59:59"}, {"25 09:00", "25 18:00"},
		{"25 09:00", "25 17:00"}, {"25 09:00", "25 17:30"}, {"25 22:00", "26 06:10"},
	} {
		p := r.Hire(fmt.Sprintf("70%02d", i))
		r.Enter(p, times(texts...)...)
		people = append(people, p)
	}
	nobody := rig.Person{User: r.World.AkerunServer().AddUser("誰か", "", "")}
	r.Enter(nobody, times("25 09:00", "25 18:00")...)
	r.Web(people[3], "in", at("25 08:55"))
	r.Web(people[5], "out", at("25 17:00"))
	r.Web(people[4], "out", at("25 19:00"))
	r.RunUntil(at("27 08:00"))
	return people
}

// summary lists stamps and the reasons for what is missing, whatever their state.
func summary(days []connector.PersonDay) []string {
	var out []string
	for _, d := range days {
		if d.Day != "2026-11-25" && d.Day != "2026-11-26" {
			continue
		}
		line := fmt.Sprintf("%s %s in %s out %s accesses %d", d.Day, d.UserCode, d.Why["in"], d.Why["out"], d.Accesses)
		for _, s := range d.Stamps {
			if s.State != "withdrawn" {
				line += fmt.Sprintf(" [%s %s]", s.Kind, s.At.In(at("25 05:00").Location()).Format("15:04:05"))
			}
		}
		items := []string{}
		for _, i := range d.Items {
			items = append(items, i.Reason)
		}
		slices.Sort(items)
		out = append(out, fmt.Sprintf("%s %q", line, items))
	}
	slices.Sort(out)
	return out
}

// TestPreviewEqualsTheRun: お試し判定 shows what the connector does, before it is linked and after.
func TestPreviewEqualsTheRun(t *testing.T) {
	t.Parallel()
	ran := linked(t, rig.Options{})
	office(t, ran)
	days, err := ran.Days(t.Context(), connector.DayQuery{From: "2026-11-25", To: "2026-11-26"})
	ok(t, err)
	want := summary(days)
	if len(want) != 10 {
		t.Fatalf("the run shows %q", want)
	}
	rows := len(ran.World.SalesforceServer().StampRows())

	fresh := signedIn(t, rig.Options{})
	office(t, fresh)
	before, err := fresh.Preview(t.Context(), 3)
	ok(t, err)
	if got := summary(before); !slices.Equal(got, want) {
		t.Errorf("before linking the preview shows\n%q\nand the run does\n%q", got, want)
	}
	if n := len(fresh.World.SalesforceServer().StampRows()); n != 0 {
		t.Errorf("%d rows after a preview", n)
	}
	wantPhase(t, fresh, connector.Ready)

	after, err := ran.Preview(t.Context(), 3)
	ok(t, err)
	if got := summary(after); !slices.Equal(got, want) {
		t.Errorf("after the run the preview shows\n%q\nand the run did\n%q", got, want)
	}
	if n := len(ran.World.SalesforceServer().StampRows()); n != rows {
		t.Errorf("%d rows after a preview, %d before", n, rows)
	}
	for _, days := range []int{0, -1, 32, 10000} {
		_, err := ran.Preview(t.Context(), days)
		wantCode(t, err, connector.CodeBadInput)
	}
}
