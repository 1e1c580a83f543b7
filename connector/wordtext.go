package connector

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/messenger"
	"dakokubridge/connector/store"
)

// toldWords are the texts of what is told beyond this PC, in one language.
type toldWords struct {
	product, test, testText        string
	stopped, cured, since, look    string
	morning, stamps, pending, open string
	joined, noCode, people         string
	reason                         func(string) string
	list                           func(attendance.List) string
}

var toldInJapanese = toldWords{
	product: "【打刻ブリッジ】", test: "試し送り", testText: "打刻ブリッジからの通知は、ここに届きます。",
	stopped: "停止中", cured: "解消", since: "発生", look: "打刻ブリッジのダッシュボードで、直し方を確認してください。入退室の記録は失われません。",
	morning: "朝の報告", stamps: "%s の打刻: 出勤 %d件、退勤 %d件", pending: "まだ勤務表に反映されていない打刻: %d件", open: "未対応の項目: %s %d件、%s %d件、%s %d件",
	joined: "新しく連携された人: %d人", noCode: "コードがない人: %d人", people: "　",
	reason: func(r string) string { return attendance.Reason(r).Japanese() }, list: attendance.List.Japanese,
}

var toldInEnglish = toldWords{
	product: "[dakokubridge] ", test: "Test", testText: "Word from dakokubridge arrives here.",
	stopped: "Stopped", cured: "Cured", since: "since", look: "See the dashboard for what to do. No access is lost.",
	morning: "Morning report", stamps: "Stamps of %s: %d clock-ins, %d clock-outs", pending: "Not yet on the sheet: %d", open: "Open items: %s %d, %s %d, %s %d",
	joined: "Newly linked: %d", noCode: "Without a code: %d", people: "  ",
	reason: englishWords.reason, list: englishWords.list,
}

// mostNamed is how many people of a group are named: on the first morning everybody is new.
const mostNamed = 20

func (l *Local) wordsToTell() toldWords {
	if l.settings().Language == "en" {
		return toldInEnglish
	}
	return toldInJapanese
}

// change tells which causes of 停止中 have come and gone.
func (w toldWords) change(stopped, cured []store.Item, now time.Time) messenger.Message {
	var heads, lines []string
	add := func(word string, items []store.Item, at func(store.Item) int64) {
		var reasons []string
		for _, i := range items {
			reasons = append(reasons, w.reason(i.Reason))
			lines = append(lines, fmt.Sprintf("%s: %s（%s %s）", word, w.reason(i.Reason), w.since, instant(store.Time(at(i)))))
		}
		if len(reasons) > 0 {
			heads = append(heads, word+": "+strings.Join(reasons, "、"))
		}
	}
	add(w.stopped, stopped, func(i store.Item) int64 { return i.Since })
	add(w.cured, cured, func(i store.Item) int64 { return i.Since })
	if len(stopped) > 0 {
		lines = append(lines, "", w.look)
	}
	return messenger.Message{Subject: w.product + strings.Join(heads, " / "), Text: strings.Join(lines, "\n"), At: now}
}

// morning is the report of yesterday's stamps, of what is open, and of who is new. Names are in it where they may be.
func (l *Local) morning(ctx context.Context, now time.Time, names bool) (messenger.Message, error) {
	w := l.wordsToTell()
	status, err := l.Status(ctx)
	if err != nil {
		return messenger.Message{}, err
	}
	book, err := l.nameBook(ctx)
	if err != nil {
		return messenger.Message{}, err
	}
	yesterday := attendance.DayOf(now.Add(5 * time.Hour)).Prev() // by the calendar
	var in, out, pending int
	var joined, noCode []string
	err = l.store.View(ctx, func(q *store.Queries) error {
		stamps, err := q.CountStampsOfDay(ctx, number(yesterday))
		if err != nil {
			return err
		}
		in, out, pending = countDay(stamps)
		links, err := q.LinksSince(ctx, store.Millis(now.Add(-24*time.Hour)))
		if err != nil {
			return err
		}
		for _, k := range links {
			joined = append(joined, book.users[k.UserID][0]+" "+book.users[k.UserID][1])
		}
		items, err := q.OpenItems(ctx)
		for _, i := range items {
			if i.Reason == string(attendance.NoUserCode) {
				noCode = append(noCode, strings.TrimSpace(book.users[i.UserID][1]))
			}
		}
		return err
	})
	lists := []attendance.List{attendance.Stopped, attendance.Action, attendance.Review}
	counts := make([]any, 0, 2*len(lists))
	for _, list := range lists {
		counts = append(counts, w.list(list), status.OpenItems[string(list)])
	}
	lines := []string{fmt.Sprintf(w.stamps, yesterday, in, out), fmt.Sprintf(w.pending, pending), fmt.Sprintf(w.open, counts...)}
	lines = append(lines, w.group(w.joined, joined, names)...)
	lines = append(lines, w.group(w.noCode, noCode, names)...)
	return messenger.Message{Subject: w.product + w.morning + " " + now.In(attendance.Japan).Format(time.DateOnly), Text: strings.Join(lines, "\n"), At: now}, err
}

// group is a line with a number and, where they may be named, the people.
func (w toldWords) group(format string, people []string, names bool) []string {
	lines := []string{fmt.Sprintf(format, len(people))}
	if !names {
		return lines
	}
	for _, p := range people[:min(len(people), mostNamed)] {
		lines = append(lines, w.people+p)
	}
	if len(people) > mostNamed {
		lines = append(lines, w.people+"…")
	}
	return lines
}

// countDay counts a day's stamps that TeamSpirit has, and those that are not on the sheet yet.
func countDay(rows []store.CountStampsOfDayRow) (in, out, pending int) {
	for _, r := range rows {
		switch r.State {
		case "accepted", "processed", "on_sheet":
			if r.Kind == attendance.ClockIn.String() {
				in += int(r.N)
			} else {
				out += int(r.N)
			}
		}
		switch r.State {
		case "planned", "sending", "unknown", "accepted":
			pending += int(r.N)
		}
	}
	return in, out, pending
}

// ignoreNoRows takes a row that is not there for none.
func ignoreNoRows(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}
