-- name: Setup :one
SELECT * FROM setup WHERE id = 1;

-- name: SaveSetup :exec
UPDATE setup SET step = sqlc.arg(step), applied_at = sqlc.arg(applied_at), start = sqlc.arg(start), backfill_from = sqlc.arg(backfill_from),
  confirmed = sqlc.arg(confirmed)
WHERE id = 1;
