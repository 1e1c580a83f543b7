package connector

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/salesforce"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
	"dakokubridge/connector/transport"
	"dakokubridge/connector/vault"
)

// Config is what a Local is made of.
type Config struct {
	// Dir is the profile's folder, which must exist with mode 0700. The database is made in it.
	Dir string
	// Driver and DSN replace the database in Dir, for tests that put another file system under SQLite.
	Driver, DSN string
	// Throwaway is set where the profile is deleted afterwards (demo, tests): its database need not survive a power cut.
	Throwaway bool
	Vault     vault.Vault
	Clock     engine.Clock
	// Transport does the HTTP calls; nil is the real network.
	Transport http.RoundTripper
	Settings  settings.Settings
	// SettingsPath is the file that SetSettings writes; empty: settings live as long as the process.
	SettingsPath string
	// LogPath is the log of this program, whose last lines go into the diagnostics; empty: there is none.
	LogPath string
	// Version is the program's version, for the diagnostics.
	Version string
	Log     *slog.Logger // nil: no log
	// Lanes is how many calls with stamps go out at a time; 0: the usual number. Tests use one to play the same run twice.
	Lanes int
	// Moment is what this installation lets pass before it sends where another one may be about to send the same stamp: some seconds, different on each.
	Moment time.Duration
	// BulkFrom is how many stamps that can go at once have to be exceeded before a bulk job carries them; 0: the usual number, less than 0: never. Tests
	// play small jobs with it.
	BulkFrom int
	// Wait pauses before a refresh of tokens whose answer was lost is repeated; nil: real time. Tests only.
	Wait func(ctx context.Context, d time.Duration) error
	// Hook is called at the engine's points where a crash is worth testing; tests only.
	Hook func(ctx context.Context, point string) error
}

// Local is the connector in this process.
type Local struct {
	c      Config
	store  *store.Store
	times  *engine.Times
	engine *engine.Engine

	akerunHTTP     *http.Client
	salesforceHTTP *http.Client

	set     atomic.Pointer[settings.Settings]
	calls   *engine.Budget // of the calls to Akerun
	setting sync.Mutex     // held while settings change

	mu         sync.Mutex
	akerun     *akerun.Client
	salesforce *salesforce.Client
	teamspirit *teamspirit.Client

	speaker *speaker
	sealer  *vault.Sealer
	signIns map[string]*signIn
	subs    map[chan Status]bool
}

var _ Connector = (*Local)(nil)

// databaseName is the file in the profile's folder.
const databaseName = "dakokubridge.db"

// Open opens the profile's database and puts the parts together. No server is called and no goroutine is started.
func Open(ctx context.Context, c Config) (*Local, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	l := &Local{c: c, times: engine.NewTimes(c.Clock), speaker: newSpeaker(), signIns: make(map[string]*signIn), subs: make(map[chan Status]bool)}
	l.set.Store(&c.Settings)
	var err error
	if l.store, err = store.Open(ctx, store.Options{Path: filepath.Join(c.Dir, databaseName), Driver: c.Driver, DSN: c.DSN, Throwaway: c.Throwaway}); err != nil {
		return nil, err
	}
	if err := l.assemble(ctx); err != nil {
		return nil, errors.Join(err, l.store.Close())
	}
	return l, nil
}

func (l *Local) assemble(ctx context.Context) error {
	in, err := l.integration(ctx)
	if err != nil {
		return err
	}
	s := l.settings()
	proxy := func() string { return l.settings().Proxy }
	l.calls = engine.NewBudget(l.c.Clock, s.Engine.AkerunPerMinute)
	l.akerunHTTP = transport.New(transport.Options{
		Base: l.c.Transport, Proxy: proxy, Observe: l.times.ObserveAkerun, Pace: l.calls.Pace, Log: l.c.Log,
	})
	l.salesforceHTTP = transport.New(transport.Options{Base: l.c.Transport, Proxy: proxy, Observe: l.times.ObserveSalesforce, Log: l.c.Log})
	if l.akerun, err = l.newAkerun(in.AkerunClient, l.c.Vault); err != nil {
		return err
	}
	if l.salesforce, err = l.newSalesforce(l.c.Vault, in.SalesforceOrg); err != nil {
		return err
	}
	names, err := teamspirit.NewNames(s.TeamSpirit)
	if err != nil {
		return fmt.Errorf("settings.toml, [teamspirit]: %w", err)
	}
	l.teamspirit = teamspirit.New(l.salesforce, names)
	l.engine = engine.New(engine.Params{
		Store: l.store, Sealer: l.names, Clock: l.c.Clock, Akerun: l.akerun, Salesforce: l.salesforce, TeamSpirit: l.teamspirit, AkerunCalls: l.calls,
		Rules: rulesOf(s.Engine), Log: l.c.Log, Poll: s.Engine.PollInterval, People: s.Engine.PeopleInterval, Share: s.Engine.SalesforceShare, KeepYears: s.KeepYears, Lanes: l.c.Lanes, BulkFrom: l.c.BulkFrom, Moment: l.c.Moment, Hook: l.c.Hook,
	}, l.times)
	l.engine.OnChange(func() {
		l.publish()
		l.speaker.kick()
	})
	if _, err := l.names(ctx); err != nil {
		l.c.Log.Warn("the keychain does not give the sealing key yet", "error", err) // tried again at each use
	}
	return nil
}

