-- name: SaveSheet :exec
INSERT INTO sheet (employee_id, day, push_start, push_end, real_start, real_end, start_time, end_time, read_at)
VALUES (sqlc.arg(employee_id), sqlc.arg(day), sqlc.narg(push_start), sqlc.narg(push_end), sqlc.narg(real_start), sqlc.narg(real_end), sqlc.narg(start_time), sqlc.narg(end_time), sqlc.arg(read_at))
ON CONFLICT (employee_id, day) DO UPDATE SET push_start = excluded.push_start, push_end = excluded.push_end, real_start = excluded.real_start,
  real_end = excluded.real_end, start_time = excluded.start_time, end_time = excluded.end_time, read_at = excluded.read_at;

-- name: SheetOf :one
SELECT * FROM sheet WHERE employee_id = sqlc.arg(employee_id) AND day = sqlc.arg(day);

-- name: SaveOtherRow :exec
INSERT INTO other_row (id, employee_id, day, kind, at, status, device, read_at)
VALUES (sqlc.arg(id), sqlc.arg(employee_id), sqlc.arg(day), sqlc.arg(kind), sqlc.arg(at), sqlc.arg(status), sqlc.arg(device), sqlc.arg(read_at))
ON CONFLICT (id) DO UPDATE SET status = excluded.status, at = excluded.at, day = excluded.day, kind = excluded.kind, read_at = excluded.read_at;

-- name: OtherRowsOf :many
SELECT * FROM other_row WHERE employee_id = sqlc.arg(employee_id) AND day = sqlc.arg(day);

-- name: DropOtherRowsOf :exec
DELETE FROM other_row WHERE employee_id = sqlc.arg(employee_id) AND day = sqlc.arg(day);
