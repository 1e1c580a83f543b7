package simulator

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/simulator/salesforceserver"
)

// mostControl bounds the body of a control request.
const mostControl = 1 << 20

// withControl puts the control endpoints in front of a server.
func (s *Simulator) withControl(server http.Handler) http.Handler {
	control := http.NewServeMux()
	get := func(name string, value func(*http.Request) (any, error)) {
		control.HandleFunc("GET /_simulator/"+name, func(w http.ResponseWriter, r *http.Request) { s.reply(w, r, value) })
	}
	post := func(name string, do func(*http.Request) (any, error)) {
		control.HandleFunc("POST /_simulator/"+name, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, mostControl)
			s.reply(w, r, do)
		})
	}
	get("clock", func(*http.Request) (any, error) { return s.clock.State(), nil })
	post("clock", s.setClock)
	get("timesheet", func(r *http.Request) (any, error) { return s.timesheet(r), nil })
	control.HandleFunc("GET /_simulator/timesheet.html", s.showTimesheet)
	get("stamps", func(*http.Request) (any, error) { return listed(s.SalesforceServer().StampRows()), nil })
	get("evidence", s.evidence)
	get("switch", func(*http.Request) (any, error) { return s.switches() })
	post("switch", s.setSwitch)
	post("access", s.addAccess)
	post("webstamp", s.addWebStamp)
	post("batch", s.runBatch)
	post("user", s.editUser)
	post("employee", s.setEmployee)
	control.HandleFunc("/_simulator/", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusNotFound, problem{"no such control; see GET clock, timesheet, timesheet.html, stamps, evidence, switch and POST clock, access, webstamp, switch, batch, user, employee"})
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_simulator/") {
			control.ServeHTTP(w, r)
			return
		}
		server.ServeHTTP(w, r)
	})
}

type problem struct {
	Error string `json:"error"`
}

// reply answers a control request: 400 with the reason where it cannot be done.
func (s *Simulator) reply(w http.ResponseWriter, r *http.Request, do func(*http.Request) (any, error)) {
	w.Header().Set("Date", s.clock.Now().Format(http.TimeFormat))
	value, err := do(r)
	if err != nil {
		writeJSON(w, http.StatusBadRequest, problem{err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, value)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // the client has gone, or this package's own values could not be written, which tests would show
}

// listed shows an empty list as [] instead of null.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func read(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("reading the body: %w", err)
	}
	return nil
}

func (s *Simulator) setClock(r *http.Request) (any, error) {
	var c clock.Change
	if err := read(r, &c); err != nil {
		return nil, err
	}
	if err := s.clock.Apply(c); err != nil {
		return nil, err
	}
	s.catchUp()
	return s.clock.State(), nil
}

// evidence takes ?from=, RFC 3339; without it accesses of the last seven days are given.
func (s *Simulator) evidence(r *http.Request) (any, error) {
	from := s.clock.Now().AddDate(0, 0, -7)
	if text := r.URL.Query().Get("from"); text != "" {
		var err error
		if from, err = time.Parse(time.RFC3339, text); err != nil {
			return nil, fmt.Errorf("reading from: %w", err)
		}
	}
	return s.Evidence(from), nil
}

func (s *Simulator) addAccess(r *http.Request) (any, error) {
	var a akerunserver.NewAccess
	if err := read(r, &a); err != nil {
		return nil, err
	}
	id, err := s.akerun.AddAccess(a)
	if err != nil {
		return nil, err
	}
	return map[string]string{"id": id}, nil
}

func (s *Simulator) addWebStamp(r *http.Request) (any, error) {
	var stamp struct {
		Employee string `json:"employee_id"`
		Kind     string `json:"kind"` // in or out
	}
	if err := read(r, &stamp); err != nil {
		return nil, err
	}
	if stamp.Kind != "in" && stamp.Kind != "out" {
		return nil, fmt.Errorf("adding a Web stamp: kind %q is neither in nor out", stamp.Kind)
	}
	if err := s.AddWebStamp(stamp.Employee, stamp.Kind == "out"); err != nil {
		return nil, err
	}
	return struct{}{}, nil
}

