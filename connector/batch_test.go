package connector_test

import (
	"slices"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/proof/rig"
)

// TestBatchOff: rows that stay 未処理 are one line for all, are not sent again, and the line ends when the batch runs.
func TestBatchOff(t *testing.T) {
	t.Parallel()
	for _, toggle := range []string{"batch_on", "ic_on"} {
		t.Run(toggle, func(t *testing.T) {
			t.Parallel()
			r, p := linkedAndBusy(t, rig.Options{})
			other := r.Hire("7002")
			r.Enter(other, times("26 09:00", "26 18:00")...)
			r.Switch(connector.Salesforce, toggle, false)
			r.RunUntil(at("26 06:50"))
			wantOpen(t, r)
			r.RunUntil(at("26 20:00"))
			wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00 未処理", "11-26 in 09:00:00 未処理")
			open := r.Open()
			if !slices.Contains(open, "NOT_PROCESSED") || len(slices.DeleteFunc(open, func(s string) bool { return s == "BATCH_OFF" })) != 1 {
				t.Errorf("open items %q, want one line for all", open)
			}
			r.Switch(connector.Salesforce, toggle, true)
			r.RunUntil(at("28 12:00"))
			wantRows(t, r, p, threeDays...)
			wantOpen(t, r)
			r.MustHold(nil)
		})
	}
}

// TestRejected: エラー is an item with TeamSpirit's text, and 再送 sends revision 2 once however often it is asked for.
func TestRejected(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	p, other := r.Hire("7001"), r.Hire("7002")
	r.Enter(p, times("25 09:00", "25 18:00")...)
	r.Enter(other, times("25 09:00", "25 18:00")...)
	r.Switch(connector.Salesforce, "day_locked", []string{"2026-11-25"})
	r.RunUntil(at("25 12:00"))
	wantRows(t, r, p, "11-25 in 09:00:00 エラー")
	wantOpen(t, r, "REJECTED 11-25 7001", "REJECTED 11-25 7002")
	items, err := r.Items(t.Context(), connector.ItemQuery{List: "action", Search: "7001"})
	ok(t, err)
	if len(items) != 1 || items[0].Detail["text"] != "確定済みの日です" || items[0].Detail["subject"] != "in" || items[0].Day != "2026-11-25" {
		t.Errorf("the item says %+v", items)
	}
	asked := connector.ResendRequest{From: "2026-11-25", To: "2026-11-25", UserIDs: []string{p.User}}
	// While the day is locked, another try ends as the first one, and no third one follows by itself.
	if sent, err := r.Resend(t.Context(), asked); err != nil || len(sent) != 1 || sent[0].Revision != 2 || sent[0].Because != "REJECTED" {
		t.Errorf("再送 sends %+v, %v", sent, err)
	}
	r.RunUntil(at("25 17:00"))
	wantRows(t, r, p, "11-25 in 09:00:00 エラー", "11-25 in 09:00:00 エラー")
	r.Switch(connector.Salesforce, "day_locked", []string{})
	for range 20 {
		_, err := r.Resend(t.Context(), asked)
		ok(t, err)
	}
	ok(t, r.Sync(t.Context()))
	for range 20 {
		_, err := r.Resend(t.Context(), asked)
		ok(t, err)
		ok(t, r.Sync(t.Context()))
	}
	r.RunUntil(at("26 08:00"))
	wantRows(t, r, p, "11-25 in 09:00:00 エラー", "11-25 in 09:00:00 エラー", "11-25 in 09:00:00", "11-25 out 18:00:00")
	wantRows(t, r, other, "11-25 in 09:00:00 エラー", "11-25 out 18:00:00")
	wantOpen(t, r, "REJECTED 11-25 7002")
	r.MustHold(func(e *proof.Evidence) {
		e.Asked = append(e.Asked, proof.Asked{Employee: p.Employee, Day: "2026-11-25", At: at("25 12:00")}, proof.Asked{Employee: p.Employee, Day: "2026-11-25", At: at("25 17:00")})
	})
}

// TestErrorSetBack: an administrator sets the row back to 未処理 in TeamSpirit, and the item ends.
func TestErrorSetBack(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00")...)
	r.Switch(connector.Salesforce, "month_locked", []string{"2026-11"})
	r.RunUntil(at("25 12:00"))
	wantOpen(t, r, "REJECTED 11-25 7001")
	r.Switch(connector.Salesforce, "month_locked", []string{})
	if !r.World.SalesforceServer().SetStatus(r.StampRows(p)[0].ID, "未処理") {
		t.Fatal("no such row")
	}
	r.RunUntil(at("26 08:00"))
	wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00")
	wantOpen(t, r)
	r.MustHold(nil)
}

