package engine

import (
	"testing"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

func TestNextCheck(t *testing.T) {
	// The first look is a minute after sending; the pauses lead to 2, 5 and 10 minutes after it, then every 10 minutes.
	at := firstCheck
	for checks, want := range []time.Duration{2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 30 * time.Minute} {
		if at += nextCheck(int64(checks)); at != want {
			t.Errorf("look %d is %s after sending, want %s", checks+2, at, want)
		}
	}
	if nextCheck(1<<40) != checkEnds {
		t.Error("after very many looks")
	}
}

func TestNextHour(t *testing.T) {
	for now, want := range map[string]string{
		"25 09:00:00": "25 10:00:00", "25 09:00:01": "25 10:00:00", "25 09:59:59": "25 10:00:00", "25 23:30:00": "26 00:00:00",
	} {
		if got := nextHour(jst(now)); !got.Equal(jst(want)) {
			t.Errorf("at %s: %s, want %s", now, got.In(tokyo), want)
		}
	}
}

func TestNextLook(t *testing.T) {
	since := jst("25 09:00:00")
	for now, want := range map[string]string{
		"25 09:00:00": "25 09:02:00", "25 09:09:00": "25 09:11:00", "25 09:10:30": "25 09:12:00", "25 09:11:59": "25 09:12:00",
	} {
		if got := nextLook(since, jst(now)); !got.Equal(jst(want)) {
			t.Errorf("at %s: %s, want %s", now, got.In(tokyo), want)
		}
	}
}

func TestShownOnSheet(t *testing.T) {
	m := func(n int) *int { return &n }
	day := attendance.DayOf(jst("25 09:00:00"))
	for _, c := range []struct {
		name, kind, at string
		sheet          teamspirit.SheetDay
		shown          string // "" for none
		ok             bool
	}{
		{"nothing there", "in", "25 09:00:59", teamspirit.SheetDay{}, "", false},
		{"to the minute", "in", "25 09:00:59", teamspirit.SheetDay{PushStart: m(540)}, "25 09:00:00", true},
		{"in Real…", "in", "25 09:00:59", teamspirit.SheetDay{RealStart: m(540)}, "25 09:00:00", true},
		{"in Start", "in", "25 09:00:59", teamspirit.SheetDay{Start: m(540)}, "25 09:00:00", true},
		{"a minute later", "in", "25 09:00:59", teamspirit.SheetDay{Start: m(541)}, "25 09:01:00", false},
		{"an earlier 出社 stands", "in", "25 09:00:00", teamspirit.SheetDay{PushStart: m(535)}, "25 08:55:00", true},
		{"the other kind", "in", "25 09:00:00", teamspirit.SheetDay{PushEnd: m(540), End: m(540)}, "", false},
		{"out to the minute", "out", "25 18:00:00", teamspirit.SheetDay{PushEnd: m(1080)}, "25 18:00:00", true},
		{"a later 退社 wins", "out", "25 18:00:00", teamspirit.SheetDay{End: m(1140)}, "25 19:00:00", true},
		{"an earlier 退社", "out", "25 18:00:00", teamspirit.SheetDay{End: m(1020)}, "25 17:00:00", false},
		{"one of several", "out", "25 18:00:00", teamspirit.SheetDay{PushEnd: m(1020), RealEnd: m(1080)}, "25 18:00:00", true},
		{"after midnight", "out", "26 04:59:59", teamspirit.SheetDay{End: m(28*60 + 59)}, "26 04:59:00", true},
		{"after midnight, on the next date's clock", "out", "26 04:59:59", teamspirit.SheetDay{End: m(4*60 + 59)}, "25 04:59:00", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			shown, ok := shownOnSheet(day, store.Outbox{Kind: c.kind, At: store.Millis(jst(c.at))}, c.sheet)
			want := time.Time{}
			if c.shown != "" {
				want = jst(c.shown)
			}
			if ok != c.ok || !shown.Equal(want) {
				t.Errorf("%s %v", shown.In(tokyo), ok)
			}
		})
	}
}
