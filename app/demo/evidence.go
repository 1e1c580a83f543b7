package demo

import (
	"context"
	"fmt"

	"dakokubridge/connector"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/simulator"
)

// evidence puts together what both servers know and what the connector's lists say, in the form that the checker takes.
func (w *World) evidence(ctx context.Context) (proof.Evidence, error) {
	found, err := w.Facade.Check(ctx)
	if err != nil {
		return proof.Evidence{}, fmt.Errorf("reading the organization: %w", err)
	}
	items, err := w.Facade.Items(ctx, connector.ItemQuery{All: true})
	if err != nil {
		return proof.Evidence{}, fmt.Errorf("reading the items: %w", err)
	}
	seen := w.simulator.Evidence(w.Start.AddDate(0, 0, -1))
	e := proof.Evidence{
		Seed: int64(w.options.Seed), Now: seen.Now,
		AkerunOrganization: seen.Organization, SalesforceOrganization: found.Rights.OrganizationID,
		Starts:    []proof.Start{{From: w.Start}},
		Employees: employees(seen), Accesses: accesses(seen), Rows: w.rows(seen), WebStamps: webStamps(seen),
	}
	for _, u := range seen.Users {
		e.Users = append(e.Users, proof.User{ID: u.ID, Code: u.Code, Organizations: u.Organizations, From: u.From, Until: u.Until})
	}
	for _, s := range seen.Sheet {
		e.Sheet = append(e.Sheet, proof.SheetDay{Employee: s.EmployeeID, Date: s.Date, In: s.Start, Out: s.End})
	}
	for _, i := range items {
		person := i.EmployeeID
		if person == "" {
			person = i.UserID
		}
		e.Items = append(e.Items, proof.Item{Person: person, Day: i.Day, Reason: i.Reason, State: i.State})
	}
	return e, nil
}

func accesses(seen simulator.Evidence) []proof.Access {
	all := make([]proof.Access, 0, len(seen.Accesses))
	for _, a := range seen.Accesses {
		all = append(all, proof.Access{ID: a.ID, Organization: a.Organization, Door: a.Door, User: a.User, Action: a.Action,
			Device: a.DeviceType, At: a.At, Up: a.Up})
	}
	return all
}

func employees(seen simulator.Evidence) []proof.Employee {
	all := make([]proof.Employee, 0, len(seen.Employees))
	for _, e := range seen.Employees {
		all = append(all, proof.Employee{ID: e.ID, Code: e.Code, Entry: e.Entry, End: e.End})
	}
	return all
}

// rows are the stamps. Ours are those that the signed-in user's calls made.
func (w *World) rows(seen simulator.Evidence) []proof.Row {
	admin := ""
	for _, u := range w.description().Salesforce.Users {
		if u.Role == "admin" {
			admin = u.Username
		}
	}
	all := make([]proof.Row, 0, len(seen.Stamps))
	for _, s := range seen.Stamps {
		all = append(all, proof.Row{ID: s.ID, Key: s.Key, Ours: s.CreatedBy == admin, Employee: s.EmployeeID, Kind: s.Kind, At: s.At,
			TargetDate: s.TargetDate, Status: s.Status, Born: s.Born, Gone: s.Deleted})
	}
	return all
}

// webStamps are the clicks that TeamSpirit took.
func webStamps(seen simulator.Evidence) []proof.WebStamp {
	var all []proof.WebStamp
	for _, s := range seen.WebStamps {
		if s.Refused == "" {
			all = append(all, proof.WebStamp{Employee: s.Employee, Day: s.Day, Kind: s.Kind, At: s.At, Made: s.At})
		}
	}
	return all
}
