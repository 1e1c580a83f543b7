package akerunserver

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"dakokubridge/connector/simulator/company"
)

func (s *Server) listUsers(w http.ResponseWriter, r *http.Request, c caller) {
	q := r.URL.Query()
	p, ok := s.page(w, q)
	if !ok {
		return
	}
	order := slices.Clone(s.sorted)
	if s.switches.UsersOrder == "desc" {
		slices.Reverse(order)
	}
	org := s.company.Organizations[c.organization].ID
	var items []any
	for _, i := range order {
		u := s.users[i]
		if u.ranks[org] == "" || !fits(u, q) || p.after != "" && u.id <= p.after || p.before != "" && u.id >= p.before {
			continue
		}
		if len(items) == p.limit {
			break
		}
		items = append(items, s.userJSON(u, org, q))
	}
	s.list(w, "users", items)
}

// fits tells whether u is among those that user_code and user_mail ask for.
func fits(u *user, q url.Values) bool {
	if q.Has("user_code") && q.Get("user_code") != u.code() {
		return false
	}
	return !q.Has("user_mail") || q.Get("user_mail") == u.mail
}

func (s *Server) showUser(w http.ResponseWriter, r *http.Request, c caller) {
	if u, org, ok := s.userOf(w, r, c); ok {
		answer(w, http.StatusOK, map[string]any{"user": s.userJSON(u, org, r.URL.Query())})
	}
}

// userOf finds the user that the path names in the 事業所, or answers that there is none.
func (s *Server) userOf(w http.ResponseWriter, r *http.Request, c caller) (*user, string, bool) {
	org := s.company.Organizations[c.organization].ID
	i, known := s.byID[r.PathValue("user")]
	if !known || s.users[i].ranks[org] == "" {
		refuse(w, http.StatusNotFound, "user_not_found", "The user was not found.")
		return nil, "", false
	}
	return s.users[i], org, true
}

func (s *Server) userJSON(u *user, org string, q url.Values) map[string]any {
	item := map[string]any{"id": u.id, "name": u.name, "image_url": nil, "authority": s.authority(u.ranks[org]),
		"nfcs": []any{map[string]any{"id": "nfc-" + u.id[2:], "name": "社員証"}}}
	for key, value := range map[string]string{"mail": u.mail, "code": u.code()} {
		if shown, absent := s.optional(value); !absent {
			item[key] = shown
		}
	}
	if q.Get("include_date_time") == "true" {
		item["created_at"], item["updated_at"] = u.created.UTC().Format(time.RFC3339), u.updated.UTC().Format(time.RFC3339)
	}
	if s.switches.ExtraFields {
		item["locale"] = map[string]any{"language": "ja"}
	}
	return item
}

func (s *Server) authority(rank company.Rank) string {
	switch rank {
	case company.SuperManager:
		return s.switches.SuperManager
	case company.Manager:
		return s.switches.Manager
	}
	return s.switches.Member
}

// rank is the opposite of authority.
func (s *Server) rank(authority string) (company.Rank, bool) {
	for _, rank := range []company.Rank{company.SuperManager, company.Manager, company.Member} {
		if s.authority(rank) == authority {
			return rank, true
		}
	}
	return "", false
}

func (s *Server) updateUser(w http.ResponseWriter, r *http.Request, c caller) {
	u, org, ok := s.userOf(w, r, c)
	if !ok {
		return
	}
	q, err := parameters(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, "invalid_parameter", "The body could not be read.")
		return
	}
	if !s.mayWrite(w, q, c, u) {
		return
	}
	s.change(u, org, q)
	answer(w, http.StatusOK, map[string]any{"user": s.userJSON(u, org, q)})
}

// change sets what q gives; it has been checked.
func (s *Server) change(u *user, org string, q url.Values) {
	at := s.now()
	if q.Has("user_code") {
		u.setCode(q.Get("user_code"), at)
	}
	if q.Get("user_name") != "" {
		u.rename(q.Get("user_name"))
		u.updated = at
	}
	if q.Has("user_mail") {
		u.mail, u.updated = q.Get("user_mail"), at
	}
	if rank, known := s.rank(q.Get("user_authority")); known {
		u.join(org, rank, at)
	}
}

// mayWrite checks what is to be written about u, who is nil when new, and answers by itself when it may not be.
func (s *Server) mayWrite(w http.ResponseWriter, q url.Values, c caller, u *user) bool {
	org := s.company.Organizations[c.organization].ID
	if a := q.Get("user_authority"); a != "" {
		if _, known := s.rank(a); !known {
			s.badParameter(w, "user_authority")
			return false
		}
		if c.user.ranks[org] != company.SuperManager {
			s.forbid(w)
			return false
		}
	}
	code, mail := q.Get("user_code"), q.Get("user_mail")
	if s.switches.CodeLength > 0 && len([]rune(code)) > s.switches.CodeLength {
		s.badParameter(w, "user_code")
		return false
	}
	for _, other := range s.users {
		if other == u || other.ranks[org] == "" {
			continue
		}
		if mail != "" && other.mail == mail {
			refuse(w, http.StatusBadRequest, "registered_mail", "The mail address has already been registered.")
			return false
		}
		if s.switches.UniqueCodes && code != "" && other.code() == code {
			refuse(w, http.StatusBadRequest, "registered_code", "The user code has already been registered.")
			return false
		}
	}
	return true
}

// createUser adds a new user, or with user_id an existing account, to the 事業所.
func (s *Server) createUser(w http.ResponseWriter, r *http.Request, c caller) {
	q, err := parameters(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, "invalid_parameter", "The body could not be read.")
		return
	}
	org := s.company.Organizations[c.organization].ID
	rank, known := s.rank(q.Get("user_authority"))
	if !known {
		rank = company.Member
	}
	var u *user
	if id := q.Get("user_id"); id != "" {
		i, there := s.byID[id]
		switch {
		case !there:
			refuse(w, http.StatusNotFound, "user_not_found", "The user was not found.")
			return
		case s.users[i].ranks[org] != "":
			refuse(w, http.StatusForbidden, "not_allowed", "User is already in the organization.")
			return
		}
		u = s.users[i]
	} else if q.Get("user_name") == "" {
		s.badParameter(w, "user_name")
		return
	}
	if !s.mayWrite(w, q, c, u) {
		return
	}
	if u == nil {
		u = s.users[s.addUser(company.User{ID: s.userID(), Name: q.Get("user_name"), Mail: q.Get("user_mail"), Code: q.Get("user_code")}, s.now())]
	}
	u.join(org, rank, s.now())
	answer(w, http.StatusOK, map[string]any{"user": s.userJSON(u, org, q)})
}

// userID makes the id of a new user.
func (s *Server) userID() string {
	b := s.secret(5)
	return "U-" + b[:5] + "-" + b[5:]
}

func (s *Server) deleteUser(w http.ResponseWriter, r *http.Request, c caller) {
	if u, org, ok := s.userOf(w, r, c); ok {
		u.end(org, s.now())
		answer(w, http.StatusOK, map[string]any{"user": map[string]any{"id": u.id}})
	}
}
