package akerun

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// User is a person with an Akerun account in a 事業所.
type User struct {
	ID        string
	Name      string
	Mail      string // "" where none is registered
	Authority string // as served; see AuthorityOf
	Code      string // ユーザーコード as served, blanks and all; "" where none
}

// readUser reads one user; the id is "" where there is none.
func readUser(raw json.RawMessage) (User, string) {
	var u struct {
		ID        label `json:"id"`
		Name      label `json:"name"`
		Mail      label `json:"mail"`
		Authority label `json:"authority"`
		Code      label `json:"code"`
	}
	if json.Unmarshal(raw, &u) != nil {
		return User{}, ""
	}
	return User{ID: string(u.ID), Name: string(u.Name), Mail: string(u.Mail), Authority: string(u.Authority), Code: string(u.Code)}, string(u.ID)
}

// Users reads one page of the users of a 事業所, in the server's order, beyond the id afterID ("" for the first page). As with accesses, only
// an empty page is the end; AllUsers knows how to go on. Rows without an id are left out.
func (c *Client) Users(ctx context.Context, org, afterID string, limit int) ([]User, error) {
	query := url.Values{"limit": {strconv.Itoa(pageLimit(limit))}}
	rows, err := c.page(ctx, "reading users of "+org, orgPath(org, "users"), "users", query, "id_after", afterID)
	if err != nil {
		return nil, err
	}
	users := make([]User, 0, len(rows))
	for _, raw := range rows {
		if u, id := readUser(raw); id != "" {
			users = append(users, u)
		}
	}
	return users, nil
}

// AllUsers reads all users of a 事業所, each once.
func (c *Client) AllUsers(ctx context.Context, org string) ([]User, error) {
	return all(ctx, c, "reading users of "+org, orgPath(org, "users"), "users", nil, readUser)
}

// UserByMail finds the user with a mail address, upper and lower case being the same; false where there is none. The server's look-up
// is used and not trusted: where it gives other people, all users are looked through.
func (c *Client) UserByMail(ctx context.Context, org, mail string) (User, bool, error) {
	mail = strings.TrimSpace(mail)
	doing := "looking up a mail address in " + org
	if mail == "" {
		return User{}, false, &Error{doing: doing, cause: CauseBadRequest, advice: adviceStop, detail: "no mail address given"}
	}
	rows, err := c.page(ctx, doing, orgPath(org, "users"), "users", url.Values{"user_mail": {mail}}, "", "")
	if err != nil {
		return User{}, false, err
	}
	others := false
	for _, raw := range rows {
		u, id := readUser(raw)
		if id != "" && strings.EqualFold(u.Mail, mail) {
			return u, true, nil
		}
		others = true
	}
	if !others {
		return User{}, false, nil
	}
	users, err := c.AllUsers(ctx, org)
	if err != nil {
		return User{}, false, err
	}
	for _, u := range users {
		if strings.EqualFold(u.Mail, mail) {
			return u, true, nil
		}
	}
	return User{}, false, nil
}

// User reads one user; the Error's cause is not_found where the 事業所 has no such user.
func (c *Client) User(ctx context.Context, org, id string) (User, error) {
	return c.user(ctx, call{doing: "reading user " + id, method: http.MethodGet, path: orgPath(org, "users", id)}, id)
}

// SetUserCode writes a user's ユーザーコード and gives the user as it then is. An error with Sent means that the code may have been written.
func (c *Client) SetUserCode(ctx context.Context, org, id, code string) (User, error) {
	doing := "writing the code of user " + id
	u, err := c.user(ctx, call{
		doing: doing, method: http.MethodPut, path: orgPath(org, "users", id),
		// In the query, as the one public client that writes users has it (Hayao0819/go-akerun, user.go).
		query: url.Values{"user_code": {code}},
	}, id)
	if err != nil {
		return User{}, err
	}
	if u.Code != code {
		// The answer may leave the code out. What counts is what a reading shows.
		if u, err = c.User(ctx, org, id); err != nil {
			return User{}, err
		}
	}
	if u.Code != code {
		return User{}, badAnswer(doing, "the code reads back as another one")
	}
	return u, nil
}

// user makes a call whose answer is the user id.
func (c *Client) user(ctx context.Context, r call, id string) (User, error) {
	body, err := c.do(ctx, r)
	if err != nil {
		return User{}, err
	}
	raw, err := member(r.doing, body, "user")
	if err != nil {
		return User{}, err
	}
	u, got := readUser(raw)
	if got != id {
		return User{}, badAnswer(r.doing, "the answer speaks of another user or of none")
	}
	return u, nil
}
