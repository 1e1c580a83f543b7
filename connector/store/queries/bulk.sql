-- name: MakeBulkJob :one
INSERT INTO bulk_job (state, made_at, next_look) VALUES ('making', sqlc.arg(at), sqlc.arg(next_look)) RETURNING id;

-- name: OpenBulkJob :exec
UPDATE bulk_job SET job = sqlc.arg(job), state = 'open', stamps = sqlc.arg(stamps), next_look = sqlc.arg(next_look) WHERE id = sqlc.arg(id);

-- name: CloseBulkJob :exec
UPDATE bulk_job SET state = sqlc.arg(state), closed_at = sqlc.arg(closed_at), next_look = sqlc.arg(next_look) WHERE id = sqlc.arg(id);

-- name: LookAtBulkJob :exec
UPDATE bulk_job SET next_look = sqlc.arg(next_look) WHERE id = sqlc.arg(id);

-- name: EndBulkJob :exec
UPDATE bulk_job SET state = 'done', outcome = sqlc.arg(outcome), next_look = 0 WHERE id = sqlc.arg(id);

-- name: OpenBulkJobs :many
SELECT * FROM bulk_job WHERE state <> 'done' ORDER BY next_look, id;

-- name: NextBulkLook :one
SELECT CAST(COALESCE(MIN(next_look), 0) AS INTEGER) FROM bulk_job WHERE state <> 'done' AND next_look > sqlc.arg(now);

-- name: StampsOfBulkJob :many
SELECT * FROM outbox WHERE state = 'sending' AND state IN ('planned', 'sending', 'unknown') AND bulk_job = sqlc.arg(job) ORDER BY id;

-- name: StampSendingByJob :execrows
UPDATE outbox SET state = 'sending', attempts = attempts + 1, sent_at = sqlc.arg(at), bulk_job = sqlc.arg(job) WHERE id = sqlc.arg(id) AND state = 'planned';

-- name: SetBulkOff :exec
UPDATE integration SET bulk_off_until = sqlc.arg(until);

-- name: MetOther :exec
UPDATE integration SET other_at = MAX(other_at, sqlc.arg(at));

-- name: ForgetOther :exec
UPDATE integration SET other_at = 0;

-- name: Wrote :exec
UPDATE integration SET wrote_at = MAX(wrote_at, sqlc.arg(at));

-- name: StampAbsent :exec
UPDATE outbox SET absent_since = sqlc.arg(since), not_before = sqlc.arg(not_before) WHERE id = sqlc.arg(id) AND state = 'planned';
