package connector

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/salesforce"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

// Settings is everything that settings.toml may say. It holds no secret.
type Settings = settings.Settings

// Door is a door that accesses have been read of.
type Door struct {
	ID, Name string
	Excluded bool
	LastDay  string // business day of the last access read, 2026-11-22; empty when unknown
}

// Settings implements Connector.
func (l *Local) Settings(context.Context) (Settings, error) { return copyOf(l.settings()), nil }

// copyOf shares no list with s.
func copyOf(s Settings) Settings {
	s.TeamSpirit = maps.Clone(s.TeamSpirit)
	s.Salesforce.CallbackPorts = slices.Clone(s.Salesforce.CallbackPorts)
	s.Engine.Deny = slices.Clone(s.Engine.Deny)
	s.Notify.MailTo, s.Notify.Webhooks = slices.Clone(s.Notify.MailTo), slices.Clone(s.Notify.Webhooks)
	return s
}

// SetSettings implements Connector.
func (l *Local) SetSettings(ctx context.Context, s Settings) error {
	s = tidy(copyOf(s))
	l.setting.Lock()
	defer l.setting.Unlock()
	before := l.settings()
	names := changes(before, s)
	if len(names) == 0 {
		return nil
	}
	if err := l.mayTake(ctx, before, s); err != nil {
		return err
	}
	saved := false
	err := l.update(ctx, func(tx *store.Tx) error {
		tx.Audit("settings", map[string]string{"names": strings.Join(names, " ")})
		if err := l.save(before, s); err != nil {
			return err
		}
		saved = true
		return nil
	})
	if !saved {
		return err
	}
	l.set.Store(&s)
	err = errors.Join(err, l.apply(ctx, before, s))
	l.publish()
	return err
}

// tidy trims what people paste.
func tidy(s Settings) Settings {
	for _, text := range []*string{&s.Proxy, &s.Akerun.BaseURL, &s.Akerun.ClientID, &s.Akerun.RedirectURI, &s.Salesforce.LoginURL, &s.Salesforce.ClientID} {
		*text = strings.TrimSpace(*text)
	}
	s.Akerun.BaseURL, s.Salesforce.LoginURL = strings.TrimRight(s.Akerun.BaseURL, "/"), strings.TrimRight(s.Salesforce.LoginURL, "/")
	deny := make([]string, 0, len(s.Engine.Deny))
	for _, d := range s.Engine.Deny {
		if d = strings.TrimSpace(d); d != "" && !slices.Contains(deny, d) {
			deny = append(deny, d)
		}
	}
	s.Engine.Deny = deny
	return s
}

// changes names the settings that differ, as the file names their tables and as the code names the rest.
func changes(a, b Settings) []string {
	var names []string
	var walk func(prefix string, a, b reflect.Value)
	walk = func(prefix string, a, b reflect.Value) {
		for i := range a.NumField() {
			name := prefix + a.Type().Field(i).Name
			switch {
			case a.Field(i).Kind() == reflect.Struct:
				walk(name+".", a.Field(i), b.Field(i))
			case a.Field(i).Kind() == reflect.Slice || a.Field(i).Kind() == reflect.Map:
				if (a.Field(i).Len() > 0 || b.Field(i).Len() > 0) && !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
					names = append(names, name)
				}
			case !a.Field(i).Equal(b.Field(i)):
				names = append(names, name)
			}
		}
	}
	walk("", reflect.ValueOf(a), reflect.ValueOf(b))
	return names
}

// mayTake tells what is wrong with new settings, or why they can't be taken now.
func (l *Local) mayTake(ctx context.Context, before, s Settings) error {
	if err := s.Check(); err != nil {
		name, _, _ := strings.Cut(err.Error(), ":")
		return fail(CodeBadInput, "%v", err).with("setting", name)
	}
	if wrong := s.OutOfLimits(); len(wrong) > 0 {
		w := wrong[0]
		return fail(CodeBadInput, "%s must lie within %s to %s", w.Setting, w.Low, w.High).with("setting", w.Setting).with("low", w.Low).with("high", w.High)
	}
	if _, err := teamspirit.NewNames(s.TeamSpirit); err != nil {
		return fail(CodeBadInput, "teamspirit: %v", err).with("setting", "teamspirit")
	}
	if s.ClockURL != before.ClockURL {
		return fail(CodeBadInput, "clock_url: the clock of a rehearsal is chosen before the start: write it in settings.toml and start again").with("setting", "clock_url")
	}
	in, err := l.integration(ctx)
	if err != nil {
		return err
	}
	if begun := in.Phase == string(Waiting) || in.Phase == string(Running); begun && !sameServices(before, s) {
		return fail(CodeWrongState, "the integration runs with the former addresses and names: unlink first")
	}
	return nil
}

