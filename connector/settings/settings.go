// Package settings reads and writes settings.toml, the one file of a profile that a person may edit.
//
// It knows which values exist, what they are by default and within which limits they make sense. It knows no secret (those
// are in the keychain), nothing of what the values are used for, and it keeps no state.
package settings

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Settings is everything that settings.toml may say.
type Settings struct {
	Akerun     Akerun
	Salesforce Salesforce
	// TeamSpirit overrides names of TeamSpirit's objects and fields, where a customer's org differs. The keys are the names
	// that package teamspirit gives them.
	TeamSpirit map[string]string
	Engine     Engine
	// ClockURL is where the time comes from, in place of this PC's clock; for rehearsals against the simulator only. Load
	// refuses it unless every base URL is a loopback address.
	ClockURL string
	// Language of the windows, ja or en; empty is the language of the PC.
	Language string
	// Proxy is the address of the office's proxy; empty is what the PC itself uses.
	Proxy string
	// StartAtSignIn says that the program starts with the user's session on this PC.
	StartAtSignIn bool
	// Notifications says that the desktop tells when a person must act.
	Notifications bool
	// KeepYears is how many years records are to be kept: 3 to 30. Japan's labour law asks for five years, three for the time
	// being.
	KeepYears int
	// ClosingDay is the 締め日, a day of the month: 1 to 31. Where the month is shorter, its last day closes it.
	ClosingDay int
	// ApartMinutes is by how many minutes door and sheet may differ before 締めチェック tells of it: 0 to 240.
	ApartMinutes int
	Notify       Notify
}

// Akerun says where Akerun's API is and as which application it is called.
type Akerun struct {
	// BaseURL has no trailing slash, for example https://api.akerun.com.
	BaseURL string
	// ClientID is the アプリID that Akerun sends after the application. Its secret is in the keychain.
	ClientID string
	// RedirectURI is the address that was registered with Akerun, character for character. Akerun takes https only.
	RedirectURI string
}

// Salesforce says where people sign in to Salesforce and as which app.
type Salesforce struct {
	// LoginURL is the sign-in host without a trailing slash: production, sandbox or a My Domain.
	LoginURL string
	// ClientID is the consumer key of the External Client App.
	ClientID string
	// CallbackPorts are the ports of the registered addresses http://localhost:PORT/oauth/callback, in the order of trying.
	CallbackPorts []int
}

// Engine holds the measures of the background sync.
type Engine struct {
	// PollInterval is the time between two readings of Akerun: 15 s to 1 h.
	PollInterval time.Duration
	// PeopleInterval is the time between two readings of the people on both sides: 1 min to 30 min, because a new code has to
	// work within the hour.
	PeopleInterval time.Duration
	// MinimumSpan is how long after the first access the last one must be to make a 退勤: 0 to 12 h.
	MinimumSpan time.Duration
	// LookBackDays is how many days back late accesses are looked for: 1 to 31.
	LookBackDays int
	// Deny lists the device types and actions of accesses that count for nothing. Empty is the list of the rules: autolock,
	// timeout, remote operation, anything denied or failed.
	Deny []string
	// AkerunPerMinute is how many calls a minute Akerun gets from us: 1 to 300.
	AkerunPerMinute int
	// SalesforceShare is the part of Salesforce's daily call limit, whoever spent it, above which calls that can wait do wait:
	// 0.1 to 1.
	SalesforceShare float64
}

// Warning is something in the file that was not taken as it stands.
type Warning struct {
	Line int // 0: no single line
	Text string
	// Setting is the name that the file has for a number outside its limits, and Low and High are these.
	Setting, Low, High string
}

func (w Warning) String() string {
	if w.Line == 0 {
		return w.Text
	}
	return fmt.Sprintf("line %d: %s", w.Line, w.Text)
}

// Default returns the settings of a profile without a file.
func Default() Settings {
	return Settings{
		Akerun:     Akerun{BaseURL: "https://api.akerun.com", RedirectURI: "https://localhost/dakokubridge/akerun"},
		Salesforce: Salesforce{LoginURL: "https://login.salesforce.com", CallbackPorts: []int{17171, 27171, 37171}},
		TeamSpirit: map[string]string{},

		Notifications: true,
		KeepYears:     5,
		ClosingDay:    31,
		ApartMinutes:  15,
		Notify:        Notify{MailSecurity: "starttls", MailTo: []string{}, Webhooks: []string{}},
		Engine: Engine{
			PollInterval:    time.Minute,
			PeopleInterval:  30 * time.Minute,
			MinimumSpan:     5 * time.Minute,
			LookBackDays:    7,
			Deny:            []string{},
			AkerunPerMinute: 30,
			SalesforceShare: 0.9,
		},
	}
}

