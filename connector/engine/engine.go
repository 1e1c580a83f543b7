package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/salesforce"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
	"dakokubridge/connector/vault"
)

// Names of the two sides, as they stand in the store.
const (
	sideAkerun     = "akerun"
	sideSalesforce = "salesforce"
)

// Params is what an Engine is made of.
type Params struct {
	Store *store.Store
	// Sealer gives what seals names before they reach the store. It fails while the keychain is locked.
	Sealer     func(ctx context.Context) (*vault.Sealer, error)
	Clock      Clock
	Akerun     *akerun.Client
	Salesforce *salesforce.Client
	TeamSpirit *teamspirit.Client
	// AkerunCalls is what paces the Akerun client's calls; writing codes spends only what reading leaves over.
	AkerunCalls *Budget
	Rules       attendance.Rules
	Log         *slog.Logger

	Poll   time.Duration // between two readings of Akerun
	People time.Duration // between two readings of people
	Share  float64       // of Salesforce's calls of the day, whoever spent them, above which calls that can wait do wait

	// KeepYears is how long what was seen, decided and sent is kept; 0: for ever.
	KeepYears int
	// Moment is what this installation lets pass before it sends where another one may be about to send the same: different on each, well below the
	// poll interval. See standby.go.
	Moment time.Duration
	// BulkFrom is how many stamps that can go at once have to be exceeded before one bulk job carries them; 0: bulkFrom, less than 0: never.
	BulkFrom int
	// Lanes is how many calls with stamps go out at a time; 0: callsAtOnce. Tests use one where the same seed has to give the same run.
	Lanes int
	// Hook is called at the points named in hook.go; an error stops the stage there, as a crash would. Tests only.
	Hook func(ctx context.Context, point string) error
}

// Engine carries accesses over. Its methods may be called from any goroutine; stages run one at a time.
type Engine struct {
	p       Params
	trusted *trustedTime

	turn sync.Mutex // held by whoever runs stages
	seen codesSeen

	tidied                attendance.Day // the day up to which nothing is left to erase
	silenceAt             time.Time      // when the traffic was last compared with the weeks before
	unsureSince           time.Time      // since when trusted time is missing, by the PC's clock; zero while there is some
	unheard               bool           // Salesforce has not answered the last greeting
	usageSaid, usageHeard time.Time      // when Salesforce last told its usage: by the client's clock, and by the engine's
	usageAsked            time.Time      // when the limits were read for want of it

	mu       sync.Mutex
	wake     context.CancelFunc // ends the loop's wait
	forced   bool               // the next turn polls whatever the time
	network  bool               // the network has changed since the last turn began
	retrying bool               // this turn tries who could not be reached
	lastPoll time.Time          // by the PC's clock
	changed  func()             // told after each turn
	fault    error              // of the store, in the last turn

	audit *store.AuditWalk // along the audit chain, once in the life of the process; nil at the end
}

// New makes an engine. Nothing runs until Run or Turn is called. trusted must be the one that the clients' transports observe.
func New(p Params, trusted *Times) *Engine {
	return &Engine{p: p, trusted: trusted.t, audit: &store.AuditWalk{}}
}

// UseAkerun replaces the client, when what Akerun sent after the application was typed in.
func (e *Engine) UseAkerun(c *akerun.Client) {
	e.turn.Lock()
	defer e.turn.Unlock()
	e.p.Akerun = c
}

// UseSalesforce replaces the clients of the other side, when another sign-in host or app was chosen.
func (e *Engine) UseSalesforce(c *salesforce.Client, t *teamspirit.Client) {
	e.turn.Lock()
	defer e.turn.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.p.Salesforce, e.p.TeamSpirit = c, t
}

// Tuning is what may change while the engine runs; its fields are those of [Params].
type Tuning struct {
	Rules        attendance.Rules
	Poll, People time.Duration
	Share        float64
	KeepYears    int
}

// Tune takes new measures from the next turn on. It waits for the turn under way.
func (e *Engine) Tune(t Tuning) {
	e.turn.Lock()
	e.mu.Lock()
	e.p.Rules, e.p.Poll, e.p.People, e.p.Share, e.p.KeepYears = t.Rules, t.Poll, t.People, t.Share, t.KeepYears
	e.tidied = attendance.Day{}
	e.mu.Unlock()
	e.turn.Unlock()
	e.Wake(false)
}