// sameServices tells whether both speak to the same servers as the same applications about the same fields.
func sameServices(a, b Settings) bool {
	return a.Akerun == b.Akerun && a.Salesforce.LoginURL == b.Salesforce.LoginURL && a.Salesforce.ClientID == b.Salesforce.ClientID &&
		maps.Equal(a.TeamSpirit, b.TeamSpirit)
}

// save writes the file, unless somebody has edited it by hand since it was read: that must not be lost.
func (l *Local) save(before, s Settings) error {
	path := l.c.SettingsPath
	if path == "" {
		return nil
	}
	now, _, err := settings.Load(path)
	if err != nil || len(changes(before, now)) > 0 {
		return fail(CodeWrongState, "settings.toml was changed by hand since this program started: restart the program, then change settings here")
	}
	return s.Save(path)
}

// apply puts new settings in force.
func (l *Local) apply(ctx context.Context, before, s Settings) error {
	if s.Engine.AkerunPerMinute != before.Engine.AkerunPerMinute {
		l.calls.Resize(s.Engine.AkerunPerMinute)
	}
	if s.Akerun != before.Akerun {
		if err := l.replaceAkerun(ctx); err != nil {
			return err
		}
	}
	if !reflect.DeepEqual(s.Salesforce, before.Salesforce) || !maps.Equal(s.TeamSpirit, before.TeamSpirit) {
		if err := l.replaceSalesforce(ctx, s); err != nil {
			return err
		}
	}
	l.engine.Tune(engine.Tuning{
		Rules: rulesOf(s.Engine), Poll: s.Engine.PollInterval, People: s.Engine.PeopleInterval, Share: s.Engine.SalesforceShare,
		KeepYears: s.KeepYears,
	})
	if before.Engine.MinimumSpan == s.Engine.MinimumSpan && slices.Equal(before.Engine.Deny, s.Engine.Deny) {
		return nil
	}
	// What is open is decided anew; a day that closed keeps what was sent for it.
	return l.update(ctx, func(tx *store.Tx) error {
		return tx.TouchDaysSince(ctx, int64(attendance.DayOf(tx.Now()).Prev().Number()))
	})
}

func (l *Local) replaceAkerun(ctx context.Context) error {
	in, err := l.integration(ctx)
	if err != nil {
		return err
	}
	fresh, err := l.newAkerun(in.AkerunClient, l.c.Vault)
	if err != nil {
		return err
	}
	l.swap(fresh, nil, nil)
	return nil
}

func (l *Local) replaceSalesforce(ctx context.Context, s Settings) error {
	in, err := l.integration(ctx)
	if err != nil {
		return err
	}
	fresh, err := l.newSalesforce(l.c.Vault, in.SalesforceOrg)
	if err != nil {
		return err
	}
	names, err := teamspirit.NewNames(s.TeamSpirit)
	if err != nil {
		return err
	}
	l.swap(nil, fresh, teamspirit.New(fresh, names))
	return nil
}

// swap puts clients in the place of the former ones.
func (l *Local) swap(a *akerun.Client, s *salesforce.Client, t *teamspirit.Client) {
	l.mu.Lock()
	if a != nil {
		l.akerun = a
	}
	if s != nil {
		l.salesforce, l.teamspirit = s, t
	}
	l.mu.Unlock()
	if a != nil {
		l.engine.UseAkerun(a)
	}
	if s != nil {
		l.engine.UseSalesforce(s, t)
	}
}

// Doors implements Connector.
func (l *Local) Doors(ctx context.Context) ([]Door, error) {
	var out []Door
	err := l.store.View(ctx, func(q *store.Queries) error {
		rows, err := q.Doors(ctx)
		for _, r := range rows {
			d := Door{ID: r.ID, Name: r.Name, Excluded: r.Excluded == 1}
			if r.LastDay > 0 {
				d.LastDay = attendance.DayFromNumber(int(r.LastDay)).String()
			}
			out = append(out, d)
		}
		return err
	})
	slices.SortStableFunc(out, func(a, b Door) int { return strings.Compare(a.Name+"\x00"+a.ID, b.Name+"\x00"+b.ID) })
	return out, err
}
