package engine

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/salesforce"
)

func TestReasonOf(t *testing.T) {
	for _, c := range []struct {
		side, advice, cause string
		want                attendance.Reason
	}{
		{sideAkerun, "ask", akerun.CauseLoginNeeded, attendance.LoginNeeded},
		{sideSalesforce, "ask", salesforce.CauseLoginNeeded, attendance.LoginNeeded},
		{sideAkerun, "ask", akerun.CauseNoRights, attendance.RightsLost},
		{sideSalesforce, "ask", salesforce.CauseNoRights, attendance.ObjectOutOfReach},
		{sideAkerun, "again", akerun.CauseOffline, attendance.Offline},
		{sideAkerun, "again", akerun.CauseTimeout, attendance.Offline},
		{sideSalesforce, "again", salesforce.CauseServer, attendance.ServerTrouble},
		{sideSalesforce, "again", salesforce.CauseLimit, attendance.LimitReached},
		{sideAkerun, "again", akerun.CauseRateLimited, attendance.LimitReached},
		{sideSalesforce, "ask", salesforce.CauseTLS, attendance.TLSRefused},
		{sideSalesforce, "again", "locked", attendance.Keychain},
		{sideSalesforce, "ask", salesforce.CauseWrongOrg, attendance.WrongTenant},
		{sideAkerun, "stop", akerun.CauseBadAnswer, attendance.BadAnswer},
		{sideAkerun, "stop", "never heard of", attendance.BadAnswer},
		{sideAkerun, "ask", "never heard of", attendance.LoginNeeded},
	} {
		if got := reasonOf(c.side, c.advice, c.cause); got != c.want {
			t.Errorf("%s, %s, %s: %s, want %s", c.side, c.advice, c.cause, got, c.want)
		}
	}
}

func TestPatience(t *testing.T) {
	for _, c := range []struct {
		advice, cause string
		failures      int64
		want          time.Duration
	}{
		{"again", "server", 0, 5 * time.Second},
		{"again", "server", 1, 10 * time.Second},
		{"again", "server", 5, 160 * time.Second},
		{"again", "server", 6, 5 * time.Minute},
		{"again", "server", 1_000_000, 5 * time.Minute},
		{"again", "offline", 50, time.Minute},
		{"ask", "login_needed", 0, 10 * time.Minute},
		{"stop", "bad_answer", 3, 10 * time.Minute},
		{"again", "limit", 0, 15 * time.Minute},
		{"ask", "storage", 0, 15 * time.Minute},
	} {
		if got := patience(c.advice, c.cause, c.failures, time.Minute); got != c.want {
			t.Errorf("%s, %s, %d failures: %s, want %s", c.advice, c.cause, c.failures, got, c.want)
		}
	}
}

func TestTroubleIsFoundInWrappedErrors(t *testing.T) {
	at := jst("25 09:00:00")
	inner := told{advice: "again", cause: "server", after: at}
	err := fmt.Errorf("collecting: %w", trouble{sideAkerun, fmt.Errorf("reading: %w", inner)})
	tr, ok := asTrouble(err)
	if !ok || tr.side != sideAkerun {
		t.Fatalf("%v %v", tr, ok)
	}
	if advice, cause, after := adviceOf(tr.err); advice != "again" || cause != "server" || !after.Equal(at) {
		t.Errorf("%s %s %s", advice, cause, after)
	}
	if _, ok := asTrouble(errors.New("a fault of the store")); ok {
		t.Error("any error is taken for a side's")
	}
	if advice, cause, _ := adviceOf(errors.New("?")); advice != "stop" || cause != "unexpected" {
		t.Errorf("an unknown error: %s %s", advice, cause)
	}
}

func TestWhatTheNetworksAdministratorHasToKnow(t *testing.T) {
	unknown := x509.UnknownAuthorityError{Cert: &x509.Certificate{Issuer: pkix.Name{Organization: []string{"Kensa Proxy K.K."}, CommonName: "root"}}}
	for _, c := range []struct {
		cause string
		err   error
		want  map[string]string
	}{
		{"proxy", errors.New("407"), map[string]string{"cause": "proxy"}},
		{"tls", fmt.Errorf("reading accesses: %w", unknown), map[string]string{"issuer": "Kensa Proxy K.K."}},
		{"tls", errors.New("tls: protocol version not supported"), nil},
		{"offline", errors.New("unreachable"), nil},
	} {
		if got := network(c.cause, c.err); !maps.Equal(got, c.want) {
			t.Errorf("%s, %v: %v", c.cause, c.err, got)
		}
	}
}
