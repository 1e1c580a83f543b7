package store

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync"
)

// The audit chain: row n carries
//
//	digest = SHA-256(salt ‖ body)
//	hash   = SHA-256(hash of row n-1 ‖ n ‖ at ‖ kind ‖ digest)
//
// so that a body can be erased (with its salt) and the chain still verifies. The newest hash stands once more in audit_head with an
// HMAC under a key that is not in the database: whoever cuts off the tail can't make that again. A seal that does not hold is never
// replaced in silence: a row of kind seal_broken goes into the chain first, and stays there.

// sealBroken is the kind of the row that says so.
const sealBroken = "seal_broken"

type auditRow struct {
	kind string
	body []byte
}

// headSeal is the key that seals the head of the audit chain. It comes from the keychain, after the database is open.
type headSeal struct {
	mu  sync.Mutex
	key []byte
}

// SealHeadWith sets the key under which the head of the audit chain is sealed from now on.
func (s *Store) SealHeadWith(key []byte) {
	s.head.mu.Lock()
	defer s.head.mu.Unlock()
	s.head.key = bytes.Clone(key)
}

func (h *headSeal) known() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.key != nil
}

// seal vouches for the chain up to row seq: the row's number, and an HMAC over it and the row's hash.
func (h *headSeal) seal(seq int64, hash []byte) []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	number := binary.BigEndian.AppendUint64(nil, uint64(seq))
	m := hmac.New(sha256.New, h.key)
	m.Write([]byte("dakokubridge audit head\n"))
	m.Write(number)
	m.Write(hash)
	return m.Sum(number)
}

// holds tells whether the head's seal vouches for a row that is there. Rows written while the keychain was locked stand after that row.
func (h *headSeal) holds(ctx context.Context, q *Queries, head AuditHead) (bool, error) {
	if len(head.Seal) < 8 {
		if head.Seq > 0 {
			return false, nil
		}
		done, err := q.AnythingDone(ctx)
		return done == 0, err
	}
	sealed, hash := int64(binary.BigEndian.Uint64(head.Seal)), head.Hash
	if sealed != head.Seq {
		var err error
		if hash, err = q.AuditHash(ctx, sealed); errors.Is(err, sql.ErrNoRows) {
			return false, nil
		} else if err != nil {
			return false, err
		}
	}
	return hmac.Equal(head.Seal, h.seal(sealed, hash)), nil
}

// Audit adds a row to the audit chain when the transaction commits. detail must hold ids, codes and instants only: never a name, a
// mail address or a secret.
func (t *Tx) Audit(kind string, detail map[string]string) {
	body, err := json.Marshal(detail)
	if err != nil { // a map of strings always encodes
		panic(err)
	}
	t.rows = append(t.rows, auditRow{kind, body})
}

func (t *Tx) writeAudit(ctx context.Context) error {
	if len(t.rows) == 0 {
		return nil
	}
	head, err := t.AuditHead(ctx)
	if err != nil {
		return fmt.Errorf("reading the head of the audit chain: %w", err)
	}
	rows, seal := t.rows, head.Seal
	if t.head.known() {
		held, err := t.head.holds(ctx, t.Queries, head)
		if err != nil {
			return fmt.Errorf("checking the seal of the audit chain: %w", err)
		}
		if !held {
			rows = append([]auditRow{{sealBroken, []byte("{}")}}, rows...)
		}
	}
	at := Millis(t.now)
	for _, r := range rows {
		salt := make([]byte, 16)
		_, _ = rand.Read(salt) // never fails (crypto/rand)
		digest := bodyDigest(salt, r.body)
		head.Seq++
		head.Hash = chain(head.Hash, head.Seq, at, r.kind, digest)
		if err := t.InsertAudit(ctx, InsertAuditParams{
			Seq: head.Seq, At: at, Kind: r.kind, Body: sql.NullString{String: string(r.body), Valid: true}, Salt: salt, Digest: digest, Hash: head.Hash,
		}); err != nil {
			return fmt.Errorf("writing the audit chain: %w", err)
		}
	}
	if t.head.known() {
		seal = t.head.seal(head.Seq, head.Hash)
	}
	if err := t.SetAuditHead(ctx, SetAuditHeadParams{Seq: head.Seq, Hash: head.Hash, Seal: seal}); err != nil {
		return fmt.Errorf("writing the head of the audit chain: %w", err)
	}
	return nil
}

