//go:build linux && !race

package window

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"
)

// browser is a real Chromium without a window, driven through chromedriver.
type browser struct {
	t       *testing.T
	address string // of chromedriver
	home    string
	session string
	profile int
}

func newBrowser(t *testing.T, env []string) *browser {
	t.Helper()
	home, err := os.MkdirTemp("", "dakokubridge-chromium")
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	must(t, l.Close())
	b := &browser{t: t, address: fmt.Sprintf("http://127.0.0.1:%d", port), home: home}
	cmd := exec.Command("chromedriver", fmt.Sprintf("--port=%d", port), "--log-level=OFF")
	cmd.Env = env
	must(t, cmd.Start())
	t.Cleanup(func() {
		b.close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		// Chromium goes on writing for a moment after it has been told to end: gone is what stays away.
		away := 0
		b.until("the browser to be gone", func() bool {
			if _, err := os.Stat(home); err == nil {
				away = 0
				_ = os.RemoveAll(home)
			} else {
				away++
			}
			return away > 10
		})
	})
	b.until("chromedriver", func() bool {
		answer, err := http.Get(b.address + "/status")
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	return b
}

func (b *browser) until(what string, holds func() bool) {
	b.t.Helper()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			b.t.Fatalf("waited %v for %s; the browser is at %s", patience, what, b.at())
		case <-ticker.C:
		}
	}
}

// call speaks WebDriver (https://www.w3.org/TR/webdriver2/).
func (b *browser) call(method, path string, body any) (json.RawMessage, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	if method == http.MethodGet {
		raw = nil
	}
	r, err := http.NewRequest(method, b.address+path, bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	var value struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&value); err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s %s: %s", method, path, value.Value)
	}
	return value.Value, nil
}

// open opens an address in a browser without cookies.
func (b *browser) open(address string) {
	b.t.Helper()
	b.close()
	b.profile++
	options := map[string]any{"args": []string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--no-proxy-server", fmt.Sprintf("--user-data-dir=%s/chromium%d", b.home, b.profile),
	}}
	value, err := b.call(http.MethodPost, "/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"browserName": "chrome", "goog:chromeOptions": options, "pageLoadStrategy": "normal",
	}}})
	must(b.t, err)
	var session struct {
		ID string `json:"sessionId"`
	}
	must(b.t, json.Unmarshal(value, &session))
	b.session = "/session/" + session.ID
	_, err = b.call(http.MethodPost, b.session+"/url", map[string]string{"url": address})
	must(b.t, err)
}

func (b *browser) close() {
	if b.session != "" {
		_, _ = b.call(http.MethodDelete, b.session, nil)
		b.session = ""
	}
}

// at is the address in the address bar.
func (b *browser) at() (address string) {
	if value, err := b.call(http.MethodGet, b.session+"/url", nil); err == nil {
		_ = json.Unmarshal(value, &address)
	}
	return address
}

// element waits for an element by CSS and gives its path.
func (b *browser) element(css string) (path string) {
	b.t.Helper()
	b.until(css, func() bool {
		value, err := b.call(http.MethodPost, b.session+"/element", map[string]string{"using": "css selector", "value": css})
		if err != nil {
			return false
		}
		var found map[string]string
		must(b.t, json.Unmarshal(value, &found))
		for _, id := range found {
			path = b.session + "/element/" + id
		}
		return path != ""
	})
	return path
}

func (b *browser) fill(css, words string) {
	b.t.Helper()
	_, err := b.call(http.MethodPost, b.element(css)+"/value", map[string]string{"text": words})
	must(b.t, err)
}

func (b *browser) click(css string) {
	b.t.Helper()
	_, err := b.call(http.MethodPost, b.element(css)+"/click", map[string]string{})
	must(b.t, err)
}
