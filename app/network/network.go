// Package network notices that this PC is in another network than before: the cable is back, the wireless one was joined, a VPN came up.
//
// It looks at the addresses that the PC has and calls nobody outside. Whether a server can be reached is not its business.
package network

import (
	"context"
	"net"
	"slices"
	"time"
)

// look is how often the addresses are looked at. Asking for them takes well under a millisecond.
const look = 15 * time.Second

// Watch calls changed each time the PC has other addresses than before and any at all beside those that lead to itself, until ctx ends.
// addresses is [net.InterfaceAddrs].
func Watch(ctx context.Context, addresses func() ([]net.Addr, error), changed func()) {
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	before := outward(addresses)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := outward(addresses)
		if len(now) > 0 && !slices.Equal(now, before) {
			changed()
		}
		before = now
	}
}

// outward lists the addresses under which others could reach this PC, in a fixed order; none where they can't be read.
func outward(addresses func() ([]net.Addr, error)) (all []string) {
	list, err := addresses()
	if err != nil {
		return nil
	}
	for _, a := range list {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			all = append(all, n.String())
		}
	}
	slices.Sort(all)
	return all
}
