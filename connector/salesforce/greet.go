package salesforce

import (
	"context"
	"encoding/json"
)

// Greet makes the cheapest call there is, which costs nothing of the day's limit: its answer's Date header tells Salesforce's time to whoever
// observes the transport. It proves nothing of the sign-in, since anybody may ask for the versions; UserInfo does.
func (c *Client) Greet(ctx context.Context) error {
	var served json.RawMessage
	return c.get(ctx, "asking Salesforce for the time", "/services/data", &served)
}
