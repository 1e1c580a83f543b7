package rig

import (
	"testing"
	"testing/synctest"
	"time"

	"dakokubridge/connector/simulator"
	"dakokubridge/connector/vault"
)

// Beside opens a second connector, on an empty profile of its own, in the same world: another PC on the same organisations. moment is its own, see
// connector.Config.
func (r *Rig) Beside(moment time.Duration) *Rig {
	r.t.Helper()
	o := r.options
	o.Moment, o.Hook, o.Database = moment, nil, nil
	other := &Rig{World: r.World, Vault: vault.Memory(), Dir: r.t.TempDir(), t: r.t, options: o, pipe: r.World.Pipe(), clock: &stopClock{Clock: r.World.Clock()}, set: r.set}
	other.Reopen()
	d := r.World.Description(simulator.PipeAkerunURL, simulator.PipeSalesforceURL)
	must(r.t, other.SetAkerunClient(r.t.Context(), d.Akerun.ClientID, d.Akerun.ClientSecret))
	r.t.Cleanup(func() {
		if other.Local != nil {
			_ = other.Local.Close()
		}
		_ = other.pipe.Close()
	})
	return other
}

// BubbleWith is Bubble for two connectors at once. f starts what each of them does, for instance with RunUntil in a goroutine.
func (r *Rig) BubbleWith(t *testing.T, other *Rig, f func()) {
	t.Helper()
	both := []*Rig{r, other}
	for _, one := range both {
		must(t, one.close())
	}
	synctest.Test(t, func(t *testing.T) {
		must(t, r.World.Clock().SetSpeed(1))
		for _, one := range both {
			outside := one.t
			defer func() { one.t = outside }()
			one.t, one.pipe = t, r.World.Pipe()
			one.Reopen()
		}
		f()
		for _, one := range both {
			must(t, one.close())
		}
	})
}
