-- name: TouchDay :exec
INSERT INTO person_day (user_id, day) VALUES (sqlc.arg(user_id), sqlc.arg(day))
ON CONFLICT (user_id, day) DO UPDATE SET dirty = 1 WHERE dirty = 0;

-- name: TouchDayIfKnown :exec
UPDATE person_day SET dirty = 1 WHERE user_id = sqlc.arg(user_id) AND day = sqlc.arg(day) AND dirty = 0;

-- name: TouchDaysOf :exec
UPDATE person_day SET dirty = 1 WHERE user_id = sqlc.arg(user_id) AND day >= sqlc.arg(from_day) AND dirty = 0;

-- name: TouchDaysSince :exec
UPDATE person_day SET dirty = 1 WHERE day >= sqlc.arg(from_day) AND dirty = 0;

-- name: TouchDueDays :execrows
UPDATE person_day SET dirty = 1 WHERE due_at > 0 AND due_at <= sqlc.arg(now) AND dirty = 0;

-- name: DirtyDays :many
SELECT * FROM person_day WHERE dirty = 1 ORDER BY day, user_id LIMIT CAST(sqlc.arg(most) AS INTEGER);

-- name: CountDirtyDays :one
SELECT COUNT(*) FROM person_day WHERE dirty = 1;

-- name: PersonDay :one
SELECT * FROM person_day WHERE user_id = sqlc.arg(user_id) AND day = sqlc.arg(day);

-- name: PersonDayOfEmployee :one
SELECT * FROM person_day WHERE employee_id = sqlc.arg(employee_id) AND day = sqlc.arg(day) AND employee_id <> '';

-- name: SettleDay :exec
UPDATE person_day SET employee_id = sqlc.arg(employee_id), settled_at = sqlc.arg(at) WHERE user_id = sqlc.arg(user_id) AND day = sqlc.arg(day);

-- name: DayDecided :exec
UPDATE person_day SET dirty = 0, due_at = sqlc.arg(due_at), decided_at = sqlc.arg(at) WHERE user_id = sqlc.arg(user_id) AND day = sqlc.arg(day);

-- name: AskForDay :execrows
UPDATE person_day SET asked = 1, dirty = 1 WHERE user_id = sqlc.arg(user_id) AND day = sqlc.arg(day);

-- name: NextDueDay :one
SELECT CAST(COALESCE(MIN(due_at), 0) AS INTEGER) FROM person_day WHERE due_at > 0;

-- name: PersonDays :many
SELECT * FROM person_day WHERE day >= sqlc.arg(from_day) AND day <= sqlc.arg(to_day) ORDER BY day, user_id;

-- name: TouchDaysOfEmployee :exec
UPDATE person_day SET dirty = 1 WHERE employee_id = sqlc.arg(employee_id) AND employee_id <> '' AND day >= sqlc.arg(from_day) AND dirty = 0;

-- name: ClearAsked :exec
UPDATE person_day SET asked = 0 WHERE user_id = sqlc.arg(user_id) AND day = sqlc.arg(day) AND asked = 1;

-- name: ForgetPlannedStamps :many
DELETE FROM outbox WHERE state = 'planned' AND state IN ('planned', 'sending', 'unknown') AND attempts = 0 RETURNING employee_id, day, kind;

-- name: NextDueDayAfter :one
SELECT CAST(COALESCE(MIN(due_at), 0) AS INTEGER) FROM person_day WHERE due_at > 0 AND due_at > sqlc.arg(now);

-- name: CountDueOfDay :one
SELECT COUNT(*) FROM person_day WHERE day = sqlc.arg(day) AND due_at > 0 AND employee_id <> '';