// measures gives what deciding goes by, also while a turn is under way.
func (e *Engine) measures() (attendance.Rules, teamspirit.Names) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.p.Rules, e.p.TeamSpirit.Names()
}

// Times collects what both servers say of the time. It exists before the engine, because the clients' transports report to it.
type Times struct{ t *trustedTime }

// NewTimes makes an empty collection on c.
func NewTimes(c Clock) *Times { return &Times{newTrustedTime(c)} }

// ObserveAkerun notes the Date header of an answer of Akerun.
func (t *Times) ObserveAkerun(date time.Time) { t.t.observe(sideAkerun, date) }

// ObserveSalesforce notes the Date header of an answer of Salesforce.
func (t *Times) ObserveSalesforce(date time.Time) { t.t.observe(sideSalesforce, date) }

// Now returns the trusted time; ok is false until both servers have been heard.
func (t *Times) Now() (now time.Time, ok bool) { return t.t.now() }

// OnChange sets what is called after each turn; it must not block.
func (e *Engine) OnChange(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.changed = f
}

// Wake starts the loop now. With poll, Akerun is read whatever the time of the last reading.
func (e *Engine) Wake(poll bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.forced = e.forced || poll
	if e.wake != nil {
		e.wake()
	}
}

// Run runs turns until ctx ends, and waits between them for the next poll, the next due time, or Wake. It returns nil when ctx ends.
func (e *Engine) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		waiting, wake := context.WithCancel(ctx)
		e.mu.Lock()
		e.wake = wake
		e.mu.Unlock()
		if err := e.Turn(ctx); err != nil && ctx.Err() == nil {
			e.p.Log.Error("the store fails", "error", err)
		}
		_ = e.p.Clock.WaitUntil(waiting, e.nextTurn(ctx)) // ended by ctx or Wake, or the time has come: in each case the next turn
		wake()
	}
	return nil
}

// Turn runs the stages once. Troubles of the servers are noted in the store and are no error; what is returned is a fault of the store.
func (e *Engine) Turn(ctx context.Context) (err error) {
	e.turn.Lock()
	defer e.turn.Unlock()
	defer func() {
		e.mu.Lock()
		e.fault = err
		e.mu.Unlock()
		e.tellChange()
	}()
	e.mu.Lock()
	now := e.p.Clock.Now().Round(0).UTC() // by the wall clock: the monotonic one may stand still while a PC sleeps
	poll := e.forced || !now.Before(e.lastPoll.Add(e.p.Poll)) || now.Before(e.lastPoll) || e.trusted.jumped()
	e.forced = false
	e.retrying, e.network = e.network, false
	e.mu.Unlock()
	in, err := e.integration(ctx)
	if err != nil {
		return err
	}
	if in.Phase != phaseWaiting && in.Phase != phaseRunning {
		if err := e.stage(ctx, "codes", e.codes); err != nil {
			return err
		}
		return e.stage(ctx, "keep alive", e.keepAlive)
	}
	if poll {
		e.mu.Lock()
		e.lastPoll = now
		e.mu.Unlock()
		if err := e.stage(ctx, "greet", e.greet); err != nil {
			return err
		}
	}
	due, err := e.dueDays(ctx)
	if err != nil {
		return err
	}
	if poll || due {
		if err := e.stage(ctx, "collect", e.collect); err != nil {
			return err
		}
	}
	for _, s := range []struct {
		name string
		run  func(context.Context) error
	}{{"verify", e.verify}, {"begin", e.begin}, {"check", e.check}, {"decide", e.decide}, {"deliver", e.deliver}, {"confirm", e.confirm}, {"codes", e.codes}, {"watch", e.watch}} {
		if err := e.stage(ctx, s.name, s.run); err != nil {
			return err
		}
	}
	if !poll {
		return nil
	}
	return e.stage(ctx, "tidy", e.tidy)
}

