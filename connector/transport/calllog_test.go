package transport

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestCallsAreLoggedWithoutWhatTheyCarry(t *testing.T) {
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo} {
		var said bytes.Buffer
		fail := false
		client := New(Options{
			Log: slog.New(RedactingHandler(slog.NewJSONHandler(&said, &slog.HandlerOptions{Level: level}))),
			Base: roundTripper(func(*http.Request) (*http.Response, error) {
				if fail {
					return nil, errors.New("connection reset")
				}
				answer := httptest.NewRecorder()
				answer.WriteHeader(http.StatusTeapot)
				return answer.Result(), nil
			}),
		})
		for range 2 {
			resp, err := client.Post("https://host.example/v3/users?mail=taro@example.co.jp", "text/plain", strings.NewReader("山田太郎"))
			if err == nil {
				resp.Body.Close()
			}
			fail = true
		}
		text := said.String()
		if level > slog.LevelDebug {
			if text != "" {
				t.Errorf("logged at %v: %s", level, text)
			}
			continue
		}
		for _, want := range []string{`"method":"POST"`, `"path":"/v3/users"`, `"status":418`, "connection reset"} {
			if !strings.Contains(text, want) {
				t.Errorf("no %s in\n%s", want, text)
			}
		}
		if strings.Contains(text, "taro") || strings.Contains(text, "山田") {
			t.Errorf("a person is in\n%s", text)
		}
	}
}
