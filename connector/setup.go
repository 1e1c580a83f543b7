package connector

import (
	"cmp"
	"context"
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

// LastStep is the number of the wizard's last step.
const LastStep = 7

// Setup is how far the wizard has come: what a person has chosen there and neither side knows.
type Setup struct {
	Step      int       // 0 to LastStep
	AppliedAt time.Time // when the application to Akerun was sent; zero: not yet
	Start     time.Time // the start chosen; zero: none yet
	// BackfillFrom is the first business day to send afterwards, 2026-11-22, when linking again; empty: everything.
	BackfillFrom string
	// Confirmed says 「Salesforce管理者に確認しました」.
	Confirmed bool

	// ClientID is the アプリID in use, empty until it has been entered, and SuperConfirmed tells that a person vouched for the Akerun
	// account. Both are told by Setup only; SaveSetup passes them over.
	ClientID       string
	SuperConfirmed bool
}

// Setup implements Connector.
func (l *Local) Setup(ctx context.Context) (Setup, error) {
	var s Setup
	err := l.store.View(ctx, func(q *store.Queries) error {
		row, err := q.Setup(ctx)
		s = Setup{Step: int(row.Step), AppliedAt: store.Time(row.AppliedAt), Start: store.Time(row.Start), Confirmed: row.Confirmed == 1}
		if row.BackfillFrom > 0 {
			s.BackfillFrom = attendance.DayFromNumber(int(row.BackfillFrom)).String()
		}
		if err != nil {
			return err
		}
		in, err := q.Integration(ctx)
		s.ClientID, s.SuperConfirmed = cmp.Or(in.AkerunClient, l.settings().Akerun.ClientID), in.SuperConfirmed == 1
		return err
	})
	return s, err
}

// SaveSetup implements Connector.
func (l *Local) SaveSetup(ctx context.Context, s Setup) error {
	if s.Step < 0 || s.Step > LastStep {
		return fail(CodeBadInput, "there is no step %d: give 0 to %d", s.Step, LastStep)
	}
	backfill, err := backfillDay(s.BackfillFrom)
	if err != nil {
		return err
	}
	changed := false
	err = l.update(ctx, func(tx *store.Tx) error {
		if err := tx.SaveSetup(ctx, store.SaveSetupParams{
			Step: int64(s.Step), AppliedAt: store.Millis(s.AppliedAt), Start: store.Millis(s.Start), BackfillFrom: backfill, Confirmed: store.Flag(s.Confirmed),
		}); err != nil {
			return err
		}
		in, err := tx.Integration(ctx)
		if err != nil || s.AppliedAt.IsZero() || in.Phase != string(NotSetUp) {
			return err
		}
		changed = true
		tx.Audit("applied", nil)
		return tx.SetPhase(ctx, string(Applied))
	})
	if changed {
		l.publish()
	}
	return err
}

// LoginAddress finds out from the address at which people open チムスピ勤怠 where they sign in to Salesforce: the login host, without
// a path. sandbox tells that it is a test environment. An address that is not Salesforce's gives an [Error] with CodeBadInput.
//
// The forms of the hosts are Salesforce's: NAME.my.salesforce.com, and NAME--SANDBOX.sandbox.my.salesforce.com for a sandbox; the pages
// stand under lightning.force.com and, for those of a package, NAME--PACKAGE.vf.force.com.
func LoginAddress(pasted string) (address string, sandbox bool, err error) {
	pasted = strings.TrimSpace(pasted)
	if !strings.Contains(pasted, "://") {
		pasted = "https://" + pasted
	}
	u, err := url.Parse(pasted)
	if err != nil || u.Hostname() == "" {
		return "", false, notSalesforce()
	}
	if ip := net.ParseIP(u.Hostname()); ip.IsLoopback() || u.Hostname() == "localhost" {
		return u.Scheme + "://" + u.Host, false, nil // the simulator
	}
	host := strings.ToLower(u.Hostname())
	if u.Scheme != "https" && u.Scheme != "http" || u.Port() != "" && u.Port() != "443" {
		return "", false, notSalesforce()
	}
	for _, form := range hostForms {
		if parts := form.host.FindStringSubmatch(host); parts != nil {
			login := form.host.ReplaceAllString(host, form.login)
			return "https://" + login, form.sandbox || strings.HasSuffix(login, ".sandbox.my.salesforce.com"), nil
		}
	}
	return "", false, notSalesforce()
}

func notSalesforce() *Error {
	return fail(CodeBadInput, "this is not an address of Salesforce: copy the address bar of the browser while チムスピ勤怠 is open").with("cause", "not_salesforce")
}

// hostForms tell how a host leads to the one for signing in. The partitions (sandbox, develop, scratch, demo, patch, trailblaze, free)
// stand between the name and the rest.
var hostForms = []struct {
	host    *regexp.Regexp
	login   string
	sandbox bool
}{
	{host: regexp.MustCompile(`^(login)\.salesforce\.com$`), login: "$1.salesforce.com"},
	{host: regexp.MustCompile(`^(test)\.salesforce\.com$`), login: "$1.salesforce.com", sandbox: true},
	{host: regexp.MustCompile(`^([a-z0-9-]+?)((?:\.(?:sandbox|develop|scratch|demo|patch|trailblaze|free))?)\.(?:my\.salesforce|lightning\.force|my\.salesforce-setup)\.com$`), login: "$1$2.my.salesforce.com"},
	// NAME--PACKAGE, and NAME--SANDBOX--PACKAGE in a sandbox.
	{host: regexp.MustCompile(`^([a-z0-9-]+--[a-z0-9]+)--[a-z0-9]+(\.sandbox)\.vf\.force\.com$`), login: "$1$2.my.salesforce.com"},
	{host: regexp.MustCompile(`^([a-z0-9]+(?:-[a-z0-9]+)*)--[a-z0-9]+((?:\.(?:develop|scratch|demo|patch|trailblaze|free))?)\.vf\.force\.com$`), login: "$1$2.my.salesforce.com"},
	// The old hosts of instances, such as ap12 and, for sandboxes, cs76.
	{host: regexp.MustCompile(`^cs[0-9]+\.salesforce\.com$`), login: "test.salesforce.com", sandbox: true},
	{host: regexp.MustCompile(`^(?:ap|na|eu|um)[0-9]+\.salesforce\.com$`), login: "login.salesforce.com"},
}
