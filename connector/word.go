package connector

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/messenger"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/store"
	"dakokubridge/connector/transport"
	"dakokubridge/connector/vault"
)

// mailReceiver is the name under which the mail server is kept; webhooks have those of the settings.
const mailReceiver = "mail"

const (
	// untoldAfter is how long sending to a receiver must fail before that is an item.
	untoldAfter = 15 * time.Minute
	// tellAgainFirst and tellAgainLongest bound how long a receiver that failed is left alone.
	tellAgainFirst, tellAgainLongest = time.Minute, time.Hour
	// lastWords is how long words may take that are due when the program ends; real time.
	lastWords = 5 * time.Second
)

// Receiver is somebody who is told beyond this PC.
type Receiver struct {
	Name    string // mail, or the webhook as the settings have it: "teams 人事"
	Ready   bool   // its secret is in the keychain, or it needs none
	SentAt  time.Time
	Failing time.Time // since when it can't be told; zero: it can
	Cause   string    // why, in English, without addresses
}

// receivers lists the names of those whom the settings want told.
func receivers(n settings.Notify) []string {
	var all []string
	if n.MailServer != "" {
		all = append(all, mailReceiver)
	}
	return append(all, n.Webhooks...)
}

// Receivers implements Connector.
func (l *Local) Receivers(ctx context.Context) ([]Receiver, error) {
	var out []Receiver
	for _, name := range receivers(l.settings().Notify) {
		r := Receiver{Name: name}
		_, err := l.way(ctx, name)
		r.Ready = err == nil
		if err != nil {
			r.Cause = err.Error()
		}
		err = l.store.View(ctx, func(q *store.Queries) error {
			row, err := q.Receiver(ctx, name)
			if err != nil {
				return ignoreNoRows(err)
			}
			r.SentAt, r.Failing = store.Time(row.SentAt), store.Time(row.FailingSince)
			if row.Cause != "" {
				r.Cause = row.Cause
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// SetReceiverSecret implements Connector.
func (l *Local) SetReceiverSecret(ctx context.Context, receiver, secret string) error {
	entry, secret := vault.MailPassword, strings.TrimSpace(secret)
	if receiver != mailReceiver {
		if !slices.Contains(l.settings().Notify.Webhooks, receiver) {
			return fail(CodeNotFound, "there is no receiver %q: save it in the settings first", receiver)
		}
		entry = vault.Webhook(receiver)
		if err := messenger.CheckWebhook(secret); secret != "" && err != nil {
			return fail(CodeBadInput, "%v", err).with("setting", "webhook")
		}
	}
	err := l.c.Vault.Delete(ctx, entry)
	if secret != "" {
		err = l.c.Vault.Set(ctx, entry, secret)
	}
	switch {
	case errors.Is(err, vault.ErrTooBig):
		return fail(CodeBadInput, "this is longer than a password or an address of a webhook can be")
	case err != nil:
		return fail(CodeKeychain, "the keychain of this PC does not take the secret: unlock it and try again").with("error", err.Error())
	}
	return nil
}

// TestReceivers implements Connector.
func (l *Local) TestReceivers(ctx context.Context) ([]Receiver, error) {
	w := l.wordsToTell()
	m := messenger.Message{Subject: w.product + w.test, Text: w.testText, At: l.engine.Now()}
	for _, name := range receivers(l.settings().Notify) {
		if err := l.tell(ctx, name, m); err != nil && ctx.Err() != nil {
			return nil, err
		}
	}
	return l.Receivers(ctx)
}

// sender is a way to somebody.
type sender interface {
	Send(ctx context.Context, m messenger.Message) error
}

// way makes the way to a receiver, with its secret.
func (l *Local) way(ctx context.Context, name string) (sender, error) {
	n := l.settings().Notify
	if name == mailReceiver {
		m := messenger.Mail{Server: n.MailServer, Security: messenger.Security(n.MailSecurity), User: n.MailUser, From: n.MailFrom, To: n.MailTo}
		if n.MailUser == "" {
			return m, nil
		}
		var err error
		m.Password, err = l.c.Vault.Get(ctx, vault.MailPassword)
		return m, unlocked(err, "the password of the mail server")
	}
	kind, _, _ := strings.Cut(name, " ")
	address, err := l.c.Vault.Get(ctx, vault.Webhook(name))
	return messenger.Webhook{Kind: messenger.Kind(kind), Address: address, HTTP: l.wordHTTP()}, unlocked(err, "the address of the webhook")
}

func (l *Local) wordHTTP() *http.Client {
	return transport.New(transport.Options{Proxy: func() string { return l.settings().Proxy }, Timeout: messenger.Timeout})
}

// unlocked says what of a receiver is missing.
func unlocked(err error, what string) error {
	switch {
	case errors.Is(err, vault.ErrNotFound):
		return fmt.Errorf("%s has not been given", what)
	case err != nil:
		return fmt.Errorf("the keychain does not give %s", what)
	}
	return nil
}

// tell sends one message and writes down how that went. An error of the store is joined to one of sending.
func (l *Local) tell(ctx context.Context, name string, m messenger.Message) error {
	way, err := l.way(ctx, name)
	if err == nil {
		err = way.Send(ctx, m)
	}
	now := l.engine.Now()
	if err == nil {
		return errors.Join(l.update(ctx, func(tx *store.Tx) error {
			if err := tx.AddReceiver(ctx, store.AddReceiverParams{Name: name, ReportedDay: reportDay(now, l.settings().Notify.Morning)}); err != nil {
				return err
			}
			return tx.ReceiverReached(ctx, store.ReceiverReachedParams{At: store.Millis(now), Name: name})
		}), l.engine.ShowUntold(ctx, name, "", false))
	}
	if ctx.Err() != nil {
		return err
	}
	return errors.Join(err, l.missed(ctx, name, err, now))
}

// missed writes down that a receiver could not be told, and lists it once that has lasted.
func (l *Local) missed(ctx context.Context, name string, cause error, now time.Time) error {
	var row store.Receiver
	err := l.update(ctx, func(tx *store.Tx) error {
		if err := tx.AddReceiver(ctx, store.AddReceiverParams{Name: name, ReportedDay: reportDay(now, l.settings().Notify.Morning)}); err != nil {
			return err
		}
		was, err := tx.Receiver(ctx, name)
		if err != nil {
			return err
		}
		wait := min(tellAgainFirst<<min(was.Failures, 10), tellAgainLongest)
		if err := tx.ReceiverMissed(ctx, store.ReceiverMissedParams{At: store.Millis(now), Cause: cause.Error(), NotBefore: store.Millis(now.Add(wait)), Name: name}); err != nil {
			return err
		}
		row, err = tx.Receiver(ctx, name)
		return err
	})
	if err != nil || now.Sub(store.Time(row.FailingSince)) < untoldAfter {
		return err
	}
	return l.engine.ShowUntold(ctx, name, cause.Error(), true)
}

// speaker tells receivers what has happened, beside the loop: a mail server that hangs holds no stamp up.
type speaker struct {
	turns chan struct{}
	known []string // receivers of the last time; of speak alone
	begun bool
}

func newSpeaker() *speaker { return &speaker{turns: make(chan struct{}, 1)} }

// kick is called after each turn of the loop, and does not block.
func (s *speaker) kick() {
	select {
	case s.turns <- struct{}{}:
	default:
	}
}

// speak goes through the receivers after each turn until ctx ends, and once more for what the last turn brought. A message under way is not cut
// off, or it would come twice; it gets lastWords to end in.
func (l *Local) speak(ctx context.Context) {
	patient, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(lastWords, giveUp) })
	defer stop()
	for {
		select {
		case <-l.speaker.turns:
			l.speakOnce(patient)
		case <-ctx.Done():
			l.speakOnce(patient)
			return
		}
	}
}

func (l *Local) speakOnce(ctx context.Context) {
	n := l.settings().Notify
	wanted := receivers(n)
	for _, name := range wanted {
		if err := l.speakTo(ctx, name, n); err != nil && ctx.Err() == nil {
			l.c.Log.Warn("a receiver was not told", "receiver", name, "error", err)
		}
	}
	if l.speaker.begun && slices.Equal(wanted, l.speaker.known) {
		return
	}
	if err := l.forgetReceivers(ctx, wanted); err != nil {
		l.c.Log.Warn("the items of former receivers can't be ended", "error", err)
		return
	}
	l.speaker.begun, l.speaker.known = true, wanted
}

// forgetReceivers ends the items about receivers that nobody wants told any more.
func (l *Local) forgetReceivers(ctx context.Context, wanted []string) error {
	var live []store.Item
	err := l.store.View(ctx, func(q *store.Queries) (err error) {
		live, err = q.LiveItemsOfDay(ctx, store.LiveItemsOfDayParams{})
		return err
	})
	for _, i := range live {
		if i.Reason == string(attendance.NotTold) && !slices.Contains(wanted, i.Subject) {
			err = errors.Join(err, l.engine.ShowUntold(ctx, i.Subject, "", false))
		}
	}
	return err
}

// speakTo tells one receiver what is new: causes of 停止中, their cures, and the morning report.
func (l *Local) speakTo(ctx context.Context, name string, n settings.Notify) error {
	var row store.Receiver
	var stopped, cured []store.Item
	now := l.engine.Now()
	err := l.store.View(ctx, func(q *store.Queries) (err error) {
		if row, err = q.Receiver(ctx, name); ignoreNoRows(err) != nil {
			return err
		}
		if stopped, err = q.StoppedToTell(ctx, name); err != nil {
			return err
		}
		cured, err = q.CuresToTell(ctx, name)
		return err
	})
	if err != nil || row.NotBefore > store.Millis(now) {
		return err
	}
	if row.Name == "" { // a new receiver: the report of today is not made up for
		if err := l.update(ctx, func(tx *store.Tx) error {
			return tx.AddReceiver(ctx, store.AddReceiverParams{Name: name, ReportedDay: reportDay(now, n.Morning)})
		}); err != nil {
			return err
		}
		row.ReportedDay = reportDay(now, n.Morning)
	}
	if len(stopped)+len(cured) > 0 {
		if err := l.tell(ctx, name, l.wordsToTell().change(stopped, cured, now)); err != nil {
			return err
		}
		if err := l.toldOf(ctx, name, stopped, cured); err != nil {
			return err
		}
	}
	due := reportDay(now, n.Morning)
	if n.Morning == "" || due <= row.ReportedDay {
		return nil
	}
	m, err := l.morning(ctx, now, name == mailReceiver || n.Names)
	if err != nil {
		return err
	}
	if err := l.tell(ctx, name, m); err != nil {
		return err
	}
	return l.update(ctx, func(tx *store.Tx) error { return tx.SetReported(ctx, store.SetReportedParams{Day: due, Name: name}) })
}

// reportDay is the calendar day in Japan whose morning report is due at now: today's from its time on, and yesterday's before.
func reportDay(now time.Time, morning string) int64 {
	at, err := time.Parse("15:04", morning)
	if err != nil {
		at = time.Time{}
	}
	since := time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	return number(attendance.DayOf(now.Add(5*time.Hour - since)))
}

func (l *Local) toldOf(ctx context.Context, name string, stopped, cured []store.Item) error {
	return l.update(ctx, func(tx *store.Tx) error {
		for _, i := range stopped {
			if err := tx.Tell(ctx, store.TellParams{Receiver: name, Item: i.ID}); err != nil {
				return err
			}
		}
		for _, i := range cured {
			if err := tx.ForgetTold(ctx, store.ForgetToldParams{Receiver: name, Item: i.ID}); err != nil {
				return err
			}
		}
		return nil
	})
}
