package connector

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dakokubridge/connector/settings"
	"dakokubridge/connector/store"
	"dakokubridge/connector/transport"
)

// report is the bundle's report.json. Nothing in it names a person, a company or a secret.
type report struct {
	Made     time.Time
	Program  programReport
	Settings settingsReport
	Status   statusReport
	Items    map[string]map[string]int // by reason, then by state
}

type programReport struct {
	Version, Go, OS, Arch, SQLite string
	Schema                        int64
	Language                      string
}

// settingsReport leaves the addresses out that name the company, and ids that stand for it.
type settingsReport struct {
	Akerun, Salesforce          string // kind of address: usual, my domain, sandbox, this pc, other
	AkerunClient, SalesforceApp bool   // whether there is one
	CallbackPorts               []int
	OwnNames                    []string // the names of TeamSpirit that are overridden
	Engine                      settings.Engine
	Proxy                       bool
	Notifications, AtSignIn     bool
	KeepYears                   int
}

type statusReport struct {
	Phase                            Phase
	Paused                           bool
	Now, Trusted, Start, FirstStart  time.Time
	LastPoll, ReadUntil, NextDue     time.Time
	Relink                           []Relink
	Warnings                         []string
	Queue                            Queue
	OpenItems                        map[string]int
	People                           PeopleCheck
	SentToday, WaitingToday          int
	AuditHead                        string
	AkerunSince, SalesforceSince     time.Time
	AuthorityKnown, SuperOfAuthority bool
}

// itemReport is one item, with ids that can be told apart within a bundle and not traced back from it.
type itemReport struct {
	ID                       int64
	List, Reason, Day, State string
	User, Employee           string
	Since, Ended             time.Time
	DetailNames              []string // which details there are, without what they say
}

// Diagnostics implements Connector.
func (l *Local) Diagnostics(ctx context.Context) ([]byte, error) {
	r, items, err := l.diagnose(ctx)
	if err != nil {
		return nil, err
	}
	log, err := l.logTail()
	if err != nil {
		log = []byte("the log can't be read: " + transport.Redact(err.Error()) + "\n")
	}
	if _, err := l.names(ctx); err != nil { // names that can't be unsealed can't be masked
		log = []byte("the log is left out: the keychain is locked\n")
	}
	mask, err := l.mask(ctx)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range []struct {
		name string
		v    any
	}{{"report.json", r}, {"items.json", items}} {
		text, err := json.MarshalIndent(part.v, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("writing the diagnostics: %w", err)
		}
		if err := addFile(z, part.name, text); err != nil {
			return nil, err
		}
	}
	if err := addFile(z, "log.jsonl", mask(log)); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("writing the diagnostics: %w", err)
	}
	return b.Bytes(), nil
}

func addFile(z *zip.Writer, name string, content []byte) error {
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write(content)
	}
	if err != nil {
		return fmt.Errorf("writing the diagnostics: %w", err)
	}
	return nil
}

func (l *Local) diagnose(ctx context.Context) (report, []itemReport, error) {
	var r report
	s, err := l.Status(ctx)
	if err != nil {
		return r, nil, err
	}
	v, err := l.store.Versions(ctx)
	if err != nil {
		return r, nil, err
	}
	var rows []store.Item
	if err := l.store.View(ctx, func(q *store.Queries) (err error) {
		rows, err = q.AllItems(ctx)
		return err
	}); err != nil {
		return r, nil, err
	}
	set := l.settings()
	in, err := l.integration(ctx)
	if err != nil {
		return r, nil, err
	}
	r = report{
		Made:     s.Now,
		Program:  programReport{l.c.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH, v.SQLite, v.Schema, set.Language},
		Settings: reportSettings(set, in.AkerunClient != ""), Status: reportStatus(s), Items: make(map[string]map[string]int),
	}
	for _, i := range rows {
		if r.Items[i.Reason] == nil {
			r.Items[i.Reason] = make(map[string]int)
		}
		r.Items[i.Reason][i.State]++
	}
	return r, reportItems(rows), nil
}

func reportSettings(s Settings, akerunClient bool) settingsReport {
	r := settingsReport{
		Akerun: kindOfAddress(s.Akerun.BaseURL), Salesforce: kindOfAddress(s.Salesforce.LoginURL), AkerunClient: akerunClient || s.Akerun.ClientID != "",
		SalesforceApp: s.Salesforce.ClientID != "", CallbackPorts: s.Salesforce.CallbackPorts, Engine: s.Engine, Proxy: s.Proxy != "",
		Notifications: s.Notifications, AtSignIn: s.StartAtSignIn, KeepYears: s.KeepYears,
	}
	for name := range s.TeamSpirit {
		r.OwnNames = append(r.OwnNames, name)
	}
	slices.Sort(r.OwnNames)
	return r
}

