// Package witness turns what a simulator knows into the evidence that proof checks.
//
// It only copies and reads the request log; it judges nothing, and it knows nothing of the connector, whose items, starts and snapshots
// the caller adds.
package witness

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dakokubridge/connector/proof"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/salesforceserver"
)

// FromSimulator turns what a simulator knows into evidence. org is Salesforce's organisation id of 18 characters, and log its request
// log, which may be left out. The caller adds what only the connector knows: starts, items, exclusions, asked days and snapshots, and the seed.
//
// Accesses and Web stamps must have been collected from the beginning of the first start's business day or earlier.
func FromSimulator(s simulator.Evidence, org string, log []salesforceserver.Request) proof.Evidence {
	e := proof.Evidence{Now: s.Now, AkerunOrganization: s.Organization, SalesforceOrganization: org}
	for _, a := range s.Accesses {
		e.Accesses = append(e.Accesses, proof.Access{
			ID: a.ID, Organization: a.Organization, Door: a.Door, User: a.User, Action: a.Action, Device: a.DeviceType, At: a.At, Up: a.Up,
		})
	}
	for _, u := range s.Users {
		e.Users = append(e.Users, proof.User{ID: u.ID, Code: u.Code, Organizations: u.Organizations, From: u.From, Until: u.Until})
	}
	for _, m := range s.Employees {
		e.Employees = append(e.Employees, proof.Employee{ID: m.ID, Code: m.Code, Entry: m.Entry, End: m.End})
	}
	for _, r := range s.Stamps {
		e.Rows = append(e.Rows, proof.Row{
			ID: r.ID, Key: r.Key, Ours: r.CreatedBy != "", Employee: r.EmployeeID, Kind: r.Kind, At: r.At, TargetDate: r.TargetDate,
			Status: r.Status, Born: r.Born, Gone: r.Deleted,
		})
	}
	for _, w := range s.WebStamps {
		if w.Refused == "" {
			e.WebStamps = append(e.WebStamps, proof.WebStamp{Employee: w.Employee, Day: w.Day, Kind: w.Kind, At: w.At, Made: w.At})
		}
	}
	for _, d := range s.Sheet {
		e.Sheet = append(e.Sheet, proof.SheetDay{Employee: d.EmployeeID, Date: d.Date, In: d.Start, Out: d.End})
	}
	born := map[string]time.Time{}
	for _, r := range e.Rows {
		if first, ok := born[r.Key]; r.Key != "" && (!ok || r.Born.Before(first)) {
			born[r.Key] = r.Born
		}
	}
	for _, q := range log {
		e.Requests = append(e.Requests, fromLog(q, org, born))
	}
	return e
}

// keyField is how TeamSpirit's field for our key ends; a prefix of the package may stand before it.
const keyField = "UniqueKey__c"

// fromLog reads one line of Salesforce's request log.
func fromLog(q salesforceserver.Request, org string, born map[string]time.Time) proof.Request {
	r := proof.Request{At: q.At, Server: "salesforce", Method: q.Method, Path: q.Path, Outcome: proof.Answered}
	if q.API {
		r.Organization = org
	}
	switch {
	case q.Status == 0 || q.Status >= 500:
		r.Outcome = proof.Unknown
	case q.Status >= 300:
		r.Outcome = proof.Refused
	}
	path, _, _ := strings.Cut(q.Path, "?")
	if strings.Contains(path, "/jobs/ingest") {
		r.Stamps = uploaded(q)
		return r
	}
	switch q.Method {
	case http.MethodPost:
		for _, record := range records(q.Body) {
			if key, _ := keyAndID(record); key != "" {
				r.Stamps = append(r.Stamps, proof.SentStamp{Key: key, Payload: string(record)})
			}
		}
	case http.MethodPatch:
		for _, record := range records(q.Body) {
			patched(&r, path, record, born)
		}
	case http.MethodDelete:
		r.Changed = append(r.Changed, lastPart(path))
	}
	return r
}

// patched reads a record of an update, or of an upsert, which makes a row only where none has the key.
func patched(r *proof.Request, path string, record json.RawMessage, born map[string]time.Time) {
	key, id := keyAndID(record)
	if !strings.Contains(path, keyField) {
		r.Changed = append(r.Changed, cmp.Or(id, lastPart(path)))
		return
	}
	key = cmp.Or(key, lastPart(path))
	if at, exists := born[key]; exists && at.Before(r.At) {
		r.Changed = append(r.Changed, key)
		return
	}
	r.Stamps = append(r.Stamps, proof.SentStamp{Key: key, Payload: string(record)})
}

// records takes the records out of a body: those of a collection, or the body itself.
func records(body []byte) []json.RawMessage {
	if len(body) == 0 {
		return nil
	}
	var collection struct {
		Records []json.RawMessage `json:"records"`
	}
	if json.Unmarshal(body, &collection) == nil && collection.Records != nil {
		return collection.Records
	}
	return []json.RawMessage{body}
}

func keyAndID(record json.RawMessage) (key, id string) {
	var fields map[string]any
	if json.Unmarshal(record, &fields) != nil {
		return "", ""
	}
	for name, value := range fields {
		text, _ := value.(string)
		switch {
		case strings.HasSuffix(name, keyField):
			key = text
		case strings.EqualFold(name, "id"):
			id = text
		}
	}
	return key, id
}

func lastPart(path string) string {
	part := path[strings.LastIndexByte(path, '/')+1:]
	if plain, err := url.PathUnescape(part); err == nil {
		return plain
	}
	return part
}

// uploaded reads the stamps out of the upload of a bulk job: each line as a JSON object of its texts, which has no attributes.
func uploaded(q salesforceserver.Request) (stamps []proof.SentStamp) {
	if q.Method != http.MethodPut || len(q.Body) == 0 {
		return nil
	}
	lines, err := csv.NewReader(bytes.NewReader(q.Body)).ReadAll()
	if err != nil || len(lines) == 0 {
		return nil
	}
	for _, line := range lines[1:] {
		fields := make(map[string]string, len(line))
		for i, value := range line {
			if value != "" {
				fields[lines[0][i]] = value
			}
		}
		record, err := json.Marshal(fields)
		if err != nil {
			continue // a map of texts always encodes
		}
		if key, _ := keyAndID(record); key != "" {
			stamps = append(stamps, proof.SentStamp{Key: key, Payload: string(record)})
		}
	}
	return stamps
}
