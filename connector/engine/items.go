package engine

import (
	"context"
	"encoding/json"
	"maps"
	"strconv"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

// Who opens an item, and so who may cure it.
const (
	sourceCollect = "collect"
	sourcePeople  = "people"
	sourceDecide  = "decide"
	sourceDeliver = "deliver"
	sourceConfirm = "confirm"
	sourceEngine  = "engine"
)

// item is a line of the three lists that is to be open.
type item struct {
	reason   attendance.Reason
	source   string
	user     string
	employee string
	day      attendance.Day // zero: no single day
	subject  string         // what tells two items of one person, day and reason apart: a side, a kind, a door
	detail   map[string]string
}

func itemOf(r attendance.Reason, source string) item { return item{reason: r, source: source} }

func (i item) about(subject string) item { i.subject = subject; return i }

func (i item) of(user, employee string, d attendance.Day) item {
	i.user, i.employee, i.day = user, employee, d
	return i
}

func (i item) with(detail map[string]string) item { i.detail = detail; return i }

func (e *Engine) openItem(ctx context.Context, i item) error {
	return e.update(ctx, func(tx *store.Tx) error { return openItem(ctx, tx, i) })
}

// openItem opens an item, or brings the detail of the open one up to date. What a person has closed stays closed while its cause lasts.
func openItem(ctx context.Context, tx *store.Tx, i item) error {
	detail, err := json.Marshal(i.detail)
	if err != nil {
		return err
	}
	if i.detail == nil {
		detail = []byte("{}")
	}
	n, err := tx.OpenItem(ctx, store.OpenItemParams{
		List: string(i.reason.List()), Source: i.source, Reason: string(i.reason), UserID: i.user, EmployeeID: i.employee,
		Day: numberOrNone(i.day), Subject: i.subject, Detail: string(detail), Since: store.Millis(tx.Now()),
	})
	if err != nil {
		return err
	}
	if n == 0 && i.detail == nil {
		return nil // whoever opened it knew more
	}
	if n == 0 {
		return tx.UpdateItemDetail(ctx, store.UpdateItemDetailParams{
			Detail: string(detail), EmployeeID: i.employee, Reason: string(i.reason), UserID: i.user, Day: numberOrNone(i.day), Subject: i.subject,
		})
	}
	tx.Audit("item_opened", i.audit())
	return nil
}

func (i item) audit() map[string]string {
	m := map[string]string{"reason": string(i.reason)}
	maps.Copy(m, i.detail)
	for k, v := range map[string]string{"user": i.user, "employee": i.employee, "subject": i.subject} {
		if v != "" {
			m[k] = v
		}
	}
	if !i.day.IsZero() {
		m["day"] = i.day.String()
	}
	return m
}

// cure ends an item whose cause is gone, closed by a person or not, so that it can open again when the cause comes back.
func cure(ctx context.Context, tx *store.Tx, r attendance.Reason, user string, d attendance.Day, subject string) error {
	ids, err := tx.CureReason(ctx, store.CureReasonParams{
		At: store.Millis(tx.Now()), Reason: string(r), UserID: user, Subject: subject, Day: numberOrNone(d),
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		tx.Audit("item_cured", map[string]string{"item": strconv.FormatInt(id, 10), "reason": string(r)})
	}
	return nil
}

// syncItems makes the items of one source, person and day exactly those wanted: opens what is new, cures what is no more.
func syncItems(ctx context.Context, tx *store.Tx, source, user string, d attendance.Day, wanted []item) error {
	live, err := tx.LiveItemsOfDay(ctx, store.LiveItemsOfDayParams{UserID: user, Day: numberOrNone(d)})
	if err != nil {
		return err
	}
	return syncLive(ctx, tx, source, live, wanted)
}

// syncLive is syncItems where what is live has been read already; items of other sources in it are left alone.
func syncLive(ctx context.Context, tx *store.Tx, source string, live []store.Item, wanted []item) error {
	want := make(map[[2]string]bool, len(wanted))
	for _, w := range wanted {
		want[[2]string{string(w.reason), w.subject}] = true
		if err := openItem(ctx, tx, w); err != nil {
			return err
		}
	}
	for _, l := range live {
		if l.Source != source || want[[2]string{l.Reason, l.Subject}] {
			continue
		}
		if err := tx.CureItem(ctx, store.CureItemParams{At: store.Millis(tx.Now()), ID: l.ID}); err != nil {
			return err
		}
		tx.Audit("item_cured", map[string]string{"item": strconv.FormatInt(l.ID, 10), "reason": l.Reason})
	}
	return nil
}

// numberOrNone is a day as items carry it: 0 for none.
func numberOrNone(d attendance.Day) int64 {
	if d.IsZero() {
		return 0
	}
	return dayNumber(d)
}

// japanTime writes an instant into a detail.
func japanTime(t time.Time) string { return t.In(attendance.Japan).Format(time.RFC3339) }
