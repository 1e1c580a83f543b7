-- name: InsertAccess :execrows
INSERT INTO access (org, id, at, day, user_id, door_id, action, device, seen_at)
VALUES (sqlc.arg(org), sqlc.arg(id), sqlc.arg(at), sqlc.arg(day), sqlc.arg(user_id), sqlc.arg(door_id), sqlc.arg(action), sqlc.arg(device), sqlc.arg(seen_at))
ON CONFLICT (org, id) DO NOTHING;

-- name: AccessesOfDay :many
SELECT * FROM access WHERE user_id = sqlc.arg(user_id) AND user_id <> '' AND day = sqlc.arg(day) ORDER BY at;

-- name: FirstAccessesOfDay :many
SELECT * FROM access WHERE user_id = sqlc.arg(user_id) AND user_id <> '' AND day = sqlc.arg(day) ORDER BY at LIMIT 3;

-- name: SaveDoor :exec
INSERT INTO door (org, id, name, last_day) VALUES (sqlc.arg(org), sqlc.arg(id), sqlc.arg(name), sqlc.arg(last_day))
ON CONFLICT (org, id) DO UPDATE SET name = excluded.name, last_day = MAX(last_day, excluded.last_day);

-- name: Doors :many
SELECT * FROM door ORDER BY org, id;

-- name: SetDoorExcluded :execrows
UPDATE door SET excluded = sqlc.arg(excluded) WHERE id = sqlc.arg(id);

-- name: LastAccess :one
-- What is done to org keeps SQLite on the index by day, from whose end the last access is found at once; by org it would walk through all.
SELECT a.* FROM access a WHERE a.org = sqlc.arg(org) AND a.day = (
  SELECT b.day FROM access b WHERE b.org || '' = sqlc.arg(org) ORDER BY b.day DESC LIMIT 1
) ORDER BY a.at DESC LIMIT 1;
