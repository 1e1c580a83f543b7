-- What is kept no longer. Each statement takes a bounded number of rows.

-- name: Retention :one
SELECT * FROM retention WHERE id = 1;

-- name: SaveRetention :exec
UPDATE retention SET thin_day = sqlc.arg(thin_day), thin_user = sqlc.arg(thin_user), erase_day = sqlc.arg(erase_day), audit_seq = sqlc.arg(audit_seq) WHERE id = 1;

-- name: NextAccessDay :one
SELECT CAST(COALESCE(MIN(day), 0) AS INTEGER) FROM access WHERE day > sqlc.arg(after);

-- name: FirstPersonDay :one
SELECT CAST(COALESCE(MIN(day), 0) AS INTEGER) FROM person_day;

-- name: PeopleOfDay :many
SELECT user_id, employee_id FROM person_day WHERE day = sqlc.arg(day) AND user_id > sqlc.arg(after) ORDER BY user_id LIMIT sqlc.arg(most);

-- name: DeleteAccess :exec
DELETE FROM access WHERE org = sqlc.arg(org) AND id = sqlc.arg(id);

-- name: DeleteNamelessAccesses :execrows
DELETE FROM access WHERE (org, id) IN (SELECT b.org, b.id FROM access b WHERE b.day = sqlc.arg(day) AND b.user_id = '' LIMIT sqlc.arg(most));

-- name: DeleteAccessesOfUserDay :exec
DELETE FROM access WHERE user_id = sqlc.arg(user_id) AND user_id <> '' AND day = sqlc.arg(day);

-- name: DeleteStampsOfUserDay :exec
DELETE FROM outbox WHERE user_id = sqlc.arg(user_id) AND day = sqlc.arg(day);

-- name: DeleteSheet :exec
DELETE FROM sheet WHERE employee_id = sqlc.arg(employee_id) AND day = sqlc.arg(day);

-- name: DeleteItemsOfUserDay :exec
DELETE FROM item WHERE user_id = sqlc.arg(user_id) AND day = sqlc.arg(day);

-- name: DeletePersonDay :exec
DELETE FROM person_day WHERE user_id = sqlc.arg(user_id) AND day = sqlc.arg(day);

-- What a person closed for all days stays: it keeps the item closed while its cause lasts.
-- name: DeleteEndedItems :execrows
DELETE FROM item WHERE id IN (
  SELECT i.id FROM item i WHERE i.ended > 0 AND i.ended < sqlc.arg(before) AND (i.state = 'cured' OR i.day > 0) ORDER BY i.ended LIMIT sqlc.arg(most));

-- name: AuditAges :many
SELECT seq, at FROM audit WHERE seq > sqlc.arg(after) ORDER BY seq LIMIT sqlc.arg(most);

-- name: EraseAuditTexts :exec
UPDATE audit SET body = NULL, salt = NULL WHERE seq > sqlc.arg(after) AND seq <= sqlc.arg(until);

-- name: DeleteGonePeople :execrows
DELETE FROM person WHERE gone_at > 0 AND gone_at < sqlc.arg(before) AND NOT EXISTS (SELECT 1 FROM person_day d WHERE d.user_id = person.user_id);

-- name: DeleteGoneEmployees :execrows
DELETE FROM employee WHERE gone_at > 0 AND gone_at < sqlc.arg(before)
  AND NOT EXISTS (SELECT 1 FROM person_day d WHERE d.employee_id = employee.employee_id AND d.employee_id <> '');

-- name: DeleteLinksOfNobody :execrows
DELETE FROM link WHERE id IN (
  SELECT l.id FROM link l WHERE l.closed_at > 0 AND l.closed_at < sqlc.arg(before) AND NOT EXISTS (SELECT 1 FROM person_day d WHERE d.user_id = l.user_id));

-- name: OldestCodeList :one
SELECT id, planned_at FROM code_list ORDER BY id LIMIT 1;

-- name: DeleteCodeChangesOfList :exec
DELETE FROM code_change WHERE list = sqlc.arg(list);

-- name: DeleteCodeList :exec
DELETE FROM code_list WHERE id = sqlc.arg(id);
