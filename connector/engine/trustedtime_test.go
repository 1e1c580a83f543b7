package engine

import (
	"testing"
	"time"
)

func TestTrustedTimeNeedsBothSides(t *testing.T) {
	c := &handClock{now: jst("25 09:00:00")}
	times := newTrustedTime(c)
	if at, ok := times.now(); ok || !at.IsZero() || times.heard() || !times.of(sideAkerun).IsZero() || !times.later().IsZero() {
		t.Errorf("before anybody was heard: %s %v", at, ok)
	}
	for _, side := range []string{sideAkerun, sideSalesforce} {
		if !times.doubtful(side) {
			t.Errorf("%s is not doubtful before it was heard", side)
		}
	}
	times.observe(sideSalesforce, jst("25 08:00:00"))
	if at, ok := times.now(); ok || !at.Equal(jst("25 08:00:00")) {
		t.Errorf("with one side: %s %v", at, ok)
	}
	times.observe(sideAkerun, jst("25 07:59:58"))
	if at, ok := times.now(); !ok || !at.Equal(jst("25 07:59:58")) || at.Location() != time.UTC {
		t.Errorf("with both sides: %s %v", at, ok)
	}
	if at := times.later(); !at.Equal(jst("25 08:00:00")) {
		t.Errorf("the later one: %s", at)
	}
	if apart := times.apart(); apart != 2*time.Second {
		t.Errorf("apart %s", apart)
	}
}

// TestTrustedTimeIsTheEarlier: a server whose clock is fast makes nothing early, whichever it is.
func TestTrustedTimeIsTheEarlier(t *testing.T) {
	for _, fast := range []string{sideAkerun, sideSalesforce} {
		c := &handClock{now: jst("25 04:00:00")}
		times := newTrustedTime(c)
		for _, side := range []string{sideAkerun, sideSalesforce} {
			date := jst("25 04:00:00")
			if side == fast {
				date = date.Add(2 * time.Hour)
			}
			times.observe(side, date)
		}
		c.move(59 * time.Minute)
		if at, _ := times.now(); !at.Equal(jst("25 04:59:00")) {
			t.Errorf("%s fast: %s", fast, at)
		}
		if times.apart() != 2*time.Hour {
			t.Errorf("apart %s", times.apart())
		}
	}
}

// TestBoard/C04, C05, C08: what is carried on is the servers' time, by the monotonic clock; setting the PC's clock moves it by nothing, and
// makes both sides be asked again.
func TestTrustedTimeAfterThePCsClockWasSet(t *testing.T) {
	for _, jump := range []time.Duration{12 * time.Hour, -12 * time.Hour, 40 * time.Minute, -2 * time.Minute} {
		c := &handClock{now: time.Now()}
		times := newTrustedTime(c)
		times.observe(sideAkerun, jst("25 04:30:00"))
		times.observe(sideSalesforce, jst("25 04:30:00"))
		c.move(10 * time.Minute)
		if times.doubtful(sideAkerun) || times.doubtful(sideSalesforce) {
			t.Error("doubtful without a reason")
		}
		c.setWall(jump)
		if at, ok := times.now(); !ok || !at.Equal(jst("25 04:40:00")) {
			t.Errorf("after %s: %s %v", jump, at, ok)
		}
		if !times.doubtful(sideAkerun) || !times.doubtful(sideSalesforce) {
			t.Errorf("nobody is asked again after %s", jump)
		}
		if !times.jumped() {
			t.Errorf("%s is not noticed at once", jump)
		}
		times.observe(sideAkerun, jst("25 04:40:00"))
		if times.doubtful(sideAkerun) || !times.doubtful(sideSalesforce) || !times.jumped() {
			t.Errorf("after %s and one answer: %v %v", jump, times.doubtful(sideAkerun), times.doubtful(sideSalesforce))
		}
		times.observe(sideSalesforce, jst("25 04:40:00"))
		if times.jumped() {
			t.Errorf("both have answered after %s, and both are asked again and again", jump)
		}
	}
}

// TestSmallStepsOfTheClock: what NTP does all the time makes nobody ask again.
func TestSmallStepsOfTheClock(t *testing.T) {
	c := &handClock{now: time.Now()}
	times := newTrustedTime(c)
	times.observe(sideAkerun, jst("25 04:30:00"))
	c.setWall(30 * time.Second)
	if times.doubtful(sideAkerun) || times.jumped() {
		t.Error("doubtful after half a minute")
	}
}
