package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"dakokubridge/connector/rename"
)

// maxFile bounds what is read as settings; a file of real settings has a few hundred bytes.
const maxFile = 1 << 20

// document is the file as it is written. Pointers tell what stands in it from what is left out.
type document struct {
	Language   *string           `toml:"language,omitempty"`
	Proxy      *string           `toml:"proxy,omitempty"`
	ClockURL   *string           `toml:"clock_url,omitempty"`
	AtSignIn   *bool             `toml:"start_at_sign_in,omitempty"`
	Notify     *bool             `toml:"notifications,omitempty"`
	KeepYears  *int              `toml:"keep_years,omitempty"`
	ClosingDay *int              `toml:"closing_day,omitempty"`
	Apart      *int              `toml:"apart_minutes,omitempty"`
	Akerun     akerunTable       `toml:"akerun"`
	Salesforce salesforceTable   `toml:"salesforce"`
	TeamSpirit map[string]string `toml:"teamspirit,omitempty"`
	Engine     engineTable       `toml:"engine"`
	Beyond     notifyTable       `toml:"notify"`
}

type notifyTable struct {
	MailServer   *string   `toml:"mail_server,omitempty"`
	MailSecurity *string   `toml:"mail_security,omitempty"`
	MailUser     *string   `toml:"mail_user,omitempty"`
	MailFrom     *string   `toml:"mail_from,omitempty"`
	MailTo       *[]string `toml:"mail_to,omitempty"`
	Webhooks     *[]string `toml:"webhooks,omitempty"`
	Morning      *string   `toml:"morning,omitempty"`
	Names        *bool     `toml:"names,omitempty"`
}

type akerunTable struct {
	BaseURL     *string `toml:"base_url,omitempty"`
	ClientID    *string `toml:"client_id,omitempty"`
	RedirectURI *string `toml:"redirect_uri,omitempty"`
}

type salesforceTable struct {
	LoginURL      *string `toml:"login_url,omitempty"`
	ClientID      *string `toml:"client_id,omitempty"`
	CallbackPorts *[]int  `toml:"callback_ports,omitempty"`
}

type engineTable struct {
	PollInterval    *span     `toml:"poll_interval,omitempty"`
	PeopleInterval  *span     `toml:"people_interval,omitempty"`
	MinimumSpan     *span     `toml:"minimum_span,omitempty"`
	LookBackDays    *int      `toml:"look_back_days,omitempty"`
	Deny            *[]string `toml:"deny,omitempty"`
	AkerunPerMinute *int      `toml:"akerun_per_minute,omitempty"`
	SalesforceShare *float64  `toml:"salesforce_share,omitempty"`
}

// span is a duration in the file: "90s", "1h30m", or a number of seconds.
type span struct{ time.Duration }

func (s *span) UnmarshalText(text []byte) error {
	if seconds, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		// A year of seconds fits a Duration many times over; more is clamped anyway and must not overflow on the way there.
		const most = int64(10 * 365 * 24 * time.Hour / time.Second)
		s.Duration = time.Duration(min(max(seconds, -most), most)) * time.Second
		return nil
	}
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no time span like 90s, 5m or 1h", text)
	}
	s.Duration = d
	return nil
}

func (s span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Load reads settings.toml. A file that is not there gives the defaults. What is unknown or out of its limits is a warning
// that names the line where there is one; a file that can't be read as TOML, or that makes no usable settings, is an error
// that names the line and leaves it to the caller to go on with what was in force before.
func Load(path string) (Settings, []Warning, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Default(), nil, nil
	}
	if err != nil {
		return Settings{}, nil, fmt.Errorf("reading the settings: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return Settings{}, nil, fmt.Errorf("reading the settings: %w", err)
	}
	if len(b) > maxFile {
		return Settings{}, nil, fmt.Errorf("%s is larger than %d bytes, which can't be settings", path, maxFile)
	}
	s, warnings, err := Parse(b)
	if err != nil {
		return Settings{}, nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, warnings, nil
}

// Parse reads the text of a settings.toml, as [Load] does.
func Parse(text []byte) (Settings, []Warning, error) {
	var d document
	var warnings []Warning
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // Windows' editor writes a byte order mark
	err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&d)
	var unknown *toml.StrictMissingError
	var broken *toml.DecodeError
	switch {
	case errors.As(err, &unknown):
		for _, e := range unknown.Errors {
			line, _ := e.Position()
			warnings = append(warnings, Warning{Line: line, Text: fmt.Sprintf("%s is no setting and is passed over", strings.Join(e.Key(), "."))})
		}
	case errors.As(err, &broken):
		line, column := broken.Position()
		return Settings{}, nil, fmt.Errorf("line %d, column %d: %s", line, column, strings.TrimPrefix(broken.Error(), "toml: "))
	case err != nil:
		return Settings{}, nil, err
	}
	s := Default()
	d.into(&s)
	for _, w := range s.clamp() {
		// The warning begins with the setting's name, which the file gives a line to.
		name, _, _ := strings.Cut(w.Text, " ")
		w.Line = lineOf(text, name)
		warnings = append(warnings, w)
	}
	if err := s.Check(); err != nil {
		name, _, _ := strings.Cut(err.Error(), ":")
		if line := lineOf(text, name); line > 0 {
			return Settings{}, nil, fmt.Errorf("line %d: %w", line, err)
		}
		return Settings{}, nil, err
	}
	return s, warnings, nil
}

// lineOf finds the line that sets a name like engine.poll_interval; 0 when it is written in another way than the usual one.
func lineOf(text []byte, name string) int {
	table, key, dotted := strings.Cut(name, ".")
	if !dotted {
		table, key = "", name
	}
	in := ""
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			in = strings.TrimSpace(strings.Trim(line, "[]"))
			continue
		}
		left, _, ok := strings.Cut(line, "=")
		if left = strings.TrimSpace(left); ok && (in == table && left == key || in == "" && left == name) {
			return i + 1
		}
	}
	return 0
}

