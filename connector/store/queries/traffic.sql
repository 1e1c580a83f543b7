-- name: AddTraffic :exec
INSERT INTO traffic (org, day, door_id, morning, total)
VALUES (sqlc.arg(org), sqlc.arg(day), sqlc.arg(door_id), sqlc.arg(morning), sqlc.arg(total))
ON CONFLICT (org, day, door_id) DO UPDATE SET morning = morning + excluded.morning, total = total + excluded.total;

-- name: TrafficSince :many
SELECT * FROM traffic WHERE org = sqlc.arg(org) AND day >= sqlc.arg(from_day) ORDER BY day, door_id;
