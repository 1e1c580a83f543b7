package akerunserver

import "net/http"

// listOrganizations answers with the ids, and nothing else, of the 事業所 that the token's owner is in.
func (s *Server) listOrganizations(w http.ResponseWriter, r *http.Request, c caller) {
	p, ok := s.page(w, r.URL.Query())
	if !ok {
		return
	}
	var items []any
	for _, o := range s.company.Organizations { // ascending by id
		if c.user.ranks[o.ID] == "" || p.after != "" && o.ID <= p.after || p.before != "" && o.ID >= p.before || len(items) == p.limit {
			continue
		}
		items = append(items, map[string]any{"id": o.ID})
	}
	s.list(w, "organizations", items)
}

func (s *Server) showOrganization(w http.ResponseWriter, _ *http.Request, c caller) {
	o := s.company.Organizations[c.organization]
	answer(w, http.StatusOK, map[string]any{"organization": map[string]any{"id": o.ID, "name": o.Name}})
}
