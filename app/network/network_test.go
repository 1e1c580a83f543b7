package network

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestANewNetworkIsNoticed(t *testing.T) {
	address := func(text string) net.Addr {
		ip, n, err := net.ParseCIDR(text)
		if err != nil {
			t.Fatal(err)
		}
		return &net.IPNet{IP: ip, Mask: n.Mask}
	}
	self, office, home, link := address("127.0.0.1/8"), address("10.0.0.7/24"), address("192.168.1.5/24"), address("fe80::1/64")
	synctest.Test(t, func(t *testing.T) {
		var now atomic.Pointer[[]net.Addr]
		now.Store(&[]net.Addr{self, office})
		calls := 0
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			Watch(ctx, func() ([]net.Addr, error) {
				if list := now.Load(); list != nil {
					return *list, nil
				}
				return nil, errors.New("not now")
			}, func() { calls++ })
		}()
		for _, step := range []struct {
			name string
			have *[]net.Addr
			want int
		}{
			{"nothing new", &[]net.Addr{office, self}, 0},
			{"another order, and an address that leads nowhere", &[]net.Addr{link, self, office}, 0},
			{"the cable is pulled", &[]net.Addr{self}, 0},
			{"and put back", &[]net.Addr{self, office}, 1},
			{"home", &[]net.Addr{home, self}, 2},
			{"not to be read", nil, 2},
			{"to be read again", &[]net.Addr{home, self}, 3},
		} {
			now.Store(step.have)
			time.Sleep(look)
			synctest.Wait()
			if calls != step.want {
				t.Errorf("%s: told %d times by now, want %d", step.name, calls, step.want)
			}
		}
		stop()
		<-ended
	})
}
