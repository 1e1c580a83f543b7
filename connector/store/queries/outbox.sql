-- SQLite uses a partial index only where a query repeats the index's condition, word for word; and it plans a query anew at every use where
-- LIMIT is a bare parameter, hence the casts.

-- name: PlanStamp :exec
INSERT INTO outbox (employee_id, user_id, day, kind, revision, key, payload, at, access_id, rules, origin, state, planned_at, not_before)
VALUES (sqlc.arg(employee_id), sqlc.arg(user_id), sqlc.arg(day), sqlc.arg(kind), sqlc.arg(revision), sqlc.arg(key), sqlc.arg(payload), sqlc.arg(at),
  sqlc.arg(access_id), sqlc.arg(rules), sqlc.arg(origin), 'planned', sqlc.arg(planned_at), 0);

-- name: ReplanStamp :execrows
UPDATE outbox SET payload = sqlc.arg(payload), at = sqlc.arg(at), access_id = sqlc.arg(access_id), rules = sqlc.arg(rules), origin = sqlc.arg(origin), state = 'planned', why = '',
  planned_at = sqlc.arg(planned_at), not_before = 0, done_at = 0
WHERE employee_id = sqlc.arg(employee_id) AND day = sqlc.arg(day) AND kind = sqlc.arg(kind) AND revision = sqlc.arg(revision)
  AND attempts = 0 AND state IN ('planned', 'withdrawn');

-- name: ReviveStamp :exec
UPDATE outbox SET state = 'planned', why = '', planned_at = sqlc.arg(planned_at), not_before = 0, done_at = 0
WHERE employee_id = sqlc.arg(employee_id) AND day = sqlc.arg(day) AND kind = sqlc.arg(kind) AND revision = sqlc.arg(revision)
  AND attempts > 0 AND state = 'withdrawn' AND why = 'EXCLUDED';

-- name: CountStuck :one
SELECT COUNT(*) FROM outbox WHERE state IN ('planned', 'sending', 'unknown') AND attempts >= 2 AND planned_at <= sqlc.arg(before);

-- name: CountStamp :one
SELECT COUNT(*) FROM outbox WHERE key = sqlc.arg(key);

-- name: StampsOfDay :many
SELECT * FROM outbox WHERE employee_id = sqlc.arg(employee_id) AND day = sqlc.arg(day) ORDER BY kind, revision;

-- name: StampsBetween :many
SELECT * FROM outbox WHERE day >= sqlc.arg(from_day) AND day <= sqlc.arg(to_day) ORDER BY day, employee_id, kind, revision;

-- name: StampsSending :many
SELECT * FROM outbox WHERE state = 'sending' AND state IN ('planned', 'sending', 'unknown') AND bulk_job = '' ORDER BY id LIMIT CAST(sqlc.arg(most) AS INTEGER);

-- name: StampsUnknown :many
SELECT * FROM outbox WHERE state = 'unknown' AND state IN ('planned', 'sending', 'unknown') AND not_before <= sqlc.arg(now) ORDER BY not_before, id LIMIT CAST(sqlc.arg(most) AS INTEGER);

-- name: StampsToSend :many
SELECT * FROM outbox WHERE outbox.state = 'planned' AND outbox.state IN ('planned', 'sending', 'unknown') AND outbox.not_before <= sqlc.arg(now)
  AND outbox.employee_id NOT IN (SELECT b.employee_id FROM outbox AS b WHERE b.state = 'sending' AND b.state IN ('planned', 'sending', 'unknown'))
ORDER BY outbox.attempts > 0, outbox.at, outbox.id LIMIT CAST(sqlc.arg(most) AS INTEGER);

-- name: StampSending :execrows
UPDATE outbox SET state = 'sending', attempts = attempts + 1, sent_at = sqlc.arg(at), bulk_job = '' WHERE id = sqlc.arg(id) AND state = 'planned';

-- name: StampBack :exec
UPDATE outbox SET state = 'planned', not_before = sqlc.arg(not_before), answer = sqlc.arg(answer) WHERE id = sqlc.arg(id) AND state IN ('sending', 'unknown');

-- name: StampUnknown :exec
UPDATE outbox SET state = 'unknown', unknown_since = sqlc.arg(since), not_before = sqlc.arg(not_before), answer = sqlc.arg(answer) WHERE id = sqlc.arg(id) AND state IN ('sending', 'unknown');

-- name: StampAccepted :exec
UPDATE outbox SET state = 'accepted', record_id = sqlc.arg(record_id), accepted_at = sqlc.arg(at), next_check = sqlc.arg(next_check), checks = 0, answer = sqlc.arg(answer), not_before = 0
WHERE id = sqlc.arg(id) AND state IN ('planned', 'sending', 'unknown');

