package akerun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"dakokubridge/connector/token"
	"dakokubridge/connector/transport"
	"dakokubridge/connector/vault"
)

const redirect = "https://bridge.example/akerun/callback"

// seen is a request as the service got it.
type seen struct {
	method, path, query, authorization, body string
}

// service answers as the script of a test says, and notes what it was asked.
type service struct {
	mu       sync.Mutex
	requests []seen
	answer   func(n int, r seen) (status int, header http.Header, body string)
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	n := len(s.requests)
	asked := seen{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Get("Authorization"), string(body)}
	s.requests = append(s.requests, asked)
	s.mu.Unlock()
	status, header, text := s.answer(n, asked)
	for name, values := range header {
		w.Header()[name] = values
	}
	if status == 0 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
	io.WriteString(w, text)
}

// start gives a client, signed in with at-1 and rt-1, of a service on loopback.
func start(t *testing.T, answer func(n int, r seen) (int, http.Header, string)) (*Client, *service) {
	t.Helper()
	s := &service{answer: answer}
	server := httptest.NewServer(s)
	v := vault.Memory()
	if err := v.Set(t.Context(), vault.AkerunClientSecret, "s3cret"); err != nil {
		t.Fatal(err)
	}
	httpClient := transport.New(transport.Options{})
	c, err := New(Config{BaseURL: server.URL + "/", ClientID: "client", RedirectURI: redirect, Vault: v, HTTP: httpClient,
		Wait: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Tokens().Adopt(t.Context(), token.Grant{AccessToken: "at-1", RefreshToken: "rt-1"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { httpClient.CloseIdleConnections(); server.Close() })
	return c, s
}

// always answers the same.
func always(status int, body string) func(int, seen) (int, http.Header, string) {
	return func(int, seen) (int, http.Header, string) { return status, nil, body }
}

// one answer after another, the last one for ever.
func inTurn(answers ...string) func(int, seen) (int, http.Header, string) {
	return func(n int, _ seen) (int, http.Header, string) { return 200, nil, answers[min(n, len(answers)-1)] }
}

// verdict is cause/advice of an error, with "sent" where the outcome is unknown.
func verdict(err error) string {
	if err == nil {
		return "ok"
	}
	var e interface {
		Cause() string
		Advice() string
		Sent() bool
		RetryAfter() time.Time
	}
	if !errors.As(err, &e) {
		return "untyped: " + err.Error()
	}
	v := e.Cause() + "/" + e.Advice()
	if e.Sent() {
		v += "/sent"
	}
	return v
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// userRows are JSON users u-from to u-to.
func userRows(from, to int) string {
	var rows []string
	for i := from; i <= to; i++ {
		rows = append(rows, fmt.Sprintf(`{"id":"U-%04d","name":"n","mail":null,"authority":"member","code":"%d"}`, i, i))
	}
	return `{"users":[` + strings.Join(rows, ",") + `]}`
}
