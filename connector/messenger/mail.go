package messenger

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/wneessen/go-mail"
)

// Security says how the way to a mail server is kept.
type Security string

// The securities.
const (
	StartTLS Security = "starttls" // TLS after the greeting, or nothing is sent; the usual one, port 587
	TLS      Security = "tls"      // TLS from the first byte, port 465
	Plain    Security = "none"     // for relays inside the office that take no password; with a password only on this PC
)

// Mail is a mail server with the receivers of everything that goes there.
type Mail struct {
	Server         string // host:port
	Security       Security
	User, Password string // empty: without signing in
	From           string
	To             []string
	// TLS replaces the settings of TLS; nil: the certificates that the system trusts, for the server's name. For tests.
	TLS *tls.Config
}

// Send sends one mail to all receivers. A server's refusal is ErrRefused.
func (m Mail) Send(ctx context.Context, message Message) error {
	d := &dialled{}
	defer d.close()
	client, err := m.client(d)
	if err != nil {
		return err
	}
	letter := mail.NewMsg()
	if err := errors.Join(letter.From(m.From), letter.To(m.To...)); err != nil {
		return fmt.Errorf("writing the mail: %w", err)
	}
	letter.Subject(message.Subject)
	letter.SetDateWithValue(message.At)
	letter.SetMessageID()
	letter.SetUserAgent("dakokubridge")
	letter.SetBodyString(mail.TypeTextPlain, message.Text)
	ctx, cancel := bounded(ctx)
	defer cancel()
	if err := client.DialAndSendWithContext(ctx, letter); err != nil {
		var refused *mail.SendError
		if errors.As(err, &refused) {
			return fmt.Errorf("sending the mail: %w (%s)", ErrRefused, refused.Reason)
		}
		return fmt.Errorf("sending the mail: %w", err)
	}
	return nil
}

// dialled keeps hold of the connection: the library leaves it open when the greeting, TLS or signing in fails.
type dialled struct{ conn net.Conn }

func (d *dialled) close() {
	if d.conn != nil {
		_ = d.conn.Close()
	}
}

// dial opens the connection; settings are nil where TLS does not begin with the first byte.
func (d *dialled) dial(ctx context.Context, network, address string, settings *tls.Config) (conn net.Conn, err error) {
	if settings != nil {
		conn, err = (&tls.Dialer{Config: settings}).DialContext(ctx, network, address)
	} else {
		conn, err = (&net.Dialer{}).DialContext(ctx, network, address)
	}
	d.conn = conn
	return conn, err
}

func (m Mail) client(d *dialled) (*mail.Client, error) {
	host, port, err := net.SplitHostPort(m.Server)
	number, numberErr := strconv.Atoi(port)
	if err != nil || numberErr != nil || host == "" {
		return nil, fmt.Errorf("the mail server %q is not written as host:port", m.Server)
	}
	settings := m.TLS
	if settings == nil {
		settings = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	}
	options := []mail.Option{mail.WithPort(number), mail.WithTimeout(Timeout), mail.WithTLSConfig(settings), mail.WithoutNoop()}
	var first *tls.Config // of TLS from the first byte
	switch m.Security {
	case StartTLS:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case TLS:
		first = settings
		options = append(options, mail.WithSSL())
	case Plain:
		if m.Password != "" && !loopback(host) {
			return nil, errors.New("a password goes to the mail server over TLS only")
		}
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		return nil, fmt.Errorf("there is no security %q: give starttls, tls or none", m.Security)
	}
	if m.User != "" {
		options = append(options, m.signIn(), mail.WithUsername(m.User), mail.WithPassword(m.Password))
	}
	options = append(options, mail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
		return d.dial(ctx, network, address, first)
	}))
	client, err := mail.NewClient(host, options...)
	if err != nil {
		return nil, fmt.Errorf("preparing the mail: %w", err)
	}
	return client, nil
}

// signIn chooses how to sign in. The library does not see that a connection of ours has had TLS from its first byte, so there it gets a list.
func (m Mail) signIn() mail.Option {
	switch m.Security {
	case TLS:
		return mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthCramMD5, mail.SMTPAuthPlain, mail.SMTPAuthLogin)
	case Plain:
		return mail.WithSMTPAuth(mail.SMTPAuthPlainNoEnc)
	}
	return mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover)
}
