package salesforce

import (
	"crypto/subtle"
	"net/url"
)

// callback is what the browser brought back.
type callback struct {
	code  string
	fault oauthFault // the login server's refusal; Code is "" when there is a code
}

// parseCallback reads the query of a hit on the callback address. It is ours only when it carries exactly one state, the one we sent, and either one
// code or one error.
func parseCallback(rawQuery, state string) (callback, bool) {
	q, err := url.ParseQuery(rawQuery)
	if err != nil {
		return callback{}, false
	}
	got, ok := single(q, "state")
	if !ok || subtle.ConstantTimeCompare([]byte(got), []byte(state)) != 1 {
		return callback{}, false
	}
	code, hasCode := single(q, "code")
	fault, hasFault := single(q, "error")
	switch {
	case len(q["code"])+len(q["error"]) != 1:
		return callback{}, false
	case hasCode:
		return callback{code: code}, true
	case hasFault:
		return callback{fault: oauthFault{Code: fault, Description: q.Get("error_description")}}, true
	}
	return callback{}, false
}

// single returns the value of a parameter that occurs once and is not empty.
func single(q url.Values, name string) (string, bool) {
	v := q[name]
	if len(v) != 1 || v[0] == "" {
		return "", false
	}
	return v[0], true
}
