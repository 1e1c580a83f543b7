package transport

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestRedirectComesBackAsItIs(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		var elsewhere atomic.Int32
		other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", other.URL)
			w.WriteHeader(status)
		}))
		client := New(Options{})
		req, _ := http.NewRequest("POST", server.URL, strings.NewReader("grant_type=refresh_token"))
		req.Header.Set("Authorization", "Bearer abc")
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		drain(resp.Body)
		if resp.StatusCode != status || elsewhere.Load() != 0 {
			t.Errorf("status %d became %d, %d calls followed", status, resp.StatusCode, elsewhere.Load())
		}
		client.CloseIdleConnections()
		server.Close()
		other.Close()
	}
}

func TestBoard(t *testing.T) {
	t.Run("D07-slow-trickle", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			base := pipeTo(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for r.Context().Err() == nil {
					w.Write([]byte("x"))
					w.(http.Flusher).Flush()
					time.Sleep(time.Second)
				}
			}))
			began := time.Now()
			resp, err := New(Options{Base: base}).Get("http://host/")
			if err != nil {
				t.Fatal(err)
			}
			_, err = ReadBody(resp, MaxBody)
			if Cause(err) != CauseTimeout || !Sent(err) {
				t.Errorf("got %v, want a timeout that was sent", err)
			}
			if took := time.Since(began); took != DefaultTimeout {
				t.Errorf("took %v, want %v", took, DefaultTimeout)
			}
		})
	})
	t.Run("D08-blackhole-connected", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			base := pipeTo(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				<-r.Context().Done()
			}))
			began := time.Now()
			_, err := New(Options{Base: base, Timeout: 5 * time.Second}).Post("http://host/", "text/plain", strings.NewReader("x"))
			if Cause(err) != CauseTimeout || !Sent(err) || time.Since(began) != 5*time.Second {
				t.Errorf("got %v after %v, want a timeout after 5 s that was sent", err, time.Since(began))
			}
		})
	})
	t.Run("D11-proxy-407", func(t *testing.T) {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(407) }))
		defer proxy.Close()
		for _, address := range []string{proxy.URL, "http://127.0.0.1:1"} {
			base := systemTransport(nil)
			base.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(address) }
			_, err := New(Options{Base: base}).Post("https://api.akerun.example/oauth/token", "text/plain", strings.NewReader("x"))
			if Cause(err) != CauseProxy || Sent(err) {
				t.Errorf("%s: got %v, cause %q, sent %v", address, err, Cause(err), Sent(err))
			}
			base.CloseIdleConnections()
		}
	})
	t.Run("D14-gzip-bomb", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			block := make([]byte, 1<<20)
			for range 64 {
				if _, err := z.Write(block); err != nil {
					return
				}
			}
			z.Close()
		}))
		defer server.Close()
		client := New(Options{})
		defer client.CloseIdleConnections()
		resp, err := client.Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		body, err := ReadBody(resp, 1<<20)
		if !errors.Is(err, ErrTooLarge) || body != nil {
			t.Errorf("got %d bytes and %v, want ErrTooLarge", len(body), err)
		}
	})
	t.Run("D15-silent-http-replay", func(t *testing.T) {
		requests, address := closingServer(t)
		base := http.DefaultTransport.(*http.Transport).Clone()
		client := New(Options{Base: base})
		defer client.CloseIdleConnections()
		for i := range 2 {
			req, _ := http.NewRequest("POST", address, strings.NewReader("stamp"))
			// With this header net/http repeats a POST by itself if it can rewind the body.
			req.Header.Set("Idempotency-Key", "k")
			resp, err := client.Do(req)
			if i == 0 {
				if err != nil {
					t.Fatal(err)
				}
				drain(resp.Body)
				continue
			}
			if err == nil || !Sent(err) || Cause(err) != CauseOffline {
				t.Errorf("got %v, want a lost answer", err)
			}
		}
		if n := requests.Load(); n != 2 {
			t.Errorf("the server saw %d requests, want 2", n)
		}
	})
}

// closingServer answers the first request and closes the connection after reading the second, without an answer; any further one counts.
func closingServer(t *testing.T) (*atomic.Int32, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var requests atomic.Int32
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			in := bufio.NewReader(conn)
			for {
				req, err := http.ReadRequest(in)
				if err != nil {
					break
				}
				io.Copy(io.Discard, req.Body)
				if requests.Add(1) == 2 {
					break
				}
				io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			}
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return &requests, "http://" + l.Addr().String()
}

func TestDateIsObservedOnlyWhenItIsOne(t *testing.T) {
	for _, tt := range []struct {
		date string
		want time.Time
	}{
		{"Sun, 22 Nov 2026 05:00:00 GMT", time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)},
		{"Sunday, 22-Nov-26 05:00:00 GMT", time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)},
		{"yesterday", time.Time{}},
		{"2026-11-22T05:00:00Z", time.Time{}},
		{"", time.Time{}},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := pipeTo(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Date"] = nil
				if tt.date != "" {
					w.Header().Set("Date", tt.date)
				}
				w.WriteHeader(503)
			}))
			var seen []time.Time
			resp, err := New(Options{Base: base, Observe: func(d time.Time) { seen = append(seen, d) }}).Get("http://host/")
			if err != nil {
				t.Fatal(err)
			}
			drain(resp.Body)
			switch {
			case tt.want.IsZero() && len(seen) != 0:
				t.Errorf("Date %q: observed %v", tt.date, seen)
			case !tt.want.IsZero() && (len(seen) != 1 || !seen[0].Equal(tt.want) || seen[0].Location() != time.UTC):
				t.Errorf("Date %q: observed %v, want %v", tt.date, seen, tt.want)
			}
		})
	}
}

func TestPaceWaitsOutsideTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := pipeTo(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
		client := New(Options{Base: base, Timeout: time.Second, Pace: func(ctx context.Context) error {
			time.Sleep(time.Hour)
			return nil
		}})
		resp, err := client.Get("http://host/")
		if err != nil {
			t.Fatalf("after waiting for the budget: %v", err)
		}
		drain(resp.Body)
	})
	refused := errors.New("no budget")
	_, err := New(Options{Pace: func(context.Context) error { return refused }}).Get("http://127.0.0.1:1/")
	if !errors.Is(err, refused) || Sent(err) {
		t.Errorf("got %v, Sent %v", err, Sent(err))
	}
}

func TestWhatIsKnownOfAFailedCall(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	breaking := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		if r.URL.Path == "/half" {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
		}
		conn.Close()
	}))
	defer breaking.Close()
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()

	for _, tt := range []struct {
		name  string
		base  http.RoundTripper
		ctx   context.Context
		url   string
		cause string
		sent  bool
	}{
		{"nobody listens", nil, nil, "http://" + closed.Addr().String(), CauseOffline, false},
		{"no such name", dialling(&net.DNSError{Err: "no such host", Name: "api.example", IsNotFound: true}), nil, "http://api.example", CauseOffline, false},
		{"dial timed out", dialling(&net.OpError{Op: "dial", Err: timedOut{}}), nil, "http://api.example", CauseTimeout, false},
		{"cancelled before", nil, cancelled, breaking.URL, CauseCancelled, false},
		{"answer lost", nil, nil, breaking.URL, CauseOffline, true},
		{"answer cut", nil, nil, breaking.URL + "/half", CauseOffline, true},
		{"a transport that tells nothing", roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("broken") }), nil, "http://api.example", CauseOffline, true},
		{"one that tells of dialling", roundTrip(func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
		}), nil, "http://api.example", CauseOffline, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := New(Options{Base: tt.base})
			defer client.CloseIdleConnections()
			ctx := tt.ctx
			if ctx == nil {
				ctx = context.Background()
			}
			req, _ := http.NewRequestWithContext(ctx, "POST", tt.url+"?user_mail=taro@example.com", strings.NewReader("x"))
			resp, err := client.Do(req)
			if err == nil {
				_, err = ReadBody(resp, MaxBody)
			}
			if Cause(err) != tt.cause || Sent(err) != tt.sent {
				t.Errorf("got %v: cause %q, sent %v, want %q, %v", err, Cause(err), Sent(err), tt.cause, tt.sent)
			}
			if text := Inner(err).Error(); strings.Contains(text, "taro") {
				t.Errorf("the inner error tells the query: %s", text)
			}
		})
	}
	if Sent(nil) || Cause(nil) != "" || Cause(errors.New("x")) != "" || !Sent(errors.New("x")) {
		t.Error("nil is no call, and an unknown error has an unknown outcome")
	}
}

func TestCancelledAfterSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := pipeTo(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		req, _ := http.NewRequestWithContext(ctx, "GET", "http://host/", nil)
		_, err := New(Options{Base: base}).Do(req)
		if Cause(err) != CauseCancelled || !Sent(err) || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, sent %v", err, Sent(err))
		}
	})
}

func TestReadBody(t *testing.T) {
	answer := func(body string, length int64) *http.Response {
		return &http.Response{Body: io.NopCloser(strings.NewReader(body)), ContentLength: length}
	}
	if got, err := ReadBody(answer("12345", 5), 5); err != nil || string(got) != "12345" {
		t.Errorf("exactly the limit: %q, %v", got, err)
	}
	if _, err := ReadBody(answer("123456", -1), 5); !errors.Is(err, ErrTooLarge) {
		t.Errorf("one more than the limit: %v", err)
	}
	if _, err := ReadBody(answer("", 1<<40), 5); !errors.Is(err, ErrTooLarge) {
		t.Errorf("announced as too long: %v", err)
	}
	body := &closeNoted{Reader: bytes.NewReader(make([]byte, 10))}
	ReadBody(&http.Response{Body: body, ContentLength: -1}, 5)
	if !body.closed {
		t.Error("the body stayed open")
	}
}

type closeNoted struct {
	io.Reader
	closed bool
}

func (c *closeNoted) Close() error { c.closed = true; return nil }

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func dialling(err error) *http.Transport {
	return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, err }}
}

type timedOut struct{}

func (timedOut) Error() string   { return "timed out" }
func (timedOut) Timeout() bool   { return true }
func (timedOut) Temporary() bool { return true }

func FuzzRetryAfter(f *testing.F) {
	f.Add("120", "Sun, 22 Nov 2026 00:00:00 GMT")
	f.Add("Sun, 22 Nov 2026 00:02:00 GMT", "")
	f.Add("99999999999999999999", "x")
	f.Add("-1", "Sunday, 22-Nov-26 00:00:00 GMT")
	received := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value, date string) {
		at := RetryAfter(http.Header{"Retry-After": {value}, "Date": {date}}, received)
		from := received
		if d, err := http.ParseTime(date); err == nil {
			from = d
		}
		if at.After(from.Add(7*24*time.Hour)) || at.Location() != time.UTC {
			t.Errorf("Retry-After %q with Date %q: not before %s", value, date, at)
		}
	})
}
