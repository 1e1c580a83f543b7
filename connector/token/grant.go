package token

import (
	"log/slog"
	"maps"
	"time"
)

// Grant is what a token endpoint gives. Printing it in any way shows no token.
type Grant struct {
	AccessToken  string
	RefreshToken string            // "" where the server gave none: the former one goes on
	ExpiresAt    time.Time         // of the access token, by the clock of Config.Now; zero: unknown, used until it is refused
	Extra        map[string]string // what else came along and is no secret: instance_url, id, scope, …
}

// String tells what is there without telling it.
func (g Grant) String() string {
	s := "grant"
	if g.AccessToken != "" {
		s += " with access token"
	}
	if g.RefreshToken != "" {
		s += " with refresh token"
	}
	return s
}

// GoString is String, for %#v.
func (g Grant) GoString() string { return g.String() }

// LogValue is String, for slog.
func (g Grant) LogValue() slog.Value { return slog.StringValue(g.String()) }

// MarshalJSON is String, so that no export can carry a token.
func (g Grant) MarshalJSON() ([]byte, error) { return []byte(`"` + g.String() + `"`), nil }

// merged is older with newer's values over it.
func merged(older, newer map[string]string) map[string]string {
	all := maps.Clone(older)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, newer)
	return all
}
