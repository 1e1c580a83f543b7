package akerunserver

import (
	"fmt"
	"math"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dakokubridge/connector/simulator/company"
)

func TestAccessesLookAsDocumented(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1})
	body := w.do("GET", "/v3/organizations/"+w.org+"/accesses?limit=1", "").Body.String()
	for _, part := range []string{`{"accesses":[{"id":`, `,"action":"`, `,"device_type":"`, `,"device_name":"`, `,"accessed_at":"2026-11-24T`, `Z","akerun":{"id":"A1`, `"image_url":null}`, `}]}`} {
		if !strings.Contains(body, part) {
			t.Errorf("%s lacks %s", body, part)
		}
	}
	if rows := w.accesses(""); len(rows) != 20 || rows[0].AccessedAt < rows[19].AccessedAt {
		t.Errorf("without parameters: %d rows, newest first wanted", len(rows))
	}
	if rows := w.accesses("limit=5000"); len(rows) != 1000 {
		t.Errorf("limit=5000 gives %d rows, want 1000", len(rows))
	}
	for _, q := range []string{"limit=0", "limit=x", "id_after=x", "id_before=-1", "datetime_after=yesterday", "datetime_before=1", "sort_by=name", "sort_order=up"} {
		if f := get[failure](w, http.StatusBadRequest, "/v3/organizations/"+w.org+"/accesses?"+q); f.Code != "invalid_parameter" {
			t.Errorf("%s: %+v", q, f)
		}
	}
}

func TestIdsInTheirFourForms(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1})
	for form, fits := range map[string]func(string) bool{
		"number":           func(s string) bool { return s[0] != '"' && len(s) == 16 },
		"quoted":           func(s string) bool { return s[0] == '"' && len(s) == 18 },
		"22_digits":        func(s string) bool { return s[0] != '"' && len(s) == 22 },
		"22_digits_quoted": func(s string) bool { return s[0] == '"' && len(s) == 24 },
	} {
		w.set("ids", `"`+form+`"`)
		body := w.do("GET", "/v3/organizations/"+w.org+"/accesses?limit=2&sort_order=asc&id_after=0", "").Body.String()
		id, _, _ := strings.Cut(strings.TrimPrefix(body, `{"accesses":[{"id":`), ",")
		if !fits(id) {
			t.Errorf("%s shows %s", form, id)
		}
		rows := w.accesses("limit=2&sort_order=asc")
		if next := w.accesses("limit=1&sort_order=asc&id_after=" + rows[0].ID.String()); len(next) != 1 || next[0].ID != rows[1].ID {
			t.Errorf("%s: the row after %s is %+v, want %s", form, rows[0].ID, next, rows[1].ID)
		}
	}
}

