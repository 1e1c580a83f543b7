package akerun

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"strings"
	"unicode"

	"dakokubridge/connector/token"
)

// NewState gives 256 random bits for AuthorizeURL. One state serves one sign-in.
func NewState() string {
	bits := make([]byte, 32)
	rand.Read(bits) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(bits)
}

// AuthorizeURL is the page to open in the browser. Its slash at the end is Akerun's own spelling. No scope is asked for: the
// registered application has its scopes.
func (c *Client) AuthorizeURL(state string) string {
	return c.base + "/oauth/authorize/?" + url.Values{
		"client_id":     {c.config.ClientID},
		"redirect_uri":  {c.config.RedirectURI},
		"response_type": {"code"},
		"state":         {state},
	}.Encode()
}

// Exchange turns the address that the browser ended at, pasted by a person, into tokens. The address must be the application's
// redirect address with this sign-in's state and a code in its query; anything else is refused without a call, and the
// Error's Cause says which.
func (c *Client) Exchange(ctx context.Context, pasted, state string) (token.Grant, error) {
	code, refusal := codeOf(pasted, c.config.RedirectURI, state)
	if refusal != nil {
		return token.Grant{}, refusal
	}
	return c.grant(ctx, "signing in to Akerun", url.Values{
		"grant_type":   {"authorization_code"},
		"code":         {code},
		"redirect_uri": {c.config.RedirectURI},
	}, code)
}

// SignIn is Exchange, and puts the tokens into force.
func (c *Client) SignIn(ctx context.Context, pasted, state string) error {
	g, err := c.Exchange(ctx, pasted, state)
	if err != nil {
		return err
	}
	return c.tokens.Adopt(ctx, g)
}

// longestAddress is more than any browser's address bar gives for a redirect.
const longestAddress = 8 << 10

func notAccepted(cause, why string) *Error {
	return &Error{doing: "reading the pasted address", cause: cause, advice: adviceAsk, detail: why}
}

// codeOf reads the authorization code out of a pasted address. Texts of its errors never repeat the address, which may hold a code.
func codeOf(pasted, redirect, state string) (string, *Error) {
	pasted = trimPasted(pasted)
	switch {
	case pasted == "":
		return "", notAccepted(CauseWrongAddress, "nothing was pasted")
	case len(pasted) > longestAddress:
		return "", notAccepted(CauseWrongAddress, "the text is too long for an address")
	case strings.ContainsFunc(pasted, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return "", notAccepted(CauseWrongAddress, "the text is more than one address")
	}
	u, err := url.Parse(pasted)
	if err != nil {
		return "", notAccepted(CauseWrongAddress, "the text is no address")
	}
	want, err := url.Parse(redirect)
	if err != nil || !sameplace(u, want) {
		return "", notAccepted(CauseWrongAddress, "the address is not the redirect address of this application")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", notAccepted(CauseWrongAddress, "the address can't be read after the question mark")
	}
	for name, values := range want.Query() {
		if strings.Join(query[name], "\n") != strings.Join(values, "\n") {
			return "", notAccepted(CauseWrongAddress, "the address is not the redirect address of this application")
		}
	}
	return codeIn(query, u.Fragment, state)
}

// codeIn takes the code from the parameters of an address that is the right place.
func codeIn(query url.Values, fragment, state string) (string, *Error) {
	if after, err := url.ParseQuery(fragment); err != nil || after.Has("code") || after.Has("access_token") || after.Has("state") {
		return "", notAccepted(CauseNoCode, "the code stands behind a #, where this sign-in never puts it")
	}
	if len(query["state"]) > 1 || len(query["code"]) > 1 || len(query["error"]) > 1 {
		return "", notAccepted(CauseWrongState, "the address has the same parameter twice")
	}
	given := query.Get("state")
	ours := state != "" && subtle.ConstantTimeCompare([]byte(given), []byte(state)) == 1
	if problem := query.Get("error"); problem != "" && (ours || given == "") {
		// A refusal gives nothing away, and some of Doorkeeper's come without the state.
		e := notAccepted(CauseRefused, "Akerun gave no permission")
		if plainCode.MatchString(problem) {
			e.Code, e.detail = problem, e.detail+" ("+problem+")"
		}
		return "", e
	}
	code := query.Get("code")
	switch {
	case !ours && given == "" && code == "":
		return "", notAccepted(CauseNoCode, "the address has no code: paste the one that the browser shows after 許可")
	case !ours:
		return "", notAccepted(CauseWrongState, "the address belongs to another sign-in: begin again and paste the newest one")
	case code == "" || !usable(code):
		return "", notAccepted(CauseNoCode, "the address has no code: paste the one that the browser shows after 許可")
	}
	return code, nil
}

// trimPasted takes away what copying adds at both ends: blanks, full-width ones too, line breaks, and marks of no width.
func trimPasted(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	})
}

// sameplace tells whether u is at scheme, host, port and path of want.
func sameplace(u, want *url.URL) bool {
	return u.Opaque == "" && u.User == nil &&
		strings.EqualFold(u.Scheme, want.Scheme) &&
		strings.EqualFold(u.Hostname(), want.Hostname()) &&
		portOf(u) == portOf(want) &&
		pathOf(u) == pathOf(want)
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case strings.EqualFold(u.Scheme, "https"):
		return "443"
	}
	return "80"
}

// pathOf is the path as written; browsers add the slash that a bare host lacks.
func pathOf(u *url.URL) string {
	if p := u.EscapedPath(); p != "" {
		return p
	}
	return "/"
}
