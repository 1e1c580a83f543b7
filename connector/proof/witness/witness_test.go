package witness

import (
	"testing"
	"time"

	"dakokubridge/connector/proof"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/salesforceserver"
)

const (
	orgAkerun = "O-1"
	orgForce  = "00D000000000001AAA"
)

func jt(clock string) time.Time {
	t, err := time.Parse("2006-01-02 15:04 -0700", "2026-11-24 "+clock+" +0900")
	if err != nil {
		panic(err)
	}
	return t
}

// seen is a small world: E1 came at nine and the connector stamped it.
func seen() simulator.Evidence {
	return simulator.Evidence{
		Now: jt("12:00"), Organization: orgAkerun,
		Accesses: []akerunserver.Access{
			{ID: "1", Organization: orgAkerun, Door: "A1", User: "U1", Action: "unlock", DeviceType: "nfc_outside", At: jt("09:00"), Up: jt("09:00")},
			{ID: "2", Organization: orgAkerun, Door: "A1", User: "U1", Action: "unlock", DeviceType: "remote", At: jt("08:00"), Up: jt("08:00")},
		},
		Users: []akerunserver.UserSpan{
			{ID: "U1", Code: "001", Organizations: []string{orgAkerun}, From: jt("00:00")},
			{ID: "U2", Code: "001", Organizations: []string{}, From: jt("00:00")},
		},
		Employees: []simulator.Employee{{ID: "E1", Code: "001", Entry: "2020-04-01"}},
		Stamps: []salesforceserver.StampRow{
			{ID: "a1", Key: "K1", EmployeeID: "E1", Kind: "in", At: jt("09:00"), TargetDate: "2026-11-24", Status: proof.Processed, Born: jt("09:01"), CreatedBy: "admin@example.com"},
			{ID: "a2", EmployeeID: "E9", Kind: "in", At: jt("09:00"), Status: proof.Processed, Born: jt("09:01")},
		},
		WebStamps: []simulator.WebStamp{
			{Employee: "E1", Day: "2026-11-24", Kind: "in", At: jt("08:00"), Refused: "month locked"},
			{Employee: "E1", Day: "2026-11-24", Kind: "out", At: jt("11:00")},
		},
	}
}

func TestEvidenceOfASimulatorIsClean(t *testing.T) {
	e := FromSimulator(seen(), "", nil)
	e.Starts = []proof.Start{{From: jt("00:00")}}
	v := proof.Check(e)
	if !v.Valid || v.Expected != 1 || v.Stamped != 1 {
		t.Errorf("%s", v.Story())
	}
	if len(e.WebStamps) != 1 {
		t.Errorf("Web stamps %+v: one was refused", e.WebStamps)
	}
	lost := seen()
	lost.Stamps = nil
	e = FromSimulator(lost, "", nil)
	e.Starts = []proof.Start{{From: jt("00:00")}}
	if v := proof.Check(e); len(v.Lost) != 1 {
		t.Errorf("%s", v.Story())
	}
}

func TestRequestLog(t *testing.T) {
	const data = "/services/data/v60.0"
	record := `{"attributes":{"type":"X"},"teamspirit__UniqueKey__c":"K9"}`
	old := `{"attributes":{"type":"X"},"teamspirit__UniqueKey__c":"K1"}`
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		outcome                  string
		key, payload, changed    string
	}{
		{"create", "POST", data + "/composite/sobjects", `{"allOrNone":false,"records":[` + record + `]}`, 200, proof.Answered, "K9", record, ""},
		{"create, answer lost", "POST", data + "/composite/sobjects", `{"records":[` + record + `]}`, 0, proof.Unknown, "K9", record, ""},
		{"create, refused", "POST", data + "/sobjects/X", record, 400, proof.Refused, "K9", record, ""},
		{"create, server error", "POST", data + "/sobjects/X", record, 503, proof.Unknown, "K9", record, ""},
		{"upsert of a new key", "PATCH", data + "/composite/sobjects/X/teamspirit__UniqueKey__c", `{"records":[` + record + `]}`, 200, proof.Answered, "K9", record, ""},
		{"upsert of an old key", "PATCH", data + "/composite/sobjects/X/teamspirit__UniqueKey__c", `{"records":[` + old + `]}`, 200, proof.Answered, "", "", "K1"},
		{"upsert of one, the key in the address", "PATCH", data + "/sobjects/X/teamspirit__UniqueKey__c/K%31", `{"a":1}`, 204, proof.Answered, "", "", "K1"},
		{"update", "PATCH", data + "/composite/sobjects", `{"records":[{"id":"a1","Status__c":"x"}]}`, 200, proof.Answered, "", "", "a1"},
		{"update of one", "PATCH", data + "/sobjects/X/a1", `{"Status__c":"x"}`, 204, proof.Answered, "", "", "a1"},
		{"delete", "DELETE", data + "/sobjects/X/a1", "", 204, proof.Answered, "", "", "a1"},
		{"query", "GET", data + "/query?q=SELECT", "", 200, proof.Answered, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := []salesforceserver.Request{{At: jt("10:00"), Method: c.method, Path: c.path, Status: c.status, API: true, Body: []byte(c.body)}}
			r := FromSimulator(seen(), orgForce, log).Requests[0]
			key, payload, changed := "", "", ""
			if len(r.Stamps) == 1 {
				key, payload = r.Stamps[0].Key, r.Stamps[0].Payload
			}
			if len(r.Changed) == 1 {
				changed = r.Changed[0]
			}
			if r.Outcome != c.outcome || key != c.key || payload != c.payload || changed != c.changed || r.Organization != orgForce {
				t.Errorf("read as %+v", r)
			}
		})
	}
}
