package connector_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
)

// worked plays a day on which one came and went, and one was seen once.
func worked(t *testing.T) (r *rig.Rig, p, once rig.Person) {
	t.Helper()
	r = linked(t, rig.Options{Seed: 1})
	p, once = r.Hire("0077001"), r.Hire("77002")
	r.Enter(p, times("25 09:00", "25 18:00")...)
	r.Enter(once, at("25 10:00"))
	r.RunUntil(at("26 08:00"))
	return r, p, once
}

func rowsOf(t *testing.T, f connector.File, sheet string) (rows [][]string) {
	t.Helper()
	if strings.HasSuffix(f.Name, ".csv") {
		text, marked := strings.CutPrefix(string(f.Content), "\ufeff")
		if !marked {
			t.Error("no byte order mark")
		}
		c := csv.NewReader(strings.NewReader(text))
		c.FieldsPerRecord = -1
		rows, err := c.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	x, err := excelize.OpenReader(bytes.NewReader(f.Content))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	for _, name := range x.GetSheetList() {
		more, err := x.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, more...)
	}
	return rows
}

func TestDaysAndItemsAreExported(t *testing.T) {
	r, p, once := worked(t)
	head := status(t, r).AuditHead
	for _, format := range []connector.Format{connector.CSV, connector.Excel} {
		for language, want := range map[string]struct{ heading, state, reason string }{
			"ja": {"社員コード", "勤務表に反映済み", "退勤なし"}, "en": {"Employee code", "on the sheet", "no clock out"},
		} {
			t.Run(string(format)+" "+language, func(t *testing.T) {
				f, err := r.ExportDays(t.Context(), connector.DayQuery{From: "2026-11-25", To: "2026-11-25"}, format, language)
				if err != nil {
					t.Fatal(err)
				}
				rows := rowsOf(t, f, "")
				if f.Rows != 2 || rows[0][1] != want.heading || !strings.HasSuffix(f.Name, "_20261125."+string(format)) {
					t.Errorf("%d rows in %s: %q", f.Rows, f.Name, rows)
				}
				if got := rows[1]; got[1] != p.Code || got[7] != "09:00:00" || got[9] != "18:00:00" || got[10] != want.state {
					t.Errorf("%q", got)
				}
				if got := rows[2]; got[1] != once.Code || got[9] != "" || got[10] != want.reason {
					t.Errorf("%q", got)
				}
				if all := rows[len(rows)-1]; all[1] != head {
					t.Errorf("the last row is %q, want the head %s", all, head)
				}
				f, err = r.ExportItems(t.Context(), connector.ItemQuery{}, format, language)
				if err != nil {
					t.Fatal(err)
				}
				if rows := rowsOf(t, f, ""); f.Rows != 1 || rows[1][2] != want.reason || rows[1][3] != "NO_CLOCK_OUT" || rows[1][5] != once.Code || rows[len(rows)-1][1] != head {
					t.Errorf("%q", rows)
				}
			})
		}
	}
	_, err := r.ExportDays(t.Context(), connector.DayQuery{From: "2026-11-25", To: "2026-11-25"}, "pdf", "ja")
	wantCode(t, err, connector.CodeBadInput)
	_, err = r.ExportItems(t.Context(), connector.ItemQuery{}, connector.CSV, "fr")
	wantCode(t, err, connector.CodeBadInput)
}

func TestManyItemsAreClosedAtOnce(t *testing.T) {
	r, _, _ := worked(t)
	second := r.Hire("77003")
	r.Enter(second, at("26 09:00"))
	r.RunUntil(at("27 06:00"))
	items, err := r.Items(t.Context(), connector.ItemQuery{List: "review"})
	if err != nil || len(items) != 2 {
		t.Fatal(items, err)
	}
	if n, err := r.CloseItems(t.Context(), []int64{items[0].ID, items[1].ID, 9999}, " 本人に確認 "); n != 2 || err != nil {
		t.Error(n, err)
	}
	if n, err := r.CloseItems(t.Context(), []int64{items[0].ID}, "again"); n != 0 || err != nil {
		t.Error(n, err)
	}
	wantOpen(t, r)
	all, err := r.Items(t.Context(), connector.ItemQuery{All: true, List: "review"})
	if err != nil || all[0].Memo != "本人に確認" || all[0].State != "closed" {
		t.Error(all, err)
	}
	_, err = r.CloseItems(t.Context(), []int64{items[0].ID}, strings.Repeat("長", 501))
	wantCode(t, err, connector.CodeBadInput)
}