// stage runs one stage. A panic in it becomes an item and the loop goes on with the next stage.
func (e *Engine) stage(ctx context.Context, name string, run func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			e.p.Log.Error("panic in a stage", "stage", name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = e.openItem(ctx, itemOf(attendance.Panic, sourceEngine).about(name))
		}
	}()
	if err := run(ctx); err != nil {
		if t, ok := asTrouble(err); ok {
			return e.noteTrouble(ctx, t)
		}
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (e *Engine) tellChange() {
	e.mu.Lock()
	f := e.changed
	e.mu.Unlock()
	if f != nil {
		f()
	}
}

// now is the instant that is written down: trusted time as far as there is any, else the PC's.
func (e *Engine) now() time.Time {
	if t, _ := e.trusted.now(); !t.IsZero() {
		return t
	}
	return e.p.Clock.Now().Round(0).UTC()
}

// Fault is what the store failed with in the last turn: a full disk, a locked file. It can't be written down, so it is kept here.
func (e *Engine) Fault() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.fault
}

// Now is the instant that is written down for what happens now.
func (e *Engine) Now() time.Time { return e.now() }

// sure is trusted time, zero while there is none.
func (e *Engine) sure() time.Time {
	t, ok := e.trusted.now()
	if !ok {
		return time.Time{}
	}
	return t
}

// Locked runs f while no stage runs.
func (e *Engine) Locked(f func() error) error {
	e.turn.Lock()
	defer e.turn.Unlock()
	return f()
}

// LastPoll is when Akerun was read last, by the PC's clock; zero before the first time.
func (e *Engine) LastPoll() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.lastPoll
}

// nextTurn is when the loop has to go round again at the latest, by the PC's clock.
func (e *Engine) nextTurn(ctx context.Context) time.Time {
	e.mu.Lock()
	poll := e.p.Poll
	next := e.lastPoll.Add(poll)
	e.mu.Unlock()
	wall, now := e.p.Clock.Now().Round(0), e.now()
	if next.After(wall.Add(poll)) || !next.After(wall) {
		next = wall.Add(poll)
	}
	_ = e.p.Store.View(ctx, func(q *store.Queries) error {
		for _, due := range e.dueTimes(ctx, q) {
			if at := wall.Add(due.Sub(now)); due.After(now) && at.Before(next) {
				next = at
			}
		}
		return nil
	})
	if at := e.codesDue(ctx); !at.IsZero() && at.Before(next) {
		next = at
	}
	return next
}

// dueTimes lists when something in the store is due next. What was due already is left out: it waits for something else than time.
func (e *Engine) dueTimes(ctx context.Context, q *store.Queries) []time.Time {
	var due []time.Time
	add := func(ms int64, err error) {
		if err == nil && ms > 0 {
			due = append(due, store.Time(ms))
		}
	}
	in, err := q.Integration(ctx)
	if err == nil && in.Phase == phaseWaiting {
		add(in.Start, nil)
	}
	now := store.Millis(e.now())
	add(q.NextDueDayAfter(ctx, now))
	add(q.NextSend(ctx, now))
	add(q.NextBulkLook(ctx, now))
	add(q.NextCheck(ctx, now))
	return due
}

// NextDue is the next instant at which something in the store is due, polls not counted; zero when there is none.
func (e *Engine) NextDue(ctx context.Context) (time.Time, error) {
	var next time.Time
	now := e.now()
	err := e.p.Store.View(ctx, func(q *store.Queries) error {
		for _, due := range e.dueTimes(ctx, q) {
			if due.After(now) && (next.IsZero() || due.Before(next)) {
				next = due
			}
		}
		return nil
	})
	return next, err
}

func (e *Engine) integration(ctx context.Context) (in store.Integration, err error) {
	err = e.p.Store.View(ctx, func(q *store.Queries) error {
		in, err = q.Integration(ctx)
		return err
	})
	if err != nil {
		return in, fmt.Errorf("reading the state: %w", err)
	}
	return in, nil
}

// update runs one transaction at the engine's instant.
func (e *Engine) update(ctx context.Context, f func(tx *store.Tx) error) error {
	return e.p.Store.Update(ctx, e.now(), f)
}

