package simulator

import (
	"fmt"
	"html/template"
	"net/http"
	"time"

	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/simulator/salesforceserver"
)

// SheetDay is one person's day on the time sheet.
type SheetDay struct {
	salesforceserver.SheetRow
	Code string `json:"code"`
	Name string `json:"name"`
}

// timesheet takes ?from= and ?to= as 2026-11-22; without from it begins a week ago.
func (s *Simulator) timesheet(r *http.Request) []SheetDay {
	from, to := r.URL.Query().Get("from"), r.URL.Query().Get("to")
	if from == "" {
		from = s.clock.Now().In(company.Japan).AddDate(0, 0, -7).Format(time.DateOnly)
	}
	server := s.SalesforceServer()
	people := map[string]salesforceserver.Employee{}
	for _, e := range server.Employees() {
		people[e.ID] = e
	}
	days := []SheetDay{}
	for _, row := range server.Sheet(from, to) {
		e := people[row.EmployeeID]
		days = append(days, SheetDay{SheetRow: row, Code: e.Code, Name: e.Name})
	}
	return days
}

// showTimesheet is the same as a page for people.
func (s *Simulator) showTimesheet(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Date", s.clock.Now().Format(http.TimeFormat))
	err := sheetPage.Execute(w, struct {
		Now  string
		Days []SheetDay
	}{s.clock.Now().In(company.Japan).Format("2006-01-02 15:04:05"), s.timesheet(r)})
	if err != nil { // the client has gone; half a page cannot be taken back
		return
	}
}

var sheetPage = template.Must(template.New("sheet").Funcs(template.FuncMap{"clock": minutes, "source": source}).Parse(`<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>勤務表（シミュレーター）</title>
<style>body{font-family:sans-serif}table{border-collapse:collapse}th,td{border:1px solid #999;padding:.2em .6em}</style></head>
<body><h1>勤務表（シミュレーター）</h1><p>現在時刻 {{.Now}}（日本時間）</p>
<table><thead><tr><th>日付</th><th>社員コード</th><th>氏名</th><th>出勤</th><th>出勤の打刻元</th><th>退勤</th><th>退勤の打刻元</th></tr></thead>
<tbody>{{range .Days}}<tr><td>{{.Date}}</td><td>{{.Code}}</td><td>{{.Name}}</td><td>{{clock .Start}}</td><td>{{source .StartBy}}</td><td>{{clock .End}}</td><td>{{source .EndBy}}</td></tr>
{{else}}<tr><td colspan="7">まだ何も打刻されていません。</td></tr>{{end}}</tbody></table></body></html>
`))

// minutes shows minutes from 00:00 as the time sheet does: 25:30 is half past one of the next day.
func minutes(m *int) string {
	if m == nil {
		return ""
	}
	return fmt.Sprintf("%02d:%02d", *m/60, *m%60)
}

func source(by string) string {
	switch by {
	case "web":
		return "Web打刻"
	case "api":
		return "連携"
	}
	return by
}
