package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/simulator/company"
)

// maxSpeed is the fastest that a simulated clock may run: a day in about a second.
const maxSpeed = 100_000

type simulatorCommand struct {
	Akerun     string  `default:"127.0.0.1:0" help:"Address of the simulated Akerun on this PC; port 0 takes a free one." placeholder:"ADDR"`
	Salesforce string  `default:"127.0.0.1:0" help:"Address of the simulated Salesforce." placeholder:"ADDR"`
	Seed       uint64  `default:"1" help:"Another seed, another company."`
	Company    string  `default:"S" enum:"S,M,L" help:"Its size: S, M or L (50, 1,000 or 10,000 people)."`
	Speed      float64 `default:"1" help:"Simulated seconds in a real one; 0 for a clock that only moves when it is set."`
	From       string  `help:"When the story begins, Japan time; a Tuesday at 07:00 if left out." placeholder:"TIME"`
}

// Run serves until ctx ends. The first line on standard output describes the servers as JSON.
func (cmd *simulatorCommand) Run(ctx context.Context, c *console) (err error) {
	from := simulator.DefaultFrom
	if cmd.From != "" {
		if from, err = parseInstant("--from", cmd.From); err != nil {
			return err
		}
	}
	if err := checkSpeed(cmd.Speed); err != nil {
		return err
	}
	for flag, address := range map[string]string{"--akerun": cmd.Akerun, "--salesforce": cmd.Salesforce} {
		if err := checkLoopback(flag, address); err != nil {
			return err
		}
	}
	s, err := simulator.New(simulator.Options{Seed: cmd.Seed, Size: company.Size(cmd.Company), From: from, Clock: simulatedClock(from, cmd.Speed)})
	if err != nil {
		return err
	}
	servers, err := s.Listen(ctx, cmd.Akerun, cmd.Salesforce)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, servers.Close()) }()
	line, err := json.Marshal(s.Description(servers.AkerunURL, servers.SalesforceURL))
	if err != nil {
		return fmt.Errorf("describing the servers: %w", err)
	}
	fmt.Fprintf(c.out, "%s\n", line)
	<-ctx.Done()
	return nil
}

func simulatedClock(from time.Time, speed float64) *clock.Clock {
	if speed == 0 {
		return clock.Jump(from)
	}
	return clock.Speed(from, speed)
}

func checkSpeed(speed float64) error {
	if !(speed >= 0 && speed <= maxSpeed) {
		return usage("--speed %v is outside 0 to %d", speed, maxSpeed)
	}
	return nil
}

// checkLoopback keeps the servers on this PC: they let anybody in who knows the passwords that they print.
func checkLoopback(flag, address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return usage("%s %q is no address: write it like 127.0.0.1:8080", flag, address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usage("%s %q is not on this PC: use 127.0.0.1, [::1] or localhost", flag, address)
	}
	return nil
}
