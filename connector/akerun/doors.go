package akerun

import (
	"context"
	"encoding/json"
)

// Door is an Akerun on a door.
type Door struct{ ID, Name string }

// Doors gives all doors of a 事業所.
func (c *Client) Doors(ctx context.Context, org string) ([]Door, error) {
	return all(ctx, c, "reading doors of "+org, orgPath(org, "akeruns"), "akeruns", nil, func(raw json.RawMessage) (Door, string) {
		var d looseReference
		json.Unmarshal(raw, &d) // never fails on valid JSON; a door without an id is left out
		return Door{ID: string(d.ID), Name: string(d.Name)}, string(d.ID)
	})
}
