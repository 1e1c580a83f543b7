-- name: AuditHead :one
SELECT * FROM audit_head WHERE id = 1;

-- name: SetAuditHead :exec
UPDATE audit_head SET seq = sqlc.arg(seq), hash = sqlc.arg(hash), seal = sqlc.arg(seal) WHERE id = 1;

-- name: InsertAudit :exec
INSERT INTO audit (seq, at, kind, body, salt, digest, hash)
VALUES (sqlc.arg(seq), sqlc.arg(at), sqlc.arg(kind), sqlc.arg(body), sqlc.arg(salt), sqlc.arg(digest), sqlc.arg(hash));

-- name: AuditAfter :many
SELECT * FROM audit WHERE seq > sqlc.arg(seq) ORDER BY seq LIMIT CAST(sqlc.arg(most) AS INTEGER);

-- name: AuditBefore :many
SELECT * FROM audit WHERE seq < sqlc.arg(seq) ORDER BY seq DESC LIMIT CAST(sqlc.arg(most) AS INTEGER);

-- name: AuditOfKindBefore :many
SELECT * FROM audit WHERE kind = sqlc.arg(kind) AND seq < sqlc.arg(seq) ORDER BY seq DESC LIMIT CAST(sqlc.arg(most) AS INTEGER);

-- name: AuditOfOtherKindsBefore :many
SELECT * FROM audit WHERE kind <> sqlc.arg(kind) AND seq < sqlc.arg(seq) ORDER BY seq DESC LIMIT CAST(sqlc.arg(most) AS INTEGER);

-- name: AuditHash :one
SELECT hash FROM audit WHERE seq = sqlc.arg(seq);

-- name: AnythingDone :one
SELECT CAST(EXISTS (SELECT 1 FROM access) OR EXISTS (SELECT 1 FROM outbox) AS INTEGER);