// dueDays marks the days whose time has come, and tells whether there were any whose close needs a new reading.
func (e *Engine) dueDays(ctx context.Context) (due bool, err error) {
	now := e.sure()
	if now.IsZero() {
		return false, nil
	}
	next, read := int64(0), store.Reading{}
	err = e.p.Store.View(ctx, func(q *store.Queries) error {
		if next, err = q.NextDueDay(ctx); err != nil {
			return err
		}
		read, err = q.Reading(ctx, readingNew)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("reading what is due: %w", err)
	}
	if next == 0 || next > store.Millis(now) {
		return false, nil
	}
	err = e.update(ctx, func(tx *store.Tx) error {
		_, err := tx.TouchDueDays(ctx, store.Millis(now))
		return err
	})
	return read.DoneAt < next, err
}

// The phases as they stand in the store.
const (
	phaseWaiting = "waiting"
	phaseRunning = "running"
)

// begin passes from 待機中 to 連携中 when trusted time reaches the start.
func (e *Engine) begin(ctx context.Context) error {
	in, err := e.integration(ctx)
	if err != nil || in.Phase != phaseWaiting {
		return err
	}
	now := e.sure()
	if now.IsZero() || now.Before(store.Time(in.Start)) {
		return nil
	}
	return e.update(ctx, func(tx *store.Tx) error {
		if err := tx.SetPhase(ctx, phaseRunning); err != nil {
			return err
		}
		tx.Audit("started", map[string]string{"start": store.Time(in.Start).Format(time.RFC3339)})
		return tx.TouchDaysSince(ctx, dayNumber(attendance.DayOf(store.Time(in.FirstStart))))
	})
}

// silentFor is how long Salesforce may say nothing before it is asked whether it is there: with the next try it makes less than five minutes
// from a fault to the screen. Akerun is asked at every poll.
const silentFor = 3 * time.Minute

// greet asks a side for the time where its time is doubtful, so that trusted time is known before anything is read. Salesforce, which may have
// nothing to be asked for hours, is greeted when it has been silent for a while, too, and at each poll until it answers a greeting again.
func (e *Engine) greet(ctx context.Context) error {
	var errs []error
	if e.trusted.doubtful(sideAkerun) && e.mayCall(ctx, sideAkerun) {
		if _, err := e.p.Akerun.Organizations(ctx); err != nil {
			errs = append(errs, e.noteTrouble(ctx, trouble{sideAkerun, err}))
		}
	}
	if (e.unheard || e.trusted.doubtful(sideSalesforce) || e.silent(ctx)) && e.mayCall(ctx, sideSalesforce) {
		errs = append(errs, e.greetSalesforce(ctx))
	}
	return errors.Join(errs...)
}

// silent tells whether Salesforce has said nothing for a while, and nothing is known to be wrong: what has failed is tried again by itself.
func (e *Engine) silent(ctx context.Context) bool {
	if e.trusted.silence(sideSalesforce) < silentFor {
		return false
	}
	well := false
	_ = e.p.Store.View(ctx, func(q *store.Queries) error {
		side, err := q.Side(ctx, sideSalesforce)
		well = err == nil && side.FailingSince == 0
		return err
	})
	return well
}

// greetSalesforce asks for the time and who is signed in, which costs nothing of the day's limit. It notes an answer only where a greeting had failed, in this process or as far as is known before: what another call has met
// is for such a call to prove gone.
func (e *Engine) greetSalesforce(ctx context.Context) error {
	first := e.trusted.of(sideSalesforce).IsZero()
	err := e.p.Salesforce.Greet(ctx)
	if err == nil && !first { // the time is told to anybody; whether the sign-in still holds is not
		_, err = e.p.Salesforce.UserInfo(ctx)
	}
	if err != nil {
		e.unheard = true
		return e.noteTrouble(ctx, trouble{sideSalesforce, err})
	}
	var side store.Side
	err = e.p.Store.View(ctx, func(q *store.Queries) (err error) {
		side, err = q.Side(ctx, sideSalesforce)
		return err
	})
	cause := attendance.Reason(side.FailingCause)
	if err != nil || !e.unheard && !(first && (cause == attendance.Offline || cause == attendance.TLSRefused)) {
		return err
	}
	e.unheard = false
	return e.noteWell(ctx, sideSalesforce)
}

func dayNumber(d attendance.Day) int64 { return int64(d.Number()) }

func dayOf(n int64) attendance.Day { return attendance.DayFromNumber(int(n)) }

// TurnNow polls and runs the stages once, now.
func (e *Engine) TurnNow(ctx context.Context) error {
	e.mu.Lock()
	e.forced = true
	e.mu.Unlock()
	return e.Turn(ctx)
}