// clamp brings the numbers within their limits, with the name that each has in the file.
func (s *Settings) clamp() []Warning {
	var w []Warning
	e := &s.Engine
	w = clamp(w, "keep_years", &s.KeepYears, 3, 30)
	w = clamp(w, "closing_day", &s.ClosingDay, 1, 31)
	w = clamp(w, "apart_minutes", &s.ApartMinutes, 0, 240)
	w = clamp(w, "engine.poll_interval", &e.PollInterval, 15*time.Second, time.Hour)
	w = clamp(w, "engine.people_interval", &e.PeopleInterval, time.Minute, 30*time.Minute)
	w = clamp(w, "engine.minimum_span", &e.MinimumSpan, 0, 12*time.Hour)
	w = clamp(w, "engine.look_back_days", &e.LookBackDays, 1, 31)
	w = clamp(w, "engine.akerun_per_minute", &e.AkerunPerMinute, 1, 300)
	w = clamp(w, "engine.salesforce_share", &e.SalesforceShare, 0.1, 1)
	return w
}

func clamp[T int | float64 | time.Duration](w []Warning, name string, v *T, low, high T) []Warning {
	was := *v
	// Written so that a NaN, which compares with nothing, ends at the lower limit.
	if !(was >= low) {
		*v = low
	} else if was > high {
		*v = high
	}
	if *v == was {
		return w
	}
	return append(w, Warning{
		Text:    fmt.Sprintf("%s = %v is outside %v to %v, so %v is used", name, was, low, high, *v),
		Setting: name, Low: fmt.Sprint(low), High: fmt.Sprint(high),
	})
}

// OutOfLimits lists the numbers that [Load] would not take as they stand.
func (s Settings) OutOfLimits() []Warning { return s.clamp() }

// Check tells what makes the settings unusable: an address that is none, http to a host that is not this PC, a port twice, or
// a clock from outside together with a real service. The error names the setting as the file does.
func (s Settings) Check() error {
	for _, a := range []struct {
		name, address string
		optional      bool
	}{
		{"akerun.base_url", s.Akerun.BaseURL, false},
		{"salesforce.login_url", s.Salesforce.LoginURL, false},
		{"clock_url", s.ClockURL, true},
	} {
		if a.optional && a.address == "" {
			continue
		}
		if err := checkAddress(a.address); err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
	}
	if err := s.checkClock(); err != nil {
		return err
	}
	if err := checkRedirect(s.Akerun.RedirectURI); err != nil {
		return fmt.Errorf("akerun.redirect_uri: %w", err)
	}
	if err := checkPorts(s.Salesforce.CallbackPorts); err != nil {
		return fmt.Errorf("salesforce.callback_ports: %w", err)
	}
	if s.Proxy != "" {
		u, err := url.Parse(s.Proxy)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return fmt.Errorf("proxy: this is no address of the form http://host:port")
		}
		if u.User != nil { // a password has no place in a plain file
			return fmt.Errorf("proxy: %s must be written without user and password", u.Host)
		}
	}
	if err := s.Notify.check(); err != nil {
		return fmt.Errorf("notify.%w", err)
	}
	if s.Language != "" && s.Language != "ja" && s.Language != "en" {
		return fmt.Errorf("language: %q is neither ja nor en", s.Language)
	}
	return nil
}

// checkClock keeps a rehearsal's clock away from real services: a clock that runs ahead would send a 退勤 early.
func (s Settings) checkClock() error {
	if s.ClockURL == "" {
		return nil
	}
	for _, a := range []struct{ name, address string }{
		{"clock_url", s.ClockURL},
		{"akerun.base_url", s.Akerun.BaseURL},
		{"salesforce.login_url", s.Salesforce.LoginURL},
	} {
		if !Loopback(a.address) {
			return fmt.Errorf("clock_url: only allowed while every address is on this PC, and %s is %s", a.name, a.address)
		}
	}
	return nil
}

// checkAddress wants https, or http on this PC.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Hostname() == "" {
		return fmt.Errorf("%q is no address of the form https://host", address)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q has to be a plain address, without user, query or fragment", u.Redacted())
	}
	switch {
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && Loopback(address):
		return nil
	case u.Scheme == "http":
		return fmt.Errorf("%q has to begin with https://, http is for this PC only", address)
	}
	return fmt.Errorf("%q has to begin with https://", address)
}

func checkRedirect(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return fmt.Errorf("%q is no address of the form https://host/path", address)
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && Loopback(address)) {
		return fmt.Errorf("%q has to begin with https://, Akerun takes no other", address)
	}
	return nil
}

func checkPorts(ports []int) error {
	if len(ports) == 0 {
		return fmt.Errorf("at least one port is needed")
	}
	seen := map[int]bool{}
	for _, p := range ports {
		if p < 1024 || p > 65535 {
			return fmt.Errorf("%d is outside 1024 to 65535", p)
		}
		if seen[p] {
			return fmt.Errorf("%d is there twice", p)
		}
		seen[p] = true
	}
	return nil
}

// Loopback tells whether an address names this PC: localhost, 127.0.0.0/8 or ::1. Other names are never looked up: what they
// resolve to is not ours to trust.
func Loopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	host := u.Hostname()
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
