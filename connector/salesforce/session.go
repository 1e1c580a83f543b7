package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"dakokubridge/connector/token"
	"dakokubridge/connector/transport"
	"dakokubridge/connector/vault"
)

// Keys of token.Grant.Extra.
const (
	extraInstance = "instance_url" // where API calls go
	extraIdentity = "id"           // https://login.salesforce.com/id/<org>/<user>
	extraScope    = "scope"
)

// maxTokenBody bounds an answer of the token endpoint, as golang.org/x/oauth2 does.
const maxTokenBody = 1 << 20

// tokenResponse is what the token endpoint answers. There is no expires_in: a session lasts as long as the org's session setting says, and ends with a 401.
type tokenResponse struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	InstanceURL  string `json:"instance_url"`
	ID           string `json:"id"`
	Scope        string `json:"scope"`
	Error        string `json:"error"`
}

func (t tokenResponse) grant() token.Grant {
	return token.Grant{AccessToken: t.AccessToken, RefreshToken: t.RefreshToken,
		Extra: map[string]string{extraInstance: t.InstanceURL, extraIdentity: t.ID, extraScope: t.Scope}}
}

// OrgOf returns the id of the org (18 characters) a grant belongs to.
func OrgOf(g token.Grant) (string, bool) {
	org, _, ok := parseIdentity(g.Extra[extraIdentity])
	return org, ok
}

// Refresh gets a new access token from the login server, with one request and no secret. The grant's RefreshToken is empty when the org does not rotate
// refresh tokens. It is the keeper's Refresh function: nothing else may call it, since a used refresh token that is sent again revokes the whole family.
func (c *Client) Refresh(ctx context.Context, refreshToken string) (token.Grant, error) {
	const doing = "refreshing the Salesforce session"
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {c.cfg.ClientID}, "refresh_token": {refreshToken}}
	a, err := c.postForm(ctx, doing, "/services/oauth2/token", form)
	if err != nil {
		return token.Grant{}, err
	}
	var t tokenResponse
	err = json.Unmarshal(a.body, &t)
	if !a.success() || t.Error != "" {
		return token.Grant{}, oauthError(doing, a)
	}
	if err != nil || t.AccessToken == "" || t.InstanceURL == "" || t.ID == "" {
		return token.Grant{}, badAnswer(doing, a, "the token response lacks access_token, instance_url or id")
	}
	return t.grant(), nil
}

// Revoke ends the sign-in: the refresh token is revoked at the login server and forgotten here in any case. An error says what did not succeed.
func (c *Client) Revoke(ctx context.Context) error {
	secret, err := c.tokens.RefreshToken(ctx)
	switch {
	case errors.Is(err, vault.ErrNotFound):
		err = nil
	case err != nil:
		err = fmt.Errorf("reading the refresh token to revoke: %w", err)
	default:
		err = c.RevokeToken(ctx, secret)
	}
	return errors.Join(err, c.tokens.Forget(ctx))
}

// RevokeToken makes a refresh token and everything that came from it invalid, such as that of a former sign-in. What the client itself holds
// stays as it is. A token that is invalid already counts as revoked.
func (c *Client) RevokeToken(ctx context.Context, secret string) error {
	const doing = "revoking the Salesforce sign-in"
	a, err := c.postForm(ctx, doing, "/services/oauth2/revoke", url.Values{"token": {secret}})
	if err != nil || a.success() {
		return err
	}
	if f, _ := decodeOAuthFault(a.body); f.Code == "invalid_token" {
		return nil
	}
	return oauthError(doing, a)
}

// postForm sends a form to the login server.
func (c *Client) postForm(ctx context.Context, doing, path string, form url.Values) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.login+path, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, failure(doing, CauseBadRequest, Stop, "the login address can't be used")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	resp, err := c.cfg.HTTP.Do(req)
	if err != nil {
		return answer{}, transportError(doing, withoutAddress(err))
	}
	body, err := transport.ReadBody(resp, maxTokenBody)
	if err != nil {
		e := transportError(doing, err)
		e.Status, e.sent = resp.StatusCode, true
		return answer{}, e
	}
	return answer{status: resp.StatusCode, body: body, retryAfter: transport.RetryAfter(resp.Header, c.cfg.Now())}, nil
}

// User is the signed-in user.
type User struct {
	ID, OrgID      string // 18 characters
	Name, Username string
	Mail           string
}

// UserInfo asks who is signed in. The org it names must be the linked one.
func (c *Client) UserInfo(ctx context.Context) (User, error) {
	const doing = "asking who is signed in to Salesforce"
	var info struct {
		UserID   string `json:"user_id"`
		OrgID    string `json:"organization_id"`
		Name     string `json:"name"`
		Username string `json:"preferred_username"`
		Mail     string `json:"email"`
	}
	if err := c.get(ctx, doing, "/services/oauth2/userinfo", &info); err != nil {
		return User{}, err
	}
	user, okUser := ID18(info.UserID)
	org, okOrg := ID18(info.OrgID)
	if !okUser || !okOrg {
		return User{}, failure(doing, CauseBadAnswer, Stop, "the answer names no user or no organization")
	}
	if pinned := c.Pinned(); pinned != "" && pinned != org {
		return User{}, failure(doing, CauseWrongOrg, Ask, "the user belongs to organization "+org+", linked is "+pinned)
	}
	return User{ID: user, OrgID: org, Name: info.Name, Username: info.Username, Mail: info.Mail}, nil
}
