-- name: Receiver :one
SELECT * FROM receiver WHERE name = sqlc.arg(name);

-- name: AddReceiver :exec
INSERT INTO receiver (name, reported_day) VALUES (sqlc.arg(name), sqlc.arg(reported_day)) ON CONFLICT (name) DO NOTHING;

-- name: ReceiverReached :exec
UPDATE receiver SET failing_since = 0, cause = '', failures = 0, not_before = 0, sent_at = sqlc.arg(at) WHERE name = sqlc.arg(name);

-- name: ReceiverMissed :exec
UPDATE receiver SET failing_since = CASE WHEN failing_since = 0 THEN sqlc.arg(at) ELSE failing_since END, cause = sqlc.arg(cause), failures = failures + 1,
  not_before = sqlc.arg(not_before)
WHERE name = sqlc.arg(name);

-- name: SetReported :exec
UPDATE receiver SET reported_day = sqlc.arg(day) WHERE name = sqlc.arg(name);

-- name: StoppedToTell :many
SELECT * FROM item WHERE state = 'open' AND list = 'stopped' AND NOT EXISTS (SELECT 1 FROM told WHERE told.receiver = sqlc.arg(receiver) AND told.item = item.id) ORDER BY since, id;

-- name: CuresToTell :many
SELECT item.* FROM told CROSS JOIN item ON item.id = told.item WHERE told.receiver = sqlc.arg(receiver) AND item.state <> 'open' ORDER BY item.id;

-- name: Tell :exec
INSERT INTO told (receiver, item) VALUES (sqlc.arg(receiver), sqlc.arg(item)) ON CONFLICT DO NOTHING;

-- name: ForgetTold :exec
DELETE FROM told WHERE receiver = sqlc.arg(receiver) AND item = sqlc.arg(item);

-- name: LinksSince :many
SELECT * FROM link WHERE opened_at >= sqlc.arg(since) AND closed_at = 0 ORDER BY opened_at, id;

-- name: CountStampsOfDay :many
SELECT kind, state, COUNT(*) AS n FROM outbox WHERE day = sqlc.arg(day) GROUP BY kind, state;