func (d document) into(s *Settings) {
	set(&s.Language, d.Language)
	set(&s.Proxy, d.Proxy)
	set(&s.ClockURL, d.ClockURL)
	set(&s.StartAtSignIn, d.AtSignIn)
	set(&s.Notifications, d.Notify)
	set(&s.KeepYears, d.KeepYears)
	set(&s.ClosingDay, d.ClosingDay)
	set(&s.ApartMinutes, d.Apart)
	set(&s.Akerun.BaseURL, d.Akerun.BaseURL)
	set(&s.Akerun.ClientID, d.Akerun.ClientID)
	set(&s.Akerun.RedirectURI, d.Akerun.RedirectURI)
	set(&s.Salesforce.LoginURL, d.Salesforce.LoginURL)
	set(&s.Salesforce.ClientID, d.Salesforce.ClientID)
	set(&s.Salesforce.CallbackPorts, d.Salesforce.CallbackPorts)
	for name, value := range d.TeamSpirit {
		s.TeamSpirit[name] = value
	}
	for to, from := range map[*time.Duration]*span{
		&s.Engine.PollInterval:   d.Engine.PollInterval,
		&s.Engine.PeopleInterval: d.Engine.PeopleInterval,
		&s.Engine.MinimumSpan:    d.Engine.MinimumSpan,
	} {
		if from != nil {
			*to = from.Duration
		}
	}
	set(&s.Engine.LookBackDays, d.Engine.LookBackDays)
	set(&s.Engine.Deny, d.Engine.Deny)
	set(&s.Engine.AkerunPerMinute, d.Engine.AkerunPerMinute)
	set(&s.Engine.SalesforceShare, d.Engine.SalesforceShare)
	set(&s.Notify.MailServer, d.Beyond.MailServer)
	set(&s.Notify.MailSecurity, d.Beyond.MailSecurity)
	set(&s.Notify.MailUser, d.Beyond.MailUser)
	set(&s.Notify.MailFrom, d.Beyond.MailFrom)
	set(&s.Notify.MailTo, d.Beyond.MailTo)
	set(&s.Notify.Webhooks, d.Beyond.Webhooks)
	set(&s.Notify.Morning, d.Beyond.Morning)
	set(&s.Notify.Names, d.Beyond.Names)
	s.Akerun.BaseURL = strings.TrimRight(s.Akerun.BaseURL, "/")
	s.Salesforce.LoginURL = strings.TrimRight(s.Salesforce.LoginURL, "/")
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// changed gives a pointer to a value that differs from its default, so that the file holds only what somebody chose.
func changed[T comparable](value, byDefault T) *T {
	if value == byDefault {
		return nil
	}
	return &value
}

func changedList[T comparable](value, byDefault []T) *[]T {
	if slices.Equal(value, byDefault) {
		return nil
	}
	return &value
}

func changedSpan(value, byDefault time.Duration) *span {
	if value == byDefault {
		return nil
	}
	return &span{value}
}

func (s Settings) document() document {
	d := Default()
	return document{
		Language: changed(s.Language, d.Language),
		Proxy:    changed(s.Proxy, d.Proxy),
		ClockURL: changed(s.ClockURL, d.ClockURL),

		AtSignIn:  changed(s.StartAtSignIn, d.StartAtSignIn),
		Notify:    changed(s.Notifications, d.Notifications),
		KeepYears: changed(s.KeepYears, d.KeepYears),

		ClosingDay: changed(s.ClosingDay, d.ClosingDay),
		Apart:      changed(s.ApartMinutes, d.ApartMinutes),
		Akerun: akerunTable{
			BaseURL:     changed(s.Akerun.BaseURL, d.Akerun.BaseURL),
			ClientID:    changed(s.Akerun.ClientID, d.Akerun.ClientID),
			RedirectURI: changed(s.Akerun.RedirectURI, d.Akerun.RedirectURI),
		},
		Salesforce: salesforceTable{
			LoginURL:      changed(s.Salesforce.LoginURL, d.Salesforce.LoginURL),
			ClientID:      changed(s.Salesforce.ClientID, d.Salesforce.ClientID),
			CallbackPorts: changedList(s.Salesforce.CallbackPorts, d.Salesforce.CallbackPorts),
		},
		TeamSpirit: s.TeamSpirit,
		Engine: engineTable{
			PollInterval:    changedSpan(s.Engine.PollInterval, d.Engine.PollInterval),
			PeopleInterval:  changedSpan(s.Engine.PeopleInterval, d.Engine.PeopleInterval),
			MinimumSpan:     changedSpan(s.Engine.MinimumSpan, d.Engine.MinimumSpan),
			LookBackDays:    changed(s.Engine.LookBackDays, d.Engine.LookBackDays),
			Deny:            changedList(s.Engine.Deny, d.Engine.Deny),
			AkerunPerMinute: changed(s.Engine.AkerunPerMinute, d.Engine.AkerunPerMinute),
			SalesforceShare: changed(s.Engine.SalesforceShare, d.Engine.SalesforceShare),
		},
		Beyond: notifyTable{
			MailServer:   changed(s.Notify.MailServer, d.Notify.MailServer),
			MailSecurity: changed(s.Notify.MailSecurity, d.Notify.MailSecurity),
			MailUser:     changed(s.Notify.MailUser, d.Notify.MailUser),
			MailFrom:     changed(s.Notify.MailFrom, d.Notify.MailFrom),
			MailTo:       changedList(s.Notify.MailTo, d.Notify.MailTo),
			Webhooks:     changedList(s.Notify.Webhooks, d.Notify.Webhooks),
			Morning:      changed(s.Notify.Morning, d.Notify.Morning),
			Names:        changed(s.Notify.Names, d.Notify.Names),
		},
	}
}

// Save writes the settings that differ from the defaults, mode 0600. The file is the old or the new one at any instant, a
// power cut included. Settings that [Settings.Check] refuses are not written.
func (s Settings) Save(path string) error {
	if err := s.Check(); err != nil {
		return fmt.Errorf("saving the settings: %w", err)
	}
	b, err := Text(s)
	if err != nil {
		return fmt.Errorf("saving the settings: %w", err)
	}
	if err := replace(path, b); err != nil {
		return fmt.Errorf("saving the settings: %w", err)
	}
	return nil
}

// Text is what [Settings.Save] writes: the settings that differ from the defaults.
func Text(s Settings) ([]byte, error) { return toml.Marshal(s.document()) }

// With gives the settings with one of them changed. The name is that of the file, such as engine.poll_interval; the value is written as
// in the file, and quotes around a text may be left out. What Load would only warn of is an error here.
func With(s Settings, name, value string) (Settings, error) {
	text, err := Text(s)
	if err != nil {
		return s, err
	}
	all := make(map[string]any)
	if err := toml.Unmarshal(text, &all); err != nil {
		return s, err
	}
	table, key, dotted := strings.Cut(name, ".")
	in := all
	if !dotted {
		key = table
	} else {
		if in, _ = all[table].(map[string]any); in == nil {
			in = make(map[string]any)
		}
		all[table] = in
	}
	in[key] = value
	asText, textErr := parseAll(all)
	var one map[string]any
	if textErr == nil || toml.Unmarshal([]byte("v = "+value), &one) != nil || len(one) != 1 {
		return asText, textErr
	}
	in[key] = one["v"]
	return parseAll(all)
}

func parseAll(all map[string]any) (Settings, error) {
	text, err := toml.Marshal(all)
	if err != nil {
		return Settings{}, err
	}
	s, warnings, err := Parse(text)
	if err == nil && len(warnings) > 0 {
		err = errors.New(warnings[0].Text)
	}
	return s, err
}

// replace puts a new file in the place of the old one in one step, and makes that durable.
func replace(path string, content []byte) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(content); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = rename.Patiently(f.Name(), path); err != nil {
		return err
	}
	// The name is durable once the folder is. Windows can't open a folder for that and needs no such step.
	if d, openErr := os.Open(dir); openErr == nil {
		d.Sync()
		d.Close()
	}
	return nil
}
