package akerunserver

import (
	"fmt"
	"net/http"
	"slices"
)

// listDoors answers with the Akeruns of the 事業所; nearly everything about them is null, as in the one answer that has been seen.
func (s *Server) listDoors(w http.ResponseWriter, r *http.Request, c caller) {
	q := r.URL.Query()
	p, ok := s.page(w, q)
	if !ok {
		return
	}
	only := q["akerun_ids[]"]
	var items []any
	for i, d := range s.company.Doors {
		if d.Organization != c.organization || len(only) > 0 && !slices.Contains(only, d.ID) {
			continue
		}
		if p.after != "" && d.ID <= p.after || p.before != "" && d.ID >= p.before || len(items) == p.limit {
			continue
		}
		battery := func(id string) map[string]any {
			return map[string]any{"id": fmt.Sprintf("%s%06d", id, 30001+i), "battery_percentage": nil}
		}
		items = append(items, map[string]any{
			"id": d.ID, "name": d.Name, "image_url": nil, "autolock": true, "open_door_alert": false, "open_door_alert_second": nil,
			"push_button": false, "normal_sound_volume": nil, "alert_sound_volume": nil, "battery_percentage": nil,
			"seconds_till_autolock": nil, "lock_type": nil, "autolock_off_schedule": nil,
			"akerun_remote":     map[string]any{"id": fmt.Sprintf("TG1%07d", 1160001+i)},
			"nfc_reader_inside": battery("N1"), "nfc_reader_outside": battery("N0"), "door_sensor": battery("W1"),
		})
	}
	s.list(w, "akeruns", items)
}