func bodyDigest(salt, body []byte) []byte {
	h := sha256.New()
	h.Write(salt)
	h.Write(body)
	return h.Sum(nil)
}

func chain(before []byte, seq, at int64, kind string, digest []byte) []byte {
	h := sha256.New()
	h.Write(before)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(seq)))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(at)))
	h.Write([]byte(kind))
	h.Write([]byte{0})
	h.Write(digest)
	return h.Sum(nil)
}

// AuditReport is what VerifyAudit found.
type AuditReport struct {
	Rows     int64
	Head     string // hex
	Problems []string
}

// VerifyAudit walks the whole audit chain and reports every break: an edited, missing, swapped or added row, and a cut tail.
func (s *Store) VerifyAudit(ctx context.Context) (AuditReport, error) {
	var w AuditWalk
	for {
		if done, err := s.WalkAudit(ctx, &w, math.MaxInt); done || err != nil {
			return w.Report, err
		}
	}
}

// AuditWalk is how far a walk along the audit chain has come. The zero value stands before the first row.
type AuditWalk struct {
	Report AuditReport
	begun  bool
	hash   []byte
	seq    int64
}

// WalkAudit goes on with a walk for at least one row and most at the most, in steps of a thousand, and tells whether the walk has come to the
// end of the chain. Rows may be written between two parts of a walk.
func (s *Store) WalkAudit(ctx context.Context, w *AuditWalk, most int) (done bool, err error) {
	err = s.View(ctx, func(q *Queries) error {
		for n := 0; n < most && !done; {
			rows, err := w.step(ctx, q)
			if err != nil {
				return fmt.Errorf("reading the audit chain: %w", err)
			}
			n, done = n+rows, rows == 0
		}
		if !done {
			return nil
		}
		w.Report.Head = hex.EncodeToString(w.hash)
		head, err := q.AuditHead(ctx)
		if err != nil {
			return fmt.Errorf("reading the head of the audit chain: %w", err)
		}
		wrong, err := s.headBreaks(ctx, q, head, w.hash, w.seq)
		w.Report.Problems = append(w.Report.Problems, wrong...)
		return err
	})
	return done, err
}

func (w *AuditWalk) step(ctx context.Context, q *Queries) (rows int, err error) {
	after := w.seq
	if !w.begun {
		w.begun, w.hash, after = true, make([]byte, sha256.Size), math.MinInt64
	}
	list, err := q.AuditAfter(ctx, AuditAfterParams{Seq: after, Most: 1000})
	for _, r := range list {
		w.Report.Problems = append(w.Report.Problems, breaks(r, w.hash, w.seq)...)
		w.hash, w.seq = r.Hash, r.Seq
		w.Report.Rows++
	}
	return len(list), err
}

func breaks(r Audit, before []byte, seq int64) []string {
	var p []string
	if r.Seq <= seq {
		p = append(p, fmt.Sprintf("audit row %d stands before the first", r.Seq))
	} else if r.Seq != seq+1 {
		p = append(p, fmt.Sprintf("audit rows %d to %d are missing", seq+1, r.Seq-1))
	}
	if !bytes.Equal(r.Hash, chain(before, r.Seq, r.At, r.Kind, r.Digest)) {
		p = append(p, fmt.Sprintf("audit row %d does not follow from the row before it", r.Seq))
	}
	if r.Body.Valid && !bytes.Equal(r.Digest, bodyDigest(r.Salt, []byte(r.Body.String))) {
		p = append(p, fmt.Sprintf("the text of audit row %d was changed", r.Seq))
	}
	if r.Kind == sealBroken {
		p = append(p, fmt.Sprintf("the seal of the audit chain did not hold when row %d was written", r.Seq))
	}
	return p
}

func (s *Store) headBreaks(ctx context.Context, q *Queries, head AuditHead, hash []byte, seq int64) ([]string, error) {
	if head.Seq != seq || !bytes.Equal(head.Hash, hash) {
		return []string{fmt.Sprintf("the audit chain ends at row %d, its head says %d: rows were cut off or added", seq, head.Seq)}, nil
	}
	if !s.head.known() {
		return nil, nil
	}
	held, err := s.head.holds(ctx, q, head)
	if err != nil {
		return nil, fmt.Errorf("checking the seal of the audit chain: %w", err)
	}
	if !held {
		return []string{"the seal of the audit chain's head is missing or wrong"}, nil
	}
	return nil, nil
}
