package settings

import (
	"fmt"
	"net"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// Notify says who is told beyond this PC. Passwords and the addresses of webhooks are secrets, and in the keychain.
type Notify struct {
	// MailServer is host:port of the SMTP server; empty: no mail.
	MailServer string
	// MailSecurity is starttls, tls, or none for a relay inside the office that takes no password.
	MailSecurity string
	// MailUser signs in to the server; empty: nobody has to.
	MailUser string
	MailFrom string
	MailTo   []string
	// Webhooks are the kind (teams or slack), a blank, and a name that people know it by.
	Webhooks []string
	// Morning is when the morning report is sent, in Japan, as 08:30; empty: never.
	Morning string
	// Names says that webhooks may name people; mail always may.
	Names bool
}

// check tells what is wrong; the error begins with the setting's name within its table.
func (n Notify) check() error {
	if n.MailServer != "" {
		host, port, err := net.SplitHostPort(n.MailServer)
		if err != nil || host == "" || port == "" {
			return fmt.Errorf("mail_server: %q is not written as host:port", n.MailServer)
		}
		if _, err := mail.ParseAddress(n.MailFrom); err != nil {
			return fmt.Errorf("mail_from: %q is no mail address", n.MailFrom)
		}
		if len(n.MailTo) == 0 {
			return fmt.Errorf("mail_to: at least one receiver is needed")
		}
	}
	for _, to := range n.MailTo {
		if _, err := mail.ParseAddress(to); err != nil {
			return fmt.Errorf("mail_to: %q is no mail address", to)
		}
	}
	if !slices.Contains([]string{"starttls", "tls", "none"}, n.MailSecurity) {
		return fmt.Errorf("mail_security: %q is none of starttls, tls and none", n.MailSecurity)
	}
	for i, w := range n.Webhooks {
		kind, name, _ := strings.Cut(w, " ")
		if kind != "teams" && kind != "slack" || strings.TrimSpace(name) == "" || len(w) > 100 {
			return fmt.Errorf("webhooks: %.100q is not written as teams or slack, a blank, and a name", w)
		}
		if slices.Contains(n.Webhooks[:i], w) {
			return fmt.Errorf("webhooks: %q is there twice", w)
		}
	}
	if _, err := time.Parse("15:04", n.Morning); n.Morning != "" && err != nil {
		return fmt.Errorf("morning: %q is no time like 08:30", n.Morning)
	}
	return nil
}
