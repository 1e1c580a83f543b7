-- name: SheetBetween :many
SELECT * FROM sheet WHERE day >= sqlc.arg(from_day) AND day <= sqlc.arg(to_day);

-- name: OtherRowsBetween :many
SELECT * FROM other_row WHERE day >= sqlc.arg(from_day) AND day <= sqlc.arg(to_day);

-- name: CountOpenItemsBetween :one
SELECT COUNT(*) FROM item WHERE state = 'open' AND list <> 'recorded' AND day >= sqlc.arg(from_day) AND day <= sqlc.arg(to_day);