func TestALateRowAppearsAtItsTime(t *testing.T) {
	for _, order := range []string{"arrival", "event"} {
		w := newWorld(t, company.Options{Seed: 2, Size: company.Medium})
		w.set("id_order", `"`+order+`"`)
		now := start.Unix()
		var late *company.Access
		for _, a := range w.company.Accesses(company.DayOf(start)) {
			if a.At < now && a.Up > now+60 && a.User >= 0 && w.company.Doors[a.Door].Organization == 0 {
				late = &a
				break
			}
		}
		if late == nil {
			t.Fatal("nothing is late")
		}
		up := time.Unix(late.Up, 0)
		window := fmt.Sprintf("limit=1000&datetime_after=%s&datetime_before=%s", at(time.Unix(late.At, 0)), at(time.Unix(late.At+1, 0)))
		user := w.company.Users[late.User].ID
		shown := func() bool {
			return slices.ContainsFunc(w.accesses(window), func(a shownAccess) bool { return a.User != nil && a.User.ID == user })
		}
		if err := w.clock.Set(up.Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
		newest := w.accesses("limit=1")[0].ID
		if shown() {
			t.Errorf("%s: a row of %s shows before %s", order, time.Unix(late.At, 0), up)
		}
		if err := w.clock.Set(up); err != nil {
			t.Fatal(err)
		}
		if !shown() {
			t.Errorf("%s: a row of %s does not show at %s", order, time.Unix(late.At, 0), up)
		}
		byCursor := slices.ContainsFunc(w.accesses("limit=1000&id_after="+newest.String()), func(a shownAccess) bool { return a.User != nil && a.User.ID == user })
		if byCursor != (order == "arrival") {
			t.Errorf("%s: id_after finds the late row: %t", order, byCursor)
		}
	}
}

// TestPagesAreComplete reads everything in pages of any size, in both directions, while time passes, and compares with the
// company's own rows.
func TestPagesAreComplete(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, company.Options{Seed: rapid.Uint64().Draw(rt, "seed"), People: rapid.IntRange(10, 20).Draw(rt, "people"), Doors: 3, History: 1})
		order := rapid.SampledFrom([]string{"arrival", "event"}).Draw(rt, "order")
		w.set("id_order", `"`+order+`"`)
		limit := rapid.IntRange(3, 60).Draw(rt, "limit")
		for range rapid.IntRange(0, 5).Draw(rt, "added") {
			n := NewAccess{At: start.Add(time.Duration(rapid.IntRange(-80, 20).Draw(rt, "hours")) * time.Hour), Up: start.Add(time.Duration(rapid.IntRange(-1, 30).Draw(rt, "up")) * time.Hour)}
			if _, err := w.AddAccess(n); err != nil {
				rt.Fatal(err)
			}
		}
		seen := map[string]bool{}
		after, rounds := "0", 0
		for still := 0; still < 2; rounds++ {
			rows := w.accesses(fmt.Sprintf("sort_by=id&sort_order=asc&limit=%d&id_after=%s", limit, after))
			for _, r := range rows {
				if less(after, r.ID.String()) != -1 {
					rt.Fatalf("%s follows %s", r.ID, after)
				}
				if seen[r.ID.String()] {
					rt.Fatalf("%s came twice", r.ID)
				}
				after = r.ID.String()
				seen[after] = true
			}
			if len(rows) > limit {
				rt.Fatalf("%d rows on a page of %d", len(rows), limit)
			}
			if len(rows) == 0 {
				still++
			}
			if order == "arrival" && rounds < 40 {
				if err := w.clock.Advance(time.Duration(rapid.IntRange(0, 3).Draw(rt, "passes")) * time.Hour); err != nil {
					rt.Fatal(err)
				}
				still = 0
			}
		}
		expected := w.expected(math.MinInt64, math.MaxInt64)
		if len(seen) != expected {
			rt.Fatalf("%d rows were read, %d are there", len(seen), expected)
		}
		before := ""
		backward := 0
		for {
			rows := w.accesses(fmt.Sprintf("limit=%d%s", limit, before))
			if len(rows) == 0 {
				break
			}
			backward += len(rows)
			before = "&id_before=" + rows[len(rows)-1].ID.String()
		}
		if backward != expected || w.ServedCount() != expected {
			rt.Fatalf("%d rows newest first, %d served, want %d", backward, w.ServedCount(), expected)
		}
	})
}

// expected counts the rows of the first 事業所 that show by now and lie in [from, to], without the ledger.
func (w *world) expected(from, to int64) int {
	n, now := 0, w.clock.Now().Unix()
	for d := w.company.First; d <= company.DayOf(w.clock.Now()); d++ {
		for _, a := range w.company.Accesses(d) {
			if a.Up <= now && a.At >= from && a.At <= to && w.company.Doors[a.Door].Organization == 0 {
				n++
			}
		}
	}
	for _, r := range w.ledger.added {
		if r.Up <= now && r.At >= from && r.At <= to {
			n++
		}
	}
	return n
}

func less(a, b string) int {
	x, _ := new(big.Int).SetString(a, 10)
	y, _ := new(big.Int).SetString(b, 10)
	return x.Cmp(y)
}

