package akerun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dakokubridge/connector/token"
	"dakokubridge/connector/transport"
	"dakokubridge/connector/vault"
)

// longestLifetime bounds what expires_in is believed: a longer life is a mistake and counts as unknown.
const longestLifetime = 366 * 24 * time.Hour

// Refresh asks for new tokens with a refresh token, once, without repeating. It is what the keeper calls; the old token is dead after
// it unless the answer brings no new one.
func (c *Client) Refresh(ctx context.Context, refreshToken string) (token.Grant, error) {
	const doing = "renewing the access token of Akerun"
	g, err := c.grant(ctx, doing, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refreshToken}}, refreshToken)
	var e *Error
	if errors.As(err, &e) && e.Code == "invalid_grant" {
		e.cause, e.advice = CauseLoginNeeded, adviceAsk
	}
	return g, err
}

// Revoke ends the sign-in: the refresh token is revoked at Akerun and removed from the vault, the latter also where Akerun can't be
// reached. The error then says that the token may live on there.
func (c *Client) Revoke(ctx context.Context) error {
	err := c.revoke(ctx)
	return errors.Join(err, c.tokens.Forget(ctx))
}

func (c *Client) revoke(ctx context.Context) error {
	refreshToken, err := c.tokens.RefreshToken(ctx)
	if errors.Is(err, vault.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the refresh token to revoke: %w", err)
	}
	return c.RevokeToken(ctx, refreshToken)
}

// RevokeToken makes a refresh token invalid, such as that of a former sign-in. What the client itself holds stays as it is. Doorkeeper
// takes a token that it does not know for revoked.
func (c *Client) RevokeToken(ctx context.Context, refreshToken string) error {
	const doing = "revoking the sign-in at Akerun"
	req, secret, err := c.oauthRequest(ctx, doing, "/oauth/revoke", url.Values{"token": {refreshToken}})
	if err != nil {
		return err
	}
	_, err = c.exchange(req, doing, secret, refreshToken)
	return oauthError(err)
}

// oauthRequest is a POST to one of Doorkeeper's endpoints, with the client's id and secret in the form as all integrations send them.
// It gives the secret too, for masking.
func (c *Client) oauthRequest(ctx context.Context, doing, path string, form url.Values) (*http.Request, string, error) {
	secret, err := c.config.Vault.Get(ctx, vault.AkerunClientSecret)
	if err != nil {
		e := &Error{doing: doing, cause: "locked", advice: adviceAgain, err: err}
		if errors.Is(err, vault.ErrNotFound) {
			e.cause, e.advice = CauseNoSecret, adviceAsk
		}
		return nil, "", e
	}
	form.Set("client_id", c.config.ClientID)
	form.Set("client_secret", secret)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, "", &Error{doing: doing, cause: CauseBadRequest, advice: adviceStop, err: transport.Inner(err)}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	return req, secret, nil
}

// grant asks the token endpoint.
func (c *Client) grant(ctx context.Context, doing string, form url.Values, known ...string) (token.Grant, error) {
	req, secret, err := c.oauthRequest(ctx, doing, "/oauth/token", form)
	if err != nil {
		return token.Grant{}, err
	}
	body, err := c.exchange(req, doing, append(known, secret)...)
	if err != nil {
		return token.Grant{}, oauthError(err)
	}
	return readGrant(doing, body, c.config.Now())
}

// oauthError gives an error of /oauth the meaning it has there: Doorkeeper answers 400 or 401 depending on its age, and 401 speaks of
// the application and not of an access token.
func oauthError(err error) error {
	var e *Error
	if !errors.As(err, &e) || e.Status < 400 || e.Status > 499 || e.cause == CauseRateLimited || e.cause == CauseTimeout {
		return err
	}
	switch e.Code {
	case "invalid_client", "unauthorized_client":
		e.cause, e.advice = CauseBadClient, adviceAsk
	case "invalid_grant":
		e.cause, e.advice = CauseCodeRefused, adviceAsk
	case "":
		// Not Doorkeeper's voice: something on the way, or a server in trouble.
		e.cause, e.advice = CauseBadAnswer, adviceAgain
	default:
		e.cause, e.advice = CauseBadRequest, adviceStop
	}
	return err
}

// readGrant reads the answer of the token endpoint, received at now. A lifetime that is absent, not positive or absurd is unknown: the
// token is used until it is refused. created_at is not looked at, because the PC's clock and Akerun's may differ.
func readGrant(doing string, body []byte, now time.Time) (token.Grant, error) {
	var answer struct {
		AccessToken  text            `json:"access_token"`
		RefreshToken text            `json:"refresh_token"`
		TokenType    text            `json:"token_type"`
		Scope        label           `json:"scope"`
		ExpiresIn    json.RawMessage `json:"expires_in"`
		OAuth        label           `json:"error"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return token.Grant{}, badAnswer(doing, "the answer is no token response")
	}
	switch {
	case answer.OAuth != "":
		e := badAnswer(doing, "the answer is an error")
		if plainCode.MatchString(string(answer.OAuth)) {
			e.Code = string(answer.OAuth)
		}
		return token.Grant{}, e
	case !usable(string(answer.AccessToken)):
		return token.Grant{}, badAnswer(doing, "the answer has no usable access token")
	case answer.RefreshToken != "" && !usable(string(answer.RefreshToken)):
		return token.Grant{}, badAnswer(doing, "the answer has no usable refresh token")
	case answer.TokenType != "" && !strings.EqualFold(string(answer.TokenType), "bearer"):
		return token.Grant{}, badAnswer(doing, "the answer's token is no bearer token")
	}
	g := token.Grant{AccessToken: string(answer.AccessToken), RefreshToken: string(answer.RefreshToken), Extra: map[string]string{}}
	if answer.Scope != "" {
		g.Extra["scope"] = string(answer.Scope)
	}
	if life := lifetime(answer.ExpiresIn); life > 0 {
		g.ExpiresAt = now.Add(life)
	}
	return g, nil
}

// usable tells whether s can stand in an Authorization header.
func usable(s string) bool {
	for _, r := range s {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return s != ""
}

// lifetime reads expires_in in seconds, as a number or as text; zero: unknown.
func lifetime(raw json.RawMessage) time.Duration {
	seconds, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil || !(seconds >= 1 && seconds <= longestLifetime.Seconds()) {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
