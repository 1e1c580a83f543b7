package demo

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"dakokubridge/connector"
	"dakokubridge/connector/simulator/clock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func play(t *testing.T, o Options) *World {
	t.Helper()
	w, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		dir := w.dir
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Error("the demo's folder was left behind")
		}
	})
	if err := w.Link(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// One day from the sign-ins to the sheet: what is said at the end has to be what the servers have.
func TestVolumeADayOfTheDemo(t *testing.T) {
	w := play(t, Options{Seed: 3, Size: "S", Days: 1})
	if err := w.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.Play(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := w.simulator.Clock().Now()
	if late := now.Sub(w.End()); late < 2*step || late > longest {
		t.Errorf("ended %v after the last 05:00", late)
	}
	var out bytes.Buffer
	total, err := w.Report(t.Context(), &out)
	if err != nil {
		t.Fatal(err)
	}
	if !total.Sound() || total.verdict.Problems() > 0 {
		t.Error(total.Line(), total.verdict.Story())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if last := lines[len(lines)-1]; last != total.Line() || !regexp.MustCompile(`^accesses \d+, stamps \d+, exceptions \d+, lost 0, doubled 0$`).MatchString(last) {
		t.Errorf("the last line is %q", last)
	}
	stamps := 0
	for _, row := range w.simulator.SalesforceServer().StampRows() {
		if row.Status != "削除" && !row.Deleted {
			stamps++
		}
	}
	if stamps != total.Stamped || stamps < 20 {
		t.Errorf("the server has %d stamps, the total says %d", stamps, total.Stamped)
	}
	if n := strings.Count(out.String(), "on_sheet"); n < stamps/2 {
		t.Errorf("only %d of %d stamps are shown as on the sheet", n, stamps)
	}
}

// A type of access that nobody knows is named: it is on the list to be looked at.
func TestTheReportNamesWhatAnItemIsAbout(t *testing.T) {
	w := &World{Start: time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC), options: Options{Days: 1}}
	var out strings.Builder
	err := w.reportItems(&out, []connector.Item{
		{List: "review", Reason: "UNKNOWN_TYPE", Detail: map[string]string{"action": "hover", "device": "drone", "subject": "hover drone"}},
		{List: "stopped", Reason: "OFFLINE", Detail: map[string]string{"subject": "akerun"}},
	})
	if err != nil || !strings.Contains(out.String(), "hover drone") || !strings.Contains(out.String(), "akerun") {
		t.Error(out.String(), err)
	}
}

// A run that stamped nothing proves nothing, and one that lost or doubled anything has failed.
func TestTheTotalSeesWhatIsWrong(t *testing.T) {
	for name, total := range map[string]Total{
		"nothing stamped": {Accesses: 10},
		"lost":            {Stamped: 5, Lost: 1},
		"doubled":         {Stamped: 5, Doubled: 1},
	} {
		if total.Sound() {
			t.Errorf("%s counts as sound", name)
		}
	}
	if got := (Total{1, 2, 3, 4, 5, (Total{}).verdict}).Line(); got != "accesses 1, stamps 2, exceptions 3, lost 4, doubled 5" {
		t.Error(got)
	}
}

func TestTheGateStopsTheClockAtItsEnd(t *testing.T) {
	from := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	g := newGate(clock.Jump(from), from.Add(time.Hour))
	if err := g.WaitUntil(t.Context(), from.Add(30*time.Minute)); err != nil || !g.Now().Equal(from.Add(30*time.Minute)) {
		t.Fatal(g.Now(), err)
	}
	passed := make(chan error, 1)
	go func() { passed <- g.WaitUntil(t.Context(), from.Add(90*time.Minute)) }()
	<-g.reached
	if !g.Now().Equal(from.Add(time.Hour)) {
		t.Errorf("the clock ran on to %v", g.Now())
	}
	g.open(from.Add(2 * time.Hour))
	if err := <-passed; err != nil || !g.Now().Equal(from.Add(90*time.Minute)) {
		t.Error(g.Now(), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-g.reached; cancel() }()
	if err := g.WaitUntil(ctx, from.Add(3*time.Hour)); err != context.Canceled {
		t.Error(err)
	}
}

func TestBeginNeedsRights(t *testing.T) {
	w, err := Open(t.Context(), Options{Seed: 1, Size: "S", Days: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Begin(t.Context()); err == nil {
		t.Error("began without anybody signed in")
	}
	if status, err := w.Facade.Status(t.Context()); err != nil || status.Phase != connector.NotSetUp {
		t.Error(status.Phase, err)
	}
}
