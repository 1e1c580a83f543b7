package transport

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

func TestCheckBaseURL(t *testing.T) {
	for raw, ok := range map[string]bool{
		"https://api.akerun.com":             true,
		"https://api.akerun.com/":            true,
		"https://x--sbx.sandbox.my.site.com": true,
		"http://127.0.0.1:8080":              true,
		"http://127.8.9.1:8080":              true,
		"http://localhost:8080":              true,
		"http://LOCALHOST:8080":              true,
		"http://[::1]:8080":                  true,
		"http://api.akerun.com":              false,
		"http://10.0.0.1":                    false,
		"http://localhost.evil.example":      false,
		"http://127.0.0.1.evil.example":      false,
		"http://[::ffff:10.0.0.1]":           false,
		"ftp://127.0.0.1":                    false,
		"api.akerun.com":                     false,
		"//api.akerun.com":                   false,
		"https://":                           false,
		"https:api.akerun.com":               false,
		"https://user@api.akerun.com":        false,
		"https://127.0.0.1@evil.example":     false,
		"https://api.akerun.com?x=1":         false,
		"https://api.akerun.com?":            false,
		"https://api.akerun.com#x":           false,
		"https://a b":                        false,
		"":                                   false,
	} {
		if err := CheckBaseURL(raw); (err == nil) != ok {
			t.Errorf("CheckBaseURL(%q) = %v, want ok %v", raw, err, ok)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	received := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	served := received.Add(2 * time.Hour) // the PC's clock is two hours slow
	for _, tt := range []struct {
		name, value, date string
		want              time.Time
	}{
		{"seconds", "120", "", received.Add(2 * time.Minute)},
		{"seconds from the server's Date", "120", served.Format(http.TimeFormat), served.Add(2 * time.Minute)},
		{"blanks", " 120 ", "", received.Add(2 * time.Minute)},
		{"date", served.Add(time.Minute).Format(http.TimeFormat), "", served.Add(time.Minute)},
		{"date in the past", received.Add(-time.Hour).Format(http.TimeFormat), "", received.Add(-time.Hour)},
		{"absent", "", "", time.Time{}},
		{"zero", "0", "", received},
		{"one day", "86400", "", received.Add(24 * time.Hour)},
		{"a year", "31536000", "", received.Add(longestRetryAfter)},
		{"more than a number holds", "99999999999999999999999999", "", received.Add(longestRetryAfter)},
		{"date in a hundred years", "Fri, 22 Nov 2126 05:00:00 GMT", "", received.Add(longestRetryAfter)},
		{"negative", "-5", "", time.Time{}},
		{"garbage", "soon", "", time.Time{}},
		{"fraction", "1.5", "", time.Time{}},
		{"garbage Date", "120", "today", received.Add(2 * time.Minute)},
	} {
		h := http.Header{}
		if tt.value != "" {
			h.Set("Retry-After", tt.value)
		}
		if tt.date != "" {
			h.Set("Date", tt.date)
		}
		if got := RetryAfter(h, received); !got.Equal(tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestProxyIsNeverForThisMachine(t *testing.T) {
	asked := 0
	proxy := withoutLoopback(func(*http.Request) (*url.URL, error) {
		asked++
		return &url.URL{Host: "proxy.example:8080"}, nil // as a PAC file's answer comes
	})
	for _, host := range []string{"http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"} {
		if u, err := proxy(httptest.NewRequest("GET", host, nil)); u != nil || err != nil || asked != 0 {
			t.Errorf("%s: %v, %v", host, u, err)
		}
	}
	u, err := proxy(httptest.NewRequest("GET", "https://api.akerun.com/", nil))
	if err != nil || u.String() != "http://proxy.example:8080" {
		t.Errorf("got %v, %v", u, err)
	}
}

func TestAChosenProxyGoesBeforeThatOfThePC(t *testing.T) {
	chosen := ""
	proxy := chosenProxy(func() string { return chosen }, func(*http.Request) (*url.URL, error) { return url.Parse("http://pc.example:1") })
	for address, want := range map[string]string{"": "http://pc.example:1", "http://office.example:8080": "http://office.example:8080"} {
		chosen = address
		u, err := proxy(httptest.NewRequest("GET", "https://api.akerun.com/", nil))
		if err != nil || u.String() != want {
			t.Errorf("chosen %q: got %v, %v, want %s", address, u, err, want)
		}
	}
	if u, err := proxy(httptest.NewRequest("GET", "http://127.0.0.1:1", nil)); u != nil || err != nil {
		t.Errorf("this machine through %v, %v", u, err)
	}
}
