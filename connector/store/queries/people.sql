-- name: SavePerson :exec
INSERT INTO person (user_id, code, name_sealed, mail_sealed, authority, orgs, sound, reason, gone_at)
VALUES (sqlc.arg(user_id), sqlc.arg(code), sqlc.arg(name_sealed), sqlc.arg(mail_sealed), sqlc.arg(authority), sqlc.arg(orgs), sqlc.arg(sound), sqlc.arg(reason), 0)
ON CONFLICT (user_id) DO UPDATE SET code = excluded.code, name_sealed = excluded.name_sealed, mail_sealed = excluded.mail_sealed,
  authority = excluded.authority, orgs = excluded.orgs, sound = excluded.sound, reason = excluded.reason, gone_at = 0;

-- name: PersonGone :exec
UPDATE person SET gone_at = sqlc.arg(at), sound = 0 WHERE user_id = sqlc.arg(user_id) AND gone_at = 0;

-- name: Person :one
SELECT * FROM person WHERE user_id = sqlc.arg(user_id);

-- name: People :many
SELECT * FROM person ORDER BY code, user_id;

-- name: SetPersonExcluded :execrows
UPDATE person SET excluded = sqlc.arg(excluded) WHERE user_id = sqlc.arg(user_id);

-- name: SaveEmployee :exec
INSERT INTO employee (employee_id, code, name_sealed, mail_sealed, user_id, entry_day, end_day, gone_at)
VALUES (sqlc.arg(employee_id), sqlc.arg(code), sqlc.arg(name_sealed), sqlc.arg(mail_sealed), sqlc.arg(user_id), sqlc.narg(entry_day), sqlc.narg(end_day), 0)
ON CONFLICT (employee_id) DO UPDATE SET code = excluded.code, name_sealed = excluded.name_sealed, mail_sealed = excluded.mail_sealed,
  user_id = excluded.user_id, entry_day = excluded.entry_day, end_day = excluded.end_day, gone_at = 0;

-- name: EmployeeGone :exec
UPDATE employee SET gone_at = sqlc.arg(at) WHERE employee_id = sqlc.arg(employee_id) AND gone_at = 0;

-- name: Employee :one
SELECT * FROM employee WHERE employee_id = sqlc.arg(employee_id);

-- name: Employees :many
SELECT * FROM employee ORDER BY code, employee_id;

-- name: OpenLinks :many
SELECT * FROM link WHERE closed_at = 0;

-- name: LinksOf :many
SELECT * FROM link WHERE user_id = sqlc.arg(user_id) ORDER BY opened_at, id;

-- name: OpenLink :exec
INSERT INTO link (user_id, employee_id, from_day, opened_at, sound_at)
VALUES (sqlc.arg(user_id), sqlc.arg(employee_id), sqlc.arg(from_day), sqlc.arg(at), sqlc.arg(at));

-- name: CloseLink :exec
UPDATE link SET closed_at = sqlc.arg(at), sound_at = sqlc.arg(sound_at), user_gone = sqlc.arg(user_gone) WHERE id = sqlc.arg(id);
