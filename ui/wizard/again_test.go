package wizard

import (
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/ui/text"
)

func november(s string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-"+s, text.Zone)
	if err != nil {
		panic(err)
	}
	return at
}

// Whoever links again sees by month what will be sent of the time between, from the day that is chosen on, before anything is sent.
func TestLinkingAgainShowsTheMonthsBeforehand(t *testing.T) {
	r := rig.Quiet(t, rig.Options{Seed: 1})
	plain, byHand := r.Hire("7001"), r.Hire("7002")
	r.Link(november("25 05:00"))
	for _, p := range []rig.Person{plain, byHand} {
		for _, day := range []string{"25", "26", "27"} {
			r.Enter(p, november(day+" 09:00"), november(day+" 18:00"))
		}
	}
	r.RunUntil(november("25 20:00"))
	if err := r.Unlink(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.Web(byHand, "in", november("26 08:50"))
	if err := r.World.Clock().Set(november("30 12:00")); err != nil {
		t.Fatal(err)
	}
	for side, role := range map[connector.Side]string{connector.Akerun: "super_manager", connector.Salesforce: "admin"} {
		if _, err := r.SignIn(side, role); err != nil {
			t.Fatal(err)
		}
	}
	p := &play{t: t, r: r}
	p.open("ja", r.Local)
	p.step(stepStart)
	// 25 out, 26 in and out, 27 in and out of each, but the 26 in of one, which is filled by hand.
	p.Want("前回の連携からの間の分も", "2026年11月：打刻 9件（ほかに、手入力などで時刻が入っている 1件は送らず", "この日以降の分だけを送る")
	p.Entries()[1].SetText("2026-11-27")
	p.Settle()
	p.Want("2026年11月：打刻 4件")
	p.Entries()[1].SetText("2026-11-28")
	p.Settle()
	p.Want("さかのぼって送る打刻はありません")
	p.Entries()[1].SetText("2026-11-27")
	p.Settle()
	if rows := r.Rows(plain); len(rows) != 1 {
		t.Errorf("looking at it has sent %v", rows)
	}
	p.step(stepConfirm)
	p.Want("2026年11月27日（金）")
	p.Tap("連携開始")
	p.Want("待機中")
	if err := r.World.Clock().Set(november("30 13:00")); err != nil {
		t.Fatal(err)
	}
	r.RunUntil(time.Date(2026, 12, 1, 8, 0, 0, 0, text.Zone))
	if rows := r.Rows(plain); len(rows) != 3 {
		t.Errorf("sent are %v, want the 出勤 of before and both stamps of the 27th", rows)
	}
}