// TestRowDeleted: a row that an administrator took away is an item and is not made again, until a person asks for it.
func TestRowDeleted(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"status", "record"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			r := linked(t, rig.Options{})
			p := r.Hire("7001")
			r.Enter(p, times("25 09:00", "25 18:00", "26 09:00")...)
			r.Switch(connector.Salesforce, "batch_interval", "40m") // so that the row is deleted before it is processed
			r.RunUntil(at("25 09:15"))
			id := r.StampRows(p)[0].ID
			if how == "status" && !r.World.SalesforceServer().SetStatus(id, "削除") || how == "record" && !r.World.SalesforceServer().DeleteRow(id) {
				t.Fatal("no such row")
			}
			r.RunUntil(at("26 12:00"))
			rows := r.Rows(p)
			if len(rows) != 3 {
				t.Errorf("rows %q", rows)
			}
			wantOpen(t, r, "ROW_DELETED 11-25 7001")
			sent, err := r.Resend(t.Context(), connector.ResendRequest{From: "2026-11-25", To: "2026-11-25"})
			ok(t, err)
			if len(sent) != 1 || sent[0].Because != "ROW_DELETED" || sent[0].Revision != 2 {
				t.Errorf("再送 sends %+v", sent)
			}
			r.RunUntil(at("26 16:00"))
			if rows := r.Rows(p); len(rows) != 4 {
				t.Errorf("rows %q", rows)
			}
			wantOpen(t, r)
			r.MustHold(func(e *proof.Evidence) {
				e.Asked = append(e.Asked, proof.Asked{Employee: p.Employee, Day: "2026-11-25", At: at("26 12:00")})
			})
		})
	}
}

// TestNotOnSheet: 処理済み without the time on the sheet is an item with both values; it ends when somebody repairs the sheet, and stays closed
// when a person closes it.
func TestNotOnSheet(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	repaired, closed, quiet := r.Hire("7001"), r.Hire("7002"), r.Hire("7003")
	for _, p := range []rig.Person{repaired, closed, quiet} {
		r.Enter(p, times("25 09:00", "25 18:00")...)
	}
	r.RunUntil(at("26 04:50"))
	r.Switch(connector.Salesforce, "sheet_unchanged", true)
	r.RunUntil(at("26 08:00"))
	wantOpen(t, r, "NOT_ON_SHEET 11-25 7001", "NOT_ON_SHEET 11-25 7002", "NOT_ON_SHEET 11-25 7003")
	items, err := r.Items(t.Context(), connector.ItemQuery{Search: "7002"})
	ok(t, err)
	if len(items) != 1 || items[0].Detail["ours"] != "2026-11-25T18:00:00+09:00" || items[0].Detail["sheet"] != "" || items[0].List != "action" {
		t.Fatalf("the item says %+v", items)
	}
	ok(t, r.CloseItem(t.Context(), items[0].ID, "  確認済み "))
	wantCode(t, r.CloseItem(t.Context(), items[0].ID, ""), connector.CodeWrongState)
	wantCode(t, r.CloseItem(t.Context(), 987654, ""), connector.CodeNotFound)
	r.Switch(connector.Salesforce, "sheet_unchanged", false)
	ok(t, r.World.SalesforceServer().AddWebStamp(repaired.Employee, "out", at("25 18:00")))
	r.RunUntil(at("26 12:00"))
	wantOpen(t, r, "NOT_ON_SHEET 11-25 7003")
	all, err := r.Items(t.Context(), connector.ItemQuery{All: true, Search: "7002"})
	ok(t, err)
	if i := slices.IndexFunc(all, func(i connector.Item) bool { return i.ID == items[0].ID }); i < 0 || all[i].State != "closed" || all[i].Memo != "確認済み" || all[i].Ended.IsZero() {
		t.Errorf("the closed item is %+v", all)
	}
	ok(t, r.World.SalesforceServer().AddWebStamp(closed.Employee, "out", at("25 18:00")))
	r.RunUntil(at("26 16:00"))
	all, err = r.Items(t.Context(), connector.ItemQuery{All: true, Search: "7002"})
	ok(t, err)
	if i := slices.IndexFunc(all, func(i connector.Item) bool { return i.ID == items[0].ID }); i < 0 || all[i].State != "cured" {
		t.Errorf("after the repair the closed item is %+v", all)
	}
}

// TestClosedItemComesBack: an item that a person closed opens anew when its cause is gone and comes again.
func TestClosedItemComesBack(t *testing.T) {
	t.Parallel()
	r, p := linkedAndBusy(t, rig.Options{})
	r.Switch(connector.Salesforce, "maintenance", "down")
	r.RunUntil(at("26 06:00"))
	items, err := r.Items(t.Context(), connector.ItemQuery{List: "stopped"})
	ok(t, err)
	if len(items) != 1 || items[0].Reason != "SERVER_TROUBLE" {
		t.Fatalf("stopped: %+v", items)
	}
	ok(t, r.CloseItem(t.Context(), items[0].ID, ""))
	r.RunUntil(at("26 08:00"))
	wantOpen(t, r)
	r.Switch(connector.Salesforce, "maintenance", "")
	r.RunUntil(at("26 12:00"))
	r.Switch(connector.Salesforce, "maintenance", "down")
	r.RunUntil(at("26 14:00"))
	wantOpen(t, r, "SERVER_TROUBLE")
	r.Switch(connector.Salesforce, "maintenance", "")
	r.RunUntil(at("28 08:00"))
	wantRows(t, r, p, threeDays...)
	wantOpen(t, r)
}
