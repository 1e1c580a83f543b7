package demo

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"dakokubridge/app/output"
	"dakokubridge/connector"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/proof/witness"
)

// Total is what came of a demo. Accesses and Stamped are counted in the servers' own rows, Exceptions on the connector's lists.
type Total struct {
	Accesses   int // as served, of the days played
	Stamped    int // rows of ours that are not 削除
	Exceptions int // open items
	Lost       int // stamps that were due and are neither there nor explained
	Doubled    int
	verdict    proof.Verdict
}

// Line is the last line of a demo.
func (t Total) Line() string {
	return fmt.Sprintf("accesses %d, stamps %d, exceptions %d, lost %d, doubled %d", t.Accesses, t.Stamped, t.Exceptions, t.Lost, t.Doubled)
}

// Sound tells whether the demo proved what it is to prove: something was stamped, nothing lost, nothing doubled.
func (t Total) Sound() bool { return t.Stamped > 0 && t.Lost == 0 && t.Doubled == 0 }

// Report writes per person and day what was seen, stamped and listed, then the total, and returns it. What the checker finds
// beyond lost and doubled is written too.
func (w *World) Report(ctx context.Context, out io.Writer) (Total, error) {
	first, last := w.Days()
	days, err := w.Facade.Days(ctx, connector.DayQuery{From: first, To: last})
	if err != nil {
		return Total{}, fmt.Errorf("reading the demo's days: %w", err)
	}
	if err := output.Table(out, dayRows(days)); err != nil {
		return Total{}, err
	}
	items, err := w.Facade.Items(ctx, connector.ItemQuery{})
	if err != nil {
		return Total{}, fmt.Errorf("reading the demo's items: %w", err)
	}
	if err := w.reportItems(out, items); err != nil {
		return Total{}, err
	}
	total, err := w.total(ctx, len(items))
	if err != nil {
		return Total{}, err
	}
	if total.verdict.Problems() > 0 {
		fmt.Fprintln(out, total.verdict.Story())
	}
	_, err = fmt.Fprintln(out, total.Line())
	return total, err
}

func (w *World) total(ctx context.Context, exceptions int) (Total, error) {
	status, err := w.Facade.Status(ctx)
	if err != nil {
		return Total{}, fmt.Errorf("reading the organization: %w", err)
	}
	items, err := w.Facade.Items(ctx, connector.ItemQuery{All: true})
	if err != nil {
		return Total{}, fmt.Errorf("reading the items: %w", err)
	}
	e := witness.FromSimulator(w.simulator.Evidence(w.Start.AddDate(0, 0, -1)), status.Salesforce.OrganizationID, w.simulator.SalesforceServer().RequestLog())
	e.Seed, e.Starts, e.Items = int64(w.options.Seed), []proof.Start{{From: w.Start}}, listed(items)
	v := proof.Check(e)
	t := Total{Stamped: v.Stamped, Exceptions: exceptions, Lost: len(v.Lost), Doubled: len(v.Duplicated), verdict: v}
	for _, a := range e.Accesses {
		if !a.At.Before(w.Start) && a.At.Before(w.End()) {
			t.Accesses++
		}
	}
	return t, nil
}

// listed is the connector's lists as the checker takes them.
func listed(items []connector.Item) []proof.Item {
	all := make([]proof.Item, 0, len(items))
	for _, i := range items {
		all = append(all, proof.Item{Person: cmp.Or(i.EmployeeID, i.UserID), Day: i.Day, Reason: i.Reason, State: i.State})
	}
	return all
}

func dayRows(days []connector.PersonDay) [][]string {
	rows := [][]string{{"日", "コード", "氏名", "最初", "最後", "出勤", "", "退勤", "", "項目"}}
	for _, d := range days {
		code := d.EmployeeCode
		if code == "" {
			code = d.UserCode
		}
		in, inState := stampOf(d, "in")
		out, outState := stampOf(d, "out")
		rows = append(rows, []string{d.Day, output.Dash(code), output.Dash(d.Name), output.TimeOn(d.Day, d.First),
			output.TimeOn(d.Day, d.Last), in, inState, out, outState, reasons(d.Items)})
	}
	return rows
}

// stampOf gives the instant and the state of the newest stamp of a kind, or why there is none.
func stampOf(d connector.PersonDay, kind string) (at, state string) {
	at, state = "-", d.Why[kind]
	for _, s := range d.Stamps {
		if s.Kind == kind {
			at, state = output.TimeOn(d.Day, s.At), s.State
			if s.Why != "" {
				state += " " + s.Why
			}
		}
	}
	return at, state
}

func reasons(items []connector.Item) string {
	var parts []string
	for _, i := range items {
		parts = append(parts, i.Reason+" "+i.Japanese)
	}
	return strings.Join(parts, ", ")
}

// about is what tells one item of a reason from another: the type of an access that nobody knows, or the side that fails.
func about(i connector.Item) string {
	if i.Detail["action"]+i.Detail["device"] != "" {
		return strings.TrimSpace(i.Detail["action"] + " " + i.Detail["device"])
	}
	return i.Detail["subject"]
}

// reportItems writes what stands on no day of the table: causes that stop many, and people as such.
func (w *World) reportItems(out io.Writer, items []connector.Item) error {
	first, last := w.Days()
	var rows [][]string
	for _, i := range items {
		if i.Day < first || i.Day > last {
			rows = append(rows, []string{i.List, i.Reason, i.Japanese, output.Dash(i.Day), output.Dash(i.Code), output.Dash(i.Name), about(i)})
		}
	}
	return output.Table(out, rows)
}
