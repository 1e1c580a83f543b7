package connector_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
)

// TestVerify: whatever is done to the history with plain SQL is found.
func TestVerify(t *testing.T) {
	t.Parallel()
	r, _ := linkedAndBusy(t, rig.Options{})
	ok(t, r.Close())
	healthy := r.Dir
	tests := map[string][]string{
		"":           nil,
		"edited":     {`UPDATE audit SET body = replace(body, '"revision":"1"', '"revision":"2"') WHERE kind = 'decided'`},
		"later":      {`UPDATE audit SET at = at + 60000 WHERE seq = 5`},
		"other kind": {`UPDATE audit SET kind = 'paused' WHERE seq = 5`},
		"deleted":    {`DELETE FROM audit WHERE seq = 7`},
		"cut":        {`DELETE FROM audit WHERE seq > (SELECT MAX(seq) - 3 FROM audit)`},
		"cut with the head": {`DELETE FROM audit WHERE seq > (SELECT MAX(seq) - 3 FROM audit)`,
			`UPDATE audit_head SET seq = (SELECT MAX(seq) FROM audit), hash = (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1)`},
		"swapped": {`UPDATE audit SET seq = -1 WHERE seq = 5`, `UPDATE audit SET seq = 5 WHERE seq = 6`, `UPDATE audit SET seq = 6 WHERE seq = -1`},
		"emptied": {`DELETE FROM audit`, `UPDATE audit_head SET seq = 0, hash = zeroblob(32), seal = NULL`},
	}
	for name, statements := range tests {
		t.Run(name, func(t *testing.T) {
			r.Dir = t.TempDir()
			copyDir(t, healthy, r.Dir)
			db, err := sql.Open("sqlite", filepath.Join(r.Dir, "dakokubridge.db"))
			ok(t, err)
			for _, s := range statements {
				if _, err := db.ExecContext(t.Context(), s); err != nil {
					t.Fatal(err)
				}
			}
			ok(t, db.Close())
			r.Reopen()
			v, err := r.Verify(t.Context())
			ok(t, err)
			if v.OK != (name == "") || v.OK != (len(v.Problems) == 0) {
				t.Errorf("verdict %v, problems %q", v.OK, v.Problems)
			}
			ok(t, r.Close())
		})
	}
	r.Dir = healthy
	r.Reopen()
}

// TestHistory pages through what the connector did, newest first.
func TestHistory(t *testing.T) {
	t.Parallel()
	r, p := linkedAndBusy(t, rig.Options{})
	all, err := r.History(t.Context(), connector.HistoryQuery{Limit: 1000})
	ok(t, err)
	var paged []connector.HistoryEntry
	for before := int64(0); ; {
		page, err := r.History(t.Context(), connector.HistoryQuery{Before: before, Limit: 7})
		ok(t, err)
		if len(page) == 0 {
			break
		}
		paged = append(paged, page...)
		before = page[len(page)-1].Seq
	}
	if len(paged) != len(all) || all[0].Hash != status(t, r).AuditHead {
		t.Errorf("%d entries in pages, %d at once", len(paged), len(all))
	}
	key := r.StampRows(p)[0].Key
	kinds := []string{}
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Detail["key"] == key {
			kinds = append(kinds, all[i].Kind)
		}
	}
	if got := strings.Join(kinds, " "); got != "decided sending accepted processed on_sheet" {
		t.Errorf("the life of a stamp is %q", got)
	}
}

// TestDays tells what was seen, decided, sent and confirmed.
func TestDays(t *testing.T) {
	t.Parallel()
	r, p := linkedAndBusy(t, rig.Options{})
	r.RunUntil(at("26 12:00"))
	days, err := r.Days(t.Context(), connector.DayQuery{From: "2026-11-25", To: "2026-11-26", Search: "7001"})
	ok(t, err)
	if len(days) != 2 {
		t.Fatalf("%d days", len(days))
	}
	d := days[0]
	if d.Day != "2026-11-25" || d.UserID != p.User || d.EmployeeID != p.Employee || d.UserCode != "7001" || d.Name != "人 7001" || d.Accesses != 2 ||
		!d.First.Equal(at("25 09:00")) || !d.Last.Equal(at("25 18:00")) || len(d.Stamps) != 2 || len(d.Items) != 0 {
		t.Errorf("the first day is %+v", d)
	}
	for _, s := range d.Stamps {
		if s.State != "on_sheet" || s.RecordID == "" || s.Attempts != 1 || s.SentAt.IsZero() || s.DoneAt.Before(s.SentAt) || !strings.HasPrefix(s.Key, "db1/") {
			t.Errorf("stamp %+v", s)
		}
	}
	if d = days[1]; len(d.Stamps) != 1 || d.Why["out"] != "PENDING" || d.Why["in"] != "" {
		t.Errorf("today is %+v", d)
	}
	if none, err := r.Days(t.Context(), connector.DayQuery{From: "2026-11-25", To: "2026-11-26", Search: "nobody"}); err != nil || len(none) != 0 {
		t.Errorf("a search for nobody finds %+v, %v", none, err)
	}
	if byName, err := r.Days(t.Context(), connector.DayQuery{From: "2026-11-25", To: "2026-11-25", Search: "人"}); err != nil || len(byName) != 1 {
		t.Errorf("a search by name finds %+v, %v", byName, err)
	}
}
