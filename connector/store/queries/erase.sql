-- What is erased of one person, for good. The stamps' keys are hashes and stay in the audit chain, with the ids of TeamSpirit's rows.

-- name: LastDayOfUser :one
SELECT CAST(COALESCE(MAX(day), 0) AS INTEGER) FROM person_day WHERE user_id = sqlc.arg(user_id);

-- name: CountWaitingOfUser :one
SELECT COUNT(*) FROM outbox WHERE user_id = sqlc.arg(user_id) AND (state IN ('planned', 'sending', 'unknown') OR next_check > 0);

-- name: EmployeesOfUser :many
SELECT DISTINCT employee_id FROM (
  SELECT l.employee_id FROM link l WHERE l.user_id = sqlc.arg(user_id)
  UNION SELECT d.employee_id FROM person_day d WHERE d.user_id = sqlc.arg(user_id)
) WHERE employee_id <> '';

-- name: EraseAccesses :execrows
DELETE FROM access WHERE user_id = sqlc.arg(user_id) AND user_id <> '';

-- name: EraseStamps :execrows
DELETE FROM outbox WHERE user_id = sqlc.arg(user_id);

-- name: EraseDays :execrows
DELETE FROM person_day WHERE user_id = sqlc.arg(user_id);

-- name: EraseLinks :exec
DELETE FROM link WHERE user_id = sqlc.arg(user_id);

-- name: EraseItems :exec
DELETE FROM item WHERE user_id = sqlc.arg(user_id);

-- name: EraseCodeChanges :exec
DELETE FROM code_change WHERE user_id = sqlc.arg(user_id);

-- name: ErasePerson :exec
DELETE FROM person WHERE user_id = sqlc.arg(user_id);

-- name: EraseSheet :exec
DELETE FROM sheet WHERE employee_id = sqlc.arg(employee_id);

-- name: EraseOtherRows :exec
DELETE FROM other_row WHERE employee_id = sqlc.arg(employee_id);

-- name: EraseEmployee :exec
DELETE FROM employee WHERE employee_id = sqlc.arg(employee_id) AND gone_at > 0;

-- name: AuditEnd :one
SELECT seq FROM audit_head WHERE id = 1;

-- name: EraseAuditTextsOf :execrows
UPDATE audit SET body = NULL, salt = NULL WHERE seq > sqlc.arg(after) AND seq <= sqlc.arg(until) AND instr(body, sqlc.arg(id)) > 0;