func TestWindowsByTime(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, company.Options{Seed: rapid.Uint64().Draw(rt, "seed"), People: 12, Doors: 2, History: 8})
		w.set("id_order", `"`+rapid.SampledFrom([]string{"arrival", "event"}).Draw(rt, "order")+`"`)
		w.set("most_limit", "100000")
		afterToo, beforeToo := rapid.Bool().Draw(rt, "after"), rapid.Bool().Draw(rt, "before")
		w.set("after_border", fmt.Sprint(afterToo))
		w.set("before_border", fmt.Sprint(beforeToo))
		all := w.accesses("limit=100000")
		pick := func(name string) time.Time {
			i := rapid.IntRange(0, len(all)-1).Draw(rt, name)
			at, err := time.Parse(time.RFC3339, all[i].AccessedAt)
			if err != nil {
				rt.Fatal(err)
			}
			return at
		}
		from, to := pick("from"), pick("to")
		low, high := from.Unix(), to.Unix()
		if !afterToo {
			low++
		}
		if !beforeToo {
			high--
		}
		zone := rapid.SampledFrom([]*time.Location{time.UTC, company.Japan}).Draw(rt, "zone")
		got := w.accesses("limit=100000&datetime_after=" + at(from.In(zone)) + "&datetime_before=" + at(to.In(zone)))
		if want := w.expected(low, high); len(got) != want {
			rt.Fatalf("%d rows between %s and %s, want %d", len(got), from, to, want)
		}
	})
}

func TestFractionsOfASecondAtTheBorders(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1})
	if _, err := w.AddAccess(NewAccess{At: start.AddDate(-1, 0, 0)}); err != nil {
		t.Fatal(err)
	}
	for _, include := range []string{"true", "false"} {
		w.set("after_border", include)
		w.set("before_border", include)
		for _, tt := range []struct {
			from, to time.Duration
			want     int
		}{{-time.Second, 500 * time.Millisecond, 1}, {-500 * time.Millisecond, time.Second, 1}, {500 * time.Millisecond, time.Minute, 0}, {-time.Minute, -500 * time.Millisecond, 0}} {
			border := func(d time.Duration) string {
				return url.QueryEscape(start.AddDate(-1, 0, 0).Add(d).Format(time.RFC3339Nano))
			}
			if got := w.accesses("datetime_after=" + border(tt.from) + "&datetime_before=" + border(tt.to)); len(got) != tt.want {
				t.Errorf("borders included: %s: from %s to %s there are %d rows, want %d", include, tt.from, tt.to, len(got), tt.want)
			}
		}
	}
}

