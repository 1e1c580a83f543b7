package messenger_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"dakokubridge/connector/messenger"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var told = messenger.Message{Subject: "【打刻ブリッジ】停止中: 要再連携", Text: "1行目 <x> & y\n2行目", At: time.Date(2026, 11, 25, 9, 0, 0, 0, time.FixedZone("JST", 9*3600))}

// letter is a mail as a server took it.
type letter struct {
	from string
	to   []string
	data string
	tls  bool
	auth string
}

// smtpServer speaks as much SMTP (RFC 5321) as a mail needs, with STARTTLS (RFC 3207) and AUTH PLAIN (RFC 4954).
type smtpServer struct {
	net.Listener
	cert   *tls.Certificate // nil: no TLS
	refuse string           // an answer to RCPT
	user   string
	first  bool // TLS from the first byte

	mu      sync.Mutex
	letters []letter
	done    sync.WaitGroup
}

func serve(t *testing.T, s *smtpServer) *smtpServer {
	t.Helper()
	var err error
	if s.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.done.Go(func() {
		for {
			conn, err := s.Accept()
			if err != nil {
				return
			}
			s.done.Go(func() { s.talk(conn) })
		}
	})
	t.Cleanup(func() { _ = s.Close(); s.done.Wait() })
	return s
}

func (s *smtpServer) talk(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	var l letter
	if s.first {
		conn, l.tls = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*s.cert}}), true
	}
	in := bufio.NewReader(conn)
	say := func(lines ...string) { _, _ = io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n") }
	say("220 test ESMTP")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO", "HELO":
			answer := []string{"250-test", "250-8BITMIME"}
			if s.cert != nil && !l.tls {
				answer = append(answer, "250-STARTTLS")
			}
			if s.user != "" {
				answer = append(answer, "250-AUTH PLAIN")
			}
			say(append(answer, "250 SMTPUTF8")...)
		case "STARTTLS":
			say("220 go")
			conn, l.tls = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*s.cert}}), true
			in = bufio.NewReader(conn)
		case "AUTH":
			code, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN "))
			if l.auth = strings.ReplaceAll(string(code), "\x00", "/"); l.auth != s.user {
				say("535 no")
				continue
			}
			say("235 yes")
		case "MAIL":
			l.from = rest
			say("250 ok")
		case "RCPT":
			if s.refuse != "" {
				say(s.refuse)
				continue
			}
			l.to = append(l.to, rest)
			say("250 ok")
		case "DATA":
			say("354 go")
			for {
				d, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if d == ".\r\n" {
					break
				}
				l.data += d
			}
			s.mu.Lock()
			s.letters = append(s.letters, l)
			s.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (s *smtpServer) taken() []letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.letters
}

// certificate makes one for 127.0.0.1 and the roots that trust it.
func certificate(t *testing.T) (*tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	raw, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, pool
}

func TestMail(t *testing.T) {
	cert, roots := certificate(t)
	trusted := &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}
	for name, c := range map[string]struct {
		server *smtpServer
		mail   messenger.Mail
		fails  bool
		is     error
	}{
		"plain":              {&smtpServer{}, messenger.Mail{Security: messenger.Plain}, false, nil},
		"plain, signed in":   {&smtpServer{user: "/u/p"}, messenger.Mail{Security: messenger.Plain, User: "u", Password: "p"}, false, nil},
		"starttls":           {&smtpServer{cert: cert, user: "/u/p"}, messenger.Mail{Security: messenger.StartTLS, User: "u", Password: "p", TLS: trusted}, false, nil},
		"tls":                {&smtpServer{cert: cert, user: "/u/p", first: true}, messenger.Mail{Security: messenger.TLS, User: "u", Password: "p", TLS: trusted}, false, nil},
		"no starttls there":  {&smtpServer{user: "/u/p"}, messenger.Mail{Security: messenger.StartTLS, User: "u", Password: "p", TLS: trusted}, true, nil},
		"a strange server":   {&smtpServer{cert: cert}, messenger.Mail{Security: messenger.StartTLS}, true, nil},
		"the wrong password": {&smtpServer{cert: cert, user: "/u/p"}, messenger.Mail{Security: messenger.StartTLS, User: "u", Password: "sesame", TLS: trusted}, true, nil},
		"a refused receiver": {&smtpServer{refuse: "550 no such user"}, messenger.Mail{Security: messenger.Plain}, true, messenger.ErrRefused},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, c.server)
			c.mail.Server, c.mail.From, c.mail.To = s.Addr().String(), "bridge@example.co.jp", []string{"hr@example.co.jp", "it@example.co.jp"}
			err := c.mail.Send(t.Context(), told)
			if c.fails != (err != nil) || c.is != nil && !errors.Is(err, c.is) {
				t.Fatalf("%v", err)
			}
			if c.fails {
				if len(s.taken()) != 0 || strings.Contains(err.Error(), "sesame") {
					t.Errorf("%v, and %d mails were taken", err, len(s.taken()))
				}
				return
			}
			l := s.taken()
			if len(l) != 1 || len(l[0].to) != 2 || l[0].auth != c.server.user || l[0].tls != (c.server.cert != nil) {
				t.Fatalf("%+v", l)
			}
			readable(t, l[0].data)
		})
	}
	m := messenger.Mail{Server: "mail.example.co.jp:25", Security: messenger.Plain, User: "u", Password: "p", From: "a@example.co.jp", To: []string{"b@example.co.jp"}}
	if err := m.Send(t.Context(), told); err == nil || !strings.Contains(err.Error(), "TLS only") {
		t.Errorf("a password over the net without TLS: %v", err)
	}
}

func readable(t *testing.T, data string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	date, dateErr := m.Header.Date()
	if err != nil || dateErr != nil || subject != told.Subject || !date.Equal(told.At) || m.Header.Get("Message-ID") == "" {
		t.Errorf("%v %v: %q at %v", err, dateErr, subject, date)
	}
}

func TestWebhooks(t *testing.T) {
	var body string
	status := http.StatusAccepted
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body = string(b)
		w.WriteHeader(status)
	}))
	defer server.Close()
	client := server.Client()
	slack := messenger.Webhook{Kind: messenger.Slack, Address: server.URL + "/services/secret", HTTP: client}
	if err := slack.Send(t.Context(), told); err != nil || !strings.Contains(body, `*【打刻ブリッジ】停止中: 要再連携*\n1行目`) || strings.Contains(body, "<x>") {
		t.Errorf("%v %s", err, body)
	}
	teams := messenger.Webhook{Kind: messenger.Teams, Address: server.URL + "/workflows/secret", HTTP: client}
	if err := teams.Send(t.Context(), told); err != nil {
		t.Error(err)
	}
	var card struct {
		Attachments []struct {
			Content struct {
				Body []struct{ Text string }
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &card); err != nil || len(card.Attachments) != 1 || len(card.Attachments[0].Content.Body) != 2 || card.Attachments[0].Content.Body[0].Text != told.Subject {
		t.Errorf("%v %s", err, body)
	}
	for _, status = range []int{http.StatusNotFound, http.StatusFound, http.StatusInternalServerError} {
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if err := slack.Send(t.Context(), told); !errors.Is(err, messenger.ErrRefused) || !strings.Contains(err.Error(), fmt.Sprint(status)) {
			t.Errorf("%d: %v", status, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := slack.Send(ctx, told); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a failed call: %v", err)
	}
	for _, address := range []string{"http://hooks.example.com/x", "ftp://127.0.0.1/x", "https://u:p@hooks.example.com/", "hooks"} {
		if messenger.CheckWebhook(address) == nil {
			t.Errorf("%s is taken", address)
		}
	}
}
