package connector_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
)

// TestBoard_M08_EraseOnePerson: of somebody who has left nothing is found in the profile's files any more, not even in free pages or the write-ahead
// log; the audit chain still verifies, and everybody else's days go on. Who is still there, or was until lately, is refused.
func TestBoard_M08_EraseOnePerson(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	gone, stays := r.Hire("7001"), r.Hire("7002")
	r.Enter(gone, times("25 09:00", "25 18:00")...)
	r.Enter(stays, times("25 09:00", "25 18:00")...)
	r.RunUntil(at("26 07:00"))
	wantCode(t, r.ErasePerson(t.Context(), "U-nobody"), connector.CodeNotFound)
	wantCode(t, r.ErasePerson(t.Context(), gone.User), connector.CodeWrongState) // still in Akerun
	ok(t, r.World.AkerunServer().RemoveUser(gone.User))
	r.RunUntil(at("26 09:00"))
	wantCode(t, r.ErasePerson(t.Context(), gone.User), connector.CodeWrongState) // seen within the look-back
	doze(t, r, december("04 09:00"))
	if !found(t, r, gone.User) {
		t.Fatal("the person is nowhere before the erasure: the search finds nothing")
	}
	ok(t, os.WriteFile(filepath.Join(r.Dir, "dakokubridge.db.before-7"), []byte("a copy from before a change of the schema, with "+gone.User), 0o600))
	ok(t, r.ErasePerson(t.Context(), gone.User))
	wantCode(t, r.ErasePerson(t.Context(), gone.User), connector.CodeNotFound)
	if found(t, r, gone.User) {
		t.Error("the person's id is in the profile still")
	}
	if !found(t, r, stays.User) {
		t.Error("somebody else was erased")
	}
	r.Enter(stays, december("04 09:30"), december("04 18:00"))
	doze(t, r, december("05 06:00"))
	wantRows(t, r, gone, "11-25 in 09:00:00", "11-25 out 18:00:00")
	wantRows(t, r, stays, "11-25 in 09:00:00", "11-25 out 18:00:00", "12-04 in 09:30:00", "12-04 out 18:00:00")
	if found(t, r, gone.User) {
		t.Error("the person is back")
	}
	r.MustHold(nil)
}

// found tells whether a text stands in any file of the profile.
func found(t *testing.T, r *rig.Rig, text string) bool {
	t.Helper()
	entries, err := os.ReadDir(r.Dir)
	ok(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(r.Dir, e.Name()))
		ok(t, err)
		if strings.Contains(string(data), text) {
			return true
		}
	}
	return false
}
