package connector_test

import (
	"testing"

	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator"
)

// TestTheNetworkIsBack: a cable that is put back is noticed at once, without waiting for the next poll.
func TestTheNetworkIsBack(t *testing.T) {
	t.Parallel()
	r, p, l := onLine(t, rig.Options{})
	r.RunUntil(at("25 20:30"))
	l.cut("", true)
	r.RunUntil(at("26 00:05"))
	l.cut("", false)
	calls := func(from, until string) int {
		return l.callsBetween(simulator.PipeAkerunURL, at(from), at(until))
	}
	r.RunUntil(at("26 00:10"))
	if n := calls("26 00:05", "26 00:10"); n > 0 {
		t.Fatalf("%d calls before anybody has said that the network is back: this proves nothing", n)
	}
	r.NetworkChanged()
	r.RunUntil(at("26 00:11"))
	if calls("26 00:10", "26 00:11") == 0 {
		t.Error("the network is back, and nobody has called")
	}
	r.RunUntil(at("28 08:00"))
	wantRows(t, r, p, threeDays...)
	r.MustHold(nil)
}
