package akerunserver

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// caller is whose token a request carries, and for which 事業所 it asks.
type caller struct {
	user         *user
	organization int // index into the company's, −1 where the path names none
}

// signedIn runs next, locked, for requests with a living token.
func (s *Server) signedIn(next func(http.ResponseWriter, *http.Request, caller)) http.HandlerFunc {
	return s.locked(func(w http.ResponseWriter, r *http.Request) {
		g, why := s.bearer(r)
		if why != "" {
			if s.switches.WWWAuthenticate {
				w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="Doorkeeper", error="invalid_token", error_description=%q`, strings.TrimSuffix(why, ".")))
			}
			refuse(w, http.StatusUnauthorized, "invalid_token", why)
			return
		}
		if !s.withinRate(w, g) {
			return
		}
		next(w, r, caller{user: s.users[g.user], organization: -1})
	})
}

// inOrganization is signedIn for paths below a 事業所 whose data the token's owner may read.
func (s *Server) inOrganization(next func(http.ResponseWriter, *http.Request, caller)) http.HandlerFunc {
	return s.signedIn(func(w http.ResponseWriter, r *http.Request, c caller) {
		id := r.PathValue("org")
		c.organization = s.organization(id)
		switch {
		case c.organization < 0:
			refuse(w, http.StatusNotFound, "organization_not_found", "The organization was not found.")
		case c.user.ranks[id] == "" && s.switches.StrangerStatus == http.StatusNotFound:
			refuse(w, http.StatusNotFound, "organization_not_found", "The organization was not found.")
		case !c.user.mayRead(id):
			s.forbid(w)
		default:
			next(w, r, c)
		}
	})
}

func (s *Server) forbid(w http.ResponseWriter) {
	if s.switches.ForbiddenCode == "" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	refuse(w, http.StatusForbidden, s.switches.ForbiddenCode, "You are not allowed to do this.")
}

// withinRate counts a request of the token's and refuses it beyond the rate.
func (s *Server) withinRate(w http.ResponseWriter, g *grant) bool {
	now := s.realNow()
	if now.Sub(g.minute) >= time.Minute {
		g.minute, g.requests = now, 0
	}
	g.requests++
	if s.switches.RatePerMinute == 0 || g.requests <= s.switches.RatePerMinute {
		return true
	}
	wait := time.Minute - now.Sub(g.minute)
	switch s.switches.RateRetryAfter {
	case "seconds":
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
	case "date":
		w.Header().Set("Retry-After", s.now().Add(wait+time.Second).UTC().Format(http.TimeFormat))
	}
	refuse(w, http.StatusTooManyRequests, "too_many_requests", "Too many requests.")
	return false
}

// page is the part of a list that a request asks for.
type page struct {
	limit         int
	after, before string
}

// page reads limit, id_after and id_before; it answers by itself, and returns false, when limit makes no sense.
func (s *Server) page(w http.ResponseWriter, q url.Values) (page, bool) {
	p := page{limit: s.switches.DefaultLimit, after: q.Get("id_after"), before: q.Get("id_before")}
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > s.switches.MostLimit && s.switches.LimitTooHigh == "refuse" {
			s.badParameter(w, "limit")
			return p, false
		}
		p.limit = n
	}
	p.limit = min(p.limit, s.switches.MostLimit)
	return p, true
}

func (s *Server) badParameter(w http.ResponseWriter, name string) {
	refuse(w, http.StatusBadRequest, "invalid_parameter", "The parameter "+name+" is invalid.")
}

// list answers with a list under its plural key.
func (s *Server) list(w http.ResponseWriter, key string, items []any) {
	if len(items) == 0 && s.switches.Envelope == "empty_object" {
		answer(w, http.StatusOK, struct{}{})
		return
	}
	if items == nil {
		items = []any{}
	}
	envelope := map[string]any{key: items}
	if s.switches.ExtraFields {
		envelope["meta"] = map[string]any{"request_id": s.secret(8)}
	}
	answer(w, http.StatusOK, envelope)
}

// optional is a value that may be missing, in the way the switches say; absent tells to leave the key out.
func (s *Server) optional(value string) (shown any, absent bool) {
	if value != "" {
		return value, false
	}
	switch s.switches.MissingValue {
	case "empty":
		return "", false
	case "absent":
		return nil, true
	}
	return nil, false
}

// mostBody bounds what a request may send.
const mostBody = 1 << 20

// parameters reads what came in the query and in a form or JSON body; the body wins.
func parameters(r *http.Request) (url.Values, error) {
	values := r.URL.Query()
	r.Body = http.MaxBytesReader(nil, r.Body, mostBody)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		var body map[string]any
		d := json.NewDecoder(r.Body)
		d.UseNumber()
		if err := d.Decode(&body); err != nil {
			return nil, fmt.Errorf("reading a JSON body: %w", err)
		}
		for k, v := range body {
			if v == nil {
				v = ""
			}
			values.Set(k, fmt.Sprint(v))
		}
	case "multipart/form-data":
		if err := r.ParseMultipartForm(mostBody); err != nil {
			return nil, fmt.Errorf("reading a multipart body: %w", err)
		}
		copyForm(values, r.PostForm)
		copyForm(values, r.MultipartForm.Value)
	default:
		if err := r.ParseForm(); err != nil {
			return nil, fmt.Errorf("reading a form: %w", err)
		}
		copyForm(values, r.PostForm)
	}
	return values, nil
}

func copyForm(to url.Values, from map[string][]string) {
	for k, v := range from {
		to[k] = v
	}
}
