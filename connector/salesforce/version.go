package salesforce

import (
	"context"
	"strconv"
	"sync"
)

// versionPick remembers which API version is used.
type versionPick struct {
	mu     sync.Mutex
	chosen string
}

// data returns the path below /services/data/vXX.X for rest, which begins with a slash. The version is asked for once.
func (c *Client) data(ctx context.Context, rest string) (string, error) {
	v, err := c.Version(ctx)
	if err != nil {
		return "", err
	}
	return "/services/data/v" + v + rest, nil
}

// Version returns the API version in use, such as "62.0": the newest that the org serves and that is not newer than the configured one.
func (c *Client) Version(ctx context.Context) (string, error) {
	c.api.mu.Lock()
	defer c.api.mu.Unlock()
	if c.api.chosen != "" {
		return c.api.chosen, nil
	}
	const doing = "asking for Salesforce's API versions"
	var served []struct {
		Version string `json:"version"`
	}
	if err := c.get(ctx, doing, "/services/data", &served); err != nil {
		return "", err
	}
	versions := make([]string, len(served))
	for i, s := range served {
		versions[i] = s.Version
	}
	v, ok := pickVersion(versions, c.cfg.APIVersion)
	if !ok {
		return "", failure(doing, CauseBadAnswer, Stop, "no version was named")
	}
	c.api.chosen = v
	return v, nil
}

// pickVersion returns the highest of served that is not above newest, or the lowest where all are above.
func pickVersion(served []string, newest string) (string, bool) {
	limit, err := strconv.ParseFloat(newest, 64)
	if err != nil {
		return "", false
	}
	best, lowest := "", ""
	bestN, lowestN := -1.0, 1e9
	for _, s := range served {
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || n <= 0 {
			continue
		}
		if n <= limit && n > bestN {
			best, bestN = s, n
		}
		if n < lowestN {
			lowest, lowestN = s, n
		}
	}
	if best == "" {
		best = lowest
	}
	return best, best != ""
}
