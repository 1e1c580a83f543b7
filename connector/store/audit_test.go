package store

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

var sealingKey = bytes.Repeat([]byte{7}, 32)

// chained makes a store with n audit rows, sealed.
func chained(t *testing.T, n int) *Store {
	t.Helper()
	s := fresh(t)
	s.SealHeadWith(sealingKey)
	write(t, s, n)
	return s
}

// write adds n audit rows, ten to a transaction.
func write(t *testing.T, s *Store, n int) {
	t.Helper()
	for first := 0; first < n; first += 10 {
		must(t, s.Update(t.Context(), noon, func(tx *Tx) error {
			for i := first; i < min(first+10, n); i++ {
				tx.Audit("decided", map[string]string{"user": fmt.Sprint("U", i), "day": "2026-11-25"})
			}
			return nil
		}))
	}
}

func problems(t *testing.T, s *Store) []string {
	t.Helper()
	report, err := s.VerifyAudit(t.Context())
	must(t, err)
	return report.Problems
}

func TestAuditChainVerifies(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000, 1001} {
		s := chained(t, n)
		report, err := s.VerifyAudit(t.Context())
		must(t, err)
		if len(report.Problems) > 0 || report.Rows != int64(n) || len(report.Head) != 64 {
			t.Errorf("%d rows: %+v", n, report)
		}
	}
}

func TestAuditChainGoesOnAfterOpeningAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	for range 3 {
		s, err := Open(t.Context(), Options{Path: path})
		must(t, err)
		s.SealHeadWith(sealingKey)
		write(t, s, 4)
		if p := problems(t, s); len(p) > 0 {
			t.Error(p)
		}
		must(t, s.Close())
	}
}

// tampering: every change of the past is found, on demand and also after more rows were written over it.
func tampering(t *testing.T) {
	cutTail := []string{
		"DELETE FROM audit WHERE seq > 20",
		"UPDATE audit_head SET seq = 20, hash = (SELECT hash FROM audit WHERE seq = 20)",
	}
	for name, statements := range map[string][]string{
		"text edited":              {`UPDATE audit SET body = replace(body, 'U11', 'U12') WHERE seq = 12`},
		"text edited, hash kept":   {`UPDATE audit SET body = '{}', salt = x'00' WHERE seq = 12`},
		"hash edited":              {`UPDATE audit SET hash = zeroblob(32) WHERE seq = 12`},
		"digest edited":            {`UPDATE audit SET digest = zeroblob(32) WHERE seq = 12`},
		"kind edited":              {`UPDATE audit SET kind = 'accepted' WHERE seq = 12`},
		"instant edited":           {`UPDATE audit SET at = at + 1 WHERE seq = 12`},
		"last row's text edited":   {`UPDATE audit SET body = '{}' WHERE seq = 30`},
		"one deleted":              {`DELETE FROM audit WHERE seq = 12`},
		"first deleted":            {`DELETE FROM audit WHERE seq = 1`},
		"deleted and moved up":     {`DELETE FROM audit WHERE seq = 12`, `UPDATE audit SET seq = -seq WHERE seq > 12`, `UPDATE audit SET seq = -seq - 1 WHERE seq < 0`},
		"two swapped":              {`UPDATE audit SET seq = -1 WHERE seq = 12`, `UPDATE audit SET seq = 12 WHERE seq = 13`, `UPDATE audit SET seq = 13 WHERE seq = -1`},
		"one inserted at the end":  {`INSERT INTO audit SELECT 31, at, kind, body, salt, digest, hash FROM audit WHERE seq = 30`},
		"one inserted before":      {`INSERT INTO audit SELECT 0, at, kind, body, salt, digest, hash FROM audit WHERE seq = 1`},
		"tail cut":                 {`DELETE FROM audit WHERE seq > 20`},
		"tail cut, head forged":    cutTail,
		"tail cut, old seal moved": {cutTail[0], cutTail[1], `UPDATE audit_head SET seal = x'0000000000000014' || substr(seal, 9)`},
		"tail cut, seal taken":     {cutTail[0], cutTail[1], `UPDATE audit_head SET seal = NULL`},
		"everything cut":           {`DELETE FROM audit`, `UPDATE audit_head SET seq = 0, hash = zeroblob(32), seal = NULL`},
		"head moved on":            {`UPDATE audit_head SET seq = 31`},
	} {
		t.Run(name, func(t *testing.T) {
			s := chained(t, 30)
			must(t, s.Update(t.Context(), noon, insert(t.Context(), "1")))
			if p := problems(t, s); len(p) > 0 {
				t.Fatal("before: ", p)
			}
			for _, statement := range statements {
				s.exec(t, statement)
			}
			found := problems(t, s)
			if len(found) == 0 {
				t.Fatal("nothing was found")
			}
			if strings.Contains(strings.Join(found, ""), "U12") {
				t.Errorf("problems repeat what stands in the rows: %q", found)
			}
			if err := s.Update(t.Context(), noon, func(tx *Tx) error { tx.Audit("later", nil); return nil }); err == nil && len(problems(t, s)) == 0 {
				t.Error("nothing is found any more after another row was written")
			}
		})
	}
}

