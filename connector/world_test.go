package connector_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/akerunserver"
)

// at reads "25 09:00" or "25 09:00:00" as an instant of November 2026 in Japan; days beyond 30 lie in December.
func at(text string) time.Time {
	layout := "02 15:04:05"
	if len(text) == len("25 09:00") {
		layout = "02 15:04"
	}
	t, err := time.ParseInLocation(layout, text, attendance.Japan)
	if err != nil {
		panic(err)
	}
	return time.Date(2026, 11, t.Day(), t.Hour(), t.Minute(), t.Second(), 0, attendance.Japan)
}

// december is at for December 2026.
func december(text string) time.Time { return at(text).AddDate(0, 1, 0) }

func times(texts ...string) []time.Time {
	out := make([]time.Time, len(texts))
	for i, t := range texts {
		out[i] = at(t)
	}
	return out
}

// linked makes a quiet office that is linked in the night to the 25th and starts at 05:00.
func linked(t *testing.T, o rig.Options) *rig.Rig {
	t.Helper()
	r := rig.Quiet(t, o)
	ok(t, r.World.Clock().Set(at("25 03:40")))
	r.Link(at("25 05:00"))
	return r
}

func wantRows(t *testing.T, r *rig.Rig, p rig.Person, want ...string) {
	t.Helper()
	if got := r.Rows(p); !slices.Equal(got, want) {
		t.Errorf("rows of %s:\n got %q\nwant %q\nitems %q", p.Code, got, want, r.Open())
	}
}

func wantOpen(t *testing.T, r *rig.Rig, want ...string) {
	t.Helper()
	if got := r.Open(); !slices.Equal(got, want) {
		t.Errorf("open items:\n got %q\nwant %q", got, want)
	}
}

func wantCode(t *testing.T, err error, code connector.ErrorCode) {
	t.Helper()
	var e *connector.Error
	if !errors.As(err, &e) {
		t.Errorf("got the error %v, want a *connector.Error of code %s", err, code)
		return
	}
	if e.Code != code {
		t.Errorf("got code %s (%s), want %s", e.Code, e.Text, code)
	}
}

func status(t *testing.T, r *rig.Rig) connector.Status {
	t.Helper()
	s, err := r.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantPhase(t *testing.T, r *rig.Rig, want connector.Phase) {
	t.Helper()
	if got := status(t, r).Phase; got != want {
		t.Errorf("phase %s, want %s", got, want)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// late is an access that Akerun shows only at up.
func late(p rig.Person, when, up string) akerunserver.NewAccess {
	return akerunserver.NewAccess{User: p.User, At: at(when), Up: at(up)}
}

// copyDir copies the files of a closed profile.
func copyDir(t *testing.T, from, to string) {
	t.Helper()
	entries, err := os.ReadDir(from)
	ok(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(from, e.Name()))
		ok(t, err)
		ok(t, os.WriteFile(filepath.Join(to, e.Name()), data, 0o600))
	}
}
