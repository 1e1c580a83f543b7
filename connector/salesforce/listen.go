package salesforce

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

// openPort listens on the first of ports that is free on 127.0.0.1 and on [::1] alike. Both are needed: a browser may take localhost for either, and a
// stranger's listener on the other one would receive the code.
func openPort(ctx context.Context, ports []int) ([]net.Listener, string, error) {
	v6 := hasIPv6(ctx)
	for _, n := range ports {
		port := strconv.Itoa(n)
		if listeners, err := openBoth(ctx, port, v6); err == nil {
			return listeners, port, nil
		}
	}
	names := make([]string, len(ports))
	for i, n := range ports {
		names[i] = strconv.Itoa(n)
	}
	return nil, "", failure("waiting for the browser", CausePortsBusy, Ask, "other programs use the ports "+strings.Join(names, ", "))
}

// openBoth listens on port of both loopback addresses, or on none.
func openBoth(ctx context.Context, port string, v6 bool) ([]net.Listener, error) {
	addresses := [][2]string{{"tcp4", "127.0.0.1"}}
	if v6 {
		addresses = append(addresses, [2]string{"tcp6", "::1"})
	}
	var open []net.Listener
	for _, a := range addresses {
		l, err := new(net.ListenConfig).Listen(ctx, a[0], net.JoinHostPort(a[1], port))
		if err != nil {
			closeAll(open)
			return nil, fmt.Errorf("listening on port %s of %s: %w", port, a[1], err)
		}
		open = append(open, l)
	}
	return open, nil
}

func closeAll(listeners []net.Listener) {
	for _, l := range slices.Backward(listeners) {
		_ = l.Close() // nothing was read from it yet
	}
}

// hasIPv6 reports whether this machine has the address ::1 at all; a browser can't reach anybody there when it has not.
func hasIPv6(ctx context.Context) bool {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp6", "[::1]:0")
	if err != nil {
		return false
	}
	_ = l.Close()
	return true
}
