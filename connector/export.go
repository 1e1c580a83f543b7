package connector

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/spreadsheet"
)

// Format is a kind of file for Excel.
type Format = spreadsheet.Format

// The formats of exports.
const (
	CSV   = spreadsheet.CSV   // UTF-8 with a byte order mark
	Excel = spreadsheet.Excel // xlsx
)

// File is what an export gives.
type File struct {
	Name    string // proposed, without a folder
	Content []byte
	Rows    int // lines below the heading
}

// exportWords are the texts of an export in one language.
type exportWords struct {
	days, items, about                   string
	dayHeading, itemHeading              []string
	made, product, head, period, rowsIn  string
	states, itemStates                   map[string]string
	reason                               func(string) string
	list                                 func(attendance.List) string
	pending, revision, dayName, itemName string
}

var japaneseWords = exportWords{
	days: "勤怠", items: "対応項目", about: "記録", dayName: "勤怠", itemName: "対応項目",
	dayHeading:  []string{"日付", "社員コード", "ユーザーコード", "氏名", "最初の入退室", "最後の入退室", "入退室回数", "出勤", "出勤の状態", "退勤", "退勤の状態", "項目"},
	itemHeading: []string{"番号", "リスト", "理由", "理由コード", "日付", "コード", "氏名", "発生日時", "状態", "終了日時", "メモ", "詳細"},
	made:        "出力日時（日本時間）", product: "出力したプログラム", head: "監査記録の先頭ハッシュ", period: "期間", rowsIn: "行数",
	states: map[string]string{
		"planned": "送信待ち", "sending": "送信中", "unknown": "送信結果を確認中", "accepted": "送信済み・反映待ち", "processed": "処理済み", "on_sheet": "勤務表に反映済み",
		"error": "エラー", "deleted": "削除された", "withdrawn": "送信しない",
	},
	itemStates: map[string]string{"open": "未対応", "cured": "解消", "closed": "対応済み"},
	reason:     func(r string) string { return attendance.Reason(r).Japanese() },
	list:       attendance.List.Japanese,
	pending:    "5時の締めを待っています", revision: "訂正",
}

var englishWords = exportWords{
	days: "Attendance", items: "Items", about: "About", dayName: "attendance", itemName: "items",
	dayHeading:  []string{"Day", "Employee code", "User code", "Name", "First access", "Last access", "Accesses", "Clock-in", "State of clock-in", "Clock-out", "State of clock-out", "Items"},
	itemHeading: []string{"Number", "List", "Reason", "Reason code", "Day", "Code", "Name", "Since", "State", "Ended", "Memo", "Detail"},
	made:        "Exported at (Japan time)", product: "Exported by", head: "Hash of the newest audit row", period: "Period", rowsIn: "Rows",
	states: map[string]string{
		"planned": "to be sent", "sending": "being sent", "unknown": "outcome being settled", "accepted": "sent, not yet reflected", "processed": "processed", "on_sheet": "on the sheet",
		"error": "error", "deleted": "deleted", "withdrawn": "not sent",
	},
	itemStates: map[string]string{"open": "open", "cured": "cured", "closed": "closed"},
	reason:     func(r string) string { return strings.ToLower(strings.ReplaceAll(r, "_", " ")) },
	list:       func(l attendance.List) string { return string(l) },
	pending:    "waiting for 05:00", revision: "revision",
}

func wordsIn(language string) (exportWords, error) {
	switch language {
	case "ja", "":
		return japaneseWords, nil
	case "en":
		return englishWords, nil
	}
	return exportWords{}, fail(CodeBadInput, "there is no language %q: give ja or en", language)
}

// ExportDays implements Connector.
func (l *Local) ExportDays(ctx context.Context, q DayQuery, f Format, language string) (File, error) {
	w, err := wordsIn(language)
	if err != nil {
		return File{}, err
	}
	days, err := l.Days(ctx, q)
	if err != nil {
		return File{}, err
	}
	rows := [][]string{w.dayHeading}
	for _, d := range days {
		in, inState := w.stampCells(d, attendance.ClockIn.String())
		out, outState := w.stampCells(d, attendance.ClockOut.String())
		rows = append(rows, []string{
			d.Day, d.EmployeeCode, d.UserCode, d.Name, timeOn(d.Day, d.First), timeOn(d.Day, d.Last), strconv.Itoa(d.Accesses), in, inState, out, outState, w.reasons(d.Items),
		})
	}
	name := "dakokubridge_" + w.dayName + "_" + strings.ReplaceAll(q.From, "-", "")
	if q.From != q.To {
		name += "-" + strings.ReplaceAll(q.To, "-", "")
	}
	return l.export(ctx, w, f, name, spreadsheet.Document{Title: w.days, Rows: rows, Notes: [][]string{{w.period, q.From + " – " + q.To}}})
}