func kindOfAddress(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "other"
	case settings.Loopback(address):
		return "this pc"
	case u.Hostname() == "api.akerun.com", u.Hostname() == "login.salesforce.com":
		return "usual"
	case u.Hostname() == "test.salesforce.com", strings.Contains(u.Hostname(), ".sandbox."):
		return "sandbox"
	case strings.HasSuffix(u.Hostname(), ".my.salesforce.com"):
		return "my domain"
	}
	return "other"
}

func reportStatus(s Status) statusReport {
	r := statusReport{
		Phase: s.Phase, Paused: s.Paused, Now: s.Now, Trusted: s.Trusted, Start: s.Start, FirstStart: s.FirstStart, LastPoll: s.LastPoll,
		ReadUntil: s.ReadUntil, NextDue: s.NextDue, Warnings: s.Warnings, Queue: s.Queue, OpenItems: s.OpenItems, People: s.People,
		SentToday: s.SentToday, WaitingToday: s.WaitingToday, AuditHead: s.AuditHead, AkerunSince: s.Akerun.Since, SalesforceSince: s.Salesforce.Since,
		AuthorityKnown: s.Akerun.AuthorityKnown, SuperOfAuthority: s.Akerun.Super,
	}
	for _, relink := range s.Relink {
		relink.Who = ""
		r.Relink = append(r.Relink, relink)
	}
	return r
}

func reportItems(rows []store.Item) []itemReport {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	hash := func(id string) string {
		if id == "" {
			return ""
		}
		m := hmac.New(sha256.New, key) // thrown away after this bundle
		m.Write([]byte(id))
		return hex.EncodeToString(m.Sum(nil)[:6])
	}
	out := make([]itemReport, len(rows))
	for n, row := range rows {
		i := itemOf(row)
		out[n] = itemReport{
			ID: i.ID, List: i.List, Reason: i.Reason, Day: i.Day, State: i.State, User: hash(i.UserID), Employee: hash(i.EmployeeID), Since: i.Since, Ended: i.Ended,
		}
		for name := range i.Detail {
			out[n].DetailNames = append(out[n].DetailNames, name)
		}
		slices.Sort(out[n].DetailNames)
	}
	return out
}

// addresses finds mail addresses and hosts of a customer's own Salesforce in a text.
var addresses = regexp.MustCompile(`[\pL\pN._%+-]+@[\pL\pN.-]+|[A-Za-z0-9-]+(\.sandbox)?\.my\.(salesforce|site)\.com`)

// shortest is the least length of an id, in characters, that is masked in the log: a shorter one is part of too many other words.
const shortest = 6

// mask returns what takes secrets, mail addresses and everything that is known of people out of a text.
func (l *Local) mask(ctx context.Context) (func([]byte) []byte, error) {
	var pairs []string
	hide := func(text, by string, least int) {
		if text = strings.TrimSpace(text); utf8.RuneCountInString(text) >= least {
			pairs = append(pairs, text, by)
		}
	}
	err := l.store.View(ctx, func(q *store.Queries) error {
		people, err := q.People(ctx)
		if err != nil {
			return err
		}
		for _, p := range people {
			hide(l.open(ctx, p.NameSealed), "[name]", 2)
			hide(l.open(ctx, p.MailSealed), "[mail]", 3)
			hide(p.UserID, "[user]", shortest)
		}
		employees, err := q.Employees(ctx)
		for _, e := range employees {
			hide(l.open(ctx, e.NameSealed), "[name]", 2)
			hide(l.open(ctx, e.MailSealed), "[mail]", 3)
			hide(e.EmployeeID, "[employee]", shortest)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	in, err := l.integration(ctx)
	if err != nil {
		return nil, err
	}
	hide(in.AkerunOrgName, "[organization]", 2)
	hide(in.SalesforceOrg, "[organization]", shortest)
	replacer := strings.NewReplacer(pairs...)
	return func(text []byte) []byte {
		return []byte(addresses.ReplaceAllString(transport.Redact(replacer.Replace(string(text))), "[address]"))
	}, nil
}
