package akerun

import (
	"context"
	"encoding/json"
	"net/http"
)

// Organization is a 事業所.
type Organization struct{ ID, Name string }

// Organizations gives the ids of the 事業所 that the account belongs to. Names come from Organization.
func (c *Client) Organizations(ctx context.Context) ([]string, error) {
	return all(ctx, c, "reading the list of 事業所", "/organizations", "organizations", nil, func(raw json.RawMessage) (string, string) {
		var o looseReference
		json.Unmarshal(raw, &o) // never fails on valid JSON; no id is left out
		return string(o.ID), string(o.ID)
	})
}

// Organization gives one 事業所.
func (c *Client) Organization(ctx context.Context, id string) (Organization, error) {
	doing := "reading 事業所 " + id
	body, err := c.do(ctx, call{doing: doing, method: http.MethodGet, path: orgPath(id)})
	if err != nil {
		return Organization{}, err
	}
	raw, err := member(doing, body, "organization")
	if err != nil {
		return Organization{}, err
	}
	var o looseReference
	json.Unmarshal(raw, &o) // never fails on valid JSON
	if string(o.ID) != id {
		return Organization{}, badAnswer(doing, "the answer speaks of another 事業所 or of none")
	}
	return Organization{ID: id, Name: string(o.Name)}, nil
}
