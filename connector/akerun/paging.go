package akerun

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

// mostPages ends a list that never does: 10,000 people at 20 a page are 500 pages.
const mostPages = 5000

// all reads a whole list. Akerun tells neither a total nor whether there is more, and its largest page and its default order are not
// known: so reading goes on until a page brings nothing new. Where id_after brings nothing new although rows come, the list runs
// backwards, and id_before goes on. Rows without an id are left out, since nothing can refer to them.
func all[T any](ctx context.Context, c *Client, doing, path, key string, query url.Values, read func(json.RawMessage) (T, string)) ([]T, error) {
	var (
		items  []T
		seen   = map[string]bool{}
		cursor = "id_after"
		last   string
	)
	for range mostPages {
		rows, err := c.page(ctx, doing, path, key, query, cursor, last)
		if err != nil {
			return nil, err
		}
		fresh := false
		for _, raw := range rows {
			item, id := read(raw)
			if id == "" || seen[id] {
				continue
			}
			seen[id], fresh, last = true, true, id
			items = append(items, item)
		}
		switch {
		case fresh:
		case len(items) == 1 && cursor == "id_after":
			// One row tells no order: it may be the newest of many, behind which nothing comes.
			cursor = "id_before"
		case len(rows) == 0 || cursor == "id_before" && len(rows) < PageSize:
			return items, nil
		case cursor == "id_after" && last != "":
			cursor = "id_before"
		default:
			// A full page, and no way to the next: better no list than one cut short.
			return nil, badAnswer(doing, "reading on brings the same page again")
		}
	}
	return nil, badAnswer(doing, "the list has no end")
}

// page reads one page of key, beyond the id last in the direction of cursor.
func (c *Client) page(ctx context.Context, doing, path, key string, query url.Values, cursor, last string) ([]json.RawMessage, error) {
	q := maps.Clone(query)
	if q == nil {
		q = url.Values{}
	}
	if !q.Has("limit") {
		q.Set("limit", strconv.Itoa(PageSize))
	}
	if last != "" {
		q.Set(cursor, last)
	}
	body, err := c.do(ctx, call{doing: doing, method: http.MethodGet, path: path, query: q})
	if err != nil {
		return nil, err
	}
	return list(doing, body, key)
}