// ExportItems implements Connector.
func (l *Local) ExportItems(ctx context.Context, q ItemQuery, f Format, language string) (File, error) {
	w, err := wordsIn(language)
	if err != nil {
		return File{}, err
	}
	items, err := l.Items(ctx, q)
	if err != nil {
		return File{}, err
	}
	rows := [][]string{w.itemHeading}
	for _, i := range items {
		rows = append(rows, []string{
			strconv.FormatInt(i.ID, 10), w.list(attendance.List(i.List)), w.reason(i.Reason), i.Reason, i.Day, i.Code, i.Name, instant(i.Since),
			w.itemStates[i.State], instant(i.Ended), i.Memo, detailText(i.Detail),
		})
	}
	return l.export(ctx, w, f, "dakokubridge_"+w.itemName+"_"+l.engine.Now().In(attendance.Japan).Format("20060102"), spreadsheet.Document{Title: w.items, Rows: rows})
}

// export adds what every export says of itself: when, by what, and the head of the audit chain, which proves later what stood behind it.
func (l *Local) export(ctx context.Context, w exportWords, f Format, name string, d spreadsheet.Document) (File, error) {
	status, err := l.Status(ctx)
	if err != nil {
		return File{}, err
	}
	d.About = w.about
	d.Notes = append(d.Notes, []string{w.rowsIn, strconv.Itoa(len(d.Rows) - 1)}, []string{w.made, instant(status.Now)},
		[]string{w.product, strings.TrimSpace("dakokubridge " + l.c.Version)}, []string{w.head, status.AuditHead})
	content, err := spreadsheet.Write(f, d)
	if errors.Is(err, spreadsheet.ErrFormat) {
		return File{}, fail(CodeBadInput, "there is no format %q: give csv or xlsx", f)
	}
	if err != nil {
		return File{}, err
	}
	return File{Name: name + "." + string(f), Content: content, Rows: len(d.Rows) - 1}, nil
}

// stampCells gives the time of a kind's last stamp and what became of it, or why there is none.
func (w exportWords) stampCells(d PersonDay, kind string) (at, state string) {
	for _, s := range d.Stamps {
		if s.Kind != kind {
			continue
		}
		at, state = timeOn(d.Day, s.At), w.states[s.State]
		if s.State == "withdrawn" {
			at = ""
		}
		if s.Revision > 1 {
			state += "（" + w.revision + " " + strconv.Itoa(s.Revision) + "）"
		}
		if s.Why != "" {
			state += ": " + w.why(s.Why)
		}
	}
	if state == "" && d.Why[kind] != "" {
		state = w.why(d.Why[kind])
	}
	return at, state
}

// why puts a reason into exportWords; another system's text stays as it is.
func (w exportWords) why(text string) string {
	switch {
	case text == "PENDING":
		return w.pending
	case attendance.Reason(text).Known():
		return w.reason(text)
	}
	return text
}

func (w exportWords) reasons(items []Item) string {
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = w.reason(item.Reason)
	}
	return strings.Join(names, ", ")
}

func detailText(detail map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(detail)) {
		parts = append(parts, name+": "+detail[name])
	}
	return strings.Join(parts, "; ")
}

// instant is an instant in Japan as people read it; empty for none.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(attendance.Japan).Format("2006-01-02 15:04:05")
}

// timeOn is the time of day on a business day: 25:30:00 is half past one in the following night.
func timeOn(day string, t time.Time) string {
	d, err := attendance.ParseDay(day)
	if t.IsZero() || err != nil {
		return instant(t)
	}
	since := t.Sub(d.Midnight())
	if since < 0 || since >= 48*time.Hour {
		return instant(t)
	}
	return fmt.Sprintf("%02d", since/time.Hour) + t.In(attendance.Japan).Format(":04:05")
}
