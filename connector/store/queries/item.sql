-- name: OpenItem :execrows
INSERT INTO item (list, source, reason, user_id, employee_id, day, subject, detail, state, since)
VALUES (sqlc.arg(list), sqlc.arg(source), sqlc.arg(reason), sqlc.arg(user_id), sqlc.arg(employee_id), sqlc.arg(day), sqlc.arg(subject), sqlc.arg(detail), 'open', sqlc.arg(since))
ON CONFLICT DO NOTHING;

-- name: UpdateItemDetail :exec
UPDATE item SET detail = sqlc.arg(detail), employee_id = sqlc.arg(employee_id) WHERE reason = sqlc.arg(reason) AND user_id = sqlc.arg(user_id) AND day = sqlc.arg(day) AND subject = sqlc.arg(subject) AND state = 'open';

-- name: LiveItemsOfDay :many
SELECT * FROM item WHERE user_id = sqlc.arg(user_id) AND day = sqlc.arg(day) AND state IN ('open', 'closed');

-- Those of the day, and those of the person that are of no single day.
-- name: LiveItemsOfUserDay :many
SELECT * FROM item WHERE user_id = sqlc.arg(user_id) AND day IN (0, sqlc.arg(day)) AND state IN ('open', 'closed');

-- name: LiveItemsOfReason :many
SELECT * FROM item WHERE reason = sqlc.arg(reason) AND state IN ('open', 'closed');

-- name: CureItem :exec
UPDATE item SET state = 'cured', ended = sqlc.arg(at) WHERE id = sqlc.arg(id) AND state IN ('open', 'closed');

-- name: CureReason :many
UPDATE item SET state = 'cured', ended = sqlc.arg(at) WHERE reason = sqlc.arg(reason) AND user_id = sqlc.arg(user_id) AND subject = sqlc.arg(subject) AND day = sqlc.arg(day) AND state IN ('open', 'closed') RETURNING id;

-- name: CloseItem :execrows
UPDATE item SET state = 'closed', ended = sqlc.arg(at), memo = sqlc.arg(memo) WHERE id = sqlc.arg(id) AND state = 'open';

-- name: Item :one
SELECT * FROM item WHERE id = sqlc.arg(id);

-- name: OpenItems :many
SELECT * FROM item WHERE state = 'open' ORDER BY list, since, id;

-- name: AllItems :many
SELECT * FROM item ORDER BY since, id;

-- name: CountOpenItems :many
SELECT list, COUNT(*) AS n FROM item WHERE state = 'open' GROUP BY list;

-- name: ItemsBetween :many
SELECT * FROM item WHERE day >= sqlc.arg(from_day) AND day <= sqlc.arg(to_day) ORDER BY day, user_id, id;

-- name: ItemsToAskFor :many
SELECT * FROM item WHERE state = 'open' AND reason IN ('UNSTAMPED_DAY', 'LATE_LATER') AND day >= sqlc.arg(from_day) AND day <= sqlc.arg(to_day) ORDER BY day, user_id;