// TestForgedChain: even a chain that was computed anew from row 12 on, head included, lacks the seal.
func TestForgedChain(t *testing.T) {
	s := chained(t, 30)
	s.exec(t, "DELETE FROM audit WHERE seq > 11")
	s.exec(t, "UPDATE audit_head SET seq = 11, hash = (SELECT hash FROM audit WHERE seq = 11), seal = NULL")
	s.head.key = nil // the forger has no key
	write(t, s, 19)
	s.SealHeadWith(sealingKey)
	if p := problems(t, s); len(p) == 0 {
		t.Error("a chain without a seal passes")
	}
	write(t, s, 1)
	if p := problems(t, s); len(p) == 0 {
		t.Error("a chain without a seal passes, once another row was sealed")
	}
	s.SealHeadWith(bytes.Repeat([]byte{8}, 32))
	if p := problems(t, s); len(p) == 0 {
		t.Error("another key's seal passes")
	}
}

// TestKeychainLockedForAWhile: rows written without the key stand after the sealed row, and nothing is wrong with that.
func TestKeychainLockedForAWhile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	for _, key := range [][]byte{sealingKey, nil, sealingKey, nil, nil, sealingKey} {
		s, err := Open(t.Context(), Options{Path: path})
		must(t, err)
		if key != nil {
			s.SealHeadWith(key)
		}
		if p := problems(t, s); len(p) > 0 {
			t.Error("before writing: ", p)
		}
		write(t, s, 5)
		if p := problems(t, s); len(p) > 0 {
			t.Error(p)
		}
		must(t, s.Close())
	}
	s := open(t, path)
	s.SealHeadWith(sealingKey)
	s.exec(t, "DELETE FROM audit WHERE seq > 10")
	s.exec(t, "UPDATE audit_head SET seq = 10, hash = (SELECT hash FROM audit WHERE seq = 10)")
	if p := problems(t, s); len(p) == 0 {
		t.Error("a cut below the sealed row is not found")
	}
}

// TestErasedBody: retention takes text and salt away, and the chain still verifies; the digest gives nothing away without the salt.
func TestErasedBody(t *testing.T) {
	s := chained(t, 30)
	s.exec(t, "UPDATE audit SET body = NULL, salt = NULL WHERE seq <= 20")
	if p := problems(t, s); len(p) > 0 {
		t.Error(p)
	}
	same := s.number(t, "SELECT COUNT(*) - COUNT(DISTINCT digest) FROM audit")
	if same != 0 {
		t.Errorf("%d digests are equal", same)
	}
	s.exec(t, "UPDATE audit SET body = '{\"day\":\"2026-11-25\"}', salt = x'0011' WHERE seq = 3")
	if p := problems(t, s); len(p) == 0 {
		t.Error("another text in an erased row's place passes")
	}
}

func TestEqualTextsHaveDifferentDigests(t *testing.T) {
	s := fresh(t)
	must(t, s.Update(t.Context(), noon, func(tx *Tx) error {
		for range 10 {
			tx.Audit("same", map[string]string{"user": "U1"})
		}
		return nil
	}))
	if n := s.number(t, "SELECT COUNT(DISTINCT digest) FROM audit"); n != 10 {
		t.Errorf("%d digests of 10 equal texts", n)
	}
}

func TestVerifyingBesideWriting(t *testing.T) {
	s := chained(t, 100)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		var err error
		for ctx.Err() == nil && err == nil {
			err = s.Update(context.WithoutCancel(ctx), noon, func(tx *Tx) error { tx.Audit("beside", nil); return nil })
		}
		done <- err
	}()
	for range 20 {
		if p := problems(t, s); len(p) > 0 {
			t.Error(p)
		}
	}
	cancel()
	must(t, <-done)
}

// TestAuditInParts: a walk in parts finds what a walk in one go finds, also while rows are added.
func TestAuditInParts(t *testing.T) {
	s := chained(t, 2500)
	s.exec(t, "UPDATE audit SET body = '{}' WHERE seq = 2400")
	var w AuditWalk
	parts := 0
	for done := false; !done; parts++ {
		var err error
		done, err = s.WalkAudit(t.Context(), &w, 1)
		must(t, err)
		if parts < 2 {
			write(t, s, 5)
		}
	}
	if w.Report.Rows != 2510 || len(w.Report.Problems) != 1 || parts != 4 {
		t.Errorf("%d parts: %+v", parts, w.Report)
	}
}
