package salesforce

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dakokubridge/connector/transport"
)

// maxURI is the longest address we send. Salesforce answers 414 from 16,384 bytes on.
const maxURI = 16_000

// call is one request to the org.
type call struct {
	doing  string
	method string
	path   string // from the root of the host, escaped, with its query
	body   []byte // nil: none
	kind   string // content type of the body; "": JSON
	accept string // content type of the answer; "": JSON
}

// answer is what came back, read to its end.
type answer struct {
	status     int
	body       []byte
	retryAfter time.Time
}

func (a answer) success() bool { return a.status >= 200 && a.status < 300 }

// session is what one request needs: where to and with what.
type session struct {
	token    string
	instance string // base address of the org
	org      string
	user     string
}

// session returns the current access token with the org's address, after making sure that both belong to the linked org.
func (c *Client) session(ctx context.Context, doing string) (session, error) {
	access, err := c.tokens.Access(ctx)
	if err != nil {
		return session{}, tokenError(doing, err)
	}
	return c.place(doing, access, c.tokens.Extra())
}

// place checks where a token response leads: an address that may be followed, in the linked org.
func (c *Client) place(doing, access string, extra map[string]string) (session, error) {
	instance, ok := baseAddress(extra[extraInstance])
	if !ok {
		return session{}, failure(doing, CauseBadAnswer, Stop, "the instance address is neither https nor on this machine: "+snippet(extra[extraInstance]))
	}
	org, user, ok := parseIdentity(extra[extraIdentity])
	if !ok {
		return session{}, failure(doing, CauseBadAnswer, Stop, "the token response names no organization")
	}
	if pinned := c.Pinned(); pinned != "" && pinned != org {
		return session{}, failure(doing, CauseWrongOrg, Ask, "the sign-in belongs to organization "+org+", linked is "+pinned)
	}
	return session{token: access, instance: instance, org: org, user: user}, nil
}

// do sends one call and returns the body of a successful answer. An expired session is renewed once and the call repeated once; a 401 means that
// nothing was carried out, so repeating a write is sound.
func (c *Client) do(ctx context.Context, r call) (answer, error) {
	s, err := c.session(ctx, r.doing)
	if err != nil {
		return answer{}, err
	}
	a, err := c.send(ctx, s, r)
	if err == nil && sessionExpired(a) {
		fresh, renewErr := c.tokens.Renew(ctx, s.token)
		if renewErr != nil {
			return answer{}, tokenError(r.doing, renewErr)
		}
		if s, err = c.place(r.doing, fresh, c.tokens.Extra()); err != nil {
			return answer{}, err
		}
		a, err = c.send(ctx, s, r)
	}
	if err != nil {
		return answer{}, err
	}
	if !a.success() {
		return answer{}, apiError(r.doing, a)
	}
	return a, nil
}

// sessionExpired reports whether a says that a new access token would do.
func sessionExpired(a answer) bool {
	if a.success() {
		return false // a page of a query is long: it is not read for errors
	}
	fault, known := decodeFaults(a.body)
	switch {
	case a.status == http.StatusUnauthorized:
		return !known || (fault.ErrorCode == "INVALID_SESSION_ID" || fault.ErrorCode == "Bad_OAuth_Token" || fault.ErrorCode == "invalid_token") && !unfitSession(fault.Message)
	case a.status == http.StatusForbidden: // userinfo's way of saying the same
		return fault.ErrorCode == "Bad_OAuth_Token" || strings.TrimSpace(string(a.body)) == "Bad_OAuth_Token"
	}
	return false
}

// send makes one request to the org and reads the answer to its end.
func (c *Client) send(ctx context.Context, s session, r call) (answer, error) {
	if len(s.instance)+len(r.path) > maxURI {
		return answer{}, failure(r.doing, CauseBadRequest, Stop, fmt.Sprintf("the address would be %d bytes long", len(s.instance)+len(r.path)))
	}
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, s.instance+r.path, body)
	if err != nil {
		return answer{}, failure(r.doing, CauseBadRequest, Stop, "the address can't be used: "+snippet(r.path))
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Accept", cmp.Or(r.accept, "application/json"))
	if r.body != nil {
		req.Header.Set("Content-Type", cmp.Or(r.kind, "application/json; charset=UTF-8"))
	}
	return c.exchange(r.doing, req)
}

// exchange sends a request, reads a bounded body and notes the limits named in the header.
func (c *Client) exchange(doing string, req *http.Request) (answer, error) {
	resp, err := c.cfg.HTTP.Do(req)
	if err != nil {
		return answer{}, transportError(doing, withoutAddress(err))
	}
	received := c.cfg.Now()
	body, err := transport.ReadBody(resp, transport.MaxBody)
	if err != nil {
		e := transportError(doing, err)
		e.Status, e.sent = resp.StatusCode, true // the status line came, so the request arrived
		return answer{}, e
	}
	c.noteUsage(resp.Header.Get("Sforce-Limit-Info"), received)
	return answer{status: resp.StatusCode, body: body, retryAfter: transport.RetryAfter(resp.Header, received)}, nil
}

// withoutAddress drops the method and address that http.Client puts before its errors: the address of a query holds people's ids.
func withoutAddress(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// get reads path into v.
func (c *Client) get(ctx context.Context, doing, path string, v any) error {
	a, err := c.do(ctx, call{doing: doing, method: http.MethodGet, path: path})
	if err != nil {
		return err
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		return badAnswer(doing, a, "the answer is not the JSON that was due")
	}
	return nil
}
