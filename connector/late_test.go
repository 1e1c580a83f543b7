package connector_test

import (
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/akerunserver"
)

// TestLateRows plays the table of late rows, with ids that grow as rows show and with ids in the order of the door's clock.
func TestLateRows(t *testing.T) {
	t.Parallel()
	for _, order := range []string{"arrival", "event"} {
		t.Run(order, func(t *testing.T) {
			t.Parallel()
			switches := akerunserver.Defaults()
			switches.IDOrder = order
			r := linked(t, rig.Options{Akerun: &switches})
			earlier, corrected, tooLate, nothing := r.Hire("7001"), r.Hire("7002"), r.Hire("7003"), r.Hire("7004")
			for _, p := range []rig.Person{earlier, corrected, tooLate} {
				r.Enter(p, times("25 09:00", "25 18:00")...)
			}
			r.Access(late(earlier, "25 08:30", "25 10:03"))
			r.Access(late(corrected, "25 19:00", "26 07:10"))
			r.Access(late(corrected, "25 20:00", "26 11:30")) // the second correction is a person's
			r.Access(late(tooLate, "25 19:00", "26 12:30"))
			r.Access(late(nothing, "25 09:00", "28 10:00"))
			r.Access(late(nothing, "25 18:00", "28 10:00"))
			r.RunUntil(at("28 08:00"))
			wantRows(t, r, earlier, "11-25 in 09:00:00", "11-25 out 18:00:00")
			wantRows(t, r, corrected, "11-25 in 09:00:00", "11-25 out 18:00:00", "11-25 out 19:00:00")
			wantRows(t, r, tooLate, "11-25 in 09:00:00", "11-25 out 18:00:00")
			wantOpen(t, r, "LATE_EARLIER 11-25 7001", "LATE_LATER 11-25 7002", "LATE_LATER 11-25 7003")

			asked := connector.ResendRequest{From: "2026-11-25", To: "2026-11-25", UserIDs: []string{tooLate.User}}
			preview, err := r.ResendPreview(t.Context(), asked)
			ok(t, err)
			if len(preview) != 1 || preview[0].Revision != 2 || preview[0].Because != "LATE_LATER" || preview[0].Kind != "out" || !preview[0].At.Equal(at("25 19:00")) {
				t.Errorf("the preview of 再送 shows %+v", preview)
			}
			sent, err := r.Resend(t.Context(), asked)
			ok(t, err)
			if len(sent) != 1 {
				t.Errorf("再送 sends %+v", sent)
			}
			r.RunUntil(at("29 08:00"))
			wantRows(t, r, tooLate, "11-25 in 09:00:00", "11-25 out 18:00:00", "11-25 out 19:00:00")
			wantRows(t, r, nothing, "11-25 in 09:00:00", "11-25 out 18:00:00")
			wantOpen(t, r, "LATE_EARLIER 11-25 7001", "LATE_LATER 11-25 7002")
			r.MustHold(func(e *proof.Evidence) {
				e.Asked = append(e.Asked, proof.Asked{Employee: tooLate.Employee, Day: "2026-11-25", At: at("28 08:00")})
			})
		})
	}
}
