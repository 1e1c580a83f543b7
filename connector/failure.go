package connector

import (
	"context"
	"errors"
	"fmt"

	"dakokubridge/connector/engine"
	"dakokubridge/connector/vault"
)

// fail makes an *Error with one line of text.
func fail(code ErrorCode, format string, args ...any) *Error {
	return &Error{Code: code, Text: fmt.Sprintf(format, args...)}
}

func (e *Error) with(name, value string) *Error {
	if e.Detail == nil {
		e.Detail = make(map[string]string)
	}
	e.Detail[name] = value
	return e
}

// sentences say for each cause of the clients what a person can do. %s is the side.
var sentences = map[string]struct {
	code ErrorCode
	text string
}{
	"login_needed":      {CodeLoginNeeded, "the sign-in to %s has expired or was revoked: sign in again"},
	"no_rights":         {CodeNoRights, "%s refuses: this account lacks the rights; sign in with an account that has them"},
	"not_found":         {CodeObjectMissing, "%s does not show what is needed to this account: ask its administrator for access"},
	"wrong_org":         {CodeWrongTenant, "this sign-in to %s belongs to another organization than the linked one: sign in to the linked one"},
	"offline":           {CodeOffline, "%s can't be reached: check the network and try again"},
	"timeout":           {CodeOffline, "%s did not answer in time: try again"},
	"server":            {CodeOffline, "%s answers with an error of its own: try again later"},
	"tls":               {CodeOffline, "no safe connection to %s: its certificate is not trusted on this PC"},
	"proxy":             {CodeOffline, "the proxy of this network wants a sign-in before %s can be reached"},
	"rate_limited":      {CodeLimited, "%s asks for fewer calls: try again in a few minutes"},
	"limit":             {CodeLimited, "the calls of the day to %s are used up: try again later"},
	"locked":            {CodeKeychain, "the keychain of this PC is locked or does not answer, so %s can't be used: unlock it and try again"},
	"too_big":           {CodeKeychain, "the keychain can't hold what %s gave at sign-in"},
	"ports_busy":        {CodePortsBusy, "all ports for the return from %s are in use by other programs: close them and try again"},
	"refused":           {CodeRefused, "the permission was refused at %s: sign in again and press 許可する"},
	"cancelled":         {CodeCancelled, "the sign-in to %s was given up"},
	"app_not_installed": {CodeNotInstalled, "the app is not installed or not allowed in this %s organization: ask its administrator"},
	"app_blocked":       {CodeNotInstalled, "an administrator has blocked the app in %s: ask the administrator"},
	"ip_restricted":     {CodeNoRights, "%s does not let this network in: ask its administrator"},
	"redirect_mismatch": {CodeBadInput, "%s does not know the return address: the app's callback addresses must be registered as in the README"},
	"wrong_address":     {CodeBadInput, "this is not the address that %s ends on: copy the whole address of the browser"},
	"wrong_state":       {CodeBadInput, "this address belongs to another sign-in to %s: begin again and paste the address of this sign-in"},
	"no_code":           {CodeBadInput, "this address of %s carries no code: copy the whole address that the browser ended on"},
	"code_refused":      {CodeTimeout, "%s no longer takes this address, it is used or too old: begin the sign-in again"},
	"bad_client":        {CodeNoClient, "%s does not know the アプリID or the secret: enter both again"},
	"no_client_secret":  {CodeNoClient, "the secret of %s is missing: enter アプリID and 秘密キー first"},
	"bad_answer":        {CodeInternal, "%s gave an answer that this program does not understand"},
	"bad_request":       {CodeInternal, "%s did not understand this program"},
}

// explain turns an error of a side into one for a person. What is an *Error already, or no error of a side, is given back as it is.
func explain(side Side, err error) error {
	var known *Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	if errors.Is(err, vault.ErrUnavailable) {
		return explained(side, "locked", err)
	}
	_, cause := engine.AdviceOf(err)
	if _, ok := sentences[cause]; ok {
		return explained(side, cause, err)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return explained(side, "cancelled", err)
	}
	return err
}

func explained(side Side, cause string, err error) *Error {
	s := sentences[cause]
	name := "Akerun"
	if side == Salesforce {
		name = "Salesforce"
	}
	return fail(s.code, s.text, name).with("side", string(side)).with("cause", cause).with("error", err.Error())
}
