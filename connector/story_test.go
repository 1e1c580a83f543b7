package connector_test

import (
	"strings"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
)

// told writes a story as one line a day, today first.
func told(s connector.Story) (lines []string) {
	for _, d := range s.Days {
		line := d.Day[len("2026-"):]
		for _, step := range d.Steps {
			line += " " + step.What + "/" + step.Kind
			if !step.At.IsZero() {
				line += "@" + step.At.In(attendance.Japan).Format("15:04")
			}
			if step.Why != "" {
				line += "(" + step.Why + ")"
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func TestTheStoryOfACaller(t *testing.T) {
	r := linked(t, rig.Options{Seed: 1})
	p := r.Hire("77001")
	r.Hire("770010")
	r.Enter(p, times("25 09:00", "25 18:00", "26 08:52", "26 08:54")...)
	for _, c := range []struct {
		at   string
		want []string
	}{
		{"25 09:01", []string{"11-25 first/in@09:00 sent/in@09:00 accepted/in at_five/out", "11-24"}},
		{"25 09:20", []string{"11-25 first/in@09:00 sent/in@09:00 on_sheet/in@09:10 at_five/out", "11-24"}},
		{"26 09:01", []string{"11-26 first/in@08:52 sent/in@09:00 accepted/in last/out@08:54 at_five/out", "11-25 first/in@09:00 sent/in@09:00 on_sheet/in@09:10 last/out@18:00 sent/out@05:00 on_sheet/out@05:10"}},
		{"27 06:00", []string{"11-27", "11-26 first/in@08:52 sent/in@09:00 on_sheet/in@09:10 last/out@08:54 no_stamp/out(NO_CLOCK_OUT)"}},
	} {
		r.RunUntil(at(c.at))
		stories, err := r.Story(t.Context(), "77001")
		if err != nil || len(stories) != 2 {
			t.Fatal(stories, err)
		}
		if stories[0].UserCode != "77001" || stories[0].Name != "人 77001" || !stories[0].Sound {
			t.Errorf("the exact one is not first: %+v", stories)
		}
		if got := told(stories[0]); strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("at %s:\n%s\nwant\n%s", c.at, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
	_, err := r.Story(t.Context(), " ")
	wantCode(t, err, connector.CodeBadInput)
	if s, err := r.Story(t.Context(), "nobody"); len(s) != 0 || err != nil {
		t.Error(s, err)
	}
}

func TestTheStatusCountsWhoseClockOutComesAtFive(t *testing.T) {
	r := linked(t, rig.Options{Seed: 1})
	p := r.Hire("77001")
	r.Enter(p, times("25 09:00", "25 18:00")...)
	r.RunUntil(at("25 12:00"))
	if s := status(t, r); s.DueAtFive != 1 || s.SentToday != 1 {
		t.Errorf("%+v", s)
	}
	r.RunUntil(at("26 08:00"))
	if s := status(t, r); s.DueAtFive != 0 {
		t.Errorf("%+v", s)
	}
}