-- name: StampWithdrawn :exec
UPDATE outbox SET state = 'withdrawn', why = sqlc.arg(why), done_at = sqlc.arg(at) WHERE id = sqlc.arg(id) AND state = 'planned';

-- name: WithdrawPlannedOf :many
UPDATE outbox SET state = 'withdrawn', why = sqlc.arg(why), done_at = sqlc.arg(at) WHERE user_id = sqlc.arg(user_id) AND state = 'planned' RETURNING id;

-- name: StampError :exec
UPDATE outbox SET state = 'error', why = sqlc.arg(why), answer = sqlc.arg(answer), next_check = sqlc.arg(next_check), done_at = sqlc.arg(at)
WHERE id = sqlc.arg(id) AND state IN ('planned', 'sending', 'unknown', 'accepted', 'processed', 'error');

-- name: StampDeleted :exec
UPDATE outbox SET state = 'deleted', next_check = 0, done_at = sqlc.arg(at) WHERE id = sqlc.arg(id);

-- name: StampProcessed :exec
UPDATE outbox SET state = 'processed', why = '', done_at = sqlc.arg(at), next_check = sqlc.arg(next_check), checks = 0 WHERE id = sqlc.arg(id);

-- name: StampOnSheet :exec
UPDATE outbox SET state = 'on_sheet', next_check = 0 WHERE id = sqlc.arg(id);

-- name: StampChecked :exec
UPDATE outbox SET checks = checks + 1, next_check = sqlc.arg(next_check) WHERE id = sqlc.arg(id);

-- name: StampsToCheck :many
SELECT * FROM outbox WHERE next_check > 0 AND next_check <= sqlc.arg(now) ORDER BY next_check, id LIMIT CAST(sqlc.arg(most) AS INTEGER);

-- name: NextCheck :one
SELECT CAST(COALESCE(MIN(next_check), 0) AS INTEGER) FROM outbox WHERE next_check > 0 AND next_check > sqlc.arg(now);

-- name: NextSend :one
SELECT CAST(COALESCE(MIN(not_before), 0) AS INTEGER) FROM outbox WHERE state IN ('planned', 'sending', 'unknown') AND not_before > sqlc.arg(now);

-- name: CountStampsByState :many
SELECT state, COUNT(*) AS n FROM outbox WHERE state IN ('planned', 'sending', 'unknown') OR next_check > 0 GROUP BY state;

-- name: OldestAccepted :one
SELECT CAST(COALESCE(MIN(accepted_at), 0) AS INTEGER) FROM outbox WHERE state = 'accepted' AND next_check > 0;

-- name: SlowestProcessed :one
SELECT CAST(COALESCE(MAX(done_at - accepted_at), 0) AS INTEGER) FROM outbox
WHERE state IN ('processed', 'on_sheet') AND accepted_at > 0 AND day >= sqlc.arg(from_day);

-- name: CountSentOfDay :one
SELECT COUNT(*) FROM outbox WHERE day = sqlc.arg(day) AND kind = 'in' AND state IN ('accepted', 'processed', 'on_sheet');

-- name: CountWaitingOfDay :one
SELECT COUNT(*) FROM outbox WHERE day = sqlc.arg(day) AND state IN ('planned', 'sending', 'unknown');

-- name: WithdrawPlanned :exec
UPDATE outbox SET state = 'withdrawn', why = sqlc.arg(why), done_at = sqlc.arg(at)
WHERE employee_id = sqlc.arg(employee_id) AND day = sqlc.arg(day) AND kind = sqlc.arg(kind) AND revision = sqlc.arg(revision) AND state = 'planned' AND attempts = 0;

-- name: StampNeverLeft :exec
UPDATE outbox SET state = 'planned', attempts = MAX(attempts - 1, 0), not_before = 0, answer = sqlc.arg(answer) WHERE id = sqlc.arg(id) AND state = 'sending';

-- name: StampsOfUserDay :many
SELECT * FROM outbox WHERE user_id = sqlc.arg(user_id) AND day = sqlc.arg(day) ORDER BY kind, revision;

-- name: StampsToAskFor :many
SELECT * FROM outbox WHERE day >= sqlc.arg(from_day) AND day <= sqlc.arg(to_day) AND state IN ('error', 'deleted') ORDER BY day, user_id;

-- name: StampOfKey :one
SELECT * FROM outbox WHERE key = sqlc.arg(key);

-- name: NewestRecords :many
SELECT record_id FROM outbox WHERE record_id <> '' AND state IN ('processed', 'on_sheet') ORDER BY day DESC LIMIT sqlc.arg(most);