func (l *Local) settings() settings.Settings { return *l.set.Load() }

func rulesOf(s settings.Engine) attendance.Rules {
	r := attendance.DefaultRules()
	r.MinimumSpan = s.MinimumSpan
	r.LookBack = time.Duration(s.LookBackDays) * 24 * time.Hour
	if len(s.Deny) > 0 {
		r.Deny = s.Deny
	}
	return r
}

func (l *Local) newAkerun(clientID string, v vault.Vault) (*akerun.Client, error) {
	if clientID == "" {
		clientID = l.settings().Akerun.ClientID
	}
	return akerun.New(akerun.Config{
		BaseURL: l.settings().Akerun.BaseURL, ClientID: clientID, RedirectURI: l.settings().Akerun.RedirectURI, Vault: v, HTTP: l.akerunHTTP, Wait: l.c.Wait,
	})
}

func (l *Local) newSalesforce(v vault.Vault, pinned string) (*salesforce.Client, error) {
	s := l.settings().Salesforce
	return salesforce.New(salesforce.Config{
		LoginURL: s.LoginURL, ClientID: s.ClientID, CallbackPorts: s.CallbackPorts, PinnedOrg: pinned, HTTP: l.salesforceHTTP, Vault: v, Wait: l.c.Wait, Log: l.c.Log,
	})
}

// names gives what seals names, as soon as the keychain gives the key. The same key, hashed, seals the head of the audit chain.
func (l *Local) names(ctx context.Context) (*vault.Sealer, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sealer != nil {
		return l.sealer, nil
	}
	sealer, err := vault.NewSealer(ctx, l.c.Vault)
	if err != nil {
		return nil, err
	}
	key, err := l.c.Vault.Get(ctx, vault.SealingKey)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte("audit head\n" + key))
	l.store.SealHeadWith(sum[:])
	l.sealer = sealer
	return sealer, nil
}

// open unseals a name; one that can't be opened is shown as nothing, and its person by code.
func (l *Local) open(ctx context.Context, sealed []byte) string {
	if len(sealed) == 0 {
		return ""
	}
	s, err := l.names(ctx)
	if err != nil {
		return ""
	}
	text, err := s.Open(sealed)
	if err != nil {
		return ""
	}
	return text
}

// Run carries accesses over until ctx ends.
func (l *Local) Run(ctx context.Context) error {
	var speaking sync.WaitGroup
	speech, end := context.WithCancel(ctx)
	speaking.Go(func() { l.speak(speech) })
	defer speaking.Wait()
	defer end()
	return l.engine.Run(ctx)
}

// NetworkChanged says that the PC's network has become another one, so that a server that could not be reached is tried at once.
func (l *Local) NetworkChanged() { l.engine.NetworkChanged() }

// Close gives up sign-ins under way and closes the database. Run must have returned.
func (l *Local) Close() error {
	l.mu.Lock()
	waiting := l.signIns
	l.signIns = make(map[string]*signIn)
	l.mu.Unlock()
	for _, s := range waiting {
		s.close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(l.akerunClient().Tokens().Close(ctx), l.salesforceClient().Tokens().Close(ctx), l.store.Close())
}

func (l *Local) akerunClient() *akerun.Client {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.akerun
}

func (l *Local) salesforceClient() *salesforce.Client {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.salesforce
}

func (l *Local) teamspiritClient() *teamspirit.Client {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.teamspirit
}

func (l *Local) integration(ctx context.Context) (in store.Integration, err error) {
	err = l.store.View(ctx, func(q *store.Queries) error {
		in, err = q.Integration(ctx)
		return err
	})
	if err != nil {
		return in, fmt.Errorf("reading the state: %w", err)
	}
	return in, nil
}

// update writes at the connector's instant.
func (l *Local) update(ctx context.Context, f func(tx *store.Tx) error) error {
	return l.store.Update(ctx, l.engine.Now(), f)
}
