package connector_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
)

// flaws lists a person's flaws as "11-25 missing out".
func flaws(m connector.Month, code string) []string {
	out := []string{}
	for _, p := range m.People {
		if p.UserCode != code {
			continue
		}
		for _, f := range p.Flaws {
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s", strings.TrimPrefix(f.Day, "2026-"), f.Flaw, f.Kind)))
		}
	}
	return out
}

// TestMonth: four people's last week before a 締め日 on the 27th, looked at in the morning after it.
func TestMonth(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{Settings: func(s *settings.Settings) { s.ClosingDay = 27 }})
	well, once, refused, night := r.Hire("7001"), r.Hire("7002"), r.Hire("7003"), r.Hire("7004")
	r.Enter(well, times("25 09:00", "25 18:00", "26 09:00", "26 18:00", "28 10:00", "28 12:00")...)
	r.Enter(once, times("25 09:00")...)
	r.Enter(refused, times("27 09:00", "27 18:00")...)
	r.Enter(night, times("25 22:00", "26 06:10")...)
	r.Switch(connector.Salesforce, "day_locked", []string{"2026-11-27"})
	r.RunUntil(at("25 12:00"))
	if c := status(t, r).Closing; c == nil || c.Month != "2026-11" || c.Day != "2026-11-27" || !c.Last.Equal(at("28 05:00")) {
		t.Errorf("two days before the 締め日: %+v", c)
	}
	r.RunUntil(at("29 08:00"))
	if c := status(t, r).Closing; c != nil {
		t.Errorf("after the 締め日: %+v", c)
	}
	m, err := r.Month(t.Context(), connector.MonthQuery{Month: "2026-11", Fresh: true})
	ok(t, err)
	if m.From != "2026-10-28" || m.To != "2026-11-27" || !m.Over || !m.Read || m.Apart != 15 {
		t.Errorf("the month is %s, %s to %s, over %v, read %v", m.Month, m.From, m.To, m.Over, m.Read)
	}
	for code, want := range map[string][]string{
		"7001": {"11-27 no_record"},
		"7002": {"11-25 missing out", "11-26 no_record", "11-27 no_record"},
		"7003": {"11-25 no_record", "11-26 no_record", "11-27 refused in", "11-27 refused out"},
		"7004": {"11-25 missing out", "11-25 across_0500", "11-26 missing out", "11-27 no_record"},
	} {
		if got := flaws(m, code); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
	next, err := r.Month(t.Context(), connector.MonthQuery{Search: "7001"})
	ok(t, err)
	if got := flaws(next, "7001"); next.Month != "2026-12" || !slices.Equal(got, []string{"11-28 day_off"}) || len(next.People) != 1 {
		t.Errorf("%s: %q", next.Month, got)
	}
	monthIsSentAgainAndClosed(t, r, m, refused)
}

// monthIsSentAgainAndClosed: what was refused goes out again with the month's own days, and the rest is closed with a memo.
func monthIsSentAgainAndClosed(t *testing.T, r *rig.Rig, m connector.Month, refused rig.Person) {
	r.Switch(connector.Salesforce, "day_locked", []string{})
	sent, err := r.Resend(t.Context(), connector.ResendRequest{From: m.From, To: m.To})
	ok(t, err)
	if len(sent) != 2 || sent[0].UserID != refused.User || sent[0].Revision != 2 || sent[0].Because != "REJECTED" {
		t.Errorf("sent again: %+v", sent)
	}
	r.RunUntil(at("29 09:00"))
	m, err = r.Month(t.Context(), connector.MonthQuery{Month: m.Month, Fresh: true})
	ok(t, err)
	if got := flaws(m, refused.Code); slices.ContainsFunc(got, func(f string) bool { return strings.HasPrefix(f, "11-27") }) {
		t.Errorf("after it was sent again: %q", got)
	}
	if len(m.Items) == 0 {
		t.Fatal("no open items")
	}
	var ids []int64
	for _, i := range m.Items {
		ids = append(ids, i.ID)
	}
	_, err = r.CloseItems(t.Context(), ids, "本人に確認済み")
	ok(t, err)
	file, err := r.ExportMonth(t.Context(), connector.MonthQuery{Month: m.Month}, connector.Excel, "ja")
	ok(t, err)
	book, err := excelize.OpenReader(bytes.NewReader(file.Content))
	ok(t, err)
	defer func() { _ = book.Close() }()
	rows, err := book.GetRows("締めチェック")
	ok(t, err)
	if file.Name != "dakokubridge_締めチェック_202611.xlsx" || len(rows) < 5 || !strings.Contains(strings.Join(rows[0], " "), "エラー・削除") {
		t.Errorf("%s: %q", file.Name, rows)
	}
	for _, row := range rows[1:] {
		if row[1] == "7002" && (row[4] != "1" || row[11] != "0" || !strings.Contains(row[12], "2026-11-25 打刻がない 退勤 (退勤なし)")) {
			t.Errorf("the line of 7002: %q", row)
		}
	}
}

// TestMonthApart: somebody's sheet is changed by hand afterwards; the check reads it anew.
func TestMonthApart(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00")...)
	r.Web(p, "out", at("25 20:00"))
	r.RunUntil(at("26 08:00"))
	m, err := r.Month(t.Context(), connector.MonthQuery{Fresh: true, Search: "7001"})
	ok(t, err)
	if got := flaws(m, "7001"); m.Month != "2026-11" || m.Over || !slices.Equal(got, []string{"11-25 apart out"}) {
		t.Fatalf("%+v", m)
	}
	f := m.People[0].Flaws[0]
	if !f.Door.Equal(at("25 18:00")) || !f.Sheet.Equal(at("25 20:00")) {
		t.Errorf("%+v", f)
	}
	_, err = r.Month(t.Context(), connector.MonthQuery{Month: "November"})
	wantCode(t, err, connector.CodeBadInput)
}
