package connector_test

import (
	"strings"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
)

// TestCallsAreLeftToOthers: once the share of Salesforce's calls of the day is spent, whoever spent it, nothing is called any more that can wait, and stamps go
// out all the same. Where no answer says how many are spent, the limits are read, once an hour.
func TestCallsAreLeftToOthers(t *testing.T) {
	t.Parallel()
	for _, silent := range []bool{false, true} {
		r := linked(t, rig.Options{Settings: func(s *settings.Settings) { s.Engine.SalesforceShare = 0.1 }})
		p := r.Hire("7001")
		r.Enter(p, times("25 09:00", "25 18:00", "26 09:00")...)
		r.Switch(connector.Salesforce, "no_limit_info", silent)
		r.RunUntil(at("25 12:00"))
		before := callsTo(r, "FROM teamspirit__AtkEmp__c")
		if before == 0 || silent != (callsTo(r, "/limits") > 0) {
			t.Fatalf("silent %t: people were read %d times, the limits %d times", silent, before, callsTo(r, "/limits"))
		}
		r.Switch(connector.Salesforce, "daily_limit", 5*callsTo(r, "/services/data/")) // a fifth is spent, of which a tenth is the share here
		r.RunUntil(at("25 13:30"))                                                     // by then that has been heard
		read := callsTo(r, "FROM teamspirit__AtkEmp__c")
		r.RunUntil(at("25 17:00"))
		if n := callsTo(r, "FROM teamspirit__AtkEmp__c"); n != read {
			t.Errorf("silent %t: people were read %d times while calls are short", silent, n-read)
		}
		if n := callsTo(r, "/limits"); n > 20 {
			t.Errorf("silent %t: the limits were read %d times", silent, n)
		}
		r.RunUntil(at("26 05:30"))
		wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00")
		r.Switch(connector.Salesforce, "daily_limit", 100000)
		r.RunUntil(at("26 10:00"))
		wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00", "11-26 in 09:00:00")
		if n := callsTo(r, "FROM teamspirit__AtkEmp__c"); n == read {
			t.Errorf("silent %t: people are not read any more", silent)
		}
		r.MustHold(nil)
	}
}

// callsTo counts the requests to Salesforce's API that have this in their address.
func callsTo(r *rig.Rig, part string) (n int) {
	for _, q := range r.World.SalesforceServer().RequestLog() {
		if q.API && strings.Contains(strings.ReplaceAll(q.Path, "+", " "), part) {
			n++
		}
	}
	return n
}
