package akerun

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector/token"
	"dakokubridge/connector/vault"
)

// anyServer answers every call with the same bytes, without a network.
type anyServer struct {
	status int
	body   string
	header http.Header
}

func (s *anyServer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return &http.Response{
		StatusCode: s.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: s.header, Request: r,
		Body: io.NopCloser(strings.NewReader(s.body)), ContentLength: int64(len(s.body)),
	}, nil
}

// FuzzAnyAnswer gives every call the same answer: none may panic, succeed with what is not sound, or fail with an error that says nothing.
func FuzzAnyAnswer(f *testing.F) {
	for _, body := range []string{
		`{"users":[{"id":"U-1","name":"山田","mail":"a@example.com","authority":"member","code":"0028"}]}`, `{"user":{"id":7,"code":null}}`, `{"users":[]}`, `{"users":null}`,
		`{"organizations":[{"id":"O-1","name":"x"}]}`, `{"organization":{"id":"O-1"}}`, `{"akeruns":[{"id":"A1","name":"扉"}]}`, `{"accesses":[{"id":"1","accessed_at":"2026-11-22T00:00:00Z"}]}`,
		`{"access_token":"a","refresh_token":"r","token_type":"bearer","expires_in":7200}`, `{"code":"not_allowed","message":"m"}`, `{"error":"invalid_grant","error_description":"d"}`,
		`<html>`, `{}`, ``, `[]`,
	} {
		f.Add(200, body, "3")
		f.Add(403, body, "Sun, 22 Nov 2026 00:00:00 GMT")
	}
	f.Fuzz(func(t *testing.T, status int, body, after string) {
		if status < 200 || status > 599 || len(body) > 1<<16 {
			t.Skip()
		}
		server := &anyServer{status: status, body: body, header: http.Header{"Retry-After": {after}}}
		c, err := New(Config{BaseURL: "http://127.0.0.1:1", ClientID: "c", RedirectURI: redirect, Vault: vault.Memory(), HTTP: &http.Client{Transport: server},
			Wait: func(context.Context, time.Duration) error { return nil }})
		if err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		if err := c.Tokens().Adopt(ctx, token.Grant{AccessToken: "a", RefreshToken: "r"}); err != nil {
			t.Fatal(err)
		}
		users, paged := c.Users(ctx, "O-1", "", 10)
		for _, u := range users {
			if u.ID == "" {
				t.Errorf("a user without an id: %+v", u)
			}
		}
		if u, ok, err := c.UserByMail(ctx, "O-1", "a@example.com"); err == nil && ok && !strings.EqualFold(u.Mail, "a@example.com") {
			t.Errorf("somebody else: %+v", u)
		}
		_, all := c.AllUsers(ctx, "O-1")
		_, one := c.User(ctx, "O-1", "U-1")
		_, written := c.SetUserCode(ctx, "O-1", "U-1", "0028")
		_, organizations := c.Organizations(ctx)
		_, organization := c.Organization(ctx, "O-1")
		_, doors := c.Doors(ctx, "O-1")
		_, accesses := c.Accesses(ctx, "O-1", AccessQuery{})
		_, grant := c.Refresh(ctx, "r")
		for _, err := range []error{paged, all, one, written, organizations, organization, doors, accesses, grant} {
			e, told := errors.AsType[interface {
				error
				Advice() string
				Cause() string
			}](err)
			switch {
			case err == nil && status < 300:
			case err == nil:
				t.Errorf("an answer %d is a success", status)
			case !told || e.Advice() == "" || e.Cause() == "":
				t.Errorf("the error says nothing: %q", err)
			}
		}
	})
}
