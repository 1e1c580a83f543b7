package proof

import (
	"fmt"
	"slices"
	"strings"
)

// tellFirst tells all that is known of the first bad stamp's day.
func (c *checker) tellFirst() string {
	for _, list := range [][]Key{c.verdict.Lost, c.verdict.Duplicated, c.verdict.Unexpected} {
		if len(list) > 0 {
			return c.tellDay(list[0])
		}
	}
	for _, list := range [][]string{c.verdict.WrongValue, c.verdict.OrderBreaks, c.verdict.Early} {
		for _, line := range list {
			for _, d := range c.ordered() {
				if strings.Contains(line, d.employee+"/"+d.day.text()) {
					return c.tellDay(Key{Employee: d.employee, Day: d.day.text()})
				}
			}
		}
	}
	return ""
}

// tellDay lists accesses, rows, Web stamps, items, attempts and the sheet of one person's day, instants in Japan time.
func (c *checker) tellDay(k Key) string {
	d := c.day(k.Employee, parseDate(k.Day))
	var b strings.Builder
	fmt.Fprintf(&b, "  %s on %s, as Akerun users %s; evidence up to %s\n", k.Employee, k.Day, strings.Join(d.users, ", "), shown(c.Now))
	for _, e := range slices.Concat(d.before, d.events) {
		doubt := ""
		if !e.sure {
			doubt = " (in doubt)"
		}
		fmt.Fprintf(&b, "    access %s at %s, shown %s, %s/%s at door %s%s\n", e.ID, shown(e.At), shown(e.Up), e.Action, e.Device, e.Door, doubt)
	}
	for _, kind := range []string{"in", "out"} {
		for _, r := range d.rows[kind] {
			gone := ""
			if r.Gone {
				gone = ", row deleted"
			}
			fmt.Fprintf(&b, "    row %s %s revision %d at %s, born %s, %s%s\n", r.ID, kind, r.key.Revision, shown(r.At), shown(r.Born), r.Status, gone)
			c.tellAttempts(&b, r.Key)
		}
		for _, w := range d.web[kind] {
			fmt.Fprintf(&b, "    Web %s at %s, made %s\n", kind, shown(w.At), shown(w.Made))
		}
	}
	for _, i := range c.Items {
		if (i.Person == "" || d.isAbout(i.Person)) && (i.Day == "" || i.Day == k.Day) {
			fmt.Fprintf(&b, "    item %s %s person %q day %q\n", i.Reason, i.State, i.Person, i.Day)
		}
	}
	for _, s := range c.Sheet {
		if s.Employee == k.Employee && s.Date == k.Day {
			fmt.Fprintf(&b, "    sheet %s–%s\n", minutes(s.In), minutes(s.Out))
		}
	}
	return b.String()
}

func (c *checker) tellAttempts(b *strings.Builder, key string) {
	for n, q := range c.Requests {
		for _, s := range q.Stamps {
			if s.Key == key {
				fmt.Fprintf(b, "      request %d at %s: %s %s, %s\n", n, shown(q.At), q.Method, q.Path, q.Outcome)
			}
		}
	}
}

func minutes(m *int) string {
	if m == nil {
		return "none"
	}
	return fmt.Sprintf("%02d:%02d", *m/60, *m%60)
}
