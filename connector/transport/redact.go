package transport

import (
	"regexp"
	"strings"
)

// masked stands where a secret was.
const masked = "[masked]"

// rule is one kind of place where secrets stand.
type rule struct {
	where *regexp.Regexp
	with  string
}

// secretNames are the parameters, JSON keys and headers whose value is a secret. A bare "code" is not among them, because Akerun's
// errors have a code too; see rules.
const secretNames = `access_token|refresh_token|id_token|client_secret|clientsecret|code_verifier|verifier|authorization_code|authcode|` +
	`password|passwd|assertion|client_assertion|session_id|sessionid|sid|secret|token`

var rules = []rule{
	// Authorization: Bearer …, in headers and in any sentence.
	{regexp.MustCompile(`(?i)\b(bearer|basic|oauth)(\s+|%20|\+)[A-Za-z0-9!._~+/=%-]{6,}`), "$1 " + masked},
	// "refresh_token":"…", also with escaped quotes as in a string within a string.
	{regexp.MustCompile(`(?i)(\\?["'](?:` + secretNames + `)\\?["']\s*:\s*\\?["'])(?:[^"'\\]|\\[^"'])*`), "${1}" + masked},
	// refresh_token=…, refresh_token: …, refresh_token%3D…
	{regexp.MustCompile(`(?i)\b(` + secretNames + `)(\s*=\s*|\s*:\s*|%3D)([^\s&"',;)}\]#\[]+)`), "${1}${2}" + masked},
	// The authorization code and the state in an address.
	{regexp.MustCompile(`(?i)([?&#;]|%3F|%26|^)(code|state)(=|%3D)[^&\s"'#]+`), "${1}${2}${3}" + masked},
	{regexp.MustCompile(`(?i)\b(code|state)(=|%3D)[^&\s"'#]{16,}`), "${1}${2}" + masked},
	// A JWT.
	{regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?`), masked},
	// A Salesforce session id (organisation id, "!", text) and a Salesforce refresh token.
	{regexp.MustCompile(`\b00D[0-9A-Za-z]{12,15}(?:!|%21)[A-Za-z0-9._%]{8,}`), masked},
	{regexp.MustCompile(`\b5Aep[A-Za-z0-9._%]{12,}`), masked},
}

// longRun finds what may be a token by nothing but its length. Record ids have at most 18 characters, keys of stamps 36.
var longRun = regexp.MustCompile(`[A-Za-z0-9_-]{40,}`)

// Redact masks what looks like a secret in s: bearer tokens, JWTs, Salesforce session ids, the values of parameters and JSON keys that
// carry secrets, codes and states in addresses, and any run of 40 or more letters and digits. The known values are masked
// wherever they stand; the caller gives those it has just used, because a server may echo them in a sentence of its own.
func Redact(s string, known ...string) string {
	for _, secret := range known {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, masked)
		}
	}
	for _, r := range rules {
		s = r.where.ReplaceAllString(s, r.with)
	}
	return longRun.ReplaceAllStringFunc(s, func(run string) string {
		if strings.ContainsAny(run, "0123456789") && strings.ContainsAny(strings.ToLower(run), "abcdefghijklmnopqrstuvwxyz") {
			return masked
		}
		return run
	})
}

// Snippet gives the beginning of an answer for an error's text: at most 200 bytes, on one line, without control characters, masked.
func Snippet(body []byte, known ...string) string {
	const longest = 200
	// Masking comes before cutting, or half a token might stay that no rule knows.
	if len(body) > 16*longest {
		body = body[:16*longest]
	}
	s := strings.ToValidUTF8(Redact(string(body), known...), "?")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "")
	}
	return s
}
