package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"dakokubridge/app/output"
	"dakokubridge/connector"
)

type checkCommand struct {
	SuperManagerConfirmed bool `help:"Note that you have looked in Akerun Connect and this account is スーパーマネージャー; asked for only where Akerun's own value is one that nobody knows."`
	JSON                  bool `name:"json" help:"Print JSON."`
}

func (cmd *checkCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		if cmd.SuperManagerConfirmed {
			if err := s.ConfirmSuperManager(ctx); err != nil {
				return err
			}
		}
		found, err := s.Check(ctx)
		if err != nil {
			return err
		}
		if cmd.JSON {
			err = output.JSON(c.out, found)
		} else {
			err = printCheck(c, found)
		}
		if err == nil && found.Blocked {
			return errFound
		}
		return err
	})
}

// printCheck gives each side, the batch and the people one line, and one more to what blocks.
func printCheck(c *console, found connector.Check) error {
	a, r := found.Akerun, found.Rights
	rows := [][]string{
		{"akerun", akerunVerdict(a), fmt.Sprintf("事業所 %s %s", output.Dash(a.OrganizationID), a.OrganizationName)},
		{"salesforce", output.Dash(r.Verdict), rightsDetail(r)},
		{"batch", output.Dash(found.Batch.Verdict), batchDetail(found.Batch)},
		{"people", fmt.Sprintf("%d sound", found.People.Sound), peopleDetail(found.People)},
	}
	if found.Blocked {
		var blocks []string
		for _, b := range found.Blocks {
			blocks = append(blocks, string(b))
		}
		rows = append(rows, []string{"blocked", strings.Join(blocks, ", "), r.Ask})
	} else {
		rows = append(rows, []string{"ready", "the integration can begin", ""})
	}
	return output.Table(c.out, rows)
}

func akerunVerdict(a connector.AkerunCheck) string {
	switch {
	case a.Super:
		return "super manager"
	case a.Confirmed:
		return "super manager by your word"
	case a.AuthorityKnown:
		return "not super manager: " + a.Authority
	case a.Authority == "":
		return "authority not looked up"
	}
	return "authority unknown: " + a.Authority
}

func rightsDetail(r connector.RightsCheck) string {
	parts := []string{fmt.Sprintf("%s sees %d employees", output.Dash(r.UserName), r.VisibleEmployees)}
	if r.Proof != "" {
		parts = append(parts, "proof: "+r.Proof)
	}
	if r.Key != "" {
		parts = append(parts, "key: "+r.Key)
	}
	if len(r.Missing) > 0 {
		parts = append(parts, "missing: "+strings.Join(r.Missing, " "))
	}
	if len(r.OutOfReach) > 0 {
		parts = append(parts, "out of reach: "+strings.Join(r.OutOfReach, " "))
	}
	if r.Ask != "" {
		parts = append(parts, r.Ask)
	}
	return strings.Join(parts, "; ")
}

func batchDetail(b connector.BatchCheck) string {
	if b.Oldest.IsZero() {
		return ""
	}
	return "oldest 未処理 since " + output.Instant(b.Oldest)
}

func peopleDetail(p connector.PeopleCheck) string {
	parts := []string{fmt.Sprintf("%d Akerun users, %d employees", p.Users, p.Employees)}
	for _, reason := range sortedKeys(p.ByReason) {
		parts = append(parts, fmt.Sprintf("%s %d", reason, p.ByReason[reason]))
	}
	return strings.Join(parts, "; ")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