func (s *Simulator) runBatch(*http.Request) (any, error) {
	s.SalesforceServer().RunBatch(s.clock.Now())
	return struct{}{}, nil
}

// SetSwitch sets a switch of either server; the names are those of their Switches with akerun. or salesforce. in front.
func (s *Simulator) SetSwitch(name string, value json.RawMessage) error {
	server, own, _ := strings.Cut(name, ".")
	switch server {
	case "akerun":
		return s.akerun.SetSwitch(own, value)
	case "salesforce":
		return s.SalesforceServer().SetSwitch(own, value)
	}
	return fmt.Errorf(`setting the switch %q: its name has to begin with "akerun." or "salesforce."`, name)
}

func (s *Simulator) setSwitch(r *http.Request) (any, error) {
	var set struct {
		Name  string          `json:"name"`
		Value json.RawMessage `json:"value"`
	}
	if err := read(r, &set); err != nil {
		return nil, err
	}
	if err := s.SetSwitch(set.Name, set.Value); err != nil {
		return nil, err
	}
	return s.switches()
}

// switches are all switches of both servers by name.
func (s *Simulator) switches() (map[string]json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	for server, values := range map[string]any{"akerun.": s.akerun.Switches(), "salesforce.": s.SalesforceServer().Switches()} {
		text, err := json.Marshal(values)
		if err != nil {
			return nil, fmt.Errorf("listing switches: %w", err)
		}
		own := map[string]json.RawMessage{}
		if err := json.Unmarshal(text, &own); err != nil {
			return nil, fmt.Errorf("listing switches: %w", err)
		}
		for name, value := range own {
			all[server+name] = value
		}
	}
	return all, nil
}

// editUser changes an Akerun user, or adds one where no id is given: what Akerun's console is for.
func (s *Simulator) editUser(r *http.Request) (any, error) {
	var u struct {
		ID           string       `json:"id"`
		Name         string       `json:"name"`
		Mail         string       `json:"mail"` // of a new user
		Code         *string      `json:"code"`
		Organization string       `json:"organization"` // with rank
		Rank         company.Rank `json:"rank"`         // super_manager, manager, member, or none to end the membership
		Remove       bool         `json:"remove"`
	}
	if err := read(r, &u); err != nil {
		return nil, err
	}
	var all []error
	if u.ID == "" {
		u.ID, u.Name = s.akerun.AddUser(cmp.Or(u.Name, "新しい ユーザー"), u.Mail, ""), ""
	}
	if u.Name != "" {
		all = append(all, s.akerun.Rename(u.ID, u.Name))
	}
	if u.Code != nil {
		all = append(all, s.akerun.ChangeCode(u.ID, *u.Code))
	}
	if u.Rank != "" {
		rank := u.Rank
		if rank == "none" {
			rank = ""
		}
		all = append(all, s.akerun.SetRank(u.ID, cmp.Or(u.Organization, s.company.Organizations[0].ID), rank))
	}
	if u.Remove {
		all = append(all, s.akerun.RemoveUser(u.ID))
	}
	if err := errors.Join(all...); err != nil {
		return nil, err
	}
	return map[string]string{"id": u.ID}, nil
}

// setEmployee adds a 勤怠社員, or changes the one with the id.
func (s *Simulator) setEmployee(r *http.Request) (any, error) {
	var e Employee
	if err := read(r, &e); err != nil {
		return nil, err
	}
	id, err := s.SalesforceServer().SetEmployee(salesforceserver.Employee{ID: e.ID, Code: e.Code, Name: e.Name, Mail: e.Mail, Entry: e.Entry, End: e.End})
	if err != nil {
		return nil, err
	}
	return map[string]string{"id": id}, nil
}

// SwitchNames returns the names that SetSwitch takes, in alphabetical order.
func (s *Simulator) SwitchNames() ([]string, error) {
	all, err := s.switches()
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}
