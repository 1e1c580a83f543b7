-- name: AddCodeList :one
INSERT INTO code_list (planned_at, origin, undoes) VALUES (sqlc.arg(at), sqlc.arg(origin), sqlc.arg(undoes)) RETURNING id;

-- name: AddCodeChange :exec
INSERT INTO code_change (list, urgent, user_id, former, code, state)
VALUES (sqlc.arg(list), sqlc.arg(urgent), sqlc.arg(user_id), sqlc.arg(former), sqlc.arg(code), 'waiting');

-- name: CodeList :one
SELECT * FROM code_list WHERE id = sqlc.arg(id);

-- name: CodeLists :many
SELECT * FROM code_list WHERE id < sqlc.arg(before) ORDER BY id DESC LIMIT CAST(sqlc.arg(most) AS INTEGER);

-- name: CountCodeChangesOf :many
SELECT state, COUNT(*) AS n FROM code_change WHERE list = sqlc.arg(list) GROUP BY state;

-- name: CodeChangesOf :many
SELECT * FROM code_change WHERE list = sqlc.arg(list) ORDER BY id;

-- name: UndoableCodeChangesOf :many
SELECT c.* FROM code_change AS c JOIN person AS p ON p.user_id = c.user_id
WHERE c.list = sqlc.arg(list) AND c.state = 'done' AND p.gone_at = 0 AND p.code = c.code
  AND NOT EXISTS (SELECT 1 FROM code_change AS later WHERE later.user_id = c.user_id AND later.id > c.id AND later.state <> 'cancelled' AND later.state <> 'failed')
ORDER BY c.id;

-- name: CountOpenCodeChanges :one
SELECT COUNT(*) FROM code_change INDEXED BY code_change_open WHERE state IN ('waiting', 'sending', 'unknown');

-- name: CodeChangesLeftOver :many
UPDATE code_change SET state = 'unknown', not_before = 0 WHERE state = 'sending' AND state IN ('waiting', 'sending', 'unknown') RETURNING *;

-- name: NextUnknownCodeChange :one
SELECT * FROM code_change WHERE state = 'unknown' AND state IN ('waiting', 'sending', 'unknown') AND not_before <= sqlc.arg(now) ORDER BY urgent DESC, id LIMIT 1;

-- name: NextCodeChange :one
SELECT c.* FROM code_change AS c WHERE c.state = 'waiting' AND c.state IN ('waiting', 'sending', 'unknown') AND c.not_before <= sqlc.arg(now)
  AND NOT EXISTS (SELECT 1 FROM code_change AS o WHERE o.user_id = c.user_id AND o.id < c.id AND o.state IN ('sending', 'unknown'))
ORDER BY c.urgent DESC, c.id LIMIT 1;

-- name: NextCodeChangeTime :one
SELECT CAST(COALESCE(MIN(not_before), 0) AS INTEGER) FROM code_change INDEXED BY code_change_open
WHERE state IN ('waiting', 'sending', 'unknown') AND not_before > sqlc.arg(now);

-- name: CodeChangeSending :execrows
UPDATE code_change SET state = 'sending', attempts = attempts + 1, sent_at = sqlc.arg(at) WHERE id = sqlc.arg(id) AND state = 'waiting';

-- name: CodeChangeBack :exec
UPDATE code_change SET state = 'waiting', attempts = sqlc.arg(attempts), not_before = sqlc.arg(not_before), why = sqlc.arg(why)
WHERE id = sqlc.arg(id) AND state IN ('waiting', 'sending', 'unknown');

-- name: CodeChangeUnknown :exec
UPDATE code_change SET state = 'unknown', not_before = sqlc.arg(not_before), why = sqlc.arg(why) WHERE id = sqlc.arg(id) AND state IN ('sending', 'unknown');

-- name: CodeChangeEnded :exec
UPDATE code_change SET state = sqlc.arg(state), why = sqlc.arg(why), done_at = sqlc.arg(at)
WHERE id = sqlc.arg(id) AND state IN ('waiting', 'sending', 'unknown');

-- name: RebaseCodeChanges :exec
UPDATE code_change SET former = sqlc.arg(former) WHERE user_id = sqlc.arg(user_id) AND state = 'waiting';

-- name: ReplaceCodeChanges :execrows
UPDATE code_change SET state = 'cancelled', why = 'replaced', done_at = sqlc.arg(at) WHERE user_id = sqlc.arg(user_id) AND state = 'waiting';

-- name: CancelCodeChanges :execrows
UPDATE code_change SET state = 'cancelled', done_at = sqlc.arg(at) WHERE list = sqlc.arg(list) AND state = 'waiting';

-- name: CancelCodeList :exec
UPDATE code_list SET cancelled_at = sqlc.arg(at) WHERE id = sqlc.arg(id) AND cancelled_at = 0;

-- name: SetPersonCode :exec
UPDATE person SET code = sqlc.arg(code) WHERE user_id = sqlc.arg(user_id);
