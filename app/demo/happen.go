package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/salesforceserver"
)

// errNobody is what happens to nobody.
var errNobody = errors.New("nobody in the company can do this just now")

// Register enters the アプリID and the 秘密キー, as if Akerun had answered the application already.
func (w *World) Register(ctx context.Context) error {
	d := w.description()
	if err := w.Facade.SetAkerunClient(ctx, d.Akerun.ClientID, d.Akerun.ClientSecret); err != nil {
		return fmt.Errorf("storing the demo's client: %w", err)
	}
	return nil
}

// BeginSoon starts the integration at the next 05:00 that is allowed, at whatever speed the clock runs.
func (w *World) BeginSoon(ctx context.Context) error {
	p, err := w.Facade.BeginPreview(ctx, time.Time{})
	if err != nil {
		return fmt.Errorf("looking for a start: %w", err)
	}
	if err := w.Facade.Begin(ctx, connector.BeginRequest{Start: p.NextFive}); err != nil {
		return fmt.Errorf("beginning: %w", err)
	}
	return nil
}

// Now is the demo's time.
func (w *World) Now() time.Time { return w.clock.Now() }

// Speed is how fast the clock runs, in seconds to a real one.
func (w *World) Speed() float64 { return w.simulator.Clock().State().Speed }

// SetSpeed changes it.
func (w *World) SetSpeed(times float64) error { return w.simulator.Clock().SetSpeed(times) }

// Access lets the next person who is linked hold a card to a door, and returns the name.
func (w *World) Access(ctx context.Context) (string, error) {
	return w.next(ctx, func(p connector.Person) error {
		_, err := w.simulator.AkerunServer().AddAccess(akerunserver.NewAccess{User: p.UserID})
		return err
	})
}

// WebStamp lets the next person who is linked press 出社 on the Web, and returns the name.
func (w *World) WebStamp(ctx context.Context) (string, error) {
	return w.next(ctx, func(p connector.Person) error { return w.simulator.AddWebStamp(p.EmployeeID, false) })
}

// next does something with one person after another, until one can.
func (w *World) next(ctx context.Context, do func(connector.Person) error) (string, error) {
	people, err := w.Facade.People(ctx)
	if err != nil {
		return "", err
	}
	for range people {
		p := people[w.turn%len(people)]
		w.turn++
		if p.Sound && !p.Excluded && do(p) == nil {
			return p.EmployeeName, nil
		}
	}
	return "", errNobody
}

// stampObject is what stamps are written into.
const stampObject = "teamspirit__ExternalAttendance__c"

// Lose puts the stamps out of reach of everybody, or within reach again.
func (w *World) Lose(lost bool) error {
	restrictions := []salesforceserver.Restriction{}
	if lost {
		restrictions = append(restrictions, salesforceserver.Restriction{Object: stampObject})
	}
	return w.turnSwitch("object_missing", restrictions)
}

// Batch turns 勤怠連携バッチのスケジュール on or off.
func (w *World) Batch(on bool) error { return w.turnSwitch("batch_on", on) }

func (w *World) turnSwitch(name string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return w.simulator.SalesforceServer().SetSwitch(name, raw)
}

// TimeSheet is the address of the simulated time sheet.
func (w *World) TimeSheet() string { return w.servers.SalesforceURL + "/_simulator/timesheet.html" }

// Login is a name and a password of the simulated company.
type Login struct {
	Side                 connector.Side
	Role, Name, Password string
}

// Logins are one of each role at each side.
func (w *World) Logins() (all []Login) {
	d := w.description()
	seen := make(map[string]bool)
	add := func(l Login) {
		if key := string(l.Side) + l.Role; !seen[key] {
			seen[key] = true
			all = append(all, l)
		}
	}
	for _, u := range d.Akerun.Users {
		add(Login{connector.Akerun, u.Role, u.Mail, u.Password})
	}
	for _, u := range d.Salesforce.Users {
		add(Login{connector.Salesforce, u.Role, u.Username, u.Password})
	}
	return all
}
