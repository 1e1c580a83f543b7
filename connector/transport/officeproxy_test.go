package transport

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// service is what stands behind the proxy: a real HTTPS server for the name api.akerun.example, and who vouches for it.
func service(t *testing.T) (server *httptest.Server, roots *x509.CertPool) {
	t.Helper()
	cert, parsed := certificate(t, time.Now().Add(24*time.Hour), []string{"api.akerun.example"})
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "accesses") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.StartTLS()
	t.Cleanup(server.Close)
	roots = x509.NewCertPool()
	roots.AddCert(parsed)
	return server, roots
}

// officeProxy is a real proxy on this machine that answers CONNECT, as offices have one.
type officeProxy struct {
	listener net.Listener
	target   string           // where every CONNECT leads
	password string           // "": anybody may pass
	inspects *tls.Certificate // nil: bytes pass through as they are; else it opens TLS with a certificate of its own
	mu       sync.Mutex
	asked    []string // what came in CONNECT lines
	serving  sync.WaitGroup
}

func startProxy(t *testing.T, p *officeProxy) *officeProxy {
	t.Helper()
	var err error
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	p.serving.Go(func() {
		for {
			conn, err := p.listener.Accept()
			if err != nil {
				return
			}
			p.serving.Go(func() { p.serve(conn) })
		}
	})
	t.Cleanup(func() { p.listener.Close(); p.serving.Wait() })
	return p
}

func (p *officeProxy) address() string { return "http://" + p.listener.Addr().String() }

func (p *officeProxy) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	req, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	p.mu.Lock()
	p.asked = append(p.asked, req.Method+" "+req.Host)
	p.mu.Unlock()
	if p.password != "" && req.Header.Get("Proxy-Authorization") != p.password {
		io.WriteString(conn, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n")
		return
	}
	io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
	if p.inspects != nil {
		opened := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*p.inspects}})
		if opened.Handshake() == nil { // a client that does not look would say everything here
			if req, err := http.ReadRequest(bufio.NewReader(opened)); err == nil {
				p.mu.Lock()
				p.asked = append(p.asked, "READ "+req.Header.Get("Authorization"))
				p.mu.Unlock()
			}
		}
		return
	}
	behind, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer behind.Close()
	back := make(chan struct{})
	go func() { defer close(back); io.Copy(conn, behind); conn.Close() }()
	io.Copy(behind, in)
	behind.Close()
	<-back
}

// call asks for accesses with a bearer token, by way of a proxy that somebody has typed in.
func (p *officeProxy) call(t *testing.T, roots *x509.CertPool) (string, error) {
	t.Helper()
	base := systemTransport(p.address)
	base.TLSClientConfig.RootCAs = roots
	defer base.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.akerun.example/v3/organizations", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer Kanarienvogel")
	resp, err := New(Options{Base: base, Timeout: 20 * time.Second}).Do(req)
	if err != nil {
		return "", err
	}
	body, err := ReadBody(resp, MaxBody)
	return string(body), err
}

func TestBoard_D11_ThroughTheOfficesProxy(t *testing.T) {
	server, roots := service(t)
	p := startProxy(t, &officeProxy{target: server.Listener.Addr().String()})
	if body, err := p.call(t, roots); err != nil || body != "accesses" {
		t.Errorf("%q %v", body, err)
	}
	if got := strings.Join(p.asked, ", "); got != "CONNECT api.akerun.example:443" {
		t.Errorf("the proxy saw %s", got)
	}
}

func TestBoard_D11_AProxyThatWantsAPassword(t *testing.T) {
	server, roots := service(t)
	p := startProxy(t, &officeProxy{target: server.Listener.Addr().String(), password: "NTLM xyz"})
	_, err := p.call(t, roots)
	if Cause(err) != CauseProxy || Sent(err) || !strings.Contains(err.Error(), "407") {
		t.Errorf("got %v: cause %q, sent %v", err, Cause(err), Sent(err))
	}
}

// A proxy that opens TLS is told apart from a network that is down, named, and sees nothing of the call.
func TestBoard_D11_AProxyThatInspects(t *testing.T) {
	server, roots := service(t)
	own, _ := certificate(t, time.Now().Add(24*time.Hour), []string{"api.akerun.example"})
	p := startProxy(t, &officeProxy{target: server.Listener.Addr().String(), inspects: &own})
	_, err := p.call(t, roots)
	if Cause(err) != CauseTLS || Sent(err) {
		t.Errorf("got %v: cause %q, sent %v", err, Cause(err), Sent(err))
	}
	if Issuer(err) != "test" {
		t.Errorf("the certificate is from %q", Issuer(err))
	}
	p.listener.Close()
	p.serving.Wait()
	for _, a := range p.asked {
		if strings.HasPrefix(a, "READ") {
			t.Errorf("the proxy could read %q", a)
		}
	}
}

// Where its root certificate is among those of the PC, such a proxy is taken: that is the administrator's choice.
func TestBoard_D11_AnInspectingProxyThatThePCTrusts(t *testing.T) {
	own, parsed := certificate(t, time.Now().Add(24*time.Hour), []string{"api.akerun.example"})
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	p := startProxy(t, &officeProxy{inspects: &own})
	if _, err := p.call(t, roots); Cause(err) == CauseTLS || Issuer(err) != "" {
		t.Errorf("got %v, issuer %q", err, Issuer(err))
	}
}
