package salesforce

import (
	"encoding/json"
	"net/http"
	"strings"
)

// oauthFault is how the login server says no, in a JSON body or in the query of the callback.
type oauthFault struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

// decodeOAuthFault reads the body of a refused token or revoke request.
func decodeOAuthFault(body []byte) (oauthFault, bool) {
	var f oauthFault
	if json.Unmarshal(body, &f) != nil {
		return oauthFault{}, false
	}
	return f, f.Code != ""
}

// oauthTexts are the words inside error and description that tell more than the OAuth error alone; the first match holds.
var oauthTexts = []struct {
	word string
	verdict
}{
	{"must be installed", verdict{CauseAppNotInstalled, Ask}},
	{"oauth_ec_app_not_found", verdict{CauseAppNotInstalled, Ask}},
	{"oauth_approval_error_generic", verdict{CauseAppNotInstalled, Ask}},
	{"oauth_app_blocked", verdict{CauseAppBlocked, Ask}},
	{"app is blocked", verdict{CauseAppBlocked, Ask}},
	{"oauth_app_access_denied", verdict{CauseAppBlocked, Ask}},
	{"ip restricted", verdict{CauseIPRestricted, Ask}},
	{"login rate exceeded", verdict{CauseRateLimited, Again}},
}

// oauthCodes maps the OAuth error itself. Source: Salesforce help, OAuth 2.0 authorization errors; RFC 6749 4.1.2.1 and 5.2.
var oauthCodes = map[string]verdict{
	"access_denied":           {CauseRefused, Ask},
	"access-denied":           {CauseRefused, Ask}, // spelled so in Salesforce's help
	"invalid_grant":           {CauseLoginNeeded, Ask},
	"inactive_user":           {CauseLoginNeeded, Ask},
	"inactive_org":            {CauseLoginNeeded, Ask},
	"invalid_token":           {CauseLoginNeeded, Ask},
	"invalid_client":          {CauseAppNotInstalled, Ask},
	"invalid_client_id":       {CauseAppNotInstalled, Ask},
	"redirect_uri_mismatch":   {CauseRedirectMismatch, Ask},
	"rate_limit_exceeded":     {CauseRateLimited, Again},
	"server_error":            {CauseServer, Again},
	"temporarily_unavailable": {CauseServer, Again},
	"unknown_error":           {CauseServer, Again},
}

// judgeOAuth turns an answer of the login server into a verdict; status 0 means the callback's query.
func judgeOAuth(status int, f oauthFault) verdict {
	text := strings.ToLower(f.Code + " " + f.Description)
	for _, t := range oauthTexts {
		if strings.Contains(text, t.word) {
			return t.verdict
		}
	}
	if v, ok := oauthCodes[f.Code]; ok {
		return v
	}
	if status == 0 || status >= 200 && status < 300 {
		return verdict{CauseBadRequest, Ask}
	}
	if status == http.StatusUnauthorized { // an unknown refusal is no proof that the refresh token is dead
		return verdict{CauseNoRights, Ask}
	}
	return judgeStatus(status)
}

// oauthError makes the error of a refused request to the login server.
func oauthError(doing string, a answer) *Error {
	f, known := decodeOAuthFault(a.body)
	v := judgeOAuth(a.status, f)
	if !known && v.advice != Again { // a page of a gateway: no word of Salesforce, so no reason to throw the sign-in away
		v = verdict{CauseBadAnswer, Again}
	}
	return &Error{Doing: doing, Code: snippet(f.Code), Message: snippet(f.Description), Status: a.status,
		cause: v.cause, advice: v.advice, sent: mayBeApplied(a.status) && !known, after: a.retryAfter}
}
