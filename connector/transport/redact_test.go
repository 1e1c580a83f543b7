package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const canary = "cAnArY7tOkEn9Q"

func TestRedactMasks(t *testing.T) {
	for _, s := range []string{
		"Authorization: Bearer " + canary,
		"authorization: bearer " + canary + " was refused",
		"Authorization: Basic " + canary + "==",
		`{"access_token":"` + canary + `","token_type":"bearer"}`,
		`{"refresh_token" : "` + canary + `"}`,
		`{\"refresh_token\":\"` + canary + `\"}`,
		"grant_type=refresh_token&refresh_token=" + canary + "&client_id=x",
		"refresh_token%3D" + canary,
		"client_secret=" + canary,
		"code_verifier=" + canary,
		"password: " + canary,
		"https://x.example/cb?code=" + canary + "&state=s",
		"https://x.example/cb?state=" + canary,
		"https://x.example/cb#code=" + canary,
		"code=" + canary + canary,
		"token " + "eyJhbGciOiJSUzI1NiJ9." + canary + "." + canary,
		"sid 00D5g000004Abcd!" + canary + canary,
		"5Aep861" + canary + "xx",
		"the token " + strings.Repeat("a1", 32) + canary + " is bad",
		map[bool]string{true: "sid=" + canary}[true],
	} {
		if got := Redact(s); strings.Contains(got, canary) || !strings.Contains(got, masked) {
			t.Errorf("Redact(%q) = %q", s, got)
		}
	}
}

func TestRedactLeavesWhatIsNeeded(t *testing.T) {
	for _, s := range []string{
		`{"code":"invalid_token","message":"The access token expired."}`,
		"GET /v3/organizations/O-ab345-678ij/accesses: 403 not_allowed",
		"employee a0B5g00000XyZaBCDE, key db1/0123456789abcdef0123456789abcdef",
		"invalid_grant: expired access/refresh token",
		"accesses 1234567890921123456789 to 1234567890921123456790",
		"https://api.akerun.com/oauth/authorize/?client_id=x&response_type=code",
		"退勤 18:00 山田太郎",
	} {
		if got := Redact(s); got != s {
			t.Errorf("Redact(%q) = %q", s, got)
		}
	}
}

func TestRedactKnownValues(t *testing.T) {
	if got := Redact("you sent rt-1, didn't you", "rt-1", ""); strings.Contains(got, "rt-1") {
		t.Error(got)
	}
}

func TestSnippetIsShortAndMasked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.StringN(0, 250, 400).Draw(t, "before")
		got := Snippet([]byte(before+` "access_token":"`+canary+`" `+strings.Repeat("長い", 200)), canary)
		if len(got) > 200 || strings.Contains(got, canary) || strings.ContainsAny(got, "\n\r\x00") {
			t.Fatalf("%d bytes: %q", len(got), got)
		}
	})
	if got := Snippet([]byte("  a\n\tb ")); got != "a b" {
		t.Errorf("got %q", got)
	}
}

// FuzzRedact: whatever stands around it, the value of a secret parameter does not survive, and masking twice is masking once.
func FuzzRedact(f *testing.F) {
	f.Add("x", "y")
	f.Add(`{"a":"`, `","b":1}`)
	f.Add("https://h/?a=b&", "&c=d")
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(before+after, canary) {
			t.Skip()
		}
		for _, s := range []string{
			before + " refresh_token=" + canary + " " + after,
			before + ` "client_secret":"` + canary + `" ` + after,
			before + " Bearer " + canary + " " + after,
		} {
			if got := Redact(s); strings.Contains(got, canary) {
				t.Errorf("Redact(%q) = %q", s, got)
			}
		}
	})
}

type logged struct{ secret string }

func (l logged) LogValue() slog.Value {
	return slog.GroupValue(slog.String("refresh_token", l.secret), slog.String("who", "x"))
}

func TestRedactingHandler(t *testing.T) {
	type plain struct{ Header string }
	for name, make := range map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler {
			return slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug})
		},
		"json": func(b *bytes.Buffer) slog.Handler {
			return slog.NewJSONHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug})
		},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			log := slog.New(RedactingHandler(make(&out)))
			log.Debug("sending Bearer " + canary)
			log.Info("x", "token", canary, "n", 7, "Authorization", canary, "akerun_refresh_token", canary)
			log.Info("x", "err", fmt.Errorf("post: %w", errors.New("refresh_token="+canary)))
			log.Info("x", "any", plain{"Bearer " + canary}, "bytes", []byte("client_secret="+canary))
			log.Info("x", slog.Group("g", slog.String("url", "https://h/cb?code="+canary), slog.Group("h", "password", canary)))
			log.Info("x", "v", logged{canary})
			log.With("header", "Bearer "+canary).WithGroup("g").Info("y", "u", "sid="+canary)
			if strings.Contains(out.String(), canary) {
				t.Errorf("the log has the secret:\n%s", out.String())
			}
			for _, kept := range []string{"sending", "who", "post", "y"} {
				if !strings.Contains(out.String(), kept) {
					t.Errorf("the log lost %q:\n%s", kept, out.String())
				}
			}
		})
	}
	quiet := RedactingHandler(slog.NewTextHandler(&bytes.Buffer{}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if quiet.Enabled(context.Background(), slog.LevelInfo) || !quiet.Enabled(context.Background(), slog.LevelError) {
		t.Error("the level of the handler behind does not hold")
	}
}
