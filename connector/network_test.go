package connector_test

import (
	"testing"
	"time"

	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator"
)

// TestTheNetworkIsBack: a cable that is put back is noticed at once, however rarely Akerun is read.
func TestTheNetworkIsBack(t *testing.T) {
	t.Parallel()
	r, p, l := onLine(t, rig.Options{Settings: func(s *settings.Settings) { s.Engine.PollInterval = time.Hour }})
	r.RunUntil(at("25 20:30"))
	l.cut("", true)
	r.RunUntil(at("26 00:10"))
	l.cut("", false)
	calls := func(from, until string) int {
		return l.callsBetween(simulator.PipeAkerunURL, at(from), at(until))
	}
	r.RunUntil(at("26 00:20"))
	if n := calls("26 00:10", "26 00:20"); n > 0 {
		t.Fatalf("%d calls before anybody has said that the network is back: this proves nothing", n)
	}
	r.NetworkChanged()
	r.RunUntil(at("26 00:21"))
	if calls("26 00:20", "26 00:21") == 0 {
		t.Error("the network is back, and nobody has called")
	}
	r.RunUntil(at("28 08:00"))
	wantRows(t, r, p, threeDays...)
	r.MustHold(nil)
}
