package profile

import (
	"fmt"
	"testing"
	"time"
)

func TestMomentsLieApart(t *testing.T) {
	seen := map[time.Duration]bool{}
	for i := range 100 {
		p := &Profile{id: fmt.Sprint(i)}
		m := p.Moment()
		if m < 5*time.Second || m >= 30*time.Second || m != p.Moment() {
			t.Errorf("%d: %s, then %s", i, m, p.Moment())
		}
		seen[m] = true
	}
	if len(seen) < 95 {
		t.Errorf("100 profiles have %d moments", len(seen))
	}
}
