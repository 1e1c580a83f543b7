package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Causes of a Failure.
const (
	CauseOffline   = "offline"   // no connection: dialling, name resolution, connection lost
	CauseProxy     = "proxy"     // the PC's proxy can't be reached or does not let the call through, such as without a password (407)
	CauseTimeout   = "timeout"   // the call's deadline passed
	CauseTLS       = "tls"       // the other side could not prove who it is, or speaks nothing newer than TLS 1.1
	CauseCancelled = "cancelled" // the caller gave up
)

// errDeadline is the cause that the context of a call carries when its Timeout has passed, as opposed to a deadline of the caller's.
var errDeadline = errors.New("no complete answer within the time allowed for a call")

// Failure is a call that brought no complete answer. Its text names no address and no query, because those carry mail addresses
// and codes.
type Failure struct {
	cause string
	sent  bool
	err   error
}

// Cause is one of the Cause constants.
func (f *Failure) Cause() string { return f.cause }

// Sent tells whether the request may have reached the server, so that its outcome is unknown.
func (f *Failure) Sent() bool { return f.sent }

// Error says what went wrong, with secrets masked.
func (f *Failure) Error() string { return f.cause + ": " + Redact(f.err.Error()) }

// Unwrap gives the error of net/http or of the context.
func (f *Failure) Unwrap() error { return f.err }

// newFailure classifies the error of a call made under ctx.
func newFailure(ctx context.Context, err error, sent bool) *Failure {
	var known *Failure
	if errors.As(err, &known) {
		return known
	}
	return &Failure{cause: causeOf(ctx, err), sent: sent, err: err}
}

// proxyError is the status with which a proxy refused to connect.
type proxyError int

// Error names the status.
func (e proxyError) Error() string {
	return fmt.Sprintf("the proxy answered %d %s", int(e), http.StatusText(int(e)))
}

func isProxy(err error) bool {
	var (
		refused proxyError
		op      *net.OpError
	)
	return errors.As(err, &refused) || errors.As(err, &op) && op.Op == "proxyconnect"
}

func causeOf(ctx context.Context, err error) string {
	var netErr net.Error
	switch {
	case errors.Is(context.Cause(ctx), errDeadline):
		return CauseTimeout
	case errors.Is(ctx.Err(), context.Canceled), errors.Is(err, context.Canceled):
		return CauseCancelled
	case errors.Is(err, context.DeadlineExceeded):
		return CauseTimeout
	case isProxy(err):
		return CauseProxy
	case isTLS(err):
		return CauseTLS
	case errors.As(err, &netErr) && netErr.Timeout():
		return CauseTimeout
	}
	return CauseOffline
}

func isTLS(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		record       tls.RecordHeaderError
		alert        tls.AlertError
		authority    x509.UnknownAuthorityError
		hostname     x509.HostnameError
		invalid      x509.CertificateInvalidError
	)
	return errors.As(err, &verification) || errors.As(err, &record) || errors.As(err, &alert) ||
		errors.As(err, &authority) || errors.As(err, &hostname) || errors.As(err, &invalid) ||
		// crypto/tls has no type for a failed version negotiation.
		strings.Contains(err.Error(), "tls: ")
}

// provesUnsent tells whether the error by itself proves that no byte of the request went out.
func provesUnsent(err error) bool {
	var (
		op   *net.OpError
		name *net.DNSError
	)
	if errors.As(err, &op) && op.Op == "dial" {
		return true
	}
	return errors.As(err, &name) || isProxy(err) || isTLS(err)
}

// Sent tells whether the call that failed with err may have reached the server. It is false for no error and for failures that surely
// kept the request here (dialling, name resolution, TLS, cancelled before it began), true for everything else, because an outcome
// that might be unknown has to be looked up.
func Sent(err error) bool {
	if err == nil {
		return false
	}
	var f *Failure
	if errors.As(err, &f) {
		return f.sent
	}
	return true
}

// Cause gives the Cause of the Failure in err, and "" where there is none.
func Cause(err error) string {
	var f *Failure
	if errors.As(err, &f) {
		return f.cause
	}
	return ""
}

// Inner strips the *url.Error that net/http puts around an error of http.Client.Do, because its text repeats the whole address with
// its query. Other errors come back as they are.
func Inner(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// Issuer names who has signed the certificate that was refused, as the certificate itself says: where it is a product that looks into
// TLS, that is its name. It is "" for other failures, and where the certificate names nobody.
func Issuer(err error) string {
	var (
		verification *tls.CertificateVerificationError
		authority    x509.UnknownAuthorityError
	)
	cert := (*x509.Certificate)(nil)
	switch {
	case errors.As(err, &verification) && len(verification.UnverifiedCertificates) > 0:
		cert = verification.UnverifiedCertificates[0]
	case errors.As(err, &authority):
		cert = authority.Cert
	}
	if cert == nil {
		return ""
	}
	name := cert.Issuer.CommonName
	if len(cert.Issuer.Organization) > 0 {
		name = cert.Issuer.Organization[0]
	}
	return Snippet([]byte(name))
}
