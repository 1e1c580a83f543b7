package transport

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// certificate makes one for the names, signed by itself.
func certificate(t *testing.T, until time.Time, names []string, addresses ...net.IP) (tls.Certificate, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: until.Add(-48 * time.Hour), NotAfter: until,
		DNSNames: names, IPAddresses: addresses, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, parsed
}

func TestBoardM13TLSFloor(t *testing.T) {
	tomorrow, yesterday := time.Now().Add(24*time.Hour), time.Now().Add(-24*time.Hour)
	here := net.IPv4(127, 0, 0, 1)
	for _, tt := range []struct {
		name    string
		until   time.Time
		names   []string
		ips     []net.IP
		version uint16
		trusted bool
		works   bool
	}{
		{"TLS 1.3, trusted, right name", tomorrow, nil, []net.IP{here}, tls.VersionTLS13, true, true},
		{"TLS 1.2", tomorrow, nil, []net.IP{here}, tls.VersionTLS12, true, true},
		{"TLS 1.1", tomorrow, nil, []net.IP{here}, tls.VersionTLS11, true, false},
		{"TLS 1.0", tomorrow, nil, []net.IP{here}, tls.VersionTLS10, true, false},
		{"wrong name", tomorrow, []string{"api.example"}, nil, tls.VersionTLS13, true, false},
		{"expired", yesterday, nil, []net.IP{here}, tls.VersionTLS13, true, false},
		{"not valid yet, as at a PC whose clock says 1970 (C06)", tomorrow.Add(72 * time.Hour), nil, []net.IP{here}, tls.VersionTLS13, true, false},
		{"signed by itself (a proxy that opens TLS)", tomorrow, nil, []net.IP{here}, tls.VersionTLS13, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cert, parsed := certificate(t, tt.until, tt.names, tt.ips...)
			served := 0
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }))
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS10, MaxVersion: tt.version}
			server.StartTLS()
			defer server.Close()
			base := systemTransport(nil)
			defer base.CloseIdleConnections()
			if tt.trusted {
				base.TLSClientConfig.RootCAs = x509.NewCertPool()
				base.TLSClientConfig.RootCAs.AddCert(parsed)
			}
			resp, err := New(Options{Base: base}).Get(server.URL)
			if tt.works {
				if err != nil {
					t.Fatal(err)
				}
				drain(resp.Body)
				return
			}
			if Cause(err) != CauseTLS || Sent(err) || served != 0 {
				t.Errorf("got %v: cause %q, sent %v, served %d", err, Cause(err), Sent(err), served)
			}
		})
	}
}

func TestPlainServerBehindHTTPS(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	client := New(Options{})
	defer client.CloseIdleConnections()
	_, err := client.Get("https://" + server.Listener.Addr().String())
	if Cause(err) != CauseTLS || Sent(err) {
		t.Errorf("got %v, cause %q", err, Cause(err))
	}
}
