package teamspirit

import (
	"sync"

	"dakokubridge/connector/salesforce"
)

// Client reads and writes TeamSpirit's objects in one org. It is safe for concurrent use.
type Client struct {
	sf    *salesforce.Client
	names Names

	mu    sync.Mutex
	shape *shape // what describe said last; nil until asked
}

// New makes a client on top of sf.
func New(sf *salesforce.Client, names Names) *Client { return &Client{sf: sf, names: names} }

// Names returns the names in use.
func (c *Client) Names() Names { return c.names }