func TestARowAddedByHandIsTheNewest(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 3})
	user := w.company.Users[3].ID
	newest := w.accesses("limit=1")[0].ID.String()
	id, err := w.AddAccess(NewAccess{User: user, At: start.AddDate(-1, 0, 0), DeviceType: "a\"b\n😀"})
	if err != nil {
		t.Fatal(err)
	}
	got := w.accesses("id_after=" + newest)
	if len(got) != 1 || got[0].ID.String() != id || got[0].User.ID != user || got[0].DeviceType != "a\"b\n😀" || got[0].AccessedAt != "2025-11-24T11:00:00Z" {
		t.Errorf("after adding: %+v", got)
	}
	if _, err := w.AddAccess(NewAccess{At: start, Up: start.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if got := w.accesses("id_after=" + id); len(got) != 0 {
		t.Errorf("a row shows an hour early: %+v", got)
	}
	if err := w.clock.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
	if got := w.accesses("limit=1000&id_after=" + id); !slices.ContainsFunc(got, func(a shownAccess) bool { return a.User == nil && a.AccessedAt == "2026-11-24T11:00:00Z" }) {
		t.Errorf("the row does not show in time: %+v", got)
	}
	for _, n := range []NewAccess{{User: "U-nobody"}, {Door: "A-nowhere"}} {
		if _, err := w.AddAccess(n); err == nil {
			t.Errorf("%+v was added", n)
		}
	}
}

func TestRowsThatShouldNotBeThere(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 4, History: 20})
	page := "/v3/organizations/" + w.org + "/accesses?limit=200"
	plain := len(w.accesses("limit=200"))
	w.set("repeat_every", "10")
	if n := len(w.accesses("limit=200")); n != plain+plain/10 {
		t.Errorf("with repetitions %d rows, want %d", n, plain+plain/10)
	}
	w.set("repeat_every", "0")
	w.set("foreign_every", "1")
	foreign := 0
	for _, a := range w.accesses("limit=200") {
		if i := slices.IndexFunc(w.company.Doors, func(d company.Door) bool { return d.ID == a.Akerun.ID }); w.company.Doors[i].Organization == 1 {
			foreign++
		}
	}
	if foreign == 0 {
		t.Error("no row of the other 事業所")
	}
	w.set("foreign_every", "0")
	w.set("broken_every", "20")
	if n := strings.Count(w.do("GET", page, "").Body.String(), `"id":null`); n == 0 {
		t.Error("no broken row")
	}
	w.set("broken_every", "0")
	w.set("history_days", "2")
	w.set("most_limit", "100000")
	oldest := w.accesses("limit=100000&sort_order=asc")[0].AccessedAt
	if limit := start.AddDate(0, 0, -2).UTC().Format(time.RFC3339); oldest < limit {
		t.Errorf("the history goes back to %s, want %s", oldest, limit)
	}
	w.set("envelope", `"empty_object"`)
	if body := w.do("GET", page+"&id_after=99999999999999999", "").Body.String(); body != "{}" {
		t.Errorf("an empty list shows as %s", body)
	}
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	read := func() string {
		w := newWorld(t, company.Options{Seed: 11})
		all := w.ClientID + w.ClientSecret + w.token
		for _, path := range []string{"/accesses?limit=300", "/users?limit=1000", "/akeruns"} {
			all += w.do("GET", "/v3/organizations/"+w.org+path, "").Body.String()
		}
		return all
	}
	if a, b := read(), read(); a != b {
		t.Error("two servers of seed 11 answer differently")
	}
}

func BenchmarkBacklogOfAMillion(b *testing.B) {
	w := newWorld(b, company.Options{Seed: 1, Size: company.Large, From: start, History: 19})
	rows := 0
	for b.Loop() {
		after, most := "0", rows+1_000_000
		for rows < most {
			a := w.do("GET", "/v3/organizations/"+w.org+"/accesses?sort_by=id&sort_order=asc&limit=1000&id_after="+after, "")
			body := a.Body.String()
			rows += strings.Count(body, `"accessed_at"`)
			at := strings.LastIndex(body, `},{"id":`)
			if at < 0 {
				b.Fatal("the history is shorter than a million rows")
			}
			after, _, _ = strings.Cut(body[at+8:], ",")
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkPollWithNothingNew(b *testing.B) {
	w := newWorld(b, company.Options{Seed: 1, Size: company.Medium, From: start, History: 365})
	newest := w.accesses("limit=1")[0].ID.String()
	for b.Loop() {
		if rows := w.accesses("sort_by=id&sort_order=asc&limit=1000&id_after=" + newest); len(rows) != 0 {
			b.Fatal("something is new")
		}
	}
}

func TestRowsOfNeighbouringDaysNeverShareAnId(t *testing.T) {
	seen := map[uint64]bool{}
	for d := range company.Day(company.MostLateDays + 2) {
		for _, index := range []int32{0, 1, perDay - 1} {
			id := place(company.Access{Day: 20000 + d, Index: index})
			if seen[id] || id >= addedPlace {
				t.Errorf("day %d, row %d: place %d is taken", d, index, id)
			}
			seen[id] = true
		}
	}
}
